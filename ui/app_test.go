package ui

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"warroom/model"
	"warroom/storage"
)

// seat is one person at one terminal: the program without a terminal, driven by
// messages on a clock that stands still.
type seat struct {
	t     testing.TB
	a     *App
	store *storage.Store
	clock *time.Time
}

var noon = time.Date(2026, 11, 23, 9, 12, 4, 0, time.UTC)

// sit opens a record and a screen of w × h cells on it.
func sit(t testing.TB, w, h int) *seat {
	t.Helper()
	clock := noon
	now := func() time.Time { return clock }
	s, err := storage.Open(context.Background(), filepath.Join(t.TempDir(), "room", "warroom.db"), storage.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return join(t, s, &clock, "ana", w, h)
}

// join opens another screen on the same record.
func join(t testing.TB, s *storage.Store, clock *time.Time, who string, w, h int) *seat {
	t.Helper()
	now := func() time.Time { return *clock }
	x := &seat{t, newApp(context.Background(), Config{Store: s, Actor: who, Now: now, Local: time.FixedZone("CET", 3600)}), s, clock}
	x.send(tea.WindowSizeMsg{Width: w, Height: h})
	x.run(x.a.refreshList())
	return x
}

// send gives the program a message and runs what follows from it.
func (x *seat) send(m tea.Msg) {
	_, cmd := x.a.Update(m)
	x.run(cmd)
}

func (x *seat) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch m := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range m {
			x.run(c)
		}
	case tea.QuitMsg:
		x.a.quit = true
	default:
		x.send(m)
	}
}

// keys presses keys by name; "text:…" types.
func (x *seat) keys(names ...string) {
	x.t.Helper()
	for _, n := range names {
		if s, ok := strings.CutPrefix(n, "text:"); ok {
			for _, r := range s {
				x.send(tea.KeyPressMsg{Text: string(r), Code: r})
			}
			continue
		}
		x.send(press(n))
	}
}

func press(name string) tea.KeyPressMsg {
	special := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown,
		"left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
		"space": tea.KeySpace, "backspace": tea.KeyBackspace,
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: rune(rest[0]), Mod: tea.ModCtrl}
	}
	if rest, ok := strings.CutPrefix(name, "shift+"); ok {
		return tea.KeyPressMsg{Code: special[rest], Mod: tea.ModShift}
	}
	if c, ok := special[name]; ok {
		return tea.KeyPressMsg{Code: c}
	}
	return tea.KeyPressMsg{Text: name, Code: []rune(name)[0]}
}

// do writes to the record as somebody else would, without this screen.
func (x *seat) do(who, line string) model.Receipt {
	x.t.Helper()
	id := ""
	if x.a.room != nil {
		id = x.a.room.inc.ID
	}
	return x.doIn(id, who, line)
}

func (x *seat) doIn(id, who, line string) model.Receipt {
	x.t.Helper()
	c, err := model.Compose(line, *x.clock, time.UTC)
	if err != nil {
		x.t.Fatal(err)
	}
	return x.command(id, who, c)
}

func (x *seat) command(id, who string, c model.Command) model.Receipt {
	x.t.Helper()
	r, err := x.store.Do(context.Background(), id, model.Request{Actor: who, Command: c})
	if err != nil {
		x.t.Fatalf("%s: %v", who, err)
	}
	return r
}

// hear tells this screen what somebody else wrote.
func (x *seat) hear(r model.Receipt) { x.send(changeMsg{model.Change{Events: r.Events}, true}) }

// declare opens an incident and its room.
func (x *seat) declare(title string) {
	x.t.Helper()
	x.keys("d", "text:"+title, "enter")
	if x.a.room == nil || x.a.room.inc.Title != title {
		x.t.Fatalf("no room after declaring %q:\n%s", title, x.screen())
	}
	x.keys("esc")
}

// screen is what can be read on the screen.
func (x *seat) screen() string { return ansi.Strip(x.a.View().Content) }

func (x *seat) sees(want ...string) {
	x.t.Helper()
	s := x.screen()
	for _, w := range want {
		if !strings.Contains(s, w) {
			x.t.Errorf("the screen does not show %q:\n%s", w, s)
		}
	}
}

