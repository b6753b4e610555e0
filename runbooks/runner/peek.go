package runner

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"warroom/model"
	"warroom/model/play"
	"warroom/runbooks/output"
)

// outputFile is where an attempt at an action keeps what it prints.
func outputFile(dir, step string, action, attempt int) string {
	return filepath.Join(dir, fmt.Sprintf("%s-%d-%d%s", slug(step), action+1, attempt, outFile))
}

// Peek is what an action prints that another process on this machine executes, as
// far as it has got into the run's file; false if there is none to be read here.
// Both streams come in the order of time, and only the end is read.
func (r *Runner) Peek(incident string, run model.Run, step string, action int) (play.Output, bool) {
	st, ok := run.Step(step)
	if !ok || action < 0 || action >= len(st.Actions) || run.Runner.Host != r.seat.Host {
		return play.Output{}, false
	}
	path := outputFile(r.dir(incident, run.N), step, action, st.Actions[action].Attempt)
	f, err := os.Open(path)
	if err != nil {
		return play.Output{}, false
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return play.Output{}, false
	}
	from := max(0, size-output.TailKept)
	data := make([]byte, size-from)
	n, err := f.ReadAt(data, from)
	if err != nil && err != io.EOF {
		return play.Output{}, false
	}
	o := play.Output{Bytes: size, Dropped: from, File: path, Version: size + 1}
	clean := output.NewCleaner(func(l string) { o.Lines = append(o.Lines, play.Line{Text: l}) })
	_, _ = clean.Write(data[:n])
	clean.Close()
	return o, true
}
