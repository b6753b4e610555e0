//go:build unix

package proc

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"warroom/model"
	"warroom/runbooks/output"
)

// Run is a command that runs or has run. Every Run ends: by itself, by its
// timeout, by Stop, or with warroom.
type Run struct {
	spec   Spec
	record *output.Record
	stop   chan struct{}
	done   chan struct{}
	result Result
}

// drain is how long the output of a command that has ended is waited for.
const drain = 500 * time.Millisecond

// silence is after how long what is held back in a line is shown.
const silence = 200 * time.Millisecond

// Start runs a command. The Error says why it could not be started; nothing is
// running then.
func Start(s Spec) (*Run, error) {
	path, err := s.check()
	if err != nil {
		return nil, err
	}
	if s.Timeout <= 0 {
		s.Timeout = DefaultTimeout
	}
	if s.Stop == nil {
		s.Stop = DefaultLadder
	}
	if s.Limit == 0 {
		s.Limit = output.FileKept
	}
	r := &Run{spec: s, stop: make(chan struct{}, 8), done: make(chan struct{})}
	var file *os.File
	if s.File != "" {
		if file, err = os.OpenFile(s.File, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
			return nil, model.Wrap(model.Internal, err, "the output cannot be kept in %s", model.Brief(s.File, 120))
		}
	}
	if file != nil {
		r.record = output.NewRecord(file, s.Limit)
	} else {
		r.record = output.NewRecord(nil, 0)
	}
	r.record.Keep(s.Keep)
	l, err := r.launch(path)
	if err != nil {
		if file != nil {
			_ = file.Close()
			_ = os.Remove(s.File)
		}
		return nil, err
	}
	go func() {
		r.conduct(l)
		if file != nil {
			if err := errors.Join(file.Sync(), file.Close()); err != nil && r.result.View.FileErr == nil {
				r.result.View.FileErr = err
			}
		}
		close(r.done)
	}()
	return r, nil
}

// line is the connection to a keeper.
type line struct {
	cmd    *exec.Cmd
	orders *os.File
	enc    *json.Encoder
	news   chan news // closed when the keeper is gone
	pipes  [2]*os.File
	read   sync.WaitGroup
	empty  chan struct{} // closed when both pipes have ended
}

func (r *Run) launch(path string) (*line, error) {
	l := &line{news: make(chan news, 4), empty: make(chan struct{})}
	var open []*os.File
	pipe := func() (*os.File, *os.File) {
		rd, wr, err := os.Pipe()
		if err != nil {
			return nil, nil
		}
		open = append(open, rd, wr)
		return rd, wr
	}
	ordersIn, ordersOut := pipe()
	newsIn, newsOut := pipe()
	outIn, outOut := pipe()
	errIn, errOut := pipe()
	stdin, feed, err := r.stdin()
	if feed != nil {
		open = append(open, stdin, feed)
	} else if stdin != nil {
		open = append(open, stdin)
	}
	closeAll := func() {
		for _, f := range open {
			_ = f.Close()
		}
	}
	if len(open) < 9 || err != nil {
		closeAll()
		return nil, model.Wrap(model.Internal, errors.Join(err, syscall.EMFILE), "the command cannot be started: no more files can be opened")
	}
	exe := "/proc/self/exe" // the file that runs, even if another has taken its name
	if _, err := os.Stat(exe); err != nil {
		if exe, err = os.Executable(); err != nil {
			closeAll()
			return nil, model.Wrap(model.Internal, err, "the command cannot be started")
		}
	}
	l.cmd = &exec.Cmd{Path: exe, Args: []string{os.Args[0], keeperArg}, Env: []string{}, Dir: "/",
		Stdin: stdin, Stdout: outOut, Stderr: errOut, ExtraFiles: []*os.File{ordersIn, newsOut},
		SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
	if err := l.cmd.Start(); err != nil {
		closeAll()
		return nil, model.Wrap(model.Internal, err, "the command cannot be started")
	}
	for _, f := range []*os.File{ordersIn, newsOut, outOut, errOut, stdin} {
		_ = f.Close()
	}
	l.orders, l.enc, l.pipes = ordersOut, json.NewEncoder(ordersOut), [2]*os.File{outIn, errIn}
	r.result.Start = time.Now()
	_ = l.enc.Encode(order{Start: &launch{path, r.spec.Argv, r.spec.Env, r.spec.Dir}})
	go func() {
		defer close(l.news)
		defer newsIn.Close()
		dec := json.NewDecoder(newsIn)
		for {
			var n news
			if dec.Decode(&n) != nil {
				return
			}
			l.news <- n
		}
	}()
	first, ok := <-l.news
	if !ok || first.Problem != "" {
		_ = ordersOut.Close()
		_ = outIn.Close()
		_ = errIn.Close()
		if feed != nil {
			_ = feed.Close()
		}
		_ = l.cmd.Wait()
		if !ok {
			return nil, model.Errorf(model.Internal, "the command cannot be started: the process that was to watch it has ended")
		}
		return nil, model.Errorf(model.Invalid, "the command cannot be started: %s", model.Brief(r.spec.Secrets.Safe(first.Problem), 300))
	}
	for i, s := range []output.Stream{output.Out, output.Err} {
		l.read.Go(func() { r.read(l.pipes[i], s) })
	}
	go func() { l.read.Wait(); close(l.empty) }()
	if feed != nil {
		go func() { // ends at the latest when the command has: the pipe breaks then
			_, _ = feed.Write(r.spec.Stdin)
			_ = feed.Close()
		}()
	}
	return l, nil
}

// stdin is what the command reads: nothing, or a text.
func (r *Run) stdin() (rd, wr *os.File, err error) {
	if r.spec.Stdin == nil {
		rd, err = os.Open(os.DevNull)
		return rd, nil, err
	}
	return os.Pipe()
}

// read takes one pipe to its end. A fixed buffer: no line is too long.
func (r *Run) read(f *os.File, s output.Stream) {
	red := output.NewRedactor(r.spec.Secrets, func(p []byte) { r.record.Add(s, time.Now(), p) })
	defer red.Close()
	buf := make([]byte, 32<<10)
	idle := true
	for {
		if !idle {
			_ = f.SetReadDeadline(time.Now().Add(silence))
		}
		n, err := f.Read(buf)
		if n > 0 {
			_, _ = red.Write(buf[:n])
			idle = false
		}
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			red.Idle()
			idle = true
			_ = f.SetReadDeadline(time.Time{})
		case err != nil:
			return
		}
	}
}