func (x *seat) lacks(no ...string) {
	x.t.Helper()
	s := x.screen()
	for _, w := range no {
		if strings.Contains(s, w) {
			x.t.Errorf("the screen shows %q:\n%s", w, s)
		}
	}
}

func (x *seat) wait(d time.Duration) {
	*x.clock = x.clock.Add(d)
	x.a.now = *x.clock
}

func TestWelcomeTeaches(t *testing.T) {
	x := sit(t, 80, 24)
	x.sees("No incident yet", "d  declare", "?  every action", "q  leave", "warroom demo")
}

func TestDeclareAndLog(t *testing.T) {
	x := sit(t, 100, 30)
	x.keys("d", "text:api down", "enter")
	x.sees("api down", "NO COMMANDER", "SEV-3", "INC-20261123-091204", "declared SEV-3: api down")
	if !x.a.composer.focused() {
		t.Fatal("after declaring, the scribe cannot write at once")
	}
	x.keys("text:db primary is gone", "enter", "text:finding: lag 340 s", "enter")
	x.sees("n db primary is gone", "f lag 340 s")
	if !x.a.composer.empty() {
		t.Error("the input still holds what was saved")
	}
	inc, err := x.store.Incident(context.Background(), x.a.room.inc.ID)
	if err != nil || inc.Lines != 3 {
		t.Errorf("the record holds %d lines (%v), want 3", inc.Lines, err)
	}
}

// While text is typed no other key acts, whatever letter it is.
func TestTypedLettersAreText(t *testing.T) {
	x := sit(t, 80, 24)
	x.declare("api down")
	all := "qTHSvrRmEXzfU?:/0+1GjkyoDx!"
	x.keys("i", "text:"+all)
	if got := x.a.composer.value(); got != all {
		t.Errorf("typed %q, the input holds %q", all, got)
	}
	if x.a.quit || len(x.a.dialogs) > 0 || x.a.screen != screenRoom {
		t.Error("a typed letter acted as a key")
	}
}

// Every letter of every action also arrives as text in a form and in a picker.
func TestDialogsHaveAllKeys(t *testing.T) {
	x := sit(t, 80, 24)
	x.keys("d", "text:qT?:/0 D")
	f, ok := x.a.dialogs[0].(*form)
	if !ok || f.fields[0].input.Value() != "qT?:/0 D" {
		t.Fatalf("the form holds %q", f.fields[0].input.Value())
	}
	x.keys("esc")
	if len(x.a.dialogs) != 0 {
		t.Error("esc does not close the form")
	}
}

func TestTwoScreensOneRecord(t *testing.T) {
	ana := sit(t, 100, 30)
	ana.declare("api down")
	bob := join(t, ana.store, ana.clock, "bob", 80, 24)
	bob.keys("enter")
	bob.keys("i", "text:saw first 500s", "enter")
	r := ana.do("carl", "! and me")
	ana.hear(model.Receipt{Events: events(t, ana)})
	ana.sees("saw first 500s", "bob", "and me")
	bob.hear(r)
	bob.sees("and me", "carl")
}

