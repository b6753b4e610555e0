package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"warroom/model"
)

// mdTime is how the Markdown record writes times; it says once that they are UTC.
const mdTime = "2006-01-02 15:04:05"

// markdown writes an incident as a record to read: facts, roles, what was
// believed and decided, milestones, orders, follow-ups, the timeline with what was corrected, and the head of the
// chain, with which a printed record can be checked against the file later.
func (x *export) markdown(ctx context.Context, id string) error {
	i, err := x.a.store.Incident(ctx, id)
	if err != nil {
		return err
	}
	drill := ""
	if i.Drill {
		drill = "Drill: "
	}
	x.line("# %s%s", drill, md(i.Title))
	x.facts(i)
	if i.Description != "" {
		x.line("\n## Description\n")
		for _, l := range model.VisibleLines(i.Description) {
			x.line("> %s", mdLine(l))
		}
	}
	x.people(i)
	x.lead(i)
	x.milestones(i)
	x.orders(i)
	if len(i.Todos) > 0 {
		x.line("\n## Follow-ups\n")
		for _, t := range i.Todos {
			x.line("- [ ] %s (#%d, %s)", mdCell(t.Text), t.Seq, md(t.By))
		}
	}
	x.line("\n## Timeline\n\nTimes are UTC. **●** marks what is important.\n")
	x.row("No.", "Time", "Who", "", "Entry")
	x.row("---:", "---", "---", "---", "---")
	err = x.timeline(ctx, id, i.Seq, func(e model.Entry) error {
		x.row(fmt.Sprintf("#%d", e.Seq), x.time(e.When), md(e.Actor), pick(e.Mark, "**●**", ""), mdEntry(e))
		return nil
	})
	if err != nil {
		return err
	}
	if err := x.corrections(ctx, i); err != nil {
		return err
	}
	x.line("\n---\n")
	x.line("Head of the hash chain: `%s #%d %s`. `warroom audit %s` checks the record against it.", i.ID, i.Seq, i.Head, i.ID)
	return nil
}

func (x *export) line(format string, args ...any) { fmt.Fprintf(x.w, format+"\n", args...) }

func (x *export) row(cells ...string) { x.line("| %s |", strings.Join(cells, " | ")) }

func (x *export) time(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format(mdTime)
}

func (x *export) facts(i *model.Incident) {
	x.line("")
	x.row("", "")
	x.row("---", "---")
	x.row("Incident", i.ID)
	x.row("Severity", i.Severity.String()+" ("+i.Severity.Word()+")")
	status := string(i.Status)
	if i.DuplicateOf != "" {
		status += ", duplicate of " + md(i.DuplicateOf)
	}
	x.row("Status", status+" since "+x.time(i.StatusSince))
	declared, _ := i.At(model.Declared)
	x.row("Declared", x.time(declared)+" by "+md(i.By))
	if i.Source != "" {
		x.row("Detected by", md(i.Source))
	}
	if len(i.Services) > 0 {
		x.row("Services", md(strings.Join(i.Services, ", ")))
	}
	end, over := i.Ended()
	switch d, known := i.Elapsed(x.now); {
	case !known:
		x.row("Duration", "unknown")
	case over:
		x.row("Ended", x.time(end))
		x.row("Duration", model.Span(d))
	default:
		x.row("Duration", model.Span(d)+", going on")
	}
	x.row("Commander", pick(i.Commander() != "", md(i.Commander()), "none"))
}

func (x *export) people(i *model.Incident) {
	if len(i.Roles) == 0 {
		return
	}
	x.line("\n## Roles\n")
	x.row("Role", "Person", "Since")
	x.row("---", "---", "---")
	for _, r := range model.Roles {
		for _, h := range i.Roles {
			if h.Role == r {
				x.row(r.String(), md(h.Person), x.time(h.Since))
			}
		}
	}
}

