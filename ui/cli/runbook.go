package cli

import (
	"bytes"
	"context"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/runbooks/library"
	"warroom/runbooks/schema"
)

// bookCommands are those that look at runbooks and care for them. Following one is
// in follow.go, and bringing others' in bookimport.go.
func (a *app) bookCommands(root *cobra.Command) {
	parent := a.runbookRoot(root)
	parent.Short = "Runbooks: find one, follow one, bring your own"
	parent.Example = "warroom runbook list replica lag\nwarroom runbook show replication-lag\nwarroom runbook import docs/runbooks --out ~/.config/warroom/runbooks\nwarroom runbook lint ~/.config/warroom/runbooks"
	a.listBooks(parent)
	a.showBook(parent)
	a.lintBooks(parent)
	a.importBooks(parent)
	a.bookSchema(parent)
}

// bookJSON is a runbook in a list.
type bookJSON struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Origin   string   `json:"origin"`
	Path     string   `json:"path"`
	Owner    string   `json:"owner,omitempty"`
	Tags     []string `json:"tags,omitempty"`
	Services []string `json:"services,omitempty"`
	Steps    int      `json:"steps"`
	Score    int      `json:"score,omitempty"`
	Reasons  []string `json:"reasons,omitempty"`
	Hides    []string `json:"hides,omitempty"`
}

func (a *app) listBooks(parent *cobra.Command) {
	var named []string
	const usage = "list [INC] [WORD …]"
	c := a.add(parent, "", &cobra.Command{
		Use: usage, Short: "All runbooks, those that hold the words, or those that fit an incident, best first",
		Long: "Without an incident all runbooks are listed, or those that hold every word. With one, those that fit it are listed, best first, with the reason.\n\n" +
			"Runbooks are built in, or lie in " + library.UserDir() + ", in .warroom/runbooks of the project you stand in, or in a folder named by --runbooks. Of two with the same id the nearer one counts.",
		Annotations: map[string]string{freeText: "search"},
	}, func(ctx context.Context, args []string) error {
		lib := a.shelf(named)()
		var found []library.Match
		switch {
		case len(args) > 0 && isID(args[0]):
			id, rest, err := a.incident(ctx, args)
			if err != nil {
				return err
			}
			i, err := a.store.Incident(ctx, id)
			if err != nil {
				return err
			}
			q := asks(a.store, i)
			q.Text += " " + strings.Join(rest, " ")
			found = lib.Suggest(q)
		default:
			found = lib.Search(strings.Join(args, " "))
		}
		if a.flag.json {
			out := []bookJSON{}
			for _, m := range found {
				b := m.Item.Book
				out = append(out, bookJSON{m.Item.ID, m.Item.Title, string(m.Item.Origin), m.Item.Path, b.Owner, b.Tags, b.Services, len(b.Steps), m.Score, m.Reason, m.Item.Hides})
			}
			return a.object(out)
		}
		p := a.page()
		var rows [][]cell
		for _, m := range found {
			row := []cell{{model.Brief(m.Item.ID, 40), strong}, c(count(len(m.Item.Book.Steps), "step", "steps")), {string(m.Item.Origin), faint}, c(model.Brief(m.Item.Title, 100))}
			if len(m.Reason) > 0 {
				row[3].text += "  (" + model.Brief(strings.Join(m.Reason, "; "), 100) + ")"
			}
			rows = append(rows, row)
		}
		p.table(0, rows)
		if len(rows) == 0 {
			a.hint("no runbook fits: warroom runbook list shows all")
		}
		a.badBooks(lib)
		return a.send(p)
	}, slotIncident)
	a.bookFolders(c, &named)
}

// badBooks names the files that could not be used, beside what was asked for.
func (a *app) badBooks(lib *library.Library) {
	for _, b := range lib.Bad() {
		a.hint("not used: " + model.Visible(model.Message(b.Err)))
	}
}

