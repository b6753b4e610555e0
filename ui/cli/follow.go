package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/alert"
	"warroom/model/play"
	"warroom/runbooks/library"
	"warroom/runbooks/runner"
	"warroom/storage"
)

// runCommands are those that follow runbooks, roll back, prove recovery and
// collect evidence. The other half of runbook stands in runbook.go.
func (a *app) runCommands(root *cobra.Command) {
	a.followRunbook(a.runbookRoot(root))
	a.callRunbook(a.runbookRoot(root))
	a.rollback(root)
	a.verify(root)
	a.evidence(root)
	a.probe(root)
}

// runbookRoot is the command runbook, made by whoever comes first.
func (a *app) runbookRoot(root *cobra.Command) *cobra.Command {
	for _, c := range root.Commands() {
		if c.Name() == "runbook" {
			return c
		}
	}
	c := &cobra.Command{Use: "runbook", Short: "Runbooks: plan one, follow one"}
	return a.add(root, groupAct, c, func(context.Context, []string) error { return wrongUse("runbook plan|run NAME [INC]") })
}

// shelf gives the library as it is now, read once for one command line.
func (a *app) shelf(named []string) func() *library.Library {
	return sync.OnceValue(func() *library.Library {
		work, _ := os.Getwd()
		return library.Load(library.Dirs(work, named...))
	})
}

// runner makes what follows runbooks over the open record, on behalf of whoever
// typed the command.
func (a *app) runner(lib func() *library.Library) *runner.Runner {
	return follower(a.store, a.actor, lib)
}

// follower makes what follows runbooks over a record.
func follower(s *storage.Store, actor string, lib func() *library.Library) *runner.Runner {
	return runner.New(runner.Config{Store: s, Library: lib, Alerts: func(id string) []alert.Alert { return alertsWithin(s, id) }, Actor: actor, Dir: runsDir(s), Environ: os.Environ()})
}

// alertsWithin reads the newest alerts of an incident: what runbooks are suggested
// by and filled in from. Without them both still work.
func alertsWithin(s *storage.Store, incident string) []alert.Alert {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	items, err := s.AlertItems(ctx, alert.Pick{Incident: incident, Limit: 200})
	if err != nil {
		return nil
	}
	return alert.Bare(items)
}

// runsDir is the folder beside a record where runs keep their files.
func runsDir(s *storage.Store) string {
	p := s.Path()
	return strings.TrimSuffix(p, filepath.Ext(p)) + ".runs"
}

// following is what a command that follows something was told.
type following struct {
	books   []string
	set     []string
	run     int
	step    string
	confirm string
	undo    int
	options string
}

func (f *following) flags(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.books, "runbooks", nil, "a further folder of runbooks; may be given more than once")
	c.Flags().StringArrayVar(&f.set, "set", nil, "a value: NAME=VALUE; may be given more than once")
}

// values reads --set.
func (f *following) values() (map[string]string, error) {
	out := map[string]string{}
	for _, s := range f.set {
		k, v, ok := strings.Cut(s, "=")
		if !ok || k == "" {
			return nil, model.Errorf(model.Invalid, "%q is no value: give NAME=VALUE", model.Brief(s, 60))
		}
		out[k] = v
	}
	return out, nil
}

// target splits the arguments NAME and INC, in either order.
func (a *app) target(ctx context.Context, args []string, usage string) (inc *model.Incident, name string, err error) {
	var ids, names []string
	for _, s := range args {
		if isID(s) {
			ids = append(ids, s)
		} else {
			names = append(names, s)
		}
	}
	if len(ids) > 1 || len(names) != 1 {
		return nil, "", wrongUse(usage)
	}
	id, _, err := a.incident(ctx, ids)
	if err != nil {
		return nil, "", err
	}
	inc, err = a.store.Incident(ctx, id)
	return inc, names[0], err
}

