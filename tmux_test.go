package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience is how long a screen may take to show what is waited for. It is only
// used up when something is wrong.
const patience = 20 * time.Second

// house is a record with the real program, and a tmux server of its own in which
// people open rooms on it.
type house struct {
	t   *testing.T
	bin string
	db  string
	env []string
}

// enter builds the program and starts nothing yet. Without tmux the test is
// skipped, or fails where all tools must be there.
func enter(t *testing.T) *house {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("WARROOM_CI") == "1" {
			t.Fatal("tmux is missing, and WARROOM_CI asks for every test")
		}
		t.Skip("tmux is not installed: the screen is not tried in a real terminal")
	}
	dir := t.TempDir()
	socket, err := os.MkdirTemp("", "wr") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, bin: filepath.Join(dir, "warroom"), db: filepath.Join(dir, "war.db")}
	h.env = append(os.Environ(), "TMUX=", "TMUX_TMPDIR="+socket, "WARROOM_DB="+h.db, "HOME="+dir,
		"XDG_CONFIG_HOME="+filepath.Join(dir, "config"), "XDG_DATA_HOME="+filepath.Join(dir, "data"),
		"LC_ALL=C.UTF-8", "TZ=UTC", "NO_COLOR=", "ENV=")
	t.Cleanup(func() {
		_ = h.tmux("kill-server").Run()
		os.RemoveAll(socket)
	})
	build := exec.Command("go", "build", "-o", h.bin, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return h
}

func (h *house) tmux(args ...string) *exec.Cmd {
	cmd := exec.Command("tmux", append([]string{"-u", "-L", "warroom-test", "-f", os.DevNull}, args...)...)
	cmd.Env = h.env
	return cmd
}

// run is a second process on the same record.
func (h *house) run(as string, args ...string) string {
	h.t.Helper()
	cmd := exec.Command(h.bin, args...)
	cmd.Env = append(h.env, "WARROOM_USER="+as)
	var fault bytes.Buffer
	cmd.Stderr = &fault
	out, err := cmd.Output()
	if err != nil {
		h.t.Fatalf("warroom %q: %v\n%s%s", args, err, out, fault.Bytes())
	}
	return string(out)
}

// texts reads what is in the record, as a script would.
func (h *house) texts(incident ...string) []string {
	h.t.Helper()
	var out []string
	for line := range strings.Lines(h.run("script", append([]string{"tail", "--json"}, incident...)...)) {
		var e struct{ Actor, Kind, Text string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			h.t.Fatalf("tail --json: %v in %q", err, line)
		}
		out = append(out, e.Actor+" "+e.Kind+" "+e.Text)
	}
	return out
}

// seat is a terminal at which a person sits.
type seat struct {
	*house
	name string
}

// sit gives a person a terminal of 100x30 with a shell and opens the room.
func (h *house) sit(name string) *seat {
	h.t.Helper()
	s := &seat{h, name}
	cmd := h.tmux("new-session", "-d", "-s", name, "-x", "100", "-y", "30", "env", "PS1=shell> ", "WARROOM_USER="+name, "sh")
	if out, err := cmd.CombinedOutput(); err != nil {
		h.t.Fatalf("tmux new-session: %v %s", err, out)
	}
	s.do("set-option", "-t", name, "status", "off")
	s.do("resize-window", "-t", name, "-x", "100", "-y", "30")
	s.waits("a shell", has("shell>"))
	h.t.Cleanup(s.leave)
	s.open()
	return s
}

// leave ends the room and waits until it has: it must not write into a folder
// that is being removed. If it does not end, the end of the server ends it.
func (s *seat) leave() {
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(15 * time.Millisecond) {
		out, err := s.tmux("display-message", "-p", "-t", s.name, "#{pane_current_command}").Output()
		if err != nil || strings.TrimSpace(string(out)) == "sh" {
			return
		}
		_ = s.tmux("send-keys", "-t", s.name, "C-c").Run()
	}
	s.t.Errorf("the room of %s does not end", s.name)
}

// open starts the room from the shell, from which it is left again.
func (s *seat) open() {
	s.keys(s.bin, "Enter")
}

func (s *seat) do(args ...string) string {
	s.t.Helper()
	out, err := s.tmux(args...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("tmux %q: %v %s", args, err, out)
	}
	return string(out)
}

// keys presses keys by their tmux names; whatever is none is typed.
func (s *seat) keys(keys ...string) {
	s.t.Helper()
	s.do(append([]string{"send-keys", "-t", s.name}, keys...)...)
}

// types types text as it stands.
func (s *seat) types(text string) {
	s.t.Helper()
	s.do("send-keys", "-t", s.name, "-l", text)
}

func (s *seat) screen() string { return s.do("capture-pane", "-p", "-t", s.name) }

