package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"warroom/model"
)

func TestExitCode(t *testing.T) {
	live := context.Background()
	over, cancel := context.WithCancel(live)
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want int
	}{
		{live, nil, 0},
		{live, errGone, 0},
		{live, errNo, 3},
		{live, model.Errorf(model.Invalid, "x"), 2},
		{live, fmt.Errorf("around: %w", model.Errorf(model.Invalid, "x")), 2},
		{live, model.Errorf(model.NotFound, "x"), 4},
		{live, model.Errorf(model.Conflict, "x"), 1},
		{live, model.Errorf(model.Busy, "x"), 1},
		{live, model.Errorf(model.Full, "x"), 1},
		{live, errors.New("x"), 1},
		{over, context.Canceled, 130},
		{over, model.Wrap(model.Internal, context.Canceled, "x"), 130},
		{over, model.Errorf(model.Invalid, "x"), 2},
		{over, errNo, 3},
	} {
		if got := exitCode(c.ctx, c.err); got != c.want {
			t.Errorf("%v: %d, want %d", c.err, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"log", "list", "search", "severity", "status", "show", "assign"}
	for typed, want := range map[string]string{
		"lgo": "log", "lst": "list", "sevrity": "severity", "stat": "status", "asign": "assign", "sohw": "show",
		"x": "", "": "", "postmortem": "", "LOG": "", strings.Repeat("log", 100): "",
	} {
		if got := nearest(typed, words); got != want {
			t.Errorf("%.20q: %q, want %q", typed, got, want)
		}
	}
}

func TestShield(t *testing.T) {
	in := []string{"log", "-7m", "saw", "-1h30m", "-n", "-5", "--at", "-2d", "-", "--", "-x7m"}
	out := shield(in)
	for i := range out {
		marked := strings.HasPrefix(out[i], guard)
		if want := in[i] == "-7m" || in[i] == "-1h30m" || in[i] == "-2d"; marked != want {
			t.Errorf("%q: %v", in[i], marked)
		}
		if unshield(out[i]) != in[i] {
			t.Errorf("%q came back as %q", in[i], unshield(out[i]))
		}
	}
}

func TestEscapeHidden(t *testing.T) {
	for _, s := range []string{"plain", "", "a\u009b31m", "\u202eevil", "tag \U000e0041x", "漢字 ✔", "\x7f", "zero\u200bwidth", "\u2028"} {
		b, err := encode(map[string]string{"text": s})
		if err != nil {
			t.Fatal(err)
		}
		safe := escapeHidden(b)
		for _, r := range string(safe) {
			if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
				t.Errorf("%q: %U in %s", s, r, safe)
			}
		}
		var back map[string]string
		if err := json.Unmarshal(safe, &back); err != nil || back["text"] != s {
			t.Errorf("%q came back as %q, %v", s, back["text"], err)
		}
	}
}

func TestReadConfig(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	for name, c := range map[string]struct {
		text string
		want config
		err  string
	}{
		"empty":     {text: ""},
		"comment":   {text: "# nothing\n"},
		"all":       {text: "user: ana\ndb: ~/x.db\nzone: utc\ntheme: dark\n", want: config{User: "ana", DB: filepath.Join(dir, "x.db"), Zone: "utc", Theme: "dark"}},
		"url":       {text: "db: postgres://host/db\n", want: config{DB: "postgres://host/db"}},
		"unknown":   {text: "\nusr: ana\n", err: `:2: there is no setting "usr": did you mean user?`},
		"far":       {text: "password: x\n", err: `:1: there is no setting "password": there are user, db, zone, theme, mouse, notify, hints, keys`},
		"relative":  {text: "user: a\n\ndb: x.db\n", err: ":3: db is"},
		"zone":      {text: "zone: Mars/Base\n", err: ":1: zone is"},
		"syntax":    {text: "user: ana\n\tdb: x\n", err: ":2: this cannot be read"},
		"too large": {text: "# " + strings.Repeat("x", maxConfig), err: "larger than a megabyte"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config.yaml")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := readConfig(path)
			if c.err != "" {
				if model.CodeOf(err) != model.Invalid || !strings.Contains(err.Error(), c.err) {
					t.Errorf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, c.want)
			}
		})
	}
	if c, err := readConfig(filepath.Join(dir, "missing")); err != nil || !reflect.DeepEqual(c, config{}) {
		t.Errorf("missing file: %+v, %v", c, err)
	}
	if _, err := readConfig(dir); model.CodeOf(err) != model.Invalid {
		t.Errorf("a folder: %v", err)
	}
}