func (a *app) followRunbook(parent *cobra.Command) {
	var f following
	const plan = "plan NAME [INC]"
	c := a.add(parent, "", &cobra.Command{
		Use: plan, Short: "Show what a runbook would run, with the values filled in; run nothing",
		Example: "warroom runbook plan high-cpu --set deployment-name=orders --set new-count=6",
	}, func(ctx context.Context, args []string) error { return a.plan(ctx, args, "runbook "+plan, &f, false) })
	f.flags(c)
	c.Flags().IntVar(&f.undo, "undo", 0, "of the undo of run N")

	var g following
	const run = "run NAME [INC]"
	c = a.add(parent, "", &cobra.Command{
		Use: run, Short: "Follow a runbook: what only looks is run, everything else asks first",
		Long: "Follow a runbook in an incident. What only looks is run at once; what may change something is shown and asks first. " +
			"Everything goes into the timeline. Without a terminal nothing is asked: the run stops at the first step that needs a person, " +
			"says which, and ends with exit status 3; go on with --continue N here or in the room.",
		Example: "warroom runbook run high-cpu\nwarroom runbook run high-cpu --continue 1 --set new-count=6",
	}, func(ctx context.Context, args []string) error { return a.follow(ctx, args, "runbook "+run, &g, false) })
	g.flags(c)
	c.Flags().IntVar(&g.run, "continue", 0, "go on with run N instead of beginning a new one")
	c.Flags().IntVar(&g.undo, "undo", 0, "undo what run N did, newest first")
	c.Flags().StringVar(&g.step, "start-at", "", "begin at this step; earlier ones are skipped")
}

// plan prints what would be done.
func (a *app) plan(ctx context.Context, args []string, usage string, f *following, rollback bool) error {
	inc, name, err := a.target(ctx, args, usage)
	if err != nil {
		return err
	}
	values, err := f.values()
	if err != nil {
		return err
	}
	r, ref := a.runner(a.shelf(f.books)), play.Ref{ID: name, Rollback: rollback, Undo: f.undo}
	if f.options != "" {
		return a.pickList(ctx, r, inc, ref, values, f.options)
	}
	p, err := r.Plan(inc, ref, values)
	if err != nil {
		return err
	}
	if a.flag.json {
		if err := a.object(planOf(p)); err != nil {
			return err
		}
	} else if err := a.send(a.planPage(p)); err != nil {
		return err
	}
	for _, s := range p.Steps {
		for _, c := range s.Actions {
			if c.Blocked != "" && c.Runs() && !strings.Contains(c.Blocked, "<captured.") {
				return errNo // it cannot be run as it stands
			}
		}
	}
	return nil
}

// pickList prints what a value may be picked from.
func (a *app) pickList(ctx context.Context, r *runner.Runner, inc *model.Incident, ref play.Ref, values map[string]string, name string) error {
	list, err := r.Options(ctx, inc, ref, values, name)
	if err != nil {
		return err
	}
	if a.flag.json {
		return a.object(list)
	}
	var rows [][]cell
	for _, o := range list {
		rows = append(rows, []cell{c(model.Visible(o.Value)), {model.Visible(o.Text), faint}})
	}
	p := a.page()
	p.table(0, rows)
	return a.send(p)
}

func (a *app) planPage(p *play.Plan) *page {
	pg := a.page()
	pg.line(pg.t.in(strong, model.Visible(p.ID)), "  ", model.Visible(p.Title))
	if p.Lock != "" {
		pg.line("  target  ", model.Visible(p.Lock))
	}
	for _, n := range append(p.Losses(), p.Notes...) {
		pg.line("  ", pg.t.in(warn, "note"), "    ", model.Visible(n))
	}
	if m := p.Missing(); len(m) > 0 {
		pg.line("  ", pg.t.in(alarm, "missing"), " ", strings.Join(m, ", "), " is not on PATH")
	}
	var rows [][]cell
	for _, v := range p.Values {
		val := cell{model.Visible(v.Value), normal}
		switch {
		case v.Secret && v.Known:
			val = cell{"(secret, from " + model.Visible(v.From) + ")", faint}
		case v.Problem != "":
			val = cell{model.Visible(v.Problem), warn}
		}
		rows = append(rows, []cell{c(model.Visible(v.Name)), val})
	}
	pg.section("Values", rows)
	for _, s := range p.Steps {
		n := s.Number - 1
		pg.line("")
		pg.line(pg.t.in(strong, fmt.Sprintf("%d %s", n+1, model.Visible(s.Title))), pg.t.in(faint, phase(s)))
		if s.Off != "" {
			pg.line("    does not apply: ", model.Visible(s.Off))
		}
		if ap := s.Approval; ap != nil {
			pg.line("    ", pg.t.in(warn, fmt.Sprintf("asks %s first", count(ap.Required, "person", "people"))), map[bool]string{true: ", who has to type " + model.Visible(ap.Type)}[ap.Type != ""])
		}
		for k, act := range s.Actions {
			pg.line(fmt.Sprintf("  %d.%d ", n+1, k+1), model.Visible(act.Text), pg.t.in(faint, "  "+kindWords(act)))
			for _, l := range model.VisibleLines(act.Command) {
				if l != "" {
					pg.line("        ", pg.t.in(good, l))
				}
			}
			for _, b := range act.Bound {
				pg.line("          ", pg.t.in(faint, model.Visible(b)))
			}
			if act.Link != "" {
				pg.line("        link  ", model.Visible(act.Link))
			}
			if act.Criteria != "" {
				pg.line("        done when  ", model.Visible(act.Criteria))
			}
			if act.Undo != "" {
				pg.line("        undo  ", model.Visible(act.Undo))
			}
			if act.Attempts > 1 {
				pg.line(fmt.Sprintf("        tried  up to %d times", act.Attempts))
			}
			if act.Then != "" {
				pg.line("        if it fails  ", model.Visible(act.Then))
			}
			if act.Blocked != "" {
				pg.line("        ", pg.t.in(warn, "blocked: "+model.Visible(act.Blocked)))
			}
		}
	}
	return pg
}

