package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"warroom/model"
	"warroom/model/outbox"
	"warroom/storage"
	"warroom/ui"
)

// app is one run of the program.
type app struct {
	in     io.Reader
	out    io.Writer
	errOut io.Writer
	term   term

	flag struct {
		db, as     string
		json       bool
		noColor    bool
		utc, local bool
		theme      string
		layout     string
		readOnly   bool
		runbooks   []string
		accessible bool
	}
	conf  config         // the file's settings
	zone  *time.Location // of times without one, and of times shown
	actor string         // who acts
	store *storage.Store // open while a handler needs it
	guide *guides        // the team's triage and templates, once read
	fail  error          // what the handler returned

	rulesOut outbox.Config // what leaves the room, and where it goes
	rulesErr error         // why that is not known
}

// handler carries out one subcommand.
type handler func(ctx context.Context, args []string) error

// The groups of the help.
const (
	groupAct  = "act"
	groupLead = "lead"
	groupRead = "read"
	groupCare = "care"
)

// root builds the whole tree of commands.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "warroom",
		Short: "The incident command post in a terminal",
		Long: "The incident command post in a terminal: one program, one file, shared by everybody who can reach it.\n\n" +
			"Without a subcommand it opens the screen on the open incident. INC is an incident's id, the beginning of one, " +
			"or left out for the only open incident.",
		Example: "# somebody opens an incident and takes command\n" +
			"warroom declare \"Checkout returns 503\" --severity 2\n" +
			"warroom assign ic me\n" +
			"# a scribe writes what happens\n" +
			"warroom log \"! customers see errors\"\n" +
			"warroom log -7m \"finding: replica lag 340 s\"\n" +
			"# the room, on a second terminal\n" +
			"warroom",
		Args: cobra.ArbitraryArgs,
	}
	f := root.PersistentFlags()
	f.StringVar(&a.flag.db, "db", "", "the record: a file (or set WARROOM_DB)")
	f.StringVar(&a.flag.as, "as", "", "who you are (or set WARROOM_USER; else your login name)")
	f.BoolVar(&a.flag.json, "json", false, "print JSON: one document, or an object a line for streams")
	f.BoolVar(&a.flag.noColor, "no-color", false, "no colours (or set NO_COLOR)")
	f.BoolVar(&a.flag.accessible, "accessible", false, "the room as plain lines, for screen readers and dumb terminals (or set ACCESSIBLE)")
	f.StringVar(&a.flag.layout, "layout", "", "places of the Room's panes: "+strings.Join(ui.LayoutNames, ", "))
	f.StringVar(&a.flag.theme, "theme", "", "colours of the screen: "+strings.Join(ui.ThemeNames, ", "))
	f.BoolVar(&a.flag.readOnly, "read-only", false, "look, and write nothing")
	f.BoolVar(&a.flag.utc, "utc", false, "show and read times in UTC")
	f.BoolVar(&a.flag.local, "local", false, "show and read times in this machine's zone")
	root.Flags().StringArrayVar(&a.flag.runbooks, "runbooks", nil, "a further folder of runbooks; may be given more than once")
	root.SetFlagErrorFunc(a.badFlag)
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	root.AddGroup(
		&cobra.Group{ID: groupAct, Title: "During an incident"},
		&cobra.Group{ID: groupLead, Title: "Leading one"},
		&cobra.Group{ID: groupRead, Title: "Looking"},
		&cobra.Group{ID: groupCare, Title: "The record"})
	root.RunE = a.handle(root, a.open(root))
	root.ValidArgsFunction = a.complete(slotIncident)

	a.declareCommands(root)
	a.logCommands(root)
	a.stateCommands(root)
	a.roleCommands(root)
	a.orderCommands(root)
	a.leadCommands(root)
	a.bookCommands(root)
	a.runCommands(root)
	a.alertCommands(root)
	a.detection(root)
	a.triageCommands(root)
	a.updateCommands(root)
	a.readCommands(root)
	a.reviewCommands(root)
	a.exportCommands(root)
	a.outboundCommands(root)
	a.analytics(root)
	a.careCommands(root)
	return root
}

