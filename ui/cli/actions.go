package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/review"
)

// actionItems is the list of what reviews asked for, over all incidents.
func (a *app) actionItems(root *cobra.Command) {
	var all bool
	var owner, service string
	parent := &cobra.Command{
		Use: "actions INC", Short: "Action items over all incidents, or of one: what is due, and what was done in time",
		Example: "warroom actions\nwarroom actions --owner me\nwarroom actions add INC-20261123 \"Add an alert for pool usage\" --owner bob --due 2026-12-01 --priority P1 --type detect\nwarroom actions done INC-20261123 1 \"alert is live\"",
	}
	c := a.add(root, groupRead, parent, func(ctx context.Context, args []string) error {
		if len(args) > 1 {
			return wrongUse("actions INC")
		}
		if err := a.existing(ctx); err != nil {
			return err
		}
		id := ""
		if len(args) == 1 {
			var err error
			if id, err = a.store.Resolve(ctx, args[0]); err != nil {
				return err
			}
		}
		f := model.ActionFilter{Owner: owner}
		if model.SamePerson(owner, "me") {
			f.Owner = a.actor
		}
		if service != "" {
			f.Services = []string{service}
		}
		rows, err := a.store.Actions(ctx, f)
		if err != nil {
			return err
		}
		now := time.Now()
		counted := rows[:0:0]
		for _, r := range rows {
			if id == "" || r.Incident == id {
				counted = append(counted, r)
			}
		}
		count := model.CountActions(counted, now)
		shown := counted[:0:0]
		for _, r := range counted {
			if all || id != "" || r.Open() {
				shown = append(shown, r)
			}
		}
		if a.flag.json {
			out := actionsJSON{Count: count, Items: []actionJSON{}}
			for _, r := range shown {
				out.Items = append(out.Items, actionOf(r, now))
			}
			return a.object(out)
		}
		return a.send(a.actionsPage(shown, count, now))
	}, slotIncident)
	f := c.Flags()
	f.BoolVar(&all, "all", false, "also what is done or dropped")
	f.StringVar(&owner, "owner", "", "only this person's; me is you")
	f.StringVar(&service, "service", "", "only of incidents of this service")
	a.flagWords(c, "owner", slotPerson)
	a.actionWrites(parent)
}

type actionsJSON struct {
	Count model.ActionCount `json:"count"`
	Items []actionJSON      `json:"action_items"`
}

type actionJSON struct {
	Incident      string         `json:"incident_id"`
	IncidentTitle string         `json:"incident_title"`
	Services      []string       `json:"services"`
	Severity      model.Severity `json:"severity"`
	model.ActionItem
	Overdue bool `json:"overdue"`
	AgeDays int  `json:"age_days"`
}

func actionOf(r model.ActionRow, now time.Time) actionJSON {
	return actionJSON{r.Incident, r.Title, list(r.Services), r.Severity, r.ActionItem, r.Overdue(now), int(max(0, now.Sub(r.At)) / (24 * time.Hour))}
}

func (a *app) actionsPage(rows []model.ActionRow, n model.ActionCount, now time.Time) *page {
	p := a.page()
	if n == (model.ActionCount{}) {
		a.hint("there are no action items: warroom actions add INC TITLE enters one")
		return p
	}
	parts := []string{fmt.Sprintf("%d open", n.Open)}
	if n.Overdue > 0 {
		parts = append(parts, p.t.in(alarm, fmt.Sprintf("%d overdue", n.Overdue)))
	}
	if n.Done > 0 {
		s := fmt.Sprintf("%d done", n.Done)
		if dated := n.OnTime + n.Late; dated > 0 {
			s += fmt.Sprintf(", %d of %d with a date in time", n.OnTime, dated)
		}
		parts = append(parts, s)
	}
	if n.Dropped > 0 {
		parts = append(parts, fmt.Sprintf("%d dropped", n.Dropped))
	}
	p.line(strings.Join(parts, " · "))
	var cells [][]cell
	for _, r := range rows {
		due := cell{"no date", faint}
		switch {
		case !r.Open():
			due = cell{string(r.State) + " " + string(model.DateOf(r.Ended)), faint}
		case r.Overdue(now):
			due = cell{"overdue since " + string(r.Due), alarm}
		case r.Due != "":
			due = c(string(r.Due))
		}
		who := cell{"nobody", warn}
		if r.Owner != "" {
			who = cell{"@" + model.Brief(r.Owner, 20), normal}
		}
		title := model.Visible(r.ActionItem.Title)
		if r.Ticket != "" {
			title += " · " + model.Visible(r.Ticket)
		}
		cells = append(cells, []cell{due, c(pick(r.Priority != "", string(r.Priority), "-")), who, {fmt.Sprintf("%s #%d", r.Incident, r.N), faint}, c(title)})
	}
	p.table(2, cells)
	return p
}

