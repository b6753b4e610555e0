package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// bells runs a message and collects what would be written to the terminal beside
// the frame.
func (x *seat) bells(m tea.Msg) []string {
	x.t.Helper()
	var out []string
	var run func(tea.Cmd)
	run = func(c tea.Cmd) {
		if c == nil {
			return
		}
		switch m := c().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range m {
				run(c)
			}
		case tea.RawMsg:
			out = append(out, fmt.Sprint(m.Msg))
		default:
			_, cmd := x.a.Update(m)
			run(cmd)
		}
	}
	_, cmd := x.a.Update(m)
	run(cmd)
	return out
}

// heard gives news of the record to the screen and returns what rings.
func (x *seat) heard(r model.Receipt) []string {
	x.t.Helper()
	x.wait(2 * time.Second)
	return x.bells(changeMsg{model.Change{Events: r.Events}, true})
}

func TestCallsForWhatMatters(t *testing.T) {
	x := sit(t, 120, 40)
	x.a.caller.form = func(s string) string { return "<" + s + ">" }
	x.declare("api down")
	id := x.a.room.inc.ID
	x.hear(x.do("bob", "/take"))
	x.send(tea.BlurMsg{})
	for _, c := range []struct {
		who, line, want string
	}{
		{"bob", "just a note", ""},
		{"bob", "! an important one", ""},
		{"bob", "@carl check the lag 3m", ""},
		{"bob", "@ana check the lag 3m", "<order for you, 3 min: check the lag>"},
		{"ana", "@ana my own, from another terminal 3m", ""},
		{"bob", "/role scribe ana", "<you are scribe: api down>"},
		{"bob", "/role tl carl", ""},
		{"bob", "/sev 2", "<now SEV-2: api down>"},
		{"bob", "/sev 1", "<now SEV-1: api down>"},
		{"bob", "/sev 2", ""},
		{"bob", "/sev 4", ""},
		{"bob", "/sev 3", ""},
		{"bob", "/handover ana", "<bob hands incident commander over to you: api down>"},
		{"bob", "/status identified", ""},
	} {
		if got := strings.Join(x.heard(x.doIn(id, c.who, c.line)), ""); got != c.want {
			t.Errorf("%s: %s rings %q, want %q", c.who, c.line, got, c.want)
		}
	}
	for s := model.SevWorst; s <= model.SevMildest; s++ {
		got := strings.Join(x.heard(x.command("", "probe", model.Declare{Title: "disk full", Severity: s, Drill: s == 2})), "")
		want := map[model.Severity]string{1: "<declared SEV-1: disk full>", 2: "<DRILL declared SEV-2: disk full>"}[s]
		if got != want {
			t.Errorf("a declared %v rings %q, want %q", s, got, want)
		}
	}
}

// Overdue clocks call whoever they wait for, and those who lead; once.
func TestCallsForOverdue(t *testing.T) {
	for who, want := range map[string]string{"ana": "", "bob": "@bob restart the pods", "ic": "@bob restart the pods", "dep": "@bob restart the pods"} {
		t.Run(who, func(t *testing.T) {
			x := sit(t, 120, 40)
			x.a.caller.form = func(s string) string { return s }
			x.declare("api down")
			x.a.cfg.Actor = who
			x.hear(x.do("ic", "/take"))
			x.hear(x.do("ic", "/role deputy dep"))
			x.hear(x.do("ic", "update: we look at it"))
			x.hear(x.do("ic", "@bob restart the pods 3m"))
			x.send(tea.BlurMsg{})
			x.wait(2 * time.Minute)
			if got := x.bells(tickMsg{x.a.now, x.a.clock}); len(got) != 0 {
				t.Errorf("before its time %q rings", got)
			}
			x.wait(2 * time.Minute)
			got := strings.Join(append(x.bells(tickMsg{x.a.now, x.a.clock}), x.bells(tickMsg{x.a.now, x.a.clock})...), "|")
			if want == "" && got != "" || want != "" && got != "overdue: "+want {
				t.Errorf("rings %q, want %q", got, want)
			}
			x.wait(time.Minute)
			if got := x.bells(tickMsg{x.a.now, x.a.clock}); len(got) != 0 {
				t.Errorf("it rings again: %q", got)
			}
		})
	}
}

// What somebody has acknowledged for the room rings for nobody else.
func TestCallsNotForSeenAlarms(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.hear(x.do("ana", "/take"))
	x.hear(x.do("ana", "@bob restart the pods 3m"))
	x.send(tea.BlurMsg{})
	x.wait(4 * time.Minute)
	x.a.measure()
	c := x.a.clocks()[0]
	if !c.Overdue(x.a.now) {
		t.Fatalf("the first clock is %+v", c)
	}
	x.hear(x.command(x.a.room.inc.ID, "bob", model.SeeAlarm{Key: c.Key, Rules: x.a.cfg.Rules}))
	if got := x.bells(tickMsg{x.a.now, x.a.clock}); len(got) != 0 {
		t.Errorf("%q rings", got)
	}
}

