package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
)

// lastShown is how many entries the page of an incident ends with.
const lastShown = 10

func (a *app) show(root *cobra.Command) {
	a.add(root, groupRead, &cobra.Command{
		Use: "show INC", Short: "Show an incident on one page",
		Example: "warroom show\nwarroom show INC-20261123 --json",
	}, func(ctx context.Context, args []string) error {
		i, err := a.read(ctx, args, "show INC")
		if err != nil {
			return err
		}
		now := time.Now()
		if a.flag.json {
			return a.object(incidentOf(i, a.rules(), now))
		}
		entries, err := a.store.Timeline(ctx, i.ID, model.Window{Back: true, Limit: lastShown})
		if err != nil {
			return err
		}
		p := a.page()
		a.facts(p, i, now)
		a.advice(p, i, now)
		a.roles(p, i, now)
		a.sized(p, i)
		a.orders(p, i, now)
		a.due(p, i, now)
		a.hypotheses(p, i)
		a.options(p, i)
		a.decisions(p, i)
		a.mitigations(p, i)
		a.teams(p, i)
		if len(i.Roll) > 0 {
			a.rollCall(p, i)
		}
		a.runs(p, i)
		a.links(p, i)
		a.milestones(p, i)
		a.todos(p, i)
		p.line()
		p.line(a.term.in(strong, "Timeline"), a.term.in(faint, fmt.Sprintf("  the last %d of %d", len(entries), i.Lines)))
		a.timeline(p, entries, &day{})
		p.line()
		p.line(a.term.in(faint, fmt.Sprintf("record #%d %s", i.Seq, i.Head.Short())))
		return a.send(p)
	}, slotIncident)
}

// facts is the head of the page.
func (a *app) facts(p *page, i *model.Incident, now time.Time) {
	drill := ""
	if i.Drill {
		drill = a.term.in(warn, "DRILL ")
	}
	p.line(a.term.severity(i.Severity), "  ", drill, a.term.in(strong, model.Visible(i.Title)))
	status := string(i.Status)
	if ph := i.Status.Phase(); ph != "" && !strings.EqualFold(string(ph), status) {
		status += " (" + string(ph) + ")"
	}
	if i.DuplicateOf != "" {
		status += ", duplicate of " + model.Visible(i.DuplicateOf)
	}
	ic := a.term.in(alarm, "NO COMMANDER")
	switch name := i.Commander(); {
	case name != "":
		ic = "commander " + a.term.in(strong, model.Visible(name))
	case !i.Leaderless():
		ic = "no commander"
	case !i.VacantSince.IsZero():
		ic = a.term.in(alarm, "NO COMMANDER for "+model.Span(max(0, now.Sub(i.VacantSince))))
	}
	p.line(i.ID, "  ", status, " for ", model.Span(max(0, now.Sub(i.StatusSince))), "  elapsed ", model.FaceOf(i.Elapsed(now)), "  ", ic)
	p.line()
	rows := [][]cell{}
	if t, ok := i.At(model.ImpactStarted); ok {
		rows = append(rows, []cell{{"impact since", faint}, c(a.stamp(t))})
	}
	declared, _ := i.At(model.Declared)
	rows = append(rows, []cell{{"declared", faint}, c(a.stamp(declared) + " by " + model.Visible(i.By))})
	if i.Source != "" || i.Detection != "" {
		how := model.Visible(i.Source)
		if i.Detection != "" {
			how = strings.TrimPrefix(how+", "+i.Detection.Words(), ", ")
		}
		rows = append(rows, []cell{{"detected by", faint}, c(how)})
	}
	for _, x := range i.Alerts {
		if x.Detached.IsZero() {
			state := ""
			if !x.Cleared.IsZero() {
				state = ", cleared " + a.stamp(x.Cleared)
			}
			rows = append(rows, []cell{{"alert", faint}, c(fmt.Sprintf("%s%s (line %d)%s", pick(x.Count > 1, fmt.Sprintf("%d × ", x.Count), ""), model.Visible(x.Title), x.Group, state))})
		}
	}
	_, known := i.Elapsed(now)
	if t, ended := i.Ended(); ended && known {
		rows = append(rows, []cell{{"ended", faint}, c(a.stamp(t))})
	}
	if len(i.Services) > 0 {
		rows = append(rows, []cell{{"services", faint}, c(model.Visible(strings.Join(i.Services, ", ")))})
	}
	if i.Review.Owner != "" {
		rows = append(rows, []cell{{"postmortem", faint}, c(model.Visible(i.Review.Owner) + ", due " + a.stamp(i.Review.Due))})
	}
	p.table(0, rows)
	if i.Description != "" {
		p.line()
		for _, l := range model.VisibleLines(i.Description) {
			for _, w := range p.t.wrap(l, p.t.width-2) {
				p.line("  " + w)
			}
		}
	}
}