// itemFlags are the parts of an action item.
type itemFlags struct{ owner, priority, kind, category, due, ticket string }

func (f *itemFlags) add(a *app, c *cobra.Command) {
	s := c.Flags()
	s.StringVar(&f.owner, "owner", "", "who does it")
	s.StringVar(&f.priority, "priority", "", "P0, P1 or P2")
	s.StringVar(&f.kind, "type", "", "prevent, detect, mitigate or process")
	s.StringVar(&f.category, "category", "", "documentation, monitoring, automation …")
	s.StringVar(&f.due, "due", "", "the day: 2026-11-30, or 10d or 2w from today")
	s.StringVar(&f.ticket, "ticket", "", "the ticket elsewhere: an address or a key")
	a.flagWords(c, "owner", slotPerson)
	a.words(c, "priority", func() []string { return []string{"P0", "P1", "P2"} })
	a.words(c, "type", func() []string { return []string{"prevent", "detect", "mitigate", "process"} })
}

func (a *app) actionWrites(parent *cobra.Command) {
	var f itemFlags
	var todo int64
	const add = "add INC TITLE"
	c := a.add(parent, "", &cobra.Command{
		Use: add, Short: "Enter an action item", Annotations: map[string]string{freeText: "title"},
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		due, err := model.ParseDay(f.due, time.Now())
		if err != nil {
			return err
		}
		cmd := model.AddAction{
			Title: strings.Join(rest, " "), Owner: f.owner, Priority: model.Priority(f.priority), Type: model.ActionType(f.kind), Category: f.category,
			Due: due, Ticket: f.ticket, Todo: todo,
		}
		r, err := a.do(ctx, id, cmd)
		if err != nil {
			return err
		}
		added := r.Incident.Actions[len(r.Incident.Actions)-1]
		for _, advice := range review.Judge(review.Action{N: added.N, Title: added.Title}).Advice {
			a.hint(advice)
		}
		return a.written(r)
	}, slotIncident)
	f.add(a, c)
	c.Flags().Int64Var(&todo, "todo", 0, "the follow-up it comes from, by the number of its entry")

	var g itemFlags
	const change = "change INC N [TITLE]"
	ch := a.add(parent, "", &cobra.Command{
		Use: change, Short: "Change item N; --owner \"\" takes the owner away", Annotations: map[string]string{freeText: "title"},
	}, nil, slotIncident)
	g.add(a, ch)
	ch.RunE = a.handle(ch, func(ctx context.Context, args []string) error {
		id, n, rest, err := a.numbered(ctx, args, "actions "+change, "action item")
		if err != nil {
			return err
		}
		cmd := model.ChangeAction{N: n, Title: said(strings.Join(rest, " "))}
		set := ch.Flags().Changed
		if set("owner") {
			cmd.Owner = &g.owner
		}
		if set("priority") {
			p := model.Priority(g.priority)
			cmd.Priority = &p
		}
		if set("type") {
			t := model.ActionType(g.kind)
			cmd.Type = &t
		}
		if set("category") {
			cmd.Category = &g.category
		}
		if set("ticket") {
			cmd.Ticket = &g.ticket
		}
		if set("due") {
			d, err := model.ParseDay(g.due, time.Now())
			if err != nil {
				return err
			}
			cmd.Due = &d
		}
		return a.act(ctx, id, cmd)
	})
	for _, w := range []struct {
		use, short, text string
		build            func(n int, text string) model.Command
	}{
		{"done INC N [RESULT]", "Say that item N is done", "result", func(n int, t string) model.Command { return model.FinishAction{N: n, Result: t} }},
		{"drop INC N REASON", "Give item N up, with the reason", "reason", func(n int, t string) model.Command { return model.DropAction{N: n, Reason: t} }},
		{"reopen INC N [REASON]", "Item N is not done after all", "reason", func(n int, t string) model.Command { return model.ReopenAction{N: n, Reason: t} }},
	} {
		a.add(parent, "", &cobra.Command{Use: w.use, Short: w.short, Annotations: map[string]string{freeText: w.text}}, func(ctx context.Context, args []string) error {
			id, n, rest, err := a.numbered(ctx, args, "actions "+w.use, "action item")
			if err != nil {
				return err
			}
			return a.act(ctx, id, w.build(n, strings.Join(rest, " ")))
		}, slotIncident)
	}
}
