package ui

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/review"
)

// PostmortemSource is what a postmortem is read from.
type PostmortemSource interface {
	Incident(ctx context.Context, id string) (*model.Incident, error)
	Timeline(ctx context.Context, id string, w model.Window) ([]model.Entry, error)
	List(ctx context.Context, f model.Filter) ([]model.Summary, error)
	Actions(ctx context.Context, f model.ActionFilter) ([]model.ActionRow, error)
}

// ReadPostmortem reads all that a postmortem is made of and composes it. It may
// take time: call it from a tea.Cmd.
func ReadPostmortem(ctx context.Context, s PostmortemSource, id string, rules model.Rules, now time.Time) (*review.Document, *model.Incident, error) {
	i, err := s.Incident(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	r := review.Record{Incident: i, Rules: rules, Now: now}
	for w := (model.Window{Limit: 500}); ; {
		entries, err := s.Timeline(ctx, id, w)
		if err != nil {
			return nil, nil, err
		}
		r.Entries = append(r.Entries, entries...)
		if len(entries) < w.Limit {
			break
		}
		w.From = entries[len(entries)-1].Pos()
	}
	if r.Earlier, err = SeenBefore(ctx, s, i); err != nil {
		return nil, nil, err
	}
	return review.Compose(r), i, nil
}

// compared is how many incidents, the newest first, are held against one.
const compared = 5000

// SeenBefore finds earlier incidents that look like i, with their open action
// items. It may take time.
func SeenBefore(ctx context.Context, s PostmortemSource, i *model.Incident) ([]review.Earlier, error) {
	all, err := s.List(ctx, model.Filter{Limit: compared})
	if err != nil {
		return nil, err
	}
	items, err := s.Actions(ctx, model.ActionFilter{Open: true})
	if err != nil {
		return nil, err
	}
	return review.Recurring(i, all, review.OpenItems(items), func(other string) []string {
		o, err := s.Incident(ctx, other)
		if err != nil {
			return nil
		}
		return review.AlertNames(o)
	}), nil
}

// EditorCommand is a person's own editor on a file: VISUAL, EDITOR, or what the
// system has.
func EditorCommand(path string) (*exec.Cmd, error) {
	words := strings.Fields(os.Getenv("VISUAL"))
	if len(words) == 0 {
		words = strings.Fields(os.Getenv("EDITOR"))
	}
	if len(words) == 0 {
		words = []string{"vi"}
		if runtime.GOOS == "windows" {
			words = []string{"notepad"}
		}
	}
	prog, err := exec.LookPath(words[0])
	if err != nil {
		return nil, model.Errorf(model.Invalid, "the editor %s is not there: set EDITOR to one that is", model.Brief(words[0], 60))
	}
	return exec.Command(prog, append(words[1:], path)...), nil
}

// EditFile puts text into a file of its own that only its owner can read, for an
// editor. The caller removes the folder of the file when it is through.
func EditFile(name string, text []byte) (path string, err error) {
	dir, err := os.MkdirTemp("", "warroom-edit-*") // made with mode 0700
	if err != nil {
		return "", model.Wrap(model.Internal, err, "no file for the editor can be made")
	}
	path = filepath.Join(dir, name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		_ = os.RemoveAll(dir)
		return "", model.Wrap(model.Internal, err, "no file for the editor can be made")
	}
	return path, nil
}

// maxEdited bounds what is read back from an editor.
const maxEdited = 4 << 20

// ReadEdited reads what an editor has left of the file. The file stays.
func ReadEdited(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, model.Wrap(model.Invalid, err, "the editor has left no text behind: nothing was written")
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxEdited+1))
	switch {
	case err != nil:
		return nil, model.Wrap(model.Invalid, err, "what the editor has left cannot be read: nothing was written")
	case len(b) > maxEdited:
		return nil, model.Errorf(model.Invalid, "the text is too long: at most %d MB are read; nothing was written", maxEdited>>20)
	}
	return b, nil
}

// AtOnce is the time in which nobody has written anything: an editor that is
// through so quickly, and has changed nothing, may have gone on in a window of
// its own.
const AtOnce = 400 * time.Millisecond

// StillOpen is what to say then. The file stays, for that window.
func StillOpen(path string) string {
	return "nothing was changed; if your editor goes on in a window of its own, set EDITOR so that it is waited for (as in code --wait); the text is in " + path
}
