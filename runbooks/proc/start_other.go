//go:build !unix

package proc

import (
	"os/exec"

	"warroom/model"
	"warroom/runbooks/output"
)

// Keep does nothing where commands cannot be run.
func Keep() {}

// Run is a command that runs; there is none on this system.
type Run struct{}

// Start refuses: a command could not be stopped with all its children here.
func Start(Spec) (*Run, error) {
	return nil, model.Errorf(model.Conflict, "commands are not run on this system: run it by hand and mark the action as done")
}

// Record is nil here.
func (*Run) Record() *output.Record { return nil }

// Stop does nothing here.
func (*Run) Stop() {}

// Done is nil here.
func (*Run) Done() <-chan struct{} { return nil }

// Wait gives an empty result here.
func (*Run) Wait() Result { return Result{} }

// Terminal is a command that gets the terminal.
func Terminal(s Spec) (*exec.Cmd, error) {
	path, err := s.check()
	if err != nil {
		return nil, err
	}
	return &exec.Cmd{Path: path, Args: s.Argv, Env: append([]string{}, s.Env...), Dir: s.Dir}, nil
}