func (x *export) milestones(i *model.Incident) {
	x.line("\n## Milestones\n")
	x.row("Milestone", "Time", "")
	x.row("---", "---", "---")
	for _, m := range model.Milestones {
		k, ok := i.Milestones[m]
		note := ""
		switch {
		case ok && k.Void:
			note = "no longer true"
		case ok && !k.First.Equal(k.At):
			note = "first " + x.time(k.First)
		}
		x.row(m.String(), x.time(k.At), note)
	}
}

func (x *export) orders(i *model.Incident) {
	if len(i.Orders) == 0 {
		return
	}
	x.line("\n## Orders\n")
	x.row("No.", "Person", "Task", "Given by", "Given", "Due", "State", "Result")
	x.row("---:", "---", "---", "---", "---", "---", "---", "---")
	for _, o := range i.Orders {
		state := string(o.State)
		if !o.Ended.IsZero() {
			state += " " + x.time(o.Ended)
		}
		x.row(fmt.Sprint(o.N), md(o.Person), mdCell(o.Task), md(o.By), x.time(o.Given), x.time(o.Due), state, mdCell(o.Result))
	}
}

// corrections lists what was changed of the timeline, with the words before.
func (x *export) corrections(ctx context.Context, i *model.Incident) error {
	none := true
	return x.a.store.Each(ctx, i.ID, func(e model.Event) error {
		b, ok := e.Body.(*model.Amendment)
		if !ok || e.Seq > i.Seq {
			return nil
		}
		if none {
			none = false
			x.line("\n## Corrections\n")
			x.row("Entry", "Corrected", "By", "Change", "Before")
			x.row("---:", "---", "---", "---", "---")
		}
		before := ""
		if b.Line != nil {
			before = mdCell(b.Was)
		}
		x.row(fmt.Sprintf("#%d", b.Target), x.time(e.Recorded), md(e.Actor), mdCell(b.Text()), before)
		return nil
	})
}

// mdEntry is the text of an entry for a table.
func mdEntry(e model.Entry) string {
	text := mdCell(e.Line)
	if e.Kind.Written() && e.Kind != model.KindNote {
		text = "**" + string(e.Kind) + ":** " + text
	}
	if e.Struck {
		return text + " *(taken back)*"
	}
	if e.Amended > 0 {
		text += " *(corrected)*"
	}
	return text
}

// mdSpecial are the characters that mean something inside a line of Markdown.
// They are written as numbers of HTML rather than with a backslash, because what
// follows a number can never change its meaning, whatever dialect reads it.
const mdSpecial = "\\`*_[]<>|~&#$"

// md writes foreign text so that it stays text in one line of Markdown: nothing
// in it can end a table cell, hide behind a link or become HTML.
func md(s string) string {
	s = model.Visible(s)
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(mdSpecial, s[i]) >= 0 {
			fmt.Fprintf(&b, "&#%d;", s[i])
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// mdCell is md for text of several lines in a table.
func mdCell(s string) string {
	lines := model.VisibleLines(s)
	for i, l := range lines {
		lines[i] = md(l)
	}
	return strings.Join(lines, "<br>")
}

// mdLine is md for a line that stands at the beginning of a block, where a dash,
// a plus, a number or blanks would make a list or code of it.
func mdLine(s string) string {
	t := strings.TrimLeft(s, " ")
	indent := strings.Repeat("&nbsp;", len(s)-len(t))
	digits := strings.TrimLeft(t, "0123456789")
	switch {
	case t == "":
		return ""
	case t[0] == '-' || t[0] == '+':
		return fmt.Sprintf("%s&#%d;%s", indent, t[0], md(t[1:]))
	case digits != t && digits != "" && (digits[0] == '.' || digits[0] == ')'):
		return fmt.Sprintf("%s%s&#%d;%s", indent, t[:len(t)-len(digits)], digits[0], md(digits[1:]))
	}
	return indent + md(t)
}
