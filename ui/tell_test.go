package ui

import (
	"testing"
	"time"

	"warroom/model"
)

// What is put to somebody stands in their status line with the key that answers
// it, whatever they do at the moment; that key answers from any pane.
func TestOrderIsToldAndUnderstood(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.hear(x.do("bob", "@carl look at the cache 3m"))
	x.lacks("order for you")
	x.hear(x.do("bob", "@ana check replica lag 1m"))
	x.sees("! order for you, 1 min: check replica lag · a understood")
	x.keys("tab")
	x.lacks("order for you")
	x.sees("a accept")
	x.keys("a")
	if o, _ := x.a.room.inc.Order(2); o.State != model.OrderAccepted {
		t.Errorf("%+v", o)
	}
	x.lacks("a accept")
	x.keys("a")
	x.sees("no role is offered to you, and no new order given")

	x.keys("esc", "i", "text:half a ")
	x.hear(x.do("bob", "@ana check dns 1m"))
	x.keys("text:line")
	x.sees("order for you, 1 min: check dns · esc, a understood", "half a line")
	x.pass(toastFor + time.Second)
	x.lacks("order for you")
}

// Whoever hands over is told how it ended, and whoever is asked what to press.
func TestHandoverIsTold(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	y := join(t, x.store, x.clock, "bob", 120, 40)
	y.keys("enter")
	x.keys("T")
	r := x.do("ana", "/handover bob")
	x.hear(r)
	y.a.now = *x.clock
	y.run(y.a.reload())
	y.hear(r)
	y.sees("ana hands incident commander over to you · a briefing")
	x.hear(x.do("bob", "/decline"))
	x.sees("bob has not accepted incident commander: it stays with you")
	x.keys("H", "text:bob", "enter")
	x.hear(x.do("bob", "/accept"))
	x.sees("bob is incident commander now: say so aloud")
	x.hear(x.do("bob", "/role deputy ana"))
	x.sees("you are deputy")
}

// What went wrong is not covered by news.
func TestFailureIsReadFirst(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.a.say(failure, "the disk is full")
	x.hear(x.do("bob", "@ana check replica lag 1m"))
	x.sees("the disk is full")
	x.lacks("order for you")
	if n := len(x.a.said); x.a.said[n-1].text != "order for you, 1 min: check replica lag · a understood" {
		t.Errorf("%+v", x.a.said[n-1])
	}
}
