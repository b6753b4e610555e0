package cli

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"warroom/model"
	"warroom/runbooks"
	"warroom/runbooks/library"
)

// bookPage is a runbook to be read, step by step.
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
		for _, l := range execLines(&act.Exec) {
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
			for _, l := range execLines(&moves[i].Exec) {
				p.line("     " + p.t.in(good, "$ ") + model.Visible(l))
			}
		}
	}
	looks := func(title string, checks []runbooks.Check) {
		p.line()
		p.line(p.t.in(strong, title))
		for i := range checks {
			p.line("   - " + model.Visible(checks[i].Label()))
			for _, l := range execLines(&checks[i].Exec) {
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

// execLines are the lines of what would run, as written.
func execLines(e *runbooks.Exec) []string {
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
