package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aymanbagabas/go-udiff"

	"warroom/model"
	"warroom/model/play"
	"warroom/runbooks"
	"warroom/runbooks/call"
	"warroom/runbooks/output"
	"warroom/runbooks/proc"
)

// job is an action that runs.
type job struct {
	r    *Runner
	w    *ready
	mu   sync.Mutex
	run  *call.Job
	text []string // of what has no output of its own: checks, waiting, a comparison
	// instead says that text is shown in place of the output.
	instead bool
	asked   int          // to end
	halt    atomic.Int32 // and it is to
	done    chan struct{}
	end     model.ActionEnded
	failed  model.ActionState // of the call itself, before anything was verified
	err     error
	ver     atomic.Int64
}

// Done is closed when the end and what follows it are in the record, or cannot get
// there.
func (j *job) Done() <-chan struct{} { return j.done }

// End is how it ended; only after Done.
func (j *job) End() (model.ActionEnded, error) { return j.end, j.err }

// held says how often an action has to be asked to end before it is: what is
// called finish would leave something half-done.
var held = map[string]struct {
	times int
	why   string
}{
	runbooks.CancelAsk:    {1, "cutting this off may leave something half-done: ask again to end it"},
	runbooks.CancelFinish: {2, "this is let finish, since cutting it off would leave it half-done: ask twice more to end it all the same"},
}

// Stop asks it to end.
func (j *job) Stop() {
	j.mu.Lock()
	h := held[j.w.item.onCancel]
	j.asked++
	asked, run := j.asked, j.run
	j.mu.Unlock()
	if asked <= h.times {
		if asked == 1 {
			j.say("%s", h.why)
		}
		return
	}
	j.halt.Add(1)
	if run != nil {
		run.Stop()
	}
}

// Version grows with the output.
func (j *job) Version() int64 {
	j.mu.Lock()
	run := j.run
	j.mu.Unlock()
	v := j.ver.Load()
	if run != nil {
		v += run.Version()
	}
	return v
}

// Output is what was printed up to now.
func (j *job) Output() play.Output {
	j.mu.Lock()
	run, text, instead, file := j.run, j.text, j.instead, j.w.file
	j.mu.Unlock()
	o := play.Output{File: file, Version: j.Version()}
	if run != nil && !instead {
		v := run.View()
		o.Bytes, o.Dropped = v.Total, v.Dropped
		for _, l := range v.Lines {
			o.Lines = append(o.Lines, play.Line{Text: l.Text, Err: l.Stream == output.Err})
		}
	}
	for _, l := range text {
		o.Lines = append(o.Lines, play.Line{Text: l})
	}
	return o
}

func (j *job) say(format string, args ...any) {
	j.mu.Lock()
	j.text = append(j.text, fmt.Sprintf(format, args...))
	j.mu.Unlock()
	j.ver.Add(1)
}

// work runs the action to its end and writes that down, again where the runbook
// says so.
func (j *job) work() {
	defer close(j.done)
	defer j.r.forget(j)
	for n := 1; ; n++ {
		j.attempt()
		pause, again := j.again(n)
		if again {
			j.end.Note = join(j.end.Note, fmt.Sprintf("attempt %d of %d, again in %s", n, j.w.item.retry.Attempts, model.Span(pause)))
		} else if o := j.w.item.onFailure; o != nil && o.Rollback != "" && failed(j.end.State) {
			j.end.Note = join(j.end.Note, "the runbook offers the rollback "+o.Rollback)
		}
		j.record()
		if !again || j.err != nil || !j.anew(pause) {
			break
		}
	}
	if j.err == nil {
		j.r.after(j.w.at, j.end.State)
	}
}

// failed: it was carried out and did not work.
func failed(s model.ActionState) bool {
	return s == model.ActionFailed || s == model.ActionTimedOut
}

