package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

// Whoever comes to approve what somebody else drafted finds it: the screen and
// one key. The same words are not begun a second time.
func TestDraftThatWaitsIsApprovedInTwoKeys(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.keys("T")
	x.hear(x.command(x.a.room.inc.ID, "erin", model.DraftUpdate{Audience: model.ToCustomers, Text: "Some payments fail."}))
	x.keys("5", "p")
	if u, _ := x.a.room.inc.UpdateN(1); u.Step != model.UpdateIsApproved {
		t.Fatalf("%+v\n%s", u, x.screen())
	}
	x.keys("up", "p")
	x.sees("no message is selected: ↓ goes to them")
}

// What the rail asks for is done where it counts: a line in the timeline stops
// nobody's clock but that of those who read it.
func TestClockOfCustomersLeadsToTheirMessage(t *testing.T) {
	x := paged(t, 120, 40)
	for _, c := range []struct {
		to   model.Audience
		want screen
	}{{model.ToCustomers, screenUpdates}, {model.ToExecutives, screenUpdates}, {model.ToInternal, screenRoom}} {
		x.keys("1")
		x.a.focus = paneDue
		at := slices.IndexFunc(x.a.clocks(), func(k model.Clock) bool { return k.Kind == model.ClockUpdate && k.Audience == c.to })
		for range 20 {
			x.keys("up")
		}
		for range at {
			x.keys("down")
		}
		x.keys("enter")
		if at < 0 || x.a.screen != c.want {
			t.Errorf("%s, at %d, leads to screen %d:\n%s", c.to, at, x.a.screen, x.screen())
		}
		x.a.dialogs = nil
	}
	if x.a.composer.value() != "update: " {
		t.Errorf("the line begins with %q", x.a.composer.value())
	}
}

// After the end the likely next status is that it begins again, never that it is
// called off.
func TestStatusAfterTheEndOffersToReopen(t *testing.T) {
	for _, end := range []model.Status{model.Closed, model.Canceled} {
		x := sit(t, 120, 40)
		x.declare("api down")
		x.hear(x.do("bob", "/status "+string(end)+" done"))
		x.keys("S", "enter")
		if x.a.room.inc.Status != model.Investigating {
			t.Errorf("after %s: %s", end, x.a.room.inc.Status)
		}
	}
}

func TestTimesThatReadTrue(t *testing.T) {
	for d, want := range map[time.Duration]string{
		59 * time.Second: "00:59", 71*time.Hour + 59*time.Minute: "2d23h", 47*time.Hour + 59*time.Minute: "47h59", 72 * time.Hour: "3d00h",
	} {
		if got := countdown(d); got != want {
			t.Errorf("%s: %q, not %q", d, got, want)
		}
	}
	if heldFor(59*time.Second) != "just now" || heldFor(61*time.Second) != "1 min" {
		t.Errorf("%q %q", heldFor(59*time.Second), heldFor(61*time.Second))
	}
	for w := range 40 {
		if s := tooSmall(w, 5); w >= 10 && !strings.Contains(s, "40×10") {
			t.Errorf("%d wide: %q", w, s)
		}
	}
}
