package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/runbooks"
	"warroom/runbooks/library"
	"warroom/runbooks/lint"
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
			q := library.For(i)
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

func (a *app) bookPage(p *page, it library.Item) {
	b := it.Book
	p.line(p.t.in(strong, model.Visible(b.Title)))
	about := []string{b.ID, string(it.Origin)}
	if b.Owner != "" {
		about = append(about, "owned by "+b.Owner)
	}
	if b.Reviewed != "" {
		about = append(about, "reviewed "+b.Reviewed)
	}
	if it.Origin != library.BuiltIn {
		about = append(about, it.Path)
	}
	p.line(p.t.in(faint, model.Visible(strings.Join(about, " · "))))
	a.prose(p, b.Description, 0)
	var rows [][]cell
	for _, t := range b.Triggers {
		switch {
		case t.Alert != "":
			rows = append(rows, []cell{c("alert"), c(model.Brief(t.Alert, 80))})
		case t.Metric != "":
			text := strings.TrimSpace(t.Metric + " " + t.Threshold)
			if t.Duration > 0 {
				text += " for " + t.Duration.String()
			}
			rows = append(rows, []cell{c("metric"), c(model.Brief(text, 80))})
		}
	}
	p.section("When", rows)
	a.valueRows(p, b.Params)
	if len(b.Prerequisites) > 0 {
		p.line()
		p.line(p.t.in(strong, "Before"))
		for _, q := range b.Prerequisites {
			text := model.Visible(q.Title)
			if q.Check != nil {
				text += p.t.in(faint, "  (checked)")
			}
			p.line("  " + text)
		}
	}
	for i := range b.Steps {
		a.stepPage(p, &b.Steps[i])
	}
	rows = nil
	for _, id := range b.Rollback {
		rows = append(rows, []cell{c(model.Brief(id, 60))})
	}
	p.section("Ways back", rows)
	rows = nil
	if b.Recovery != nil {
		for i := range b.Recovery.Checks {
			k := &b.Recovery.Checks[i]
			rows = append(rows, []cell{c(model.Brief(k.Label(), 60)), {fmt.Sprintf("%d in a row, every %s", max(k.Consecutive, 1), cmp.Or(k.Interval, runbooks.Duration(30*time.Second))), faint}})
		}
		if b.Recovery.Soak > 0 {
			rows = append(rows, []cell{c("then " + b.Recovery.Soak.String() + " without a failure"), c("")})
		}
	}
	p.section("Over when", rows)
	rows = nil
	for _, e := range b.Escalation {
		rows = append(rows, []cell{c("after " + e.After.String()), c(model.Brief(e.Contact, 80))})
	}
	p.section("Escalation", rows)
}

func (a *app) valueRows(p *page, params []runbooks.Param) {
	var rows [][]cell
	for _, v := range params {
		hint := cmp.Or(v.Default, v.Example)
		if hint != "" {
			hint = "such as " + hint
		}
		if v.Default != "" {
			hint = "else " + v.Default
		}
		rows = append(rows, []cell{c("<" + model.Brief(v.Name, 40) + ">"), {v.Kind(), faint}, c(model.Brief(v.Label, 60)), {model.Brief(hint, 60), faint}})
	}
	p.section("Values", rows)
}

func (a *app) stepPage(p *page, s *runbooks.Step) {
	p.line()
	head := fmt.Sprintf("%d. %s", s.Number, model.Visible(s.Title))
	if s.Phase != "" {
		head = p.t.in(strong, head) + p.t.in(faint, "  "+s.Phase)
	} else {
		head = p.t.in(strong, head)
	}
	if s.Approval != nil {
		head += p.t.in(warn, "  needs a yes")
	}
	p.line(head)
	a.prose(p, s.Description, 3)
	for i := range s.Actions {
		act := &s.Actions[i]
		sign := "- "
		text := model.Visible(act.Description)
		if text == "" && act.Runs() {
			text = "run"
		}
		if act.Runs() {
			style := faint
			if act.Risk.Or().Mutates() {
				style = warn
			}
			text += "  " + p.t.in(style, string(act.Risk.Or()))
		}
		for j, l := range p.t.wrap(text, p.t.width-5) {
			if j > 0 {
				sign = "  "
			}
			p.line("   " + sign + l)
		}
		if act.Link != "" {
			p.line("     " + p.t.in(faint, model.Visible(act.Link)))
		}
		for _, l := range shown(&act.Exec) {
			p.line("     " + p.t.in(good, "$ ") + model.Visible(l))
		}
		if act.SuccessCriteria != "" {
			p.line("     done when " + model.Visible(act.SuccessCriteria))
		}
		if act.Irreversible != "" {
			p.line("     " + p.t.in(warn, "no way back: ") + model.Visible(act.Irreversible))
		}
		if act.Note != "" {
			p.line("     " + p.t.in(warn, "note: ") + model.Visible(act.Note))
		}
	}
}

