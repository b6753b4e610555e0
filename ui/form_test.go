package ui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// A value that is only offered gives way to what is typed, by key and by paste;
// the arrows keep it to be changed.
func TestOfferedValueIsReplaced(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []string
		want string
	}{
		{"nothing", nil, "5m"},
		{"typed", []string{"text:12m"}, "12m"},
		{"kept and changed", []string{"left", "text:0"}, "50m"},
		{"emptied", []string{"backspace"}, ""},
		{"emptied, then typed", []string{"backspace", "text:7m"}, "7m"},
		{"gone away and back", []string{"tab", "tab", "text:3m"}, "3m"},
		{"typed, gone away and back", []string{"text:3", "tab", "tab", "text:0m"}, "30m"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := sit(t, 120, 40)
			f := newForm("x", []field{offerField("for", "5m", "5m", ""), textField("why", "so", "", "")}, nil)
			x.a.open(f)
			x.keys(c.keys...)
			if got := f.fields[0].value(); got != c.want {
				t.Errorf("%q, not %q", got, c.want)
			}
		})
	}
	x := sit(t, 120, 40)
	f := newForm("x", []field{offerField("for", "5m", "5m", ""), textField("why", "so", "", "")}, nil)
	x.a.open(f)
	x.send(tea.PasteMsg{Content: "9m"})
	x.keys("tab", "text: it is")
	if f.fields[0].value() != "9m" || f.fields[1].value() != "so it is" {
		t.Errorf("%q %q", f.fields[0].value(), f.fields[1].value())
	}
}

// The times and names that forms of the Room offer are those that are typed over
// them, not both in a row.
func TestTypedTimeIsTheTimeThatIsKept(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.keys("T", "p", "text:fail over", "enter")
	n := x.a.room.inc.Decisions[0].N
	x.a.askDecide(n)
	x.keys("tab", "text:bob", "tab", "text:1m", "enter")
	if d, _ := x.a.room.inc.Decision(n); d.VerifyAt.Sub(*x.clock) != time.Minute {
		t.Errorf("verified by %s, %s from now", d.VerifyAt, d.VerifyAt.Sub(*x.clock))
	}
	x.keys("t", "text:imports off", "tab", "text:cara", "tab", "text:30m", "enter")
	if m := x.a.room.inc.Mitigations[0]; m.Owner != "cara" || m.Until.Sub(*x.clock) != 30*time.Minute {
		t.Errorf("%+v", m)
	}
}

// What is no length of time is refused where the incident ends, too.
func TestResolveRefusesWhatIsNoTime(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.a.askResolve(model.Resolved)
	x.keys("tab", "tab", "text:bob", "tab", "text:soon", "enter")
	x.sees(`"soon" is no length of time`)
	if !x.a.room.inc.Status.Live() {
		t.Error("it was resolved")
	}
}