func (a *app) bookFolders(c *cobra.Command, named *[]string) {
	c.Flags().StringArrayVar(named, "runbooks", nil, "a further folder of runbooks; may be given more than once")
}

func (a *app) showBook(parent *cobra.Command) {
	var named []string
	var asYAML bool
	const usage = "show NAME|FILE"
	c := a.add(parent, "", &cobra.Command{
		Use: usage, Short: "A runbook or a rollback strategy, step by step, or as the YAML it is",
		Example: "warroom runbook show high-cpu\nwarroom runbook show high-cpu --yaml > ~/.config/warroom/runbooks/high-cpu.yaml",
	}, func(_ context.Context, args []string) error {
		if len(args) != 1 {
			return wrongUse("runbook " + usage)
		}
		it, err := a.bookOrFile(args[0], named)
		if err != nil {
			return err
		}
		switch {
		case asYAML && a.term.tty:
			p := a.page()
			for _, l := range model.VisibleLines(strings.TrimRight(string(it.Data), "\n")) {
				p.line(l)
			}
			return a.send(p)
		case asYAML:
			return a.write(it.Data)
		case a.flag.json:
			return a.bookObject(it)
		}
		p := a.page()
		if it.Book != nil {
			a.bookPage(p, it)
		} else {
			a.strategyPage(p, it)
		}
		return a.send(p)
	}, slotBook)
	a.bookFolders(c, &named)
	c.Flags().BoolVar(&asYAML, "yaml", false, "print the file as it is")
}

// bookOrFile finds a runbook or a strategy by its id, or reads a file.
func (a *app) bookOrFile(name string, named []string) (library.Item, error) {
	if strings.ContainsAny(name, `/\`) || strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") {
		data, err := library.ReadFile(name)
		if err != nil {
			return library.Item{}, err
		}
		return library.Read(name, data)
	}
	lib := a.shelf(named)()
	it, err := lib.Find(name)
	if err == nil {
		return it, nil
	}
	if st, serr := lib.Strategy(name); serr == nil {
		return st, nil
	}
	if model.CodeOf(err) != model.NotFound {
		return it, err
	}
	for _, b := range lib.Bad() {
		if library.IDFromPath(b.Path) == name {
			return it, b.Err
		}
	}
	var ids []string
	for _, it := range append(lib.Books(), lib.Strategies()...) {
		ids = append(ids, it.ID)
	}
	if best := nearest(name, ids); best != "" {
		return it, model.Errorf(model.NotFound, "there is no runbook %q: did you mean %s?", model.Brief(name, 60), best)
	}
	return it, model.Errorf(model.NotFound, "there is no runbook %q: warroom runbook list shows all", model.Brief(name, 60))
}

// bookObject prints a runbook as JSON with the names of its YAML fields, and where
// it is from.
func (a *app) bookObject(it library.Item) error {
	var of any = it.Strategy
	if it.Book != nil {
		of = it.Book
	}
	out, err := yaml.Marshal(of)
	if err != nil {
		return model.Wrap(model.Internal, err, "%s cannot be written", it.ID)
	}
	var m map[string]any
	if err := yaml.Unmarshal(out, &m); err != nil {
		return model.Wrap(model.Internal, err, "%s cannot be written", it.ID)
	}
	m["origin"], m["path"] = string(it.Origin), it.Path
	return a.object(m)
}

func (a *app) bookSchema(parent *cobra.Command) {
	const usage = "schema"
	a.add(parent, "", &cobra.Command{
		Use: usage, Short: "The JSON Schema of runbooks and strategies, for editors",
		Long:    "The JSON Schema of runbooks and strategies. An editor with a YAML language server uses it when a file begins with\n# yaml-language-server: $schema=runbook.schema.json",
		Example: "warroom runbook schema > runbook.schema.json",
	}, func(_ context.Context, args []string) error {
		if len(args) != 0 {
			return wrongUse("runbook " + usage)
		}
		return a.write(bytes.TrimLeft(schema.JSON(), "\n"))
	})
}