// add hangs a command into the tree. slots name what its arguments are, for
// completion.
func (a *app) add(parent *cobra.Command, group string, c *cobra.Command, h handler, slots ...slot) *cobra.Command {
	c.GroupID = group
	c.Args = cobra.ArbitraryArgs // the handlers know better sentences
	c.RunE = a.handle(c, h)
	c.ValidArgsFunction = a.complete(slots...)
	parent.AddCommand(c)
	return c
}

// handle turns a handler into what cobra calls; see finish for why it never
// returns an error.
func (a *app) handle(c *cobra.Command, h handler) func(*cobra.Command, []string) error {
	return func(_ *cobra.Command, args []string) error {
		for i := range args {
			args[i] = unshield(args[i])
		}
		c.Flags().Visit(func(f *pflag.Flag) {
			if list, ok := f.Value.(pflag.SliceValue); ok {
				v := list.GetSlice()
				for i := range v {
					v[i] = unshield(v[i])
				}
				_ = list.Replace(v)
			} else if v := f.Value.String(); strings.HasPrefix(v, guard) {
				_ = f.Value.Set(unshield(v))
			}
		})
		if a.fail = a.prepare(); a.fail == nil {
			a.fail = h(c.Context(), args)
		}
		return nil
	}
}

// prepare settles what the flags, the environment and the config file say, in
// this order of weight.
func (a *app) prepare() error {
	conf, err := readConfig(configPath())
	if err != nil {
		return err
	}
	a.conf = conf
	if err := a.choose(); err != nil {
		return err
	}
	switch {
	case a.flag.utc && a.flag.local:
		return model.Errorf(model.Invalid, "--utc and --local exclude each other: give one")
	case a.flag.utc || !a.flag.local && conf.Zone == zoneUTC:
		a.zone = time.UTC
	default:
		a.zone = time.Local
	}
	if a.actor, err = model.ParsePerson(cmp.Or(a.flag.as, os.Getenv("WARROOM_USER"), conf.User, login())); err != nil {
		return model.Errorf(model.Invalid, "your name is not usable (%s): give one with --as NAME", model.Message(err))
	}
	return nil
}

// login is the name the system knows the user by.
func login() string {
	name := ""
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	name = cmp.Or(name, os.Getenv("USER"), os.Getenv("USERNAME"))
	if i := strings.LastIndexByte(name, '\\'); i >= 0 { // DOMAIN\name
		name = name[i+1:]
	}
	return name
}

// path is where the record is, and whether somebody said so.
func (a *app) path() (path string, said bool, err error) {
	if p := cmp.Or(a.flag.db, os.Getenv("WARROOM_DB"), a.conf.DB); p != "" {
		if strings.HasPrefix(p, "postgres://") || strings.HasPrefix(p, "postgresql://") {
			return "", true, model.Errorf(model.Invalid, "this version keeps its record in a file: give --db a path instead of a PostgreSQL address")
		}
		return p, true, nil
	}
	p, err := storage.DefaultPath()
	return p, false, err
}

// record opens the record.
func (a *app) record(ctx context.Context) error {
	if a.store != nil {
		return nil
	}
	path, _, err := a.path()
	if err != nil {
		return err
	}
	a.store, err = storage.Open(ctx, path, storage.Options{App: build().String(), ReadOnly: a.flag.readOnly, Outbound: a.outside(path)})
	return err
}

// existing opens a record that must be there already: whoever checks, copies or
// mends one should not be told that an empty new one is fine.
func (a *app) existing(ctx context.Context) error {
	path, _, err := a.path()
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return model.Errorf(model.NotFound, "there is no record at %s: check --db, or declare an incident to begin one", path)
	}
	return a.record(ctx)
}

// incident opens the record and takes the incident from the front of args: an
// id or the beginning of one, else the only open incident.
func (a *app) incident(ctx context.Context, args []string) (id string, rest []string, err error) {
	if err := a.record(ctx); err != nil {
		return "", nil, err
	}
	if len(args) > 0 && isID(args[0]) {
		id, err := a.store.Resolve(ctx, args[0])
		return id, args[1:], err
	}
	id, err = a.onlyOpen(ctx)
	return id, args, err
}

