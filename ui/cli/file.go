package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"warroom/model"
)

// output runs write on standard output, or on a file that appears whole or not
// at all, readable only by its owner. A file that exists is left alone unless
// force is set.
func (a *app) output(path string, force bool, write func(io.Writer) error) error {
	if path == "" || path == "-" {
		return write(stdout{a})
	}
	if st, err := os.Lstat(path); err == nil {
		switch {
		case !st.Mode().IsRegular():
			return model.Errorf(model.Invalid, "%s is not a plain file: name another one", model.Brief(path, 200))
		case !force:
			return exists(path)
		}
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".warroom-*") // made with mode 0600
	if err != nil {
		return model.Wrap(model.Internal, err, "%s cannot be written", model.Brief(path, 200))
	}
	defer os.Remove(tmp.Name())
	err = write(tmp)
	if err == nil {
		err = tmp.Sync()
	}
	if closed := tmp.Close(); err == nil {
		err = closed
	}
	if err != nil {
		if _, ok := errors.AsType[*model.Error](err); ok {
			return err
		}
		return model.Wrap(model.Internal, err, "%s cannot be written", model.Brief(path, 200))
	}
	return place(tmp.Name(), path, force)
}

// place gives the finished file its name. A link fails where the name is taken,
// so that not even a file made this moment is lost; where the file system knows
// no links, the check made before has to do.
func place(tmp, path string, force bool) error {
	if !force {
		err := os.Link(tmp, path)
		if err == nil {
			return nil
		}
		if errors.Is(err, os.ErrExist) {
			return exists(path)
		}
	}
	if err := os.Rename(tmp, path); err != nil {
		return model.Wrap(model.Internal, err, "%s cannot be written", model.Brief(path, 200))
	}
	return nil
}

func exists(path string) error {
	return model.Errorf(model.Conflict, "%s exists already: name another file, or replace it with --force", model.Brief(path, 200))
}

// stdout is the program's output as a writer.
type stdout struct{ a *app }

func (s stdout) Write(b []byte) (int, error) {
	if err := s.a.write(b); err != nil {
		return 0, err
	}
	return len(b), nil
}
