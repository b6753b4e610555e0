package plain

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"warroom/model"
	"warroom/storage"
)

// patience is only used up when something is wrong.
const patience = 20 * time.Second

// clock is a clock that a test sets.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func noon() *clock { return &clock{t: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) tick(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// record opens the record at path, as one more program would.
func record(t *testing.T, path string, c *clock) *storage.Store {
	t.Helper()
	o := storage.Options{}
	if c != nil {
		o.Now = c.now
	}
	s, err := storage.Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func file(t *testing.T) string { return filepath.Join(t.TempDir(), "w.db") }

// write carries out a command behind the rooms' backs.
func write(t *testing.T, s *storage.Store, id, actor string, c model.Command) model.Receipt {
	t.Helper()
	r, err := s.Do(t.Context(), id, model.Request{Actor: actor, Command: c})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// desk is a room at which a test sits: it types lines and hears what is said.
type desk struct {
	t    *testing.T
	in   chan input
	done chan error
	mu   sync.Mutex
	buf  bytes.Buffer
	at   int // everything before was heard
}

func (d *desk) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.buf.Write(b)
}

func (d *desk) said() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.buf.String()
}

// sit opens a room.
func sit(t *testing.T, s Store, actor, incident string, change ...func(*Config)) *desk {
	t.Helper()
	d := &desk{t: t, in: make(chan input), done: make(chan error, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	c := Config{Store: s, Actor: actor, Incident: incident, Out: d, Lines: func(yield func(string, error) bool) {
		for l := range d.in {
			if !yield(l.text, l.err) {
				return
			}
		}
	}}
	for _, f := range change {
		f(&c)
	}
	go func() { d.done <- Run(ctx, c) }()
	t.Cleanup(func() {
		cancel()
		close(d.in)
		<-d.done
	})
	d.hears(`^You are ` + regexp.QuoteMeta(model.Visible(actor)) + `\.`)
	return d
}

func at(c *clock) func(*Config) { return func(f *Config) { f.Now = c.now } }

// types enters lines one after the other.
func (d *desk) types(lines ...string) {
	d.t.Helper()
	for _, l := range lines {
		select {
		case d.in <- input{text: l}:
		case <-time.After(patience):
			d.t.Fatalf("nobody takes the line %q; said so far:\n%s", l, d.said())
		}
	}
}

// hears waits for a line behind those heard before, and returns it.
func (d *desk) hears(pattern string) string {
	d.t.Helper()
	re := regexp.MustCompile(`(?m)` + pattern)
	for end := time.Now().Add(patience); ; time.Sleep(2 * time.Millisecond) {
		said := d.said()
		if m := re.FindStringIndex(said[d.at:]); m != nil && strings.Contains(said[d.at+m[0]:], "\n") {
			from := d.at + m[0]
			d.at = from + strings.Index(said[from:], "\n") + 1
			return said[from : d.at-1]
		}
		if time.Now().After(end) {
			d.t.Fatalf("%s was not said; but:\n%s", pattern, said[d.at:])
		}
	}
}

// asks types a line and hears the answer.
func (d *desk) asks(line, pattern string) string {
	d.t.Helper()
	d.types(line)
	return d.hears(pattern)
}

// settled types something with a known answer and waits for it, so that
// everything before it was dealt with. What was said meanwhile can still be heard.
func (d *desk) settled() {
	d.t.Helper()
	const answer = `^Times are UTC\.$`
	n := d.times(answer)
	d.types("zone utc")
	for end := time.Now().Add(patience); d.times(answer) == n; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			d.t.Fatalf("no answer; said so far:\n%s", d.said())
		}
	}
}

// never checks that nothing like pattern was said at all.
func (d *desk) never(pattern string) {
	d.t.Helper()
	if m := regexp.MustCompile(`(?m)` + pattern).FindString(d.said()); m != "" {
		d.t.Errorf("%s was said: %q", pattern, m)
	}
}

// times counts lines.
func (d *desk) times(pattern string) int {
	return len(regexp.MustCompile(`(?m)`+pattern).FindAllString(d.said(), -1))
}

// clean checks that a terminal obeys nothing of what was said.
func (d *desk) clean() {
	d.t.Helper()
	for i, c := range d.said() {
		if c != '\n' && (unicode.In(c, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co) || c == unicode.ReplacementChar) {
			d.t.Fatalf("%U at byte %d of what was said: %q", c, i, d.said()[max(0, i-40):i+10])
		}
	}
}

// leaves waits until the room was left.
func (d *desk) leaves() error {
	d.t.Helper()
	select {
	case err := <-d.done:
		d.done <- err // for the cleanup
		return err
	case <-time.After(patience):
		d.t.Fatal("still in the room")
		return nil
	}
}

var errDisk = errors.New("disk on fire")
