//go:build unix

package runner

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"warroom/model/play"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What is shown before a rollback begins, of every strategy.
func TestGoldenPlan(t *testing.T) {
	for id := range ways {
		t.Run(id, func(t *testing.T) {
			x := newTrial(t, id)
			p, err := x.r.Plan(x.inc(), play.Ref{ID: id, Rollback: true}, x.given())
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.ReplaceAll(text(p), x.dir, "DIR"))
			if c := x.scene.calls(); c != "" || len(x.asked) > 0 {
				t.Errorf("the plan ran something: %s%q", c, x.asked)
			}
		})
	}
}

func golden(t *testing.T, got string) {
	t.Helper()
	path := filepath.Join("testdata", t.Name()+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s is not what it was (%v):\n%s", path, err, got)
	}
}

// text is a plan as plain lines.
func text(p *play.Plan) string {
	var b strings.Builder
	line := func(indent int, format string, args ...any) {
		s := strings.TrimRight(fmt.Sprintf(format, args...), " \n")
		for l := range strings.SplitSeq(s, "\n") {
			b.WriteString(strings.TrimRight(strings.Repeat("  ", indent)+l, " ") + "\n")
		}
	}
	line(0, "%s: %s", p.ID, p.Title)
	if p.Lock != "" {
		line(0, "target %s", p.Lock)
	}
	for _, n := range p.Notes {
		line(0, "note: %s", n)
	}
	if p.Irrevocable != "" {
		line(0, "note: %s", p.Irrevocable)
	}
	for _, v := range p.Values {
		switch {
		case v.Secret:
			line(1, "%s = (secret, from %s)", v.Name, v.From)
		default:
			line(1, "%s = %s (%s) %s", v.Name, v.Value, v.From, v.Problem)
		}
	}
	for _, s := range p.Steps {
		line(0, "%d %s", s.Number, s.Title)
		if s.Off != "" {
			line(1, "does not apply: %s", s.Off)
		}
		if a := s.Approval; a != nil {
			line(1, "asks %d, typing %s, within %s: %s", a.Required, a.Type, a.Expires, strings.Join(a.Show, ", "))
			if a.Prompt != "" {
				line(1, "%s", a.Prompt)
			}
		}
		for _, a := range s.Actions {
			line(1, "- %s [%s %s]", a.Text, a.Kind, a.Risk)
			if a.Command != "" {
				line(3, "%s", a.Command)
			}
			for _, v := range a.Bound {
				line(4, "%s", v)
			}
			for _, w := range []struct{ k, v string }{{"blocked", a.Blocked}, {"done when", a.Criteria}, {"expects", strings.Join(a.Expect, "; ")},
				{"verify", strings.Join(a.Verify, ", ")}, {"preview", a.Preview}, {"undo", a.Undo}, {"if it fails", a.Then}} {
				if w.v != "" {
					line(2, "%s: %s", w.k, w.v)
				}
			}
		}
	}
	for _, u := range p.Undo {
		line(0, "undo: %s", u)
	}
	return b.String()
}