// state asks tmux about the terminal.
func (s *seat) state(format string) string {
	return strings.TrimSpace(s.do("display-message", "-p", "-t", s.name, format))
}

// waits polls the screen until ok, and returns it.
func (s *seat) waits(what string, ok func(screen string) bool) string {
	s.t.Helper()
	return s.within(patience, what, ok)
}

func (s *seat) within(d time.Duration, what string, ok func(screen string) bool) string {
	s.t.Helper()
	for end := time.Now().Add(d); ; time.Sleep(15 * time.Millisecond) {
		screen := s.screen()
		if ok(screen) {
			return screen
		}
		if time.Now().After(end) {
			s.t.Fatalf("%s does not see %s within %v:\n%s", s.name, what, d, s.do("capture-pane", "-p", "-S", "-100", "-t", s.name)) // a crash is longer than the window
		}
	}
}

// rests leaves the input. It waits until that is done: a terminal cannot tell
// escape and a key from alt and the key if they come at once.
func (s *seat) rests() {
	s.t.Helper()
	s.keys("Escape")
	s.waits("the input at rest", has("enter to write"))
}

// resize changes the size of the terminal.
func (s *seat) resize(w, h int) {
	s.t.Helper()
	s.do("resize-window", "-t", s.name, "-x", fmt.Sprint(w), "-y", fmt.Sprint(h))
}

func has(words ...string) func(string) bool {
	return func(screen string) bool {
		for _, w := range words {
			if !strings.Contains(screen, w) {
				return false
			}
		}
		return true
	}
}

func hasNot(word string) func(string) bool {
	return func(screen string) bool { return !strings.Contains(screen, word) }
}

// A person declares and writes at a real terminal; a script reads it, writes
// itself, and the screen follows.
func TestTerminal(t *testing.T) {
	h := enter(t)
	ana := h.sit("ana")
	ana.waits("the welcome", has("No incident yet", "declare"))

	ana.keys("d")
	ana.waits("the question", has("Declare an incident"))
	ana.types("Checkout “fails” 客户")
	ana.keys("Enter")
	ana.waits("the room", has("declared SEV-3: Checkout “fails” 客户", "NO COMMANDER", "INC-"))
	ana.types("finding: lag is 340 s") // the input waits for the first line
	ana.keys("Enter")
	ana.waits("the line", has("f lag is 340 s"))
	ana.rests()
	ana.keys("T")
	ana.waits("a commander", hasNot("NO COMMANDER"))

	got := h.texts()
	for _, want := range []string{"ana declared declared SEV-3: Checkout “fails” 客户", "ana finding lag is 340 s", "ana role_assigned ana assigned as incident commander"} {
		if !strings.Contains(strings.Join(got, "\n")+"\n", want+"\n") {
			t.Errorf("the script reads %q, and not %q", got, want)
		}
	}

	// What another process writes is seen at once, and what is half typed stays.
	ana.keys("i")
	ana.types("half a thou")
	ana.waits("what is typed", has("› half a thou"))
	h.run("bob", "log", "! failing over now")
	ana.within(2*time.Second, "bob's line", has("failing over now", "› half a thou"))
	ana.types("ght")
	ana.keys("Enter")
	ana.waits("the whole thought", func(s string) bool { return has("n half a thought")(s) && hasNot("› half a thought")(s) })
	ana.rests()

	// The other screen and back.
	ana.keys("0")
	ana.waits("the list", has("1 live"))
	ana.keys("1")
	ana.waits("the room again", has("failing over now"))
}

// Two rooms on one file show each other's lines.
func TestTwoTerminals(t *testing.T) {
	h := enter(t)
	h.run("ana", "declare", "Search is slow", "--severity", "2")
	ana, bob := h.sit("ana"), h.sit("bob")
	for _, s := range []*seat{ana, bob} {
		s.waits("the only open incident", has("Search is slow", "SEV-2", "enter to write"))
	}
	for n := range 3 {
		for _, w := range []struct{ from, to *seat }{{ana, bob}, {bob, ana}} {
			line := fmt.Sprintf("line %d of %s", n, w.from.name)
			w.from.keys("i")
			w.from.types(line)
			w.from.keys("Enter")
			w.from.waits("the own line", has(line))
			w.to.within(2*time.Second, "the other's line", has(line))
			w.from.rests()
		}
	}
	ana.keys("T")
	bob.waits("the commander", has("IC ana"))
}

