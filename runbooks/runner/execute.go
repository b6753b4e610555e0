package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

// ready is an action about to run.
type ready struct {
	at    play.Point
	inc   *model.Incident
	run   model.Run
	track *track
	step  *step
	item  *item
	scope *call.Scope
	call  *call.Call
	file  string
}

// prepare reads the record and the secrets, and makes the call.
func (r *Runner) prepare(ctx context.Context, at play.Point) (*ready, error) {
	inc, err := r.cfg.Store.Incident(ctx, at.Incident)
	if err != nil {
		return nil, err
	}
	t, run, err := r.follow(inc, at.Run)
	if err != nil {
		return nil, err
	}
	w := &ready{at: at, inc: inc, run: run, track: t}
	if w.item, err = t.item(at.Step, at.Action); err != nil {
		return nil, model.Errorf(model.NotFound, "run %d has %s", at.Run, err)
	}
	w.step, _ = t.step(at.Step)
	secrets, hide, err := r.secrets(ctx, t)
	if err != nil {
		return nil, err
	}
	w.scope = r.scope(t, inc, &run, r.fill(t, inc, run.Values), secrets, hide)
	return w, nil
}

// Execute runs one action. What runs is what Plan showed: hash is the digest that
// was shown, "" for nothing to compare with. Again says that a person has decided
// to repeat what may have happened already.
func (r *Runner) Execute(ctx context.Context, at play.Point, hash string, again bool) (play.Job, error) {
	w, err := r.prepare(ctx, at)
	if err != nil {
		return nil, err
	}
	start, err := r.intent(w, hash, again)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(w.scope.Dir, 0o700); err != nil {
		return nil, model.Wrap(model.Full, err, "the run's folder cannot be made: nothing was started")
	}
	r.mu.Lock()
	if r.over {
		r.mu.Unlock()
		return nil, model.Errorf(model.Conflict, "warroom is ending: nothing is started any more")
	}
	j := &job{r: r, w: w, done: make(chan struct{})}
	r.jobs[j] = true
	r.mu.Unlock()
	// The intent is durable before anything starts.
	rec, err := r.do(ctx, at.Incident, *start)
	if err != nil {
		r.forget(j)
		return nil, err
	}
	if run, ok := rec.Incident.Run(at.Run); ok {
		if st, ok := run.Step(at.Step); ok {
			w.file = outputFile(w.scope.Dir, at.Step, at.Action, st.Actions[at.Action].Attempt)
		}
	}
	go j.work()
	return j, nil
}

func (r *Runner) forget(j *job) {
	r.mu.Lock()
	delete(r.jobs, j)
	r.mu.Unlock()
}

func slug(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, strings.ToLower(s))
}

// intent makes the event that is written before something starts.
func (r *Runner) intent(w *ready, hash string, again bool) (*model.StartAction, error) {
	c := &model.StartAction{N: w.at.Run, Step: w.at.Step, Action: w.at.Action, Token: r.seat.Token, Risk: string(w.item.risk.Or()), Again: again, Dir: w.scope.Dir}
	switch w.item.kind {
	case "command", "http":
		var err error
		if w.call, err = call.Prepare(w.item.exec, w.scope); err != nil {
			return nil, err
		}
		if w.item.risk == "" || w.item.risk == runbooks.RiskUnknown {
			c.Risk = string(w.call.Risk.Or())
		}
		c.Command, c.Hash, c.Params = w.call.Shown, w.call.Hash, w.call.Params
		if hash != "" && hash != c.Hash && !usesSecret(w) {
			return nil, model.Errorf(model.Conflict, "what would run is not what was shown: look again")
		}
	case "check", "wait":
	default:
		return nil, model.Errorf(model.Invalid, "a person has to do this: do it, then mark it as done")
	}
	if p := r.planStep(w.track, w.step, w.planScope(r), &w.run); p.Approval != nil {
		c.Required, c.Approval = p.Approval.Required, p.Approval.Hash
	}
	return c, nil
}

// usesSecret: the digest of such a call is another one while the secret is not
// read, so that it cannot be compared with the plan's.
func usesSecret(w *ready) bool {
	return len(w.item.exec.Secrets) > 0 || w.item.exec.HTTP != nil && w.item.exec.HTTP.Auth != nil || w.scope.Hide != nil && len(w.scope.Secrets) > 0
}