// Record is what the command has printed up to now.
func (r *Run) Record() *output.Record { return r.record }

// Stop begins the ladder, or goes one rung down at once. It returns immediately.
func (r *Run) Stop() {
	select {
	case r.stop <- struct{}{}:
	default:
	}
}

// Done is closed when the command and everything that it left behind has ended.
func (r *Run) Done() <-chan struct{} { return r.done }

// Wait waits for the end.
func (r *Run) Wait() Result {
	<-r.done
	return r.result
}

// conduct leads a command from its start to its end.
func (r *Run) conduct(l *line) {
	res := &r.result
	timeout := time.NewTimer(r.spec.Timeout)
	defer timeout.Stop()
	rung := -1
	var grace <-chan time.Time
	down := func() {
		if rung++; rung < len(r.spec.Stop) {
			s := r.spec.Stop[rung]
			res.Last, grace = s.Signal, time.After(s.Grace)
		} else {
			res.Last, grace = "KILL", nil
		}
		_ = l.enc.Encode(order{Signal: res.Last})
	}
	ended := false
	for !ended {
		select {
		case n, ok := <-l.news:
			if !ok {
				r.lost(l)
				return
			}
			ended = n.Ended
		case <-timeout.C:
			if rung < 0 {
				res.State = TimedOut
				down()
			}
		case <-r.stop:
			if rung < 0 {
				res.State = Cancelled
			}
			down()
		case <-grace:
			down()
		}
	}
	select {
	case <-l.empty:
	case <-r.stop:
	case <-time.After(drain):
		res.Background = true
	}
	_ = l.enc.Encode(order{Sweep: true, Hard: rung >= 0})
	n, ok := <-l.news
	if !ok {
		r.lost(l)
		return
	}
	res.Exit, res.Signal, res.Escaped = n.Exit, n.Signal, n.Escaped
	r.close(l)
	switch {
	case res.State != "":
	case n.Exit == 0:
		res.State = Succeeded
	default:
		res.State = Failed
	}
}

// lost ends a run whose keeper was killed. The command dies with it.
func (r *Run) lost(l *line) {
	r.result.State, r.result.Exit = Lost, -1
	r.close(l)
}

// close waits a moment for the rest of the output and lets go of everything.
func (r *Run) close(l *line) {
	select {
	case <-l.empty:
	case <-time.After(drain):
		r.result.Background = true
		for _, p := range l.pipes {
			_ = p.SetReadDeadline(time.Now())
			_ = p.Close()
		}
		<-l.empty
	}
	for _, p := range l.pipes {
		_ = p.Close()
	}
	_ = l.orders.Close()
	_ = l.cmd.Wait()
	for range l.news { // its reader ends with the pipe
		continue
	}
	r.result.End = time.Now()
	r.result.View = r.record.View()
}

// Terminal is a command that is given the terminal: it shares the session, so
// that it can ask and draw. Nothing of it is recorded.
func Terminal(s Spec) (*exec.Cmd, error) {
	path, err := s.check()
	if err != nil {
		return nil, err
	}
	return &exec.Cmd{Path: path, Args: s.Argv, Env: append([]string{}, s.Env...), Dir: s.Dir, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}, nil
}