// No size ends the room, and after leaving it the terminal is as it was.
func TestTerminalSizesAndLeaving(t *testing.T) {
	h := enter(t)
	h.run("ana", "declare", "Search is slow")
	ana := h.sit("ana")
	ana.waits("the room", has("Search is slow", "enter to write"))
	if got := ana.state("#{alternate_on}"); got != "1" {
		t.Errorf("the room is drawn over the shell: alternate screen %q", got)
	}
	program := ana.state("#{pane_current_command}")
	for _, size := range [][2]int{{40, 10}, {1, 1}, {80, 24}, {20, 5}, {1, 30}, {100, 1}, {200, 60}, {2, 2}, {120, 40}, {40, 10}, {1, 1}} {
		ana.resize(size[0], size[1])
		line := fmt.Sprintf("seen at %d by %d", size[0], size[1])
		h.run("bob", "log", line) // wakes the room at that size
		if size[0] >= 40 && size[1] >= 10 {
			ana.waits("bob's line", has(line))
		}
		if got := ana.state("#{pane_current_command}"); got != program {
			t.Fatalf("at %dx%d the terminal runs %q:\n%s", size[0], size[1], got, ana.screen())
		}
	}
	ana.resize(100, 30)
	ana.waits("all of it again", has("Search is slow", "seen at 40 by 10", "seen at 2 by 2", "enter to write"))

	leaves := func(how string, keys ...string) {
		t.Helper()
		ana.keys(keys...)
		ana.waits("the shell after "+how, func(s string) bool {
			return has("shell>")(s) && !has("Search is slow")(s) && ana.state("#{pane_current_command}") == "sh"
		})
		if got := ana.state("#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{keypad_flag}"); got != "0 1 0 0" {
			t.Errorf("after %s: alternate screen, cursor, mouse and keypad are %q", how, got)
		}
		ana.keys("stty -a | tr ' ;' '\\n\\n' | grep -xE 'echo|icanon|isig|opost' | sort | tr -d '\\n'; echo =$((40+2))", "Enter")
		ana.waits("a sane terminal after "+how, has("echoicanonisigopost=42"))
		ana.keys("clear", "Enter")
		ana.waits("a clear screen", hasNot("=42"))
	}
	leaves("q", "q")
	ana.open()
	ana.waits("the room", has("Search is slow", "enter to write"))
	leaves("ctrl+c", "C-c")
}

// The demo is what people see first: it plays, and every screen opens on it.
func TestDemoOnScreen(t *testing.T) {
	h := enter(t)
	ana := h.sit("ana")
	ana.waits("the empty room", func(string) bool { return ana.state("#{alternate_on}") == "1" })
	ana.keys("q")
	ana.waits("the shell", func(string) bool { return ana.state("#{pane_current_command}") == "sh" })
	ana.keys("clear; "+h.bin+" demo --speed 10000", "Enter")
	ana.waits("the demo", has("postmortem @ana"))
	for _, screen := range []struct{ key, shows string }{
		{"3", "All runbooks"}, {"4", "Alerts"}, {"5", "Who waits for word"}, {"6", "Incident Summary"}, {"7", "How long?"},
		{"2", "How bad is it?"}, {"Escape", "Timeline"}, // where digits answer, escape leads back
	} {
		ana.keys(screen.key)
		ana.waits("screen "+screen.key, has("Checkout returns 503", screen.shows))
	}
	ana.keys("q")
	ana.waits("the shell after the demo", func(string) bool { return ana.state("#{pane_current_command}") == "sh" })
}

// What others write cannot make the terminal do anything.
func TestTerminalIsNotObeying(t *testing.T) {
	h := enter(t)
	h.run("mallory", "declare", "Evil \x1b]2;pwned\a\x1b[2Jtitle\u202e")
	ana := h.sit("ana")
	ana.waits("the title", has("Evil ^["))
	for _, line := range []string{
		"\x1b]2;pwned\a", "\x1b[2J\x1b[H", "\x1b[?1049l", "\x1b]52;c;cHduZWQ=\a", "\x1b[31mred", "\u009b2J", "x\rover", "\x1b[6n", "\x1bc", "a\u202eb\u200bc", "\x9b2J \xff",
	} {
		h.run("mallory", "log", " "+line)
	}
	h.run("mallory", "log", "the end of it")
	screen := ana.waits("everything", has("the end of it", "^[[2J^[[H", "^[[31mred", "<U+009B>2J", "x^Mover", "a<U+202E>b<U+200B>c", "Evil ^[]2;pwned"))
	if strings.ContainsAny(screen, "\x1b\r\a\u202e\u200b\u009b") {
		t.Errorf("control characters on the screen: %q", screen)
	}
	if title := ana.state("#{pane_title}"); strings.HasPrefix(title, "pwned") || strings.Contains(title, "\x1b") {
		t.Errorf("the window's title was set to %q", title)
	}
	if buffers := ana.do("list-buffers"); strings.Contains(buffers, "pwned") {
		t.Errorf("the clipboard was written: %s", buffers)
	}
	if got := ana.state("#{alternate_on}"); got != "1" {
		t.Errorf("the room was thrown out of its screen")
	}
}
