package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
)

func (a *app) decision(root *cobra.Command) {
	a.propose(root)
	a.decide(root)

	const object = "object INC N WHY"
	a.add(root, groupLead, &cobra.Command{
		Use: object, Short: "Object strongly to proposal N", Annotations: map[string]string{freeText: "objection"},
	}, func(ctx context.Context, args []string) error {
		id, n, rest, err := a.numbered(ctx, args, object, "proposal")
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse(object)
		}
		return a.act(ctx, id, model.Object{N: n, Text: strings.Join(rest, " ")})
	}, slotIncident, slotProposal)

	const worked = "worked INC N yes|no [NOTE]"
	a.add(root, groupLead, &cobra.Command{
		Use: worked, Short: "Say whether what was decided worked", Annotations: map[string]string{freeText: "note"},
	}, func(ctx context.Context, args []string) error {
		id, n, rest, err := a.numbered(ctx, args, worked, "decision")
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse(worked)
		}
		o, err := model.ParseOutcome(rest[0])
		if err != nil {
			return model.Errorf(model.Invalid, "%q is neither yes nor no", model.Brief(rest[0], 20))
		}
		return a.act(ctx, id, model.VerifyDecision{N: n, Worked: o == model.OutcomeGo, Note: strings.Join(rest[1:], " ")})
	}, slotIncident, slotDecision, slotYesNo)
}

func (a *app) propose(root *cobra.Command) {
	var risk, silence string
	c := &cobra.Command{
		Use: "propose INC [TEXT]", Short: "Ask everybody for strong objections; without a text, show what was decided",
		Long: "Propose something and ask for strong objections. The silence is waited for (" + model.Span(model.DefaultSilence) +
			" if not said), but the commander may decide at any moment.",
		Example:     "warroom propose fail over to the replica --risk \"ten seconds of writes\"\nwarroom object 1 the replica lags\nwarroom decide 1 go @bob 5m error rate below 1 %\nwarroom worked 1 yes",
		Annotations: map[string]string{freeText: "proposal"},
	}
	a.add(root, groupLead, c, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		text := strings.Join(rest, " ")
		if text == "" {
			return a.board(ctx, id, a.decisions, func(i *model.Incident) any { return decisionsOf(i) }, "nothing was proposed")
		}
		cmd := model.Propose{Text: text, Risk: risk}
		if risk == "" { // as in the room, it may stand in the text behind "risk:"
			line, err := a.compose("/propose " + text)
			if err != nil {
				return err
			}
			if p, ok := line.(model.Propose); ok {
				cmd = p
			}
		}
		if cmd.Silence, err = spanOf(silence); err != nil {
			return err
		}
		return a.act(ctx, id, cmd)
	}, slotIncident)
	c.Flags().StringVar(&risk, "risk", "", "what may go wrong")
	c.Flags().StringVar(&silence, "silence", "", "how long objections are waited for: 10s, 1m")
}

func (a *app) decide(root *cobra.Command) {
	var who, in, verify, reason string
	const usage = "decide INC N go|no [@WHO] [5m] [HOW WE KNOW]"
	c := &cobra.Command{
		Use: usage, Short: "End the poll on proposal N",
		Long: "End the poll on proposal N. Behind go may stand who does it, when it is asked whether it worked, and how that is known; " +
			"behind no, why not. The flags say the same.",
		Example:     "warroom decide 1 go @bob 5m error rate below 1 %\nwarroom decide 2 go --who bob --in 5m --verify \"error rate below 1 %\"\nwarroom decide 3 no too risky at peak",
		Annotations: map[string]string{freeText: "text"},
	}
	a.add(root, groupLead, c, func(ctx context.Context, args []string) error {
		id, n, rest, err := a.numbered(ctx, args, usage, "proposal")
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse(usage)
		}
		if _, err := model.ParseOutcome(rest[0]); err != nil {
			return err
		}
		line, err := a.compose(fmt.Sprintf("/decide %d %s", n, strings.Join(rest, " ")))
		if err != nil {
			return err
		}
		cmd, ok := line.(model.TakeDecision)
		if !ok {
			return wrongUse(usage)
		}
		for _, f := range []struct {
			name, typed string
			to          *string
		}{{"who", who, &cmd.Executor}, {"verify", verify, &cmd.Verify}, {"reason", reason, &cmd.Reason}} {
			switch {
			case f.typed == "":
			case *f.to != "":
				return model.Errorf(model.Invalid, "--%s was said twice: %q stands in the text", f.name, model.Brief(*f.to, 40))
			default:
				*f.to = f.typed
			}
		}
		if in != "" {
			if cmd.VerifyIn, err = spanOf(in); err != nil {
				return err
			}
		}
		return a.act(ctx, id, cmd)
	}, slotIncident, slotProposal, slotOutcome)
	f := c.Flags()
	f.StringVar(&who, "who", "", "who does it")
	f.StringVar(&in, "in", "", "when it is asked whether it worked: 5m")
	f.StringVar(&verify, "verify", "", "how we know that it worked")
	f.StringVar(&reason, "reason", "", "why")
	a.flagWords(c, "who", slotPerson)
}

// decisions is what was proposed and what became of it.
func (a *app) decisions(p *page, i *model.Incident) {
	now := time.Now()
	var rows [][]cell
	for _, d := range i.Decisions {
		state := cell{"decided: " + string(d.Outcome), normal}
		switch {
		case d.Pending() && now.After(d.Silence):
			state = cell{"to be decided", warn}
		case d.Pending():
			state = cell{"any strong objections?", warn}
		case d.Worked == "yes":
			state = cell{"worked", good}
		case d.Worked == "no":
			state = cell{"did not work", alarm}
		case d.Unverified() && now.After(d.VerifyAt):
			state = cell{"did it work?", warn}
		}
		who := d.Executor
		if who == "" {
			who = d.By
		}
		rows = append(rows, []cell{c(fmt.Sprint(d.N)), state, {"@" + model.Brief(who, 24), faint}, c(model.Visible(d.Text))})
		more := func(text string) {
			rows = append(rows, []cell{c(""), c(""), c(""), {"  " + model.Visible(text), faint}})
		}
		if d.Risk != "" {
			more("risk: " + d.Risk)
		}
		for _, o := range d.Objections {
			more("@" + o.By + " objects: " + o.Text)
		}
		if d.Verify != "" || d.Unverified() {
			more(strings.TrimSuffix("known by "+a.stamp(d.VerifyAt)+": "+d.Verify, ": "))
		}
	}
	p.section("Decisions", rows)
}
