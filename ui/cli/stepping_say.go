package cli

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"warroom/model"
	"warroom/model/play"
)

func (s *stepping) head(step play.Step, k int, act play.Action) {
	p := s.a.page()
	p.line(p.t.in(strong, model.Visible(step.Title)), "  ", model.Visible(act.Text), p.t.in(faint, "  "+kindWords(act)))
	for _, l := range model.VisibleLines(act.Command) {
		if l != "" {
			p.line("    ", p.t.in(good, l))
		}
	}
	for _, b := range act.Bound {
		p.line("      ", p.t.in(faint, model.Visible(b)))
	}
	_ = s.a.send(p)
}

// say reports one step of a run.
func (s *stepping) say(v runJSON) error {
	if s.a.flag.json {
		return s.a.object(v)
	}
	p := s.a.page()
	switch {
	case v.Outcome != "":
		p.line(fmt.Sprintf("run %d of %s is %s", s.n, s.id, v.Outcome))
	case v.Needs != "":
		p.line(p.t.in(warn, fmt.Sprintf("run %d stops at step %s, action %d: %s", s.n, model.Visible(v.Step), v.Action, model.Visible(v.Text))))
		p.line("  it needs ", model.Visible(v.Needs))
		p.line(fmt.Sprintf("  go on with --continue %d, or in the room on screen 3", s.n))
	default:
		st := good
		if model.ActionState(v.State).Bad() {
			st = alarm
		}
		text := strings.ReplaceAll(v.State, "_", " ")
		if v.Exit != nil && *v.Exit != 0 {
			text += fmt.Sprintf(", exit %d", *v.Exit)
		}
		p.line("    ", p.t.in(st, text), p.t.in(faint, ", "+model.Span(time.Duration(v.Took)*time.Millisecond)), noteOf(v.Note))
	}
	return s.a.send(p)
}

func noteOf(s string) string {
	if s == "" {
		return ""
	}
	return ": " + model.Visible(s)
}

// offered is an offer as a command line.
func offered(o play.Offer) string {
	kind := "runbook"
	if o.Rollback {
		kind = "rollback"
	}
	switch o.Kind {
	case play.OfferUndo:
		return fmt.Sprintf("undo it: warroom %s run %s --undo %d", kind, o.ID, o.Undo)
	case play.OfferRollback:
		return fmt.Sprintf("roll back: warroom rollback plan %s%s", o.ID, sets(o.Values))
	}
	return o.Words
}

// sets are values as options of a command line.
func sets(values map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(values)) {
		b.WriteString(" --set " + k + "=" + values[k])
	}
	return b.String()
}

// watch prints what is new until the job has ended. An interrupt asks it to end,
// each further one asks harder: warroom itself goes last, since what is cut off with
// it may be left half-done.
func (s *stepping) watch(ctx context.Context, job play.Job) {
	stop := context.AfterFunc(ctx, job.Stop)
	defer stop()
	signals, interrupts := make(chan os.Signal, 8), 0
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	shown := 0
	show := func() {
		if s.a.flag.json {
			return
		}
		o := job.Output()
		p := s.a.page()
		last := len(o.Lines)
		select {
		case <-job.Done():
		default:
			last = max(0, last-1) // the last line may not have ended
		}
		if o.Dropped > 0 && shown > last {
			shown = last
		}
		for ; shown < last; shown++ {
			p.line("      ", p.t.in(faint, "│ "), model.Visible(o.Lines[shown].Text))
		}
		_ = s.a.send(p)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-job.Done():
			show()
			return
		case <-signals:
			if interrupts++; interrupts > 1 { // the first one has ended ctx
				job.Stop()
			}
		case <-tick.C:
			show()
		}
	}
}

func (s *stepping) tell(text string) { fmt.Fprintln(s.a.out, text) }
