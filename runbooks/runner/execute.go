package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

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
	if err := r.declare(ctx, w, start); err != nil {
		r.forget(j)
		return nil, err
	}
	go j.work()
	return j, nil
}

// declare writes the intent down: it is durable before anything starts.
func (r *Runner) declare(ctx context.Context, w *ready, start *model.StartAction) error {
	rec, err := r.do(ctx, w.at.Incident, *start)
	if err != nil {
		return err
	}
	if run, ok := rec.Incident.Run(w.at.Run); ok {
		if st, ok := run.Step(w.at.Step); ok {
			w.file = outputFile(w.scope.Dir, w.at.Step, w.at.Action, st.Actions[w.at.Action].Attempt)
		}
	}
	return nil
}

// outFile is how the files end that hold the whole output of an action.
const outFile = ".out"

// runKept bounds what the files of one run hold together, in bytes.
const runKept = 512 << 20

// room is how much of an output the run's folder still takes; less than 0: nothing.
func room(dir string) int64 {
	left := int64(runKept)
	files, _ := filepath.Glob(filepath.Join(dir, "*"+outFile))
	for _, f := range files {
		if st, err := os.Stat(f); err == nil {
			left -= st.Size()
		}
	}
	if left = min(left, output.FileKept); left <= 0 {
		return -1
	}
	return left
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
		if hash != "" && hash != c.Hash {
			return nil, model.Errorf(model.Conflict, "what would run is not what was shown: look again")
		}
	case "check", "wait":
	default:
		return nil, model.Errorf(model.Invalid, "a person has to do this: do it, then mark it as done")
	}
	p := r.planStep(w.track, w.step, w.scope, &w.run)
	if p.Off != "" {
		return nil, model.Errorf(model.Conflict, "this step does not apply, %s: skip it", p.Off)
	}
	if p.Approval != nil {
		c.Required, c.Approval, c.Target = p.Approval.Required, p.Approval.Hash, p.Approval.Type
	}
	return c, nil
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