func (a *app) strategyPage(p *page, it library.Item) {
	s := it.Strategy
	p.line(p.t.in(strong, model.Visible(s.Title)))
	p.line(p.t.in(faint, model.Visible(strings.Join([]string{s.ID, "rollback", s.Type, string(it.Origin)}, " · "))))
	a.prose(p, s.Description, 0)
	back := "can be undone"
	if !s.Risk.Reversible {
		back = "cannot be undone"
	}
	p.section("Risk", [][]cell{{c(string(s.Risk.Level)), c(back)}, {c("data loss"), c(cmp.Or(s.Risk.DataLoss, "none"))}, {c("reaches"), c(model.Visible(s.Risk.BlastRadius))}})
	a.valueRows(p, s.Params)
	part := func(title string, moves []runbooks.Move) {
		if len(moves) == 0 {
			return
		}
		p.line()
		p.line(p.t.in(strong, title))
		for i := range moves {
			p.line("   - " + model.Visible(cmp.Or(moves[i].Title, moves[i].ID)))
			for _, l := range shown(&moves[i].Exec) {
				p.line("     " + p.t.in(good, "$ ") + model.Visible(l))
			}
		}
	}
	looks := func(title string, checks []runbooks.Check) {
		p.line()
		p.line(p.t.in(strong, title))
		for i := range checks {
			p.line("   - " + model.Visible(checks[i].Label()))
			for _, l := range shown(&checks[i].Exec) {
				p.line("     " + p.t.in(good, "$ ") + model.Visible(l))
			}
		}
	}
	looks("Guards", s.Guards)
	part("Kept before", s.Capture)
	part("Shown before", s.Preview)
	part("Does", s.Execute)
	looks("Verified by", s.Verify)
	part("Undo", s.Undo)
	for _, n := range s.Notes {
		a.prose(p, n, 0)
	}
}

// shown are the lines of what would run, as written.
func shown(e *runbooks.Exec) []string {
	switch {
	case e.Text() != "":
		return strings.Split(strings.TrimRight(e.Text(), "\n"), "\n")
	case len(e.Argv) > 0:
		quoted := make([]string, len(e.Argv))
		for i, s := range e.Argv {
			if quoted[i] = s; s == "" || strings.ContainsAny(s, " \t\n\"'\\$&|;*?(){}[]`") {
				quoted[i] = "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
			}
		}
		return []string{strings.Join(quoted, " ")}
	case e.HTTP != nil:
		return []string{cmp.Or(e.HTTP.Method, "GET") + " " + e.HTTP.URL}
	}
	return nil
}

// prose prints foreign text of several lines, indented.
func (a *app) prose(p *page, text string, indent int) {
	if strings.TrimSpace(text) == "" {
		return
	}
	for _, l := range model.VisibleLines(strings.TrimSpace(text)) {
		for _, w := range p.t.wrap(l, p.t.width-indent) {
			p.line(strings.Repeat(" ", indent) + w)
		}
	}
}

func (a *app) lintBooks(parent *cobra.Command) {
	var strict bool
	var named []string
	const usage = "lint FILE|DIR …"
	c := a.add(parent, "", &cobra.Command{
		Use: usage, Short: "What is wrong with runbooks and strategies, by line; - reads a pipe",
		Long:    "Errors forbid running; warnings are advice. The names of the rules never change, so that a script can count on them. The answer is no (exit status 3) when there is an error, with --strict also when there is a warning.",
		Example: "warroom runbook lint .warroom/runbooks\nwarroom runbook lint new.yaml --strict --json",
	}, func(_ context.Context, args []string) error {
		if len(args) == 0 {
			return wrongUse("runbook " + usage)
		}
		lib := a.shelf(append(slices.Clone(named), folders(args)...))()
		o := lint.Options{Now: time.Now(), Strategy: func(id string) bool {
			it, err := lib.Strategy(id)
			return err == nil && it.ID == id
		}}
		problems := []runbooks.Problem{}
		files := 0
		for _, arg := range args {
			paths := []string{arg}
			if st, err := os.Stat(arg); err == nil && st.IsDir() {
				if paths, err = library.Files(arg, ".yaml", ".yml"); err != nil {
					return model.Wrap(model.Invalid, err, "%s cannot be read", model.Brief(arg, 200))
				}
			}
			for _, path := range paths {
				data, err := a.bookFile(path)
				if err != nil {
					return err
				}
				files++
				problems = append(problems, lint.File(path, data, o)...)
			}
		}
		errs, warnings := lint.Count(problems)
		if err := a.printProblems(problems, files); err != nil {
			return err
		}
		if errs > 0 || strict && warnings > 0 {
			return errNo
		}
		return nil
	}, slotFile)
	c.Flags().BoolVar(&strict, "strict", false, "warnings are a no, too")
	a.bookFolders(c, &named)
}

// folders are the arguments that are folders: strategies in them count as known.
func folders(args []string) []string {
	var out []string
	for _, arg := range args {
		st, err := os.Stat(arg)
		switch {
		case err != nil:
		case st.IsDir():
			out = append(out, arg)
		default:
			out = append(out, filepath.Dir(arg))
		}
	}
	return out
}

func (a *app) bookFile(path string) ([]byte, error) {
	if path != "-" {
		return library.ReadFile(path)
	}
	data, err := io.ReadAll(io.LimitReader(a.in, runbooks.MaxFile+1))
	if err != nil {
		return nil, model.Wrap(model.Internal, err, "the pipe cannot be read")
	}
	return data, nil
}

func (a *app) printProblems(problems []runbooks.Problem, files int) error {
	if a.flag.json {
		return a.object(problems)
	}
	p := a.page()
	for _, q := range problems {
		style := warn
		if q.Level == runbooks.LevelError {
			style = alarm
		}
		p.linef("%s:%d:%d: %s: %s %s", model.Visible(q.File), q.Line, q.Column, p.t.in(style, q.Level), model.Visible(q.Message), p.t.in(faint, "("+q.Rule+")"))
	}
	errs, warnings := lint.Count(problems)
	p.linef("%s: %s, %s", count(files, "file", "files"), count(errs, "error", "errors"), count(warnings, "warning", "warnings"))
	return a.send(p)
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
