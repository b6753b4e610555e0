package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// walkDir names a folder in the environment into which the walk puts its screens
// with their colours, for pictures.
const walkDir = "WARROOM_WALK_SCREENS"

// walker is the commander, who counts what she presses.
type walker struct {
	*seat
	size    string
	n, keys int
}

// press presses keys by name and counts them.
func (w *walker) press(keys ...string) {
	w.t.Helper()
	w.keys += len(keys)
	w.seat.keys(keys...)
}

// say types a text and enter, and gives the number of keys.
func (w *walker) say(text string) {
	w.t.Helper()
	w.types(text)
	w.seat.keys("Enter")
	w.keys += len([]rune(text)) + 1
}

// sees waits for words, and keeps the screen.
func (w *walker) sees(step string, words ...string) {
	w.t.Helper()
	w.waits(step, has(words...))
	w.n++
	if dir := os.Getenv(walkDir); dir != "" {
		screen := w.do("capture-pane", "-e", "-p", "-t", w.name)
		name := fmt.Sprintf("%s-%02d-%s.ans", w.size, w.n, strings.ReplaceAll(step, " ", "-"))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(screen), 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
}

// A commander runs an incident from its declaration to its end by keys alone, at
// three sizes, and the record tells the story afterwards.
func TestCommandersWalk(t *testing.T) {
	sizes := [][2]int{{80, 24}, {120, 40}, {200, 60}}
	if testing.Short() {
		sizes = sizes[:1]
	}
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) { walk(t, size[0], size[1]) })
	}
}

func walk(t *testing.T, cols, rows int) {
	h := enter(t)
	ana := &walker{seat: h.sit("ana"), size: fmt.Sprintf("%dx%d", cols, rows)}
	ana.resize(cols, rows)
	ana.sees("the welcome", "No incident yet")

	ana.press("d")
	ana.sees("declare", "Declare an incident")
	ana.say("Checkout answers 503")
	ana.sees("declared", "declared SEV-3", "NO COMMANDER")
	ana.say("finding: only POST /checkout fails")
	ana.waits("the finding", has("only POST /checkout fails"))
	ana.rests()
	ana.press("T")
	ana.waits("a commander", has("IC ana"))
	ana.press("v")
	ana.sees("severity", "How bad is it?")
	ana.press("1")
	ana.waits("the worst", has("SEV-1"))

	ana.press("u")
	ana.waits("the size-up", has("symptoms"))
	for _, part := range []string{"503 on POST /checkout", "EU, one in five", "rising", "all reads to the primary"} {
		ana.types(part)
		ana.seat.keys("Tab")
		ana.keys += len(part) + 1
	}
	ana.sees("size-up", "all reads to the primary")
	ana.press("Enter")
	ana.waits("the size-up in the timeline", has("symptoms: 503 on POST /checkout"))

	h.run("bob", "assign", "tl", "bob")
	ana.press("i")
	ana.say("@bob check replica lag 3m")
	ana.waits("the order", has("@bob check replica lag, 3 min"))
	ana.rests()
	h.run("bob", "order", "ack", "1")
	h.run("bob", "log", "finding: the replica is 340 s behind")
	h.run("bob", "order", "done", "1", "340 s")
	ana.sees("an order done", "@bob done: check replica")
	ana.press("h")
	ana.waits("the question", has("What could be the cause?"))
	ana.say("checkout waits for the replica")
	ana.waits("the hypothesis", has("hypothesis 1: checkout waits"))
	ana.press("p")
	ana.waits("the question", has("any strong objections?"))
	ana.types("all reads to the primary")
	ana.press("Tab")
	ana.types("it may get slow")
	ana.sees("propose", "it may get slow")
	ana.press("Enter")
	ana.waits("the proposal", has("proposal 1"))
	ana.press("i")
	ana.say("/decide 1 go @bob 5m errors fall")
	ana.sees("decided", "● decision 1")
	ana.rests()

	ana.press("s")
	ana.sees("status sentence", "Status: read it aloud")
	ana.press("Enter")
	ana.waits("the update", has("logged as an update"))

	// Command goes to erin and comes back, each time when the other accepts.
	ana.press("H")
	ana.waits("the question", has("whom"))
	ana.say("erin")
	ana.sees("handing over", "ana → erin")
	h.run("erin", "accept")
	ana.waits("erin commands", has("IC erin"))
	h.run("erin", "handover", "ana")
	ana.waits("the offer", has("→ ana?"))
	ana.press("a")
	ana.sees("accepting command", "You take command from erin")
	ana.press("a")
	ana.waits("ana commands again", has("IC ana"))

	ana.press("t")
	ana.waits("the ledger", has("only for a while"))
	ana.say("imports paused")
	ana.waits("the ledger's line", has("temporary 1"))
	ana.press("b")
	ana.sees("briefing", "Briefing")
	ana.press("Escape")
	ana.waits("the room", hasNot("Briefing: read"))
	for _, status := range []string{"mitigated", "monitoring"} {
		ana.press("S")
		ana.waits("the statuses", has("Move to which status?"))
		ana.say(status)
		ana.waits(status, has("to "+status))
	}
	ana.press("S")
	ana.waits("the statuses", has("Move to which status?"))
	ana.say("resolved")
	ana.waits("the dialog", has("postmortem"))
	ana.types("errors at zero for ten minutes")
	ana.sees("resolving", "errors at zero")
	ana.press("Enter")
	ana.sees("resolved", "to resolved", "postmortem: ana")
	ana.press("z") // all of it at once
	ana.waits("taken back", has("taken back: postmortem"))
	ana.press("S")
	ana.waits("the statuses", has("Move to which status?"))
	ana.say("closed")
	ana.waits("the dialog", has("postmortem"))
	ana.types("all is well")
	ana.sees("closing", "all is well")
	ana.press("Enter")
	ana.sees("closed", "to closed")

	if out := h.run("script", "audit"); !strings.Contains(out, "nothing was changed") {
		t.Errorf("audit says %q", out)
	}
	got := strings.Join(h.texts("INC-", "-n", "100"), "\n")
	for _, want := range []string{
		"ana severity_changed Severity changed from SEV-3 to SEV-1", "bob order_done @bob done: check replica lag: 340 s",
		"ana decision_taken decision 1: all reads to the primary (no objections), @bob does it, known in 5 min: errors fall",
		"erin role_accepted erin assigned as incident commander: accepted from ana", "ana role_accepted ana assigned as incident commander: accepted from erin",
		"ana undone taken back: postmortem: ana", "ana status_changed Status changed from monitoring to closed: all is well",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the record does not have %q:\n%s", want, got)
		}
	}
	t.Logf("%d keys and letters", ana.keys)
}
