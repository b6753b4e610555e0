package cli

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"warroom/model"
)

// situation is what the commander sees of the trouble itself: the size-up, how
// many customers reported it, and where people meet.
func (a *app) situation(root *cobra.Command) {
	a.sizeUp(root)
	a.reports(root)
	a.link(root)
}

func (a *app) sizeUp(root *cobra.Command) {
	var symptoms, scope, trend, planB string
	const usage = "sizeup INC --symptoms … --scope … --trend … --plan-b …"
	c := &cobra.Command{
		Use: "sizeup INC", Short: "Say how the situation looks; without flags, show it",
		Long: "Say how the situation looks: what is wrong, which services, regions and customers, where it is going (" +
			strings.Join(model.Trends, ", ") + ", or in your words), and what is done if the present plan fails. An empty text takes a part away.",
		Example: "warroom sizeup --symptoms \"one in five payments fails\" --scope \"checkout, EU\" --trend rising\nwarroom sizeup --plan-b \"switch payments to the second provider\"",
	}
	a.add(root, groupLead, c, func(ctx context.Context, args []string) error {
		id, err := a.one(ctx, args, usage)
		if err != nil {
			return err
		}
		var cmd model.Size
		for _, f := range []struct {
			name string
			from *string
			to   **string
		}{{"symptoms", &symptoms, &cmd.Symptoms}, {"scope", &scope, &cmd.Scope}, {"trend", &trend, &cmd.Trend}, {"plan-b", &planB, &cmd.PlanB}} {
			if c.Flags().Changed(f.name) {
				*f.to = f.from
			}
		}
		if cmd != (model.Size{}) {
			return a.act(ctx, id, cmd)
		}
		return a.board(ctx, id, a.sized, func(i *model.Incident) any { return sizeUpOf(i) }, "nobody has sized it up yet: warroom "+usage)
	}, slotIncident)
	f := c.Flags()
	f.StringVar(&symptoms, "symptoms", "", "what is wrong")
	f.StringVar(&scope, "scope", "", "which services, regions, customers")
	f.StringVar(&trend, "trend", "", strings.Join(model.Trends, ", "))
	f.StringVar(&planB, "plan-b", "", "what if this does not work")
	a.words(c, "trend", func() []string { return model.Trends })
}

// sized is the size-up card.
func (a *app) sized(p *page, i *model.Incident) {
	var rows [][]cell
	for _, r := range [][2]string{{"symptoms", i.SizeUp.Symptoms}, {"scope", i.SizeUp.Scope}, {"trend", i.SizeUp.Trend}, {"plan B", i.SizeUp.PlanB}} {
		if r[1] != "" {
			rows = append(rows, []cell{{r[0], faint}, c(model.Visible(r[1]))})
		}
	}
	if i.Reports > 0 {
		rows = append(rows, []cell{{"reports", faint}, c(count(i.Reports, "customer", "customers"))})
	}
	if u := i.Update; !u.At.IsZero() {
		rows = append(rows, []cell{{"last update", faint}, c(a.stamp(u.At) + " by " + model.Brief(u.By, 24) + ": " + model.Visible(u.Text))})
	}
	if u := i.Update; u.Next.After(u.At) {
		rows = append(rows, []cell{{"next update", faint}, c("promised at " + a.stamp(u.Next))})
	}
	p.section("Situation", rows)
}

func (a *app) reports(root *cobra.Command) {
	const usage = "reports INC [+3] [NOTE]"
	a.add(root, groupLead, &cobra.Command{
		Use: usage, Short: "Count customers who reported the trouble; without a number, say how many",
		Example:     "warroom reports +3\nwarroom reports +12 \"since the newsletter\"\nwarroom reports -- -2 \"counted twice\"",
		Annotations: map[string]string{freeText: "note"},
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) > 0 {
			n, err := strconv.Atoi(strings.TrimPrefix(rest[0], "+"))
			if err != nil {
				return model.Errorf(model.Invalid, "%q is no number of reports: give for example +3", model.Brief(rest[0], 20))
			}
			return a.act(ctx, id, model.CountReports{Add: n, Note: strings.Join(rest[1:], " ")})
		}
		i, err := a.store.Incident(ctx, id)
		if err != nil {
			return err
		}
		if a.flag.json {
			return a.object(struct {
				Incident string `json:"incident"`
				Reports  int    `json:"reports"`
			}{id, i.Reports})
		}
		p := a.page()
		p.line(count(i.Reports, "customer report", "customer reports"))
		return a.send(p)
	}, slotIncident)
}

func (a *app) link(root *cobra.Command) {
	var remove bool
	const usage = "link INC [NAME] [URL]"
	c := a.add(root, groupLead, &cobra.Command{
		Use: usage, Short: "Say where people meet; without an address, print it",
		Long:    "Say where people meet or look: bridge, channel, doc. With a name alone its address is printed, with nothing all are; --remove takes one away.",
		Example: "warroom link bridge https://meet.example.com/war\nxdg-open \"$(warroom link bridge)\"\nwarroom link bridge --remove",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		switch {
		case err != nil:
			return err
		case len(rest) > 2, remove && len(rest) != 1:
			return wrongUse(pick(remove, "link INC NAME --remove", usage))
		case len(rest) == 2 && strings.TrimSpace(rest[1]) == "":
			return model.Errorf(model.Invalid, "the address of %q is empty: give one, or take the link away with --remove", model.Brief(rest[0], 30))
		case len(rest) == 2:
			return a.act(ctx, id, model.SetLink{Name: rest[0], URL: rest[1]})
		case len(rest) == 0:
			return a.board(ctx, id, a.links, func(i *model.Incident) any { return list(i.Links) }, "there are no links")
		}
		i, err := a.store.Incident(ctx, id)
		if err != nil {
			return err
		}
		for _, l := range i.Links {
			switch {
			case l.Name != strings.ToLower(rest[0]):
			case remove:
				return a.act(ctx, id, model.SetLink{Name: l.Name})
			case a.flag.json:
				return a.object(l)
			default:
				p := a.page()
				p.line(model.Visible(l.URL))
				return a.send(p)
			}
		}
		return model.Errorf(model.NotFound, "there is no link %q in %s", model.Brief(rest[0], 30), id)
	}, slotIncident, slotLink)
	c.Flags().BoolVar(&remove, "remove", false, "take the link away")
}

// links are the places where people meet.
func (a *app) links(p *page, i *model.Incident) {
	var rows [][]cell
	for _, l := range i.Links {
		rows = append(rows, []cell{c(model.Visible(l.Name)), c(model.Visible(l.URL))})
	}
	p.section("Links", rows)
}