// again says whether a failed attempt is followed by another, and after how long.
// Only what may be repeated is, and never what was stopped by a person.
func (j *job) again(n int) (time.Duration, bool) {
	r := j.w.item.retry
	if r == nil || !j.w.item.idempotent || n >= r.Attempts || j.halt.Load() > 0 || !failed(j.failed) {
		return 0, false
	}
	if len(r.OnExit) > 0 && (j.end.Exit == nil || !slices.Contains(r.OnExit, *j.end.Exit)) {
		return 0, false
	}
	return min(r.Backoff.Or(2*time.Second)<<min(n-1, 20), r.MaxBackoff.Or(time.Minute)), true
}

// anew waits and begins the next attempt: looked at, approved and written down as
// the first was. False if it may not.
func (j *job) anew(pause time.Duration) bool {
	if j.sleep(pause); j.halt.Load() > 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	w, err := j.r.prepare(ctx, j.w.at)
	if err == nil {
		var start *model.StartAction
		if start, err = j.r.intent(w, j.w.call.Hash, false); err == nil {
			err = j.r.declare(ctx, w, start)
		}
	}
	if err != nil {
		j.say("there is no further attempt: %s", model.Message(err))
		return false
	}
	j.mu.Lock()
	j.w, j.run, j.text, j.instead = w, nil, nil, false
	j.mu.Unlock()
	j.end, j.failed = model.ActionEnded{}, ""
	j.ver.Add(1)
	return true
}

// attempt runs the action once.
func (j *job) attempt() {
	start := time.Now()
	switch {
	case j.w.call != nil:
		j.call()
	case j.w.item.kind == "wait":
		j.wait()
	default:
		j.check(j.w.item.check)
	}
	j.end.Took = time.Since(start).Milliseconds()
}

func (j *job) call() {
	if j.w.item.wait > 0 {
		if j.sleep(j.w.item.wait); j.halt.Load() > 0 {
			j.end.State = model.ActionCancelled
			return
		}
	}
	run, err := j.w.call.Start(j.w.file, room(j.w.scope.Dir))
	if err != nil {
		j.end.State, j.end.Note = model.ActionFailed, j.w.scope.Hide.Safe(model.Message(err))
		j.say("%s", j.end.Note)
		return
	}
	j.mu.Lock()
	j.run = run
	j.mu.Unlock()
	if j.halt.Load() > 0 { // asked before it was there
		run.Stop()
	}
	o := run.Wait()
	j.outcome(o)
	j.failed = j.end.State
	if j.end.State == model.ActionSucceeded {
		j.capture(o)
		j.compare(o)
	}
	if j.end.State == model.ActionSucceeded {
		j.verify()
	}
}

// outcome judges what came of the call.
func (j *job) outcome(o *call.Outcome) {
	e := &j.end
	e.Signal, e.Escaped, e.Bytes, e.Dropped = o.Signal, o.Escaped, o.View.Total, o.View.Dropped
	if j.w.item.kind == "command" {
		if e.File = j.w.file; o.Signal == "" && o.State != proc.Lost {
			code := o.Exit
			e.Exit = &code
		}
	}
	var lines []string
	for _, l := range o.View.Lines {
		lines = append(lines, l.Text)
	}
	e.Output = strings.Join(lines, "\n")
	e.Note = o.Explain()
	if j.w.item.kind == "http" && j.w.item.risk != runbooks.RiskRead && (o.State == proc.TimedOut || o.State == proc.Cancelled) {
		e.Note = join(e.Note, "nobody knows whether the server carried it out")
	}
	if o.Background {
		e.Note = join(e.Note, "a background process kept the output open and was ended")
	}
	if len(o.Escaped) > 0 {
		e.Note = join(e.Note, "left running: "+strings.Join(o.Escaped, ", "))
	}
	if o.View.Unsaved && o.View.Total > 0 {
		e.Note = join(e.Note, "the file is full and holds only the beginning of the output")
	}
	if o.View.FileErr != nil {
		e.Note = join(e.Note, "the file does not hold all of the output: "+o.View.FileErr.Error())
	}
	switch o.State {
	case proc.Succeeded:
		e.State = model.ActionSucceeded
	case proc.TimedOut:
		e.State = model.ActionTimedOut
	case proc.Cancelled:
		e.State = model.ActionCancelled
	case proc.Lost:
		e.State = model.ActionInterrupted
	default:
		e.State = model.ActionFailed
	}
	if e.State != model.ActionSucceeded && e.State != model.ActionFailed {
		return
	}
	if len(j.w.item.expect) > 0 {
		e.Checks = call.Judge(j.w.item.expect, o)
		// What is expected decides, also of an exit status other than 0.
		if call.Decides(j.w.item.expect) || e.State == model.ActionSucceeded {
			e.State = model.ActionFailed
			if call.Worst(e.Checks) == model.CheckOK {
				e.State = model.ActionSucceeded
			}
		}
	}
	if e.State == model.ActionFailed && j.w.item.optional {
		e.State, e.Note = model.ActionSucceeded, join(e.Note, "failed, and may")
	}
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}