// roles is the role board: the usual five always, others while held.
func (a *app) roles(p *page, i *model.Incident, now time.Time) {
	p.line()
	p.line(a.term.in(strong, "Roles"))
	var rows [][]cell
	for _, r := range model.Roles {
		held := false
		for _, h := range i.Roles {
			if h.Role == r {
				held = true
				rows = append(rows, []cell{c(r.Label()), {model.Brief(h.Person, 24), strong}, {model.Span(max(0, now.Sub(h.Since))), faint}})
			}
		}
		if held {
			continue
		}
		for _, always := range model.BoardRoles {
			if r != always {
				continue
			}
			vacant := cell{"vacant", faint}
			if r == model.Commander && i.Leaderless() {
				vacant = cell{"NO COMMANDER", alarm}
			}
			rows = append(rows, []cell{c(r.Label()), vacant})
		}
	}
	p.table(2, rows)
	for _, o := range i.Offers {
		p.line("  ", a.term.in(warn, fmt.Sprintf("%s is offered by %s to %s, not accepted for %s", o.Role,
			model.Brief(o.From, 24), model.Brief(o.To, 24), model.Span(max(0, now.Sub(o.At))))))
	}
}

// orders are those still to be done, and how many have ended.
func (a *app) orders(p *page, i *model.Incident, now time.Time) {
	if len(i.Orders) == 0 {
		return
	}
	var rows [][]cell
	ended := 0
	for _, o := range i.Orders {
		if !o.Pending() {
			ended++
			continue
		}
		due := cell{"due in " + model.Span(o.Due.Sub(now)), normal}
		if o.Overdue(now) {
			due = cell{"overdue by " + model.Span(now.Sub(o.Due)), alarm}
		}
		rows = append(rows, []cell{c(fmt.Sprint(o.N)), {"@" + model.Brief(o.Person, 24), strong}, due, {string(o.State), faint}, c(model.Visible(o.Task))})
	}
	p.line()
	p.line(a.term.in(strong, "Orders"), a.term.in(faint, fmt.Sprintf("  %d ended", ended)))
	p.table(2, rows)
}

// advice is what doctrine suggests now. That nobody commands stands in the head
// already.
func (a *app) advice(p *page, i *model.Incident, now time.Time) {
	first := true
	for _, d := range i.Advise(a.rules(), now) {
		if d.Topic == "commander" {
			continue
		}
		if first {
			p.line()
			first = false
		}
		for k, l := range p.t.wrap(model.Visible(d.Text), p.t.width-2) {
			p.line(a.term.in(warn, pick(k == 0, "! ", "  ")+l))
		}
	}
}

// due are the clocks besides those of the orders, which stand by themselves.
func (a *app) due(p *page, i *model.Incident, now time.Time) {
	var clocks []model.Clock
	for _, c := range i.Clocks(a.rules(), now) {
		if c.Kind != model.ClockOrder {
			clocks = append(clocks, c)
		}
	}
	p.section("Due", a.rail(clocks, now))
}

func (a *app) milestones(p *page, i *model.Incident) {
	p.line()
	p.line(a.term.in(strong, "Milestones"))
	var rows [][]cell
	var unknown []string
	for _, m := range model.Milestones {
		k, ok := i.Milestones[m]
		if !ok {
			unknown = append(unknown, m.String())
			continue
		}
		note := ""
		if k.Void {
			note = "no longer true"
		} else if !k.First.Equal(k.At) {
			note = "first " + a.stamp(k.First)
		}
		rows = append(rows, []cell{c(m.String()), c(a.stamp(k.At)), {note, faint}})
	}
	p.table(2, rows)
	if len(unknown) > 0 {
		for _, w := range p.t.wrap("unknown: "+strings.Join(unknown, ", "), p.t.width-2) {
			p.line("  ", a.term.in(faint, w))
		}
	}
}

func (a *app) todos(p *page, i *model.Incident) {
	if len(i.Todos) == 0 {
		return
	}
	p.line()
	p.line(a.term.in(strong, "Follow-ups"))
	var rows [][]cell
	for _, t := range i.Todos {
		rows = append(rows, []cell{c(fmt.Sprintf("#%d", t.Seq)), {model.Brief(t.By, 24), faint}, c(model.Visible(t.Text))})
	}
	p.table(2, rows)
}
