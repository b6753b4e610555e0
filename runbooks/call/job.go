package call

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"warroom/model"
	"warroom/runbooks/output"
	"warroom/runbooks/proc"
)

// Outcome is what came of a call.
type Outcome struct {
	proc.Result
	Status int    // of an HTTP answer; 0 if there was none
	Body   string // of it, secrets hidden
	Cut    bool   // Body is the beginning of a longer one
	Header map[string]string
	Err    error // why there was no answer
}

// Job is a call that runs. Stop ends it, at the latest by killing it.
type Job struct {
	call   *Call
	run    *proc.Run
	cancel context.CancelFunc
	done   chan struct{}
	out    Outcome
	record *output.Record
	halt   atomic.Bool
}

// Start runs a call; the whole output goes into file, if one is named, up to limit
// bytes of it (0: output.FileKept, less than 0: nothing).
func (c *Call) Start(file string, limit int64) (*Job, error) {
	j := &Job{call: c, done: make(chan struct{})}
	if c.http != nil {
		ctx, cancel := context.WithTimeout(context.Background(), c.Timeout)
		j.cancel, j.record = cancel, output.NewRecord(nil, 0)
		go func() {
			defer close(j.done)
			defer cancel()
			j.request(ctx)
		}()
		return j, nil
	}
	s := *c.spec
	s.File, s.Limit = file, limit
	if s.Dir == "" {
		return nil, model.Errorf(model.Internal, "the run has no working folder")
	}
	var err error
	if j.run, err = proc.Start(s); err != nil {
		return nil, err
	}
	j.record = j.run.Record()
	go func() {
		j.out.Result = j.run.Wait()
		close(j.done)
	}()
	return j, nil
}

func (j *Job) request(ctx context.Context) {
	j.out.Start = time.Now()
	resp, body, err := j.call.http.send(ctx, j.call.scope.Client)
	j.out.End = time.Now()
	hide := j.call.scope.Hide
	j.out.Exit = -1
	switch {
	case err != nil:
		j.out.Err = fmt.Errorf("%s", hide.Safe(err.Error()))
		j.out.State = proc.Failed
		if j.halt.Load() {
			j.out.State = proc.Cancelled
		} else if ctx.Err() != nil {
			j.out.State = proc.TimedOut
		}
		j.record.Add(output.Err, j.out.End, []byte(j.out.Err.Error()+"\n"))
	default:
		if j.out.Cut = len(body) > maxAnswer; j.out.Cut {
			body = body[:maxAnswer]
		}
		j.out.Status, j.out.Body = resp.StatusCode, hide.Safe(strings.ToValidUTF8(string(body), "\ufffd"))
		j.out.Header = map[string]string{}
		for k := range resp.Header {
			j.out.Header[k] = hide.Safe(resp.Header.Get(k))
		}
		j.record.Add(output.Out, j.out.End, fmt.Appendf(nil, "%s\n%s\n", resp.Status, j.out.Body))
		j.out.State = proc.Succeeded
		for _, v := range Judge(j.call.http.expect, &j.out) {
			if v.Result != model.CheckOK {
				j.out.State = proc.Failed
			}
		}
	}
	j.out.View = j.record.View()
}

// Stop asks the call to end, and goes one rung down if it was asked before.
func (j *Job) Stop() {
	j.halt.Store(true)
	if j.run != nil {
		j.run.Stop()
		return
	}
	j.cancel()
}

// Done is closed when it has ended.
func (j *Job) Done() <-chan struct{} { return j.done }

// Wait waits for the end.
func (j *Job) Wait() *Outcome { <-j.done; return &j.out }

// View is what it has printed up to now.
func (j *Job) View() output.View { return j.record.View() }

// Version tells cheaply whether View has changed.
func (j *Job) Version() int64 { return j.record.Version() }

// Terminal is the call as a command that gets the terminal.
func (c *Call) Terminal() (*exec.Cmd, error) {
	if c.spec == nil {
		return nil, model.Errorf(model.Invalid, "only a command can be given the terminal")
	}
	s := *c.spec
	if s.Dir == "" {
		return nil, model.Errorf(model.Internal, "the run has no working folder")
	}
	if term := os.Getenv("TERM"); term != "" {
		s.Env = proc.Environ(s.Env, []string{"*"}, "TERM="+term)
	}
	return proc.Terminal(s)
}

// Do runs a call to its end, or until ctx is over.
func (c *Call) Do(ctx context.Context) (*Outcome, error) {
	j, err := c.Start("", 0)
	if err != nil {
		return nil, err
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		j.Stop()
		j.Stop()
		j.Stop()
	}
	return j.Wait(), nil
}
