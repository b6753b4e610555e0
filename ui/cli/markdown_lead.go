package cli

import (
	"fmt"
	"strings"

	"warroom/model"
)

// lead writes what the incident was led by: each part only if there is any of it.
func (x *export) lead(i *model.Incident) {
	u := i.SizeUp
	var rows [][]string
	for _, r := range [][]string{{"Symptoms", u.Symptoms}, {"Scope", u.Scope}, {"Trend", u.Trend}, {"Plan B", u.PlanB}} {
		if r[1] != "" {
			rows = append(rows, []string{r[0], md(r[1])})
		}
	}
	if i.Reports > 0 {
		rows = append(rows, []string{"Customer reports", fmt.Sprint(i.Reports)})
	}
	if s := i.Update; !s.At.IsZero() {
		rows = append(rows, []string{"Last update", x.time(s.At) + " by " + md(s.By) + ": " + mdCell(s.Text)})
	}
	if s := i.Update; s.Next.After(s.At) {
		rows = append(rows, []string{"Next update promised", x.time(s.Next)})
	}
	x.table("Situation", []string{"", ""}, rows)

	rows = nil
	for _, l := range i.Links {
		rows = append(rows, []string{md(l.Name), md(l.URL)})
	}
	x.table("Links", []string{"Place", "Address"}, rows)

	rows = nil
	for _, h := range i.Hypotheses {
		rows = append(rows, []string{fmt.Sprint(h.N), mdCell(h.Text), md(h.By), h.State.String(), x.time(h.Since), mdCells(h.Evidence)})
	}
	x.table("Hypotheses", []string{"No.", "Hypothesis", "By", "State", "Since", "Evidence"}, rows)

	rows = nil
	for _, d := range i.Decisions {
		rows = append(rows, []string{fmt.Sprint(d.N), mdCell(d.Text), mdCell(d.Risk), md(d.By), x.time(d.At), mdCells(objections(d)), x.outcome(d)})
	}
	x.table("Decisions", []string{"No.", "Proposal", "Risk", "By", "Proposed", "Objections", "Outcome"}, rows)

	rows = nil
	for _, o := range i.Options {
		became := "open"
		switch {
		case o.Dropped:
			became = "dropped"
		case o.Decision > 0:
			became = fmt.Sprintf("proposal %d", o.Decision)
		}
		rows = append(rows, []string{fmt.Sprint(o.N), mdCell(o.Text), mdCell(o.Weighs()), md(o.By), x.time(o.At), became})
	}
	x.table("Options", []string{"No.", "Option", "What speaks for and against", "By", "Since", "Became"}, rows)

	rows = nil
	for _, m := range i.Mitigations {
		until, gone := "not said", "in place"
		if !m.Until.IsZero() {
			until = x.time(m.Until)
		}
		if !m.InPlace() {
			gone = x.time(m.Removed)
		}
		rows = append(rows, []string{fmt.Sprint(m.N), mdCell(m.Text), md(m.Owner), x.time(m.At), until, gone})
	}
	x.table("Temporary mitigations", []string{"No.", "What", "Owner", "Since", "Until", "Removed"}, rows)

	rows = nil
	for _, t := range i.Teams {
		rows = append(rows, []string{md(t.Name), md(t.Leader), md(strings.Join(t.Members, ", ")), mdCell(t.Task), x.time(t.Since)})
	}
	x.table("Teams", []string{"Team", "Leader", "Members", "Task", "Since"}, rows)

	rows = nil
	for _, c := range i.Roll {
		rows = append(rows, []string{mdCell(c.System), md(c.Person), string(c.State), x.time(c.At)})
	}
	x.table("Roll call", []string{"System", "Who", "Is", "Said"}, rows)

	rows = nil
	for _, k := range i.Clocks(x.a.rules(), x.now) {
		if k.Prompts() {
			continue // it is called or it passes
		}
		rows = append(rows, []string{x.time(k.Due), mdCell(k.Text), md(k.Person), pick(k.Overdue(x.now), "overdue", "") +
			pick(k.Snoozed, " put off", "") + pick(k.Seen != "", " seen by "+md(k.Seen), "")})
	}
	x.table("Due", []string{"Time", "What", "Who", ""}, rows)

	if advice := i.Advise(x.a.rules(), x.now); len(advice) > 0 {
		x.line("\n## Advice\n")
		for _, d := range advice {
			x.line("- %s", md(d.Text))
		}
	}
	if i.Review.Owner != "" {
		x.line("\n## Review\n\nThe postmortem is written by %s, due %s.", md(i.Review.Owner), x.time(i.Review.Due))
	}
}

// table writes a heading and a table, or nothing where there are no rows.
func (x *export) table(title string, head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	x.line("\n## %s\n", title)
	x.row(head...)
	rule := make([]string, len(head))
	for i, h := range head {
		rule[i] = pick(h == "No.", "---:", "---")
	}
	x.row(rule...)
	for _, r := range rows {
		x.row(r...)
	}
}

// outcome is what became of a proposal, for a table.
func (x *export) outcome(d model.Decision) string {
	if d.Pending() {
		return "not decided"
	}
	s := string(d.Outcome) + " " + x.time(d.Decided)
	if d.Executor != "" {
		s += ", done by " + md(d.Executor)
	}
	switch {
	case d.Worked == "yes":
		s += ", worked"
	case d.Worked == "no":
		s += ", did not work"
	case d.Unverified():
		s += ", known by " + x.time(d.VerifyAt)
	}
	if d.Verify != "" {
		s += ": " + mdCell(d.Verify)
	}
	return s
}

func objections(d model.Decision) []string {
	var out []string
	for _, o := range d.Objections {
		out = append(out, o.By+": "+o.Text)
	}
	return out
}

// mdCells is mdCell for a list.
func mdCells(texts []string) string { return mdCell(strings.Join(texts, "\n")) }