func phase(s play.Step) string {
	if s.Phase == "" {
		return ""
	}
	return "  " + s.Phase
}

func kindWords(act play.Action) string {
	if !act.Runs() {
		return act.Kind
	}
	return strings.TrimSpace(act.Kind + " · " + cmp.Or(act.Risk, "unknown"))
}

// The plan as JSON.
type planJSON struct {
	ID       string         `json:"id"`
	Title    string         `json:"title"`
	Hash     string         `json:"hash"`
	Rollback bool           `json:"rollback"`
	Run      int            `json:"run,omitempty"`
	Lock     string         `json:"target,omitempty"`
	Notes    []string       `json:"notes"`
	Missing  []string       `json:"missing_programs"`
	Values   []valueJSON    `json:"values"`
	Steps    []planStepJSON `json:"steps"`
}

type valueJSON struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	From    string `json:"from"`
	Secret  bool   `json:"secret"`
	Problem string `json:"problem"`
}

type planStepJSON struct {
	ID       string           `json:"id"`
	Title    string           `json:"title"`
	Phase    string           `json:"phase"`
	Approval int              `json:"approvals"`
	Type     string           `json:"type_to_confirm"`
	Off      string           `json:"does_not_apply"`
	Skip     bool             `json:"skippable"`
	Actions  []planActionJSON `json:"actions"`
}

type planActionJSON struct {
	Text     string   `json:"text"`
	Kind     string   `json:"kind"`
	Command  string   `json:"command"`
	Bound    []string `json:"bound"`
	Hash     string   `json:"command_hash"`
	Risk     string   `json:"risk"`
	Blocked  string   `json:"blocked"`
	Criteria string   `json:"success_criteria"`
	Link     string   `json:"link"`
	Timeout  float64  `json:"timeout_seconds"`
	Undo     string   `json:"undo"`
	Then     string   `json:"if_it_fails"`
	Attempts int      `json:"attempts,omitempty"` // in all
	Again    bool     `json:"repeatable"`
}

func planOf(p *play.Plan) planJSON {
	v := planJSON{ID: p.ID, Title: p.Title, Hash: p.Hash, Rollback: p.Rollback, Run: p.Run, Lock: p.Lock, Notes: list(append(p.Losses(), p.Notes...)), Missing: list(p.Missing()), Values: []valueJSON{}, Steps: []planStepJSON{}}
	for _, x := range p.Values {
		v.Values = append(v.Values, valueJSON{x.Name, x.Value, x.From, x.Secret, x.Problem})
	}
	for _, s := range p.Steps {
		st := planStepJSON{ID: s.ID, Title: s.Title, Phase: s.Phase, Off: s.Off, Skip: s.Skippable, Actions: []planActionJSON{}}
		if s.Approval != nil {
			st.Approval, st.Type = s.Approval.Required, s.Approval.Type
		}
		for _, x := range s.Actions {
			st.Actions = append(st.Actions, planActionJSON{x.Text, x.Kind, x.Command, list(x.Bound), x.Hash, x.Risk, x.Blocked, x.Criteria, x.Link, x.Timeout.Seconds(), x.Undo, x.Then, x.Attempts, x.Repeatable})
		}
		v.Steps = append(v.Steps, st)
	}
	return v
}
