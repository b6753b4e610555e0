package call

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/runbooks"
)

// R6: what was captured and what an incident is called may not hold what cannot be
// seen, where it goes into a command; several lines are seen.
func TestR06NoUnseenCharacter(t *testing.T) {
	for _, name := range []string{"captured.pod", "incident.title"} {
		for v, refused := range map[string]bool{"a\u202eb": true, "a\u200bb": true, "a\x1b[mb": true, "a\x00b": true, "a\rb": true, "a\u0085b": true, "a\nb\tc": false, "größer": false} {
			sc := scope(t)
			sc.Values[name] = v
			for _, e := range []runbooks.Exec{{Argv: []string{"echo", "<" + name + ">"}}, {Command: `echo "<` + name + `>"`}} {
				if _, err := Prepare(&e, sc); (err != nil) != refused || refused && !strings.Contains(err.Error(), "cannot be seen") {
					t.Errorf("%s = %q: %v", name, v, err)
				}
			}
		}
	}
}

// R12: the program is the one of the environment that the command itself has, not of
// warroom's, in the plan as in the run.
func TestR12PathOfTheStep(t *testing.T) {
	sc := scope(t)
	e := runbooks.Exec{Argv: []string{"sh", "-c", "echo fine"}, Env: map[string]string{"PATH": "/nowhere"}}
	if _, err := Prepare(&e, sc); err == nil || !strings.Contains(err.Error(), "sh is not on PATH") {
		t.Errorf("%v", err)
	}
}

// R15: the author's text runs as it is written; who asks for a strict shell has one,
// and what that makes of a pipe is explained.
func TestR15OnlyWhoAsksIsStrict(t *testing.T) {
	const pipe, failing, unset = "yes | head -1 >/dev/null; echo on", "false; echo on", `echo "$NOT_SET" on`
	for _, c := range []struct {
		shell, defaults, text string
		exit                  int
		says                  string
	}{
		{"", "", pipe, 0, ""}, {"", "", failing, 0, ""}, {"", "", unset, 0, ""},
		{"bash", "", pipe, 0, ""}, {"sh", "", failing, 0, ""}, {"sh", "", unset, 0, ""},
		{"bash-strict", "", pipe, 141, "SIGPIPE"}, {"bash-strict", "", failing, 1, ""}, {"bash-strict", "", unset, 1, ""},
		{"", "bash-strict", failing, 1, ""}, {"bash", "bash-strict", failing, 0, ""},
	} {
		sc := scope(t)
		sc.Defaults.Shell = c.defaults
		call, err := Prepare(&runbooks.Exec{Command: c.text, Shell: c.shell}, sc)
		if err != nil {
			t.Fatal(err)
		}
		o, err := call.Do(context.Background())
		if err != nil || o.Exit != c.exit || !strings.Contains(o.Explain(), c.says) || strings.Contains(o.View.Stdout(), "on") != (c.exit == 0) {
			t.Errorf("%q in %s, %s by default: exit %d, %q, %v", c.text, c.shell, c.defaults, o.Exit, o.Explain(), err)
		}
	}
}

// R18: a step says how it is asked to end and how long it has; what it does not say
// is that of the runbook, and then INT with ten seconds. TERM and KILL follow.
func TestR18LadderOfAStep(t *testing.T) {
	second := runbooks.Duration(time.Second)
	for _, c := range []struct {
		stop *runbooks.Stop
		all  runbooks.Duration
		want string
	}{
		{nil, 0, "[{INT 10s} {TERM 5s}]"},
		{nil, second, "[{INT 1s} {TERM 5s}]"},
		{&runbooks.Stop{Signal: "QUIT"}, second, "[{QUIT 1s} {TERM 5s}]"},
		{&runbooks.Stop{Grace: 3 * second}, second, "[{INT 3s} {TERM 5s}]"},
		{&runbooks.Stop{Signal: "HUP", Grace: 90 * second}, 0, "[{HUP 1m30s} {TERM 5s}]"},
	} {
		sc := scope(t)
		sc.Defaults.Grace = c.all
		call, err := Prepare(&runbooks.Exec{Argv: []string{"true"}, Stop: c.stop}, sc)
		if err != nil || fmt.Sprint(call.spec.Stop) != c.want {
			t.Errorf("%+v: %v, want %s (%v)", c.stop, call.spec.Stop, c.want, err)
		}
	}
}

// R34: what will run is shown without its secrets, wherever they stand.
func TestR34ResolvedCommandHidesSecrets(t *testing.T) {
	for name, e := range map[string]runbooks.Exec{
		"environment": {Argv: []string{"true"}, Secrets: []string{"token"}},
		"env":         {Argv: []string{"true"}, Env: map[string]string{"A": "x <token>"}},
		"text":        {Command: `true "<token>"`},
		"stdin":       {Argv: []string{"cat"}, Stdin: "the key is <token>"},
		"header":      {HTTP: &runbooks.HTTP{URL: "https://example.com", Headers: map[string]string{"X-Key": "<token>"}}},
		"body":        {HTTP: &runbooks.HTTP{Method: "POST", URL: "https://example.com", Body: map[string]any{"key": "<token>"}}},
	} {
		c, err := Prepare(&e, scope(t))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if all := c.Shown + strings.Join(c.Bound, "\n"); strings.Contains(all, token) || !strings.Contains(all, "****(token)") {
			t.Errorf("%s: %s", name, all)
		}
		if c.spec != nil && slices.ContainsFunc(c.spec.Argv, func(a string) bool { return strings.Contains(a, token) }) {
			t.Errorf("%s: the command line holds it: %q", name, c.spec.Argv)
		}
	}
	if _, err := Prepare(&runbooks.Exec{Argv: []string{"echo", "<token>"}}, scope(t)); err == nil {
		t.Error("a secret is taken into an argument")
	}
	// A text that happens to hold it is no place for it either.
	sc := scope(t)
	sc.Values["captured.id"] = token
	c, err := Prepare(&runbooks.Exec{Argv: []string{"echo", "<captured.id>"}}, sc)
	if err != nil || strings.Contains(c.Shown, token) {
		t.Errorf("%s %v", c.Shown, err)
	}
	sc.Secrets = nil // not read for this one, but known
	if c, err = Prepare(&runbooks.Exec{Argv: []string{"echo", "<captured.id>"}}, sc); err != nil || strings.Contains(c.Shown, token) {
		t.Errorf("%s %v", c.Shown, err)
	}
}