func events(t testing.TB, x *seat) []model.Event {
	t.Helper()
	es, err := x.store.Events(context.Background(), x.a.room.inc.ID, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return es
}

// An event that comes with a gap before it makes the room read everything.
func TestGapReloads(t *testing.T) {
	x := sit(t, 100, 30)
	x.declare("api down")
	x.do("bob", "first of bob")
	r := x.do("bob", "second of bob")
	x.hear(r) // the first was never heard of
	x.sees("first of bob", "second of bob")
}

// News that arrives while the room is being read is not lost.
func TestNewsWhileOpening(t *testing.T) {
	x := sit(t, 100, 30)
	x.declare("one")
	x.keys("0")
	id := x.a.room.inc.ID
	x.a.room = nil
	cmd := x.a.enter(id, 0)
	m := cmd() // read before …
	r := x.doIn(id, "bob", "late news")
	x.hear(r) // … and heard before what was read arrives
	x.send(m)
	x.sees("late news")
}

// What could not be saved comes back into the input, with the reason.
func TestFailedLineComesBack(t *testing.T) {
	x := sit(t, 80, 24)
	x.declare("api down")
	x.keys("i", "text:do not lose me")
	x.a.composer.take()
	j := job{incident: x.a.room.inc.ID, line: "do not lose me", request: model.Request{ID: x.store.NewID(), Command: model.AddNote{Text: "do not lose me"}}}
	x.a.sending = &job{}
	x.send(doneMsg{job: j, err: model.Errorf(model.Full, "the disk is full: nothing was written")})
	if got := x.a.composer.value(); got != "do not lose me" {
		t.Fatalf("the input holds %q", got)
	}
	x.sees("the disk is full", "do not lose me")
	x.keys("enter")
	x.sees("n do not lose me")
	es := events(t, x)
	if last := es[len(es)-1]; last.ID != j.request.ID {
		t.Error("the second try had another id: an uncertain write could be doubled")
	}
}

func TestFailedLineWhileTyping(t *testing.T) {
	x := sit(t, 80, 24)
	x.declare("api down")
	x.keys("i", "text:newer")
	x.a.sending = &job{}
	x.send(doneMsg{job: job{incident: x.a.room.inc.ID, line: "older"}, err: model.Errorf(model.Busy, "the record is busy")})
	if got := x.a.composer.value(); got != "newer" {
		t.Fatalf("what is being typed became %q", got)
	}
	x.keys("up")
	if got := x.a.composer.value(); got != "older" {
		t.Fatalf("↑ gives %q, want the line that failed", got)
	}
	x.keys("down")
	if got := x.a.composer.value(); got != "newer" {
		t.Fatalf("↓ gives %q", got)
	}
}

func TestBadInputSaysWhy(t *testing.T) {
	x := sit(t, 80, 24)
	x.declare("api down")
	x.keys("i", "text:/status nonsense", "enter")
	x.sees("is no status", "/status nonsense")
	x.keys("esc", "v")
	x.sees("How bad is it")
	x.keys("esc")
	x.lacks("How bad is it")
}

func TestRolesAndHandover(t *testing.T) {
	ana := sit(t, 120, 40)
	ana.declare("api down")
	ana.keys("T")
	ana.sees("IC ana")
	ana.keys("H", "text:bob", "enter")
	ana.sees("ana → bob?")
	bob := join(t, ana.store, ana.clock, "bob", 120, 40)
	bob.keys("enter")
	bob.sees("a accept")
	ana.keys("a")
	ana.sees("no role is offered to you")
	bob.keys("a")
	bob.sees("You take command from ana", "Who does what:")
	ana.sees("IC ana")
	bob.keys("a")
	bob.sees("IC bob")
	ana.hear(model.Receipt{Events: events(t, bob)})
	ana.sees("IC bob", "bob assigned as incident commander")
}

func TestSeverityStatusUndo(t *testing.T) {
	x := sit(t, 100, 30)
	x.declare("api down")
	x.keys("v", "1")
	x.sees("SEV-1", "Severity changed from SEV-3 to SEV-1")
	x.keys("z")
	x.sees("Severity changed from SEV-1 to SEV-3")
	x.keys("S", "enter")
	x.sees("Response investigating", "Status changed from triage to investigating")
}

func TestAmendKeepsHistory(t *testing.T) {
	x := sit(t, 100, 30)
	x.declare("api down")
	x.keys("i", "text:lag is 30 s", "enter", "esc", "up")
	x.keys("e", "backspace", "backspace", "text:0 s", "enter")
	x.sees("lag is 300 s", "edited")
	x.keys("enter")
	x.sees("History", "lag is 30 s", "now: lag is 300 s")
	x.keys("esc", "d")
	x.sees("taken back")
}

// The selection sticks to its entry whatever arrives, before it or behind it.
func TestSelectionSticks(t *testing.T) {
	x := sit(t, 80, 24)
	x.declare("api down")
	for i := range 40 {
		x.wait(time.Minute)
		x.hear(x.do("bob", fmt.Sprintf("entry %d", i)))
	}
	x.keys("up", "up", "up")
	before, _ := x.a.room.tl.selected()
	if before.Line != "entry 37" {
		t.Fatalf("selected %q", before.Line)
	}
	x.hear(x.do("bob", "-20m back-dated"))
	x.hear(x.do("bob", "new"))
	after, _ := x.a.room.tl.selected()
	if after.Seq != before.Seq {
		t.Errorf("the selection moved from %q to %q", before.Line, after.Line)
	}
	x.sees("2 new")
	x.keys("G")
	x.sees("following", "n new")
}

func TestListSelectionSticks(t *testing.T) {
	x := sit(t, 80, 24)
	x.declare("first")
	x.keys("0")
	sel := x.a.list.sel
	x.wait(time.Second)
	r := x.command("", "bob", model.Declare{Title: "worse", Severity: 1})
	x.hear(r)
	if x.a.list.sel != sel {
		t.Error("a new incident moved the selection")
	}
	x.sees("worse")
}

func TestOrders(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.keys("o", "text:bob check replica lag 3m", "enter", "esc")
	x.sees("@bob check replica lag in 03:00")
	x.wait(4 * time.Minute)
	x.sees("overdue 01:00")
	x.keys("tab", "tab", "u")
	x.sees("@bob understood")
	x.keys("enter", "text:340 s", "enter")
	x.sees("@bob done: check replica lag: 340 s")
	x.lacks("@bob check replica lag overdue")
}

func TestSearchJumps(t *testing.T) {
	x := sit(t, 100, 30)
	x.declare("api down")
	for i := range 300 {
		x.wait(time.Minute)
		x.do("bob", fmt.Sprintf("entry %d", i))
	}
	x.do("bob", "done")
	x.run(x.a.reload())
	x.keys("/", "text:entry 17", "enter")
	e, ok := x.a.room.tl.selected()
	if !ok || !strings.HasPrefix(e.Line, "entry 17") {
		t.Fatalf("search went to %q", e.Line)
	}
}

func TestLongTimelinePages(t *testing.T) {
	x := sit(t, 80, 24)
	x.declare("api down")
	for i := range 700 {
		x.wait(time.Second)
		x.do("bob", fmt.Sprintf("entry %d", i))
	}
	x.run(x.a.reload())
	for range 80 {
		x.keys("pgup")
	}
	x.sees("declared SEV-3: api down")
	for range 90 {
		x.keys("pgdown")
	}
	x.sees("entry 699", "following")
	x.keys("g")
	x.sees("declared SEV-3: api down")
}

func TestHostileTextIsShown(t *testing.T) {
	x := sit(t, 200, 60)
	x.declare("api down")
	evil := "a\x1b[2J\x1b]52;c;aGk=\x07b\u202ec\u200bd\x00e\rf\u009b31m"
	x.hear(x.command(x.a.room.inc.ID, evil, model.AddNote{Text: evil}))
	title := evil
	x.hear(x.command(x.a.room.inc.ID, "bob", model.Describe{Title: &title}))
	out := x.a.View().Content
	for _, bad := range []string{"\x1b[2J", "\x1b]52", "\x07", "\u202e", "\u200b", "\x00", "\r", "\u009b"} {
		if strings.Contains(out, bad) {
			t.Errorf("%q reaches the terminal", bad)
		}
	}
	x.sees("a^[[2J^[]52;c;aGk=^Gb<U+202E>c<U+200B>d^@e^Mf<U+009B>31m")
	if strings.Contains(x.a.View().WindowTitle, "\x1b") {
		t.Error("the window title carries an escape")
	}
}

// Any window size, at any moment, is survived; a tiny one takes no keys.
func TestResize(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("a title that is long enough to be cut everywhere it is shown on a narrow screen")
	x.keys("T", "i", "text:some words that wrap")
	for _, s := range [][2]int{{1, 1}, {0, 0}, {20, 5}, {40, 10}, {39, 9}, {60, 15}, {99, 27}, {100, 28}, {200, 60}, {80, 24}, {4000, 3}, {41, 300}} {
		x.send(tea.WindowSizeMsg{Width: s[0], Height: s[1]})
		v := x.a.View()
		lines := strings.Split(v.Content, "\n")
		if s[1] > 0 && s[0] > 0 && len(lines) != s[1] {
			t.Errorf("%v: %d lines", s, len(lines))
		}
		for _, l := range lines {
			if n := ansi.StringWidth(l); n > max(s[0], 0) {
				t.Errorf("%v: a line of %d cells: %q", s, n, ansi.Strip(l))
			}
		}
		if v.Cursor != nil && (v.Cursor.X >= s[0] || v.Cursor.Y >= s[1]) {
			t.Errorf("%v: cursor at %v", s, v.Cursor.Position)
		}
	}
	x.send(tea.WindowSizeMsg{Width: 10, Height: 3})
	x.keys("text:unseen")
	x.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	if strings.Contains(x.a.composer.value(), "unseen") {
		t.Error("keys acted while nothing could be seen")
	}
}

// Each action that can be reached has a word, and no key means two things in
// one place.
func TestActionsTable(t *testing.T) {
	for _, p := range []place{inList, inRoom | onTimeline, inRoom | onRoles, inRoom | onDue, inRoom | onSituation, inRoom | onBoard} {
		taken := map[string]*action{}
		for i := range actions {
			c := &actions[i]
			if c.where&p == 0 {
				continue
			}
			if c.words == "" || len(c.keys) == 0 || c.rank > 0 && c.short == "" {
				t.Errorf("action %s lacks words", c.id)
			}
			for _, k := range c.keys {
				if o, ok := taken[k]; ok && o.special() == c.special() {
					t.Errorf("key %s means both %s and %s", k, o.id, c.id)
				}
				if o, ok := taken[k]; !ok || !o.special() {
					taken[k] = c
				}
			}
		}
	}
}

func TestPaletteRuns(t *testing.T) {
	x := sit(t, 80, 24)
	x.declare("api down")
	x.keys("?", "text:take command", "enter")
	x.sees("IC ana")
	x.keys(":", "text:declare an", "enter")
	x.sees("Declare an incident")
}

func TestZoneSwitch(t *testing.T) {
	x := sit(t, 100, 30)
	x.declare("api down")
	x.sees("09:12:04", "UTC")
	x.keys("U")
	x.sees("10:12:04", "CET")
}

func TestStaleIsSaid(t *testing.T) {
	x := sit(t, 80, 24)
	x.declare("api down")
	x.sees("● live")
	x.send(changeMsg{model.Change{Err: model.Errorf(model.Corrupt, "the record is gone: restore it")}, true})
	x.sees("NOT LIVE", "the record is gone")
	x.lacks("● live")
	x.send(changeMsg{model.Change{Reset: true}, true})
	x.sees("● live")
}

func TestPasteIsShownNotObeyed(t *testing.T) {
	x := sit(t, 80, 24)
	x.declare("api down")
	x.keys("i")
	x.send(tea.PasteMsg{Content: "two\r\nlines\x1b[31m"})
	if got := x.a.composer.value(); got != "two\nlines^[[31m" {
		t.Errorf("pasted %q", got)
	}
	x.keys("enter")
	x.sees("n two", "lines^[[31m")
}

func TestDraftSurvivesLeaving(t *testing.T) {
	x := sit(t, 80, 24)
	x.declare("one")
	x.keys("i", "text:half a line", "esc", "0")
	x.wait(time.Second)
	x.keys("d", "text:two", "enter", "esc")
	if !x.a.composer.empty() {
		t.Error("the other incident got the half line")
	}
	x.keys("0", "G")
	for x.a.list.rows[x.a.list.index()].Title != "one" {
		x.keys("up")
	}
	x.keys("enter")
	if got := x.a.composer.value(); got != "half a line" {
		t.Errorf("the half line became %q", got)
	}
}

func TestLeaveWarnsWhileSaving(t *testing.T) {
	x := sit(t, 80, 24)
	x.declare("api down")
	x.a.sending = &job{}
	x.keys("q")
	x.sees("still being saved")
	x.keys("ctrl+c")
	if !x.a.quit {
		t.Error("ctrl+c does not leave")
	}
}