// isID reports whether an argument is meant as an incident. A whole sentence in
// quotes that begins with INC- is text.
func isID(s string) bool { return model.LooksLikeID(s) && !strings.ContainsAny(s, " \t\n") }

// onlyOpen finds the only open incident.
func (a *app) onlyOpen(ctx context.Context) (string, error) {
	const shown = 5
	open, err := a.store.List(ctx, model.Filter{Open: true, Limit: shown + 1})
	if err != nil {
		return "", err
	}
	switch len(open) {
	case 0:
		return "", model.Errorf(model.NotFound, "no incident is open: name one (warroom list --all shows them) or declare one")
	case 1:
		return open[0].ID, nil
	}
	var b strings.Builder
	b.WriteString("several incidents are open: say which one")
	for i, s := range open {
		if i == shown {
			b.WriteString("\n  … and more: warroom list")
			break
		}
		fmt.Fprintf(&b, "\n  %s  %s  %s", s.ID, s.Severity, model.Brief(s.Title, 60))
	}
	return "", model.Errorf(model.Invalid, "%s", b.String())
}

// one is incident for a command that takes nothing but an incident.
func (a *app) one(ctx context.Context, args []string, usage string) (string, error) {
	if len(args) > 1 {
		return "", wrongUse(usage)
	}
	if len(args) == 1 {
		if err := a.record(ctx); err != nil {
			return "", err
		}
		return a.store.Resolve(ctx, args[0])
	}
	id, _, err := a.incident(ctx, nil)
	return id, err
}

// read is the incident of a command that takes nothing but an incident.
func (a *app) read(ctx context.Context, args []string, usage string) (*model.Incident, error) {
	id, err := a.one(ctx, args, usage)
	if err != nil {
		return nil, err
	}
	return a.store.Incident(ctx, id)
}

// How long a command is tried again while somebody else holds the record, and
// how long an interrupted one may take to end.
const (
	patience = time.Minute
	grace    = 3 * time.Second
)

// do carries out a command. While the record is busy it tries again with the
// same id, so that nothing is written twice. A commit that is under way when the
// user interrupts is given a moment to end, so that what was written is also
// acknowledged.
func (a *app) do(ctx context.Context, incident string, c model.Command) (model.Receipt, error) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	defer stop()
	req := model.Request{ID: a.store.NewID(), Actor: a.actor, Command: c}
	began := time.Now()
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		r, err := a.store.Do(work, incident, req)
		if model.CodeOf(err) != model.Busy || time.Since(began) > patience {
			return r, err
		}
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// wrongUse is the error for arguments that make no sense.
func wrongUse(usage string) error {
	return model.Errorf(model.Invalid, "this is how it is used: warroom %s", usage)
}

// badFlag records what is wrong with a flag, with the nearest one that exists.
func (a *app) badFlag(c *cobra.Command, err error) error {
	var missing *pflag.NotExistError
	msg := err.Error()
	if errors.As(err, &missing) {
		name := unshield(missing.GetSpecifiedName())
		dashed := "--" + name
		if missing.GetSpecifiedShortnames() != "" {
			dashed = "-" + name
		}
		msg = fmt.Sprintf("%s has no flag %s", c.CommandPath(), model.Brief(dashed, 40))
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if best := nearest(name, names); best != "" {
			msg += ": did you mean --" + best + "?"
		} else {
			msg += ": " + c.CommandPath() + " --help lists them"
		}
		if c.Annotations[freeText] != "" {
			msg += " (if it belongs to the text, put -- before the text)"
		}
	}
	a.fail = model.Errorf(model.Invalid, "%s", msg)
	return nil
}

// freeText marks commands that take a sentence as argument.
const freeText = "text"

// unknown is the error for a first word that is no subcommand.
func unknown(root *cobra.Command, word string) error {
	var names []string
	for _, c := range root.Commands() {
		if !c.Hidden {
			names = append(append(names, c.Name()), c.Aliases...)
		}
	}
	msg := fmt.Sprintf("there is no command %q", model.Brief(word, 40))
	if best := nearest(strings.ToLower(word), names); best != "" {
		return model.Errorf(model.Invalid, "%s: did you mean warroom %s?", msg, best)
	}
	return model.Errorf(model.Invalid, "%s: warroom --help lists them", msg)
}