// planScope is the scope that the plan was made with: secrets are only named.
func (w *ready) planScope(r *Runner) *call.Scope {
	sc := *w.scope
	sc.Secrets = map[string]string{}
	for _, v := range r.fill(w.track, w.inc, w.run.Values) {
		if v.Secret && v.Known {
			sc.Secrets[v.Name] = "****"
		}
	}
	sc.Hide = nil
	return &sc
}

// job is an action that runs.
type job struct {
	r    *Runner
	w    *ready
	mu   sync.Mutex
	run  *call.Job
	text []string // of what has no output of its own: checks, waiting, a comparison
	// instead says that text is shown in place of the output.
	instead bool
	halt    atomic.Int32
	done    chan struct{}
	end     model.ActionEnded
	err     error
	ver     atomic.Int64
}

// Done is closed when the end is in the record, or cannot get there.
func (j *job) Done() <-chan struct{} { return j.done }

// End is how it ended; only after Done.
func (j *job) End() (model.ActionEnded, error) { return j.end, j.err }

// Stop asks it to end.
func (j *job) Stop() {
	j.halt.Add(1)
	j.mu.Lock()
	run := j.run
	j.mu.Unlock()
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
	run, text, instead := j.run, j.text, j.instead
	j.mu.Unlock()
	o := play.Output{File: j.w.file, Version: j.Version()}
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

// work runs the action to its end and writes that down.
func (j *job) work() {
	defer close(j.done)
	defer j.r.forget(j)
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
	j.record()
}

func (j *job) call() {
	if j.w.item.wait > 0 {
		if j.sleep(j.w.item.wait); j.halt.Load() > 0 {
			j.end.State = model.ActionCancelled
			return
		}
	}
	run, err := j.w.call.Start(j.w.file)
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
	if o.Background {
		e.Note = join(e.Note, "a background process kept the output open and was ended")
	}
	if len(o.Escaped) > 0 {
		e.Note = join(e.Note, "left running: "+strings.Join(o.Escaped, ", "))
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
		if says := func() bool {
			for _, x := range j.w.item.expect {
				if len(x.ExitCode) > 0 || len(x.WarnCode) > 0 || len(x.Status) > 0 {
					return true
				}
			}
			return false
		}(); says || e.State == model.ActionSucceeded {
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
			_ = os.WriteFile(filepath.Join(j.w.scope.Dir, slug(c.File)), []byte(o.View.Stdout()), 0o600)
		}
		v, ok := call.Capture(c, o)
		if !ok {
			if c.File == "" { // a file is kept whole; its value is of no use
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
				d := udiff.Unified("now", "then", string(was), o.View.Stdout())
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

// verify looks whether it worked; a look that says nothing is no success.
func (j *job) verify() {
	for i := range j.w.item.verify {
		v := j.sample(&j.w.item.verify[i])
		j.end.Checks = append(j.end.Checks, v)
		if v.Result != model.CheckOK {
			j.end.State = model.ActionFailed
			j.end.Note = join(j.end.Note, v.Name+" is "+v.Result)
			return
		}
	}
}

// check is an action that only looks.
func (j *job) check(c *runbooks.Check) {
	v := j.sample(c)
	j.end.Checks = []model.Verdict{v}
	j.end.Output = strings.Join(j.text, "\n")
	switch {
	case j.halt.Load() > 0:
		j.end.State = model.ActionCancelled
	case v.Result == model.CheckOK:
		j.end.State = model.ActionSucceeded
	case j.w.item.optional:
		j.end.State = model.ActionSucceeded
		j.end.Note = "warning: " + strings.TrimSpace(v.Result+" "+v.Value)
	default:
		j.end.State = model.ActionFailed
		j.end.Note = strings.TrimSpace(v.Result + " " + v.Value)
		if c.Message != "" {
			j.end.Note = join(c.Message, j.end.Note)
		}
	}
}

// sample looks again and again until the check is green often enough in a row,
// or may not become so any more.
func (j *job) sample(c *runbooks.Check) model.Verdict {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		for j.halt.Load() == 0 && ctx.Err() == nil {
			time.Sleep(20 * time.Millisecond)
		}
		cancel()
	}()
	need, count := max(1, c.Consecutive), c.Count
	if count == 0 {
		count = need
		if c.FailureLimit > 0 {
			count = need + c.FailureLimit
		}
	}
	j.sleep(time.Duration(c.InitialDelay))
	green, failed := 0, 0
	var v model.Verdict
	for n := 1; ; n++ {
		var o *call.Outcome
		v, o = call.Look(ctx, c, j.w.scope)
		j.say("%s %s %s", v.Name, v.Result, v.Value)
		if v.Result == model.CheckOK {
			if green++; green >= need {
				if o != nil {
					for k := range c.Capture {
						if s, ok := call.Capture(&c.Capture[k], o); ok {
							if j.end.Captured == nil {
								j.end.Captured = map[string]string{}
							}
							j.end.Captured[c.Capture[k].Name] = s
						}
					}
				}
				return v
			}
		} else {
			green = 0
			if v.Result == model.CheckFailed {
				failed++
			}
		}
		if n >= count || c.FailureLimit > 0 && failed > c.FailureLimit || j.halt.Load() > 0 {
			if v.Result == model.CheckOK { // not often enough in a row
				v.Result, v.Value = model.CheckInconclusive, fmt.Sprintf("%d of %d in a row", green, need)
			}
			return v
		}
		j.sleep(c.Interval.Or(30 * time.Second))
	}
}

func (j *job) wait() {
	j.say("waiting %s", j.w.item.wait)
	j.sleep(j.w.item.wait)
	j.end.State = model.ActionSucceeded
	if j.halt.Load() > 0 {
		j.end.State = model.ActionCancelled
	}
}

func (j *job) sleep(d time.Duration) {
	for end := time.Now().Add(d); j.halt.Load() == 0; {
		left := time.Until(end)
		if left <= 0 {
			return
		}
		time.Sleep(min(left, 50*time.Millisecond))
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

// Preview runs what only looks at what an action would change. Nothing of it goes
// into the record.
func (r *Runner) Preview(ctx context.Context, at play.Point) (play.Output, error) {
	w, err := r.prepare(ctx, at)
	if err != nil {
		return play.Output{}, err
	}
	if w.item.preview == nil {
		return play.Output{}, model.Errorf(model.NotFound, "this action has no preview")
	}
	c, err := call.Prepare(w.item.preview, w.scope)
	if err != nil {
		return play.Output{}, err
	}
	if err := os.MkdirAll(w.scope.Dir, 0o700); err != nil {
		return play.Output{}, model.Wrap(model.Full, err, "the run's folder cannot be made")
	}
	o, err := c.Do(ctx)
	if err != nil {
		return play.Output{}, err
	}
	var out play.Output
	for _, l := range o.View.Lines {
		out.Lines = append(out.Lines, play.Line{Text: l.Text, Err: l.Stream == output.Err})
	}
	if s := o.Explain(); s != "" || o.State != proc.Succeeded {
		out.Lines = append(out.Lines, play.Line{Text: strings.TrimSpace(fmt.Sprintf("(exit %d) %s", o.Exit, s)), Err: true})
	}
	return out, nil
}

// Terminal prepares an action that needs the terminal: the command to hand it to,
// and what to call with its error afterwards. Its output is not kept.
func (r *Runner) Terminal(ctx context.Context, at play.Point, hash string, again bool) (*exec.Cmd, func(error) error, error) {
	w, err := r.prepare(ctx, at)
	if err != nil {
		return nil, nil, err
	}
	start, err := r.intent(w, hash, again)
	if err != nil {
		return nil, nil, err
	}
	if w.call == nil {
		return nil, nil, model.Errorf(model.Invalid, "only a command can be given the terminal")
	}
	if err := os.MkdirAll(w.scope.Dir, 0o700); err != nil {
		return nil, nil, model.Wrap(model.Full, err, "the run's folder cannot be made: nothing was started")
	}
	cmd, err := w.call.Terminal()
	if err != nil {
		return nil, nil, err
	}
	if _, err := r.do(ctx, at.Incident, *start); err != nil {
		return nil, nil, err
	}
	began := time.Now()
	return cmd, func(ended error) error {
		j := &job{r: r, w: w}
		code := 0
		j.end.State, j.end.Took, j.end.Note = model.ActionSucceeded, time.Since(began).Milliseconds(), "in the terminal, not recorded"
		if ended != nil {
			j.end.State = model.ActionFailed
			var exit *exec.ExitError
			if errors.As(ended, &exit) {
				code = exit.ExitCode()
			} else {
				code, j.end.Note = -1, ended.Error()
			}
		}
		j.end.Exit = &code
		j.record()
		return j.err
	}, nil
}