func (j *job) capture(o *call.Outcome) {
	for i := range j.w.item.captures {
		c := &j.w.item.captures[i]
		if c.File != "" {
			if err := os.WriteFile(filepath.Join(j.w.scope.Dir, slug(c.File)), []byte(call.Source(o)), 0o600); err != nil {
				j.end.State, j.end.Note = model.ActionFailed, join(j.end.Note, "what was captured cannot be kept: "+err.Error())
			}
		}
		v, ok := call.Capture(c, o)
		if !ok {
			if c.File == "" && !j.w.item.optional { // a file is kept whole; its value is of no use
				j.end.State, j.end.Note = model.ActionFailed, join(j.end.Note, "nothing to capture as "+c.Name)
			}
			continue
		}
		if j.end.Captured == nil {
			j.end.Captured = map[string]string{}
		}
		j.end.Captured[c.Name] = j.w.scope.Hide.Safe(v)
		j.w.scope.Values["captured."+c.Name] = v
	}
}

// compare shows what an output changes of what was captured before.
func (j *job) compare(o *call.Outcome) {
	if j.w.item.diff == "" {
		return
	}
	for _, st := range j.w.track.steps {
		for _, it := range st.items {
			for _, c := range it.captures {
				if c.Name != j.w.item.diff || c.File == "" {
					continue
				}
				was, err := os.ReadFile(filepath.Join(j.w.scope.Dir, slug(c.File)))
				if err != nil {
					return
				}
				d := udiff.Unified("now", "then", string(was), call.Source(o))
				if d == "" {
					d = "nothing would change"
				}
				j.end.Output = d
				j.mu.Lock()
				j.text, j.instead = strings.Split(strings.TrimRight(d, "\n"), "\n"), true
				j.mu.Unlock()
				j.ver.Add(1)
			}
		}
	}
}

// record writes the end down. A full disk or a busy record is waited for: the run
// stands still until it is written, and nothing new is started.
func (j *job) record() {
	e := j.end
	pause := 100 * time.Millisecond
	id := j.r.cfg.Store.NewID() // the same for every attempt: it is written once
	for n := 0; ; n++ {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		_, j.err = j.r.cfg.Store.Do(ctx, j.w.at.Incident, model.Request{ID: id, Actor: j.r.cfg.Actor,
			Command: model.EndAction{N: j.w.at.Run, Step: j.w.at.Step, Action: j.w.at.Action, Token: j.r.seat.Token, Result: e}})
		cancel()
		code := model.CodeOf(j.err)
		if j.err == nil || code == model.Conflict || code == model.NotFound || code == model.Invalid || code == model.ReadOnly {
			return
		}
		j.r.mu.Lock()
		over := j.r.over
		j.r.mu.Unlock()
		if over && n > 3 || n > 600 {
			return
		}
		if n == 0 {
			j.say("the end of this cannot be written: %s", model.Message(j.err))
		}
		time.Sleep(pause)
		pause = min(2*pause, 5*time.Second)
	}
}
