package cli

import (
	"context"
	"fmt"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"warroom/model"
)

type gateJSON struct {
	State      model.GateState `json:"state"`
	Missing    string          `json:"missing"`
	Checks     []gateCheckJSON `json:"checks"`
	SoakEnd    *time.Time      `json:"soak_end"`
	Ask        string          `json:"ask"`
	Confirmed  string          `json:"confirmed_by"`
	Overridden string          `json:"overridden_by"`
	Reason     string          `json:"reason"`
}

type gateCheckJSON struct {
	Name         string     `json:"name"`
	Result       string     `json:"result"`
	Value        string     `json:"value"`
	Green        int        `json:"green"`
	Need         int        `json:"need"`
	Samples      int        `json:"samples"`
	Failed       int        `json:"failed"`
	Inconclusive int        `json:"inconclusive"`
	Flaps        int        `json:"flaps"`
	At           *time.Time `json:"at"`
}

func (a *app) verify(root *cobra.Command) {
	var books []string
	var set, override string
	var confirm, watch bool
	const usage = "verify INC"
	c := a.add(root, groupAct, &cobra.Command{
		Use: usage, Short: "Prove that it is over: look at the recovery gate's checks once",
		Long: "Look once at every check of the recovery gate, write down what was seen, and say where the gate stands. The gate opens when every check " +
			"was green often enough in a row, all of them for long enough, and a person said yes; no data is never recovery. " +
			"Exit status 3: not proven.",
		Example: "warroom verify --set http-5xx   # the exit criteria of this runbook are those of the incident\n" +
			"warroom verify --watch          # look again until all is green for long enough\n" +
			"warroom verify --confirm\nwarroom verify --override \"the check itself is broken\"",
	}, func(ctx context.Context, args []string) error {
		id, err := a.one(ctx, args, usage)
		if err != nil {
			return err
		}
		r := a.runner(a.shelf(books))
		if set != "" {
			if err := r.SetGate(ctx, id, set); err != nil {
				return err
			}
		}
		if override != "" {
			return a.act(ctx, id, model.OverrideGate{Reason: override})
		}
		if confirm {
			return a.act(ctx, id, model.ConfirmGate{})
		}
		for {
			_, looked := r.SampleGate(ctx, id)
			inc, err := a.store.Incident(ctx, id)
			switch {
			case err != nil:
				return err
			case looked == nil:
			case model.CodeOf(looked) != model.Conflict || inc.Gate == nil:
				return looked
			case !watch:
				a.hint(model.Message(looked)) // where it stands is said all the same
			}
			st := inc.Gate.State(time.Now())
			if err := a.gate(inc.Gate); err != nil {
				return err
			}
			switch st {
			case model.GateReady, model.GateOpen, model.GateOverride:
				return nil
			case model.GateFailed:
				return errNo
			}
			if !watch {
				return errNo
			}
			next, ok := r.GateDue(inc)
			if !ok {
				return errNo
			}
			select {
			case <-time.After(time.Until(next)):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}, slotIncident)
	c.Flags().StringArrayVar(&books, "runbooks", nil, "a further folder of runbooks; may be given more than once")
	c.Flags().StringVar(&set, "set", "", "take the exit criteria of this runbook first")
	c.Flags().BoolVar(&watch, "watch", false, "look again until it is proven, or cannot be")
	c.Flags().BoolVar(&confirm, "confirm", false, "say yes: customers are served again")
	c.Flags().StringVar(&override, "override", "", "go past the gate, with this reason (the commander only)")
}

// gate prints where a gate stands.
func (a *app) gate(g *model.Gate) error {
	now := time.Now()
	st := g.State(now)
	if a.flag.json {
		return a.object(gateOf(g, now))
	}
	p := a.page()
	p.line("recovery gate: ", p.t.in(gateStyle(st), string(st)))
	var rows [][]cell
	for _, k := range g.Checks {
		res := cell{k.Last, alarm}
		switch k.Last {
		case model.CheckOK:
			res.style = good
		case model.CheckInconclusive:
			res.style = warn
		}
		rows = append(rows, []cell{c(model.Visible(k.Name)), res, c(fmt.Sprintf("%d of %d green", min(k.Green, k.Need), k.Need)), {model.Visible(k.Value), faint}})
	}
	p.table(2, rows)
	if m := g.Missing(now); m != "" && st != model.GateWaiting {
		p.line("  ", model.Visible(m))
	}
	return a.send(p)
}

// gateOf is a gate for scripts; nil without one.
func gateOf(g *model.Gate, now time.Time) *gateJSON {
	if g == nil {
		return nil
	}
	v := gateJSON{State: g.State(now), Missing: g.Missing(now), Checks: []gateCheckJSON{}, Ask: g.Ask, Confirmed: g.Confirmed, Overridden: g.Overridden, Reason: g.Reason}
	if !g.GreenSince.IsZero() {
		v.SoakEnd = moment(g.SoakEnd())
	}
	for _, k := range g.Checks {
		v.Checks = append(v.Checks, gateCheckJSON{k.Name, k.Last, k.Value, k.Green, k.Need, k.Samples, k.Failed, k.Blank, k.Flaps, moment(k.LastAt)})
	}
	return &v
}

func gateStyle(s model.GateState) lipgloss.Style {
	switch s {
	case model.GateOpen, model.GateReady:
		return good
	case model.GateFailed:
		return alarm
	}
	return warn
}
