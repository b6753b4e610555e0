package ui

import (
	"strings"
	"testing"

	"warroom/model"
)

// An entry gets the data that it rests on with one key: a result, or an address that
// is opened or copied from there.
func TestEntryGetsItsData(t *testing.T) {
	x := sit(t, 120, 40)
	x.a.cfg.Environ = []string{"SSH_TTY=/dev/pts/1"}
	x.declare("Orders are slow")
	id := x.a.room.inc.ID
	x.hear(x.command(id, "bob", model.AddEvidence{Evidence: model.Evidence{Title: "pool of orders-db", Output: "48 of 50\n", Bytes: 9}}))
	r := x.do("ana", "the pool is full")
	x.hear(r)
	x.keys("up", "l")
	x.sees("What does it rest on?", "#3 evidence: pool of orders-db")
	x.keys("enter")
	x.sees("the pool is full ↗ #3")
	x.keys("l", "text:https://dash.example.com/pool?h=1.", "enter")
	x.sees("↗ https://dash.example.com/pool?h=1.")
	x.keys("enter")
	x.sees("o open the address", "the pool is full ↗ #3 ↗ https://dash.example.com/pool?h=1.")
	x.keys("o")
	x.sees("the address is copied")
	x.keys("esc", "up", "l", "text:/var/log/db.log", "enter") // what the system wrote stays as it is
	x.sees("↗ /var/log/db.log belongs to #3")
	for text, want := range map[string]string{
		"see https://a.example/x.": "https://a.example/x", "(http://b.example/y)": "http://b.example/y", "`https://c.example/`": "https://c.example/",
		"javascript:alert(1)": "", "https://": "", "x https://d.example/\x1b[31m": "https://d.example/",
	} {
		if got := address.FindString(text); got != want {
			t.Errorf("in %q: %q", text, got)
		}
	}
	if n := strings.Count(x.screen(), "the pool is full"); n != 1 {
		t.Errorf("%d times:\n%s", n, x.screen())
	}
}