func TestCallsOnlyUnfocused(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	if got := x.heard(x.do("bob", "@ana one 3m")); len(got) != 0 {
		t.Errorf("with the focus %q rings", got)
	}
	x.send(tea.BlurMsg{})
	if got := x.heard(x.do("bob", "@ana two 3m")); len(got) != 1 || got[0] != "\a" {
		t.Errorf("without the focus %q rings, want a bell", got)
	}
	x.send(tea.FocusMsg{})
	if got := x.heard(x.do("bob", "@ana three 3m")); len(got) != 0 {
		t.Errorf("with the focus again %q rings", got)
	}
	x.send(tea.BlurMsg{})
	x.a.caller.mode = NotifyOff
	if got := x.heard(x.do("bob", "@ana four 3m")); len(got) != 0 {
		t.Errorf("switched off, %q rings", got)
	}
	x.a.caller.mode, x.a.caller.form = NotifyBell, func(s string) string { return s }
	if got := x.heard(x.do("bob", "@ana five 3m")); len(got) != 1 || got[0] != "\a" {
		t.Errorf("with bells only, %q rings", got)
	}
}

// Never more than one a second; what came meanwhile is told together.
func TestCallsAtMostOnceASecond(t *testing.T) {
	x := sit(t, 120, 40)
	x.a.caller.form = func(s string) string { return s }
	x.declare("api down")
	x.send(tea.BlurMsg{})
	var got []string
	for i := range 20 {
		r := x.do("bob", fmt.Sprintf("@ana task %d 3m", i))
		*x.clock = x.clock.Add(30 * time.Millisecond)
		got = append(got, x.bells(changeMsg{model.Change{Events: r.Events}, true})...)
	}
	if len(got) != 1 {
		t.Fatalf("in 0.6 s rang %q", got)
	}
	*x.clock = x.clock.Add(time.Second)
	if got = x.bells(callMsg{}); len(got) != 1 || got[0] != "order for you, 3 min: task 1 · and 18 more" {
		t.Fatalf("after a second rang %q", got)
	}
	if got = x.bells(callMsg{}); len(got) != 0 {
		t.Errorf("then rang %q", got)
	}
	x.wait(2 * time.Second)
	r := x.do("bob", "@ana the last 3m")
	if got = x.bells(changeMsg{model.Change{Events: r.Events}, true}); len(got) != 1 {
		t.Errorf("later rang %q", got)
	}
	r = x.do("bob", "@ana held 3m")
	x.bells(changeMsg{model.Change{Events: r.Events}, true})
	x.send(tea.FocusMsg{})
	x.send(tea.BlurMsg{})
	if got = x.bells(callMsg{}); len(got) != 0 {
		t.Errorf("what was seen meanwhile rings: %q", got)
	}
}

// Nothing that somebody writes can end the notification and begin a sequence of
// its own, or become another one than was meant.
func TestCallsAreHarmless(t *testing.T) {
	evil := "4;1;50\x07\x1b]52;c;aGk=\x1b\\\u009c\u009d0;title\u009c \u202e x\n\r" + strings.Repeat("long ", 1000)
	for name, env := range map[string]map[string]string{
		"bell": {"TERM": "xterm-256color"}, "9": {"TERM_PROGRAM": "iTerm.app"}, "777": {"TERM": "foot"}, "99": {"TERM": "xterm-kitty"},
	} {
		x := sit(t, 120, 40)
		x.a.caller.form = callForm(func(k string) string { return env[k] })
		x.declare("api down")
		x.send(tea.BlurMsg{})
		got := strings.Join(x.heard(x.command(x.a.room.inc.ID, "bob", model.GiveOrder{Person: "ana", Task: evil})), "")
		body := strings.TrimSuffix(got, "\a")
		if name != "bell" {
			var ok bool
			if body, ok = strings.CutPrefix(body, "\x1b]"+name+";"); !ok || !strings.Contains(body, "order for you") {
				t.Fatalf("%s: rings %.80q", name, got)
			}
		}
		if strings.ContainsFunc(body, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf) }) || len(body) > 1200 {
			t.Errorf("%s: rings %.200q", name, got)
		}
		if name == "777" && strings.Count(body, ";") != 2 {
			t.Errorf("the text counts as several fields: %.100q", body)
		}
	}
}

func TestCallForm(t *testing.T) {
	for _, c := range []struct {
		env  string
		want string
	}{
		{"", ""}, {"TERM=xterm-256color", ""}, {"TERM=linux", ""}, {"TERM_PROGRAM=Apple_Terminal", ""}, {"TERM_PROGRAM=vscode", ""}, {"WT_SESSION=1", ""},
		{"TERM=xterm-kitty", "\x1b]99;o=unfocused;x\a"}, {"KITTY_WINDOW_ID=1", "\x1b]99;o=unfocused;x\a"},
		{"TERM_PROGRAM=iTerm.app", "\x1b]9;x\a"}, {"LC_TERMINAL=iTerm2", "\x1b]9;x\a"},
		{"TERM_PROGRAM=WezTerm", "\x1b]777;notify;warroom;x\a"}, {"TERM=xterm-ghostty", "\x1b]777;notify;warroom;x\a"},
		{"TERM=foot-extra", "\x1b]777;notify;warroom;x\a"}, {"TERM=rxvt-unicode-256color", "\x1b]777;notify;warroom;x\a"},
		{"TERM=xterm-kitty TMUX=/tmp/x", ""}, {"TERM=tmux-256color KITTY_WINDOW_ID=1", ""}, {"TERM=screen KITTY_WINDOW_ID=1", ""}, {"ZELLIJ=0 TERM=foot", ""},
	} {
		form := callForm(tea.EnvMsg(strings.Fields(c.env)).Getenv)
		got := ""
		if form != nil {
			got = form("x")
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.env, got, c.want)
		}
	}
}
