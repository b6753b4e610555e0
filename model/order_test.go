package model

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestOrder(t *testing.T) {
	b := open(t, Declare{})
	ev := b.must(t, "ana", GiveOrder{Person: "@bob", Task: " check replica lag ", For: 3 * time.Minute})
	wantKinds(t, ev, KindOrderGiven)
	if got := ev[0].Text(); got != "@bob check replica lag, 3 min" {
		t.Errorf("text %q", got)
	}
	want := Order{N: 1, Person: "bob", Task: "check replica lag", By: "ana", Given: noon, Due: noon.Add(3 * time.Minute), State: OrderOpen, Seq: ev[0].Seq}
	got := func() Order { o, _ := b.inc.Order(1); return o }
	expect := func(what string) {
		t.Helper()
		if o := got(); !reflect.DeepEqual(o, want) {
			t.Errorf("%s: got %+v, want %+v", what, o, want)
		}
	}
	expect("given")
	if got().Overdue(noon.Add(3*time.Minute)) || !got().Overdue(noon.Add(3*time.Minute+time.Millisecond)) {
		t.Error("overdue at the wrong moment")
	}

	b.tick(time.Minute).must(t, "bob", AckOrder{N: 1})
	want.State, want.Acked = OrderAccepted, b.now
	expect("acknowledged")
	b.refuse(t, "bob", AckOrder{N: 1}, Conflict, "acknowledged already")

	ev = b.tick(time.Minute).must(t, "bob", ExtendOrder{N: 1, For: 10 * time.Minute, Reason: "slow query"})
	want.Due = b.now.Add(10 * time.Minute)
	expect("extended")
	if got := ev[0].Text(); got != "@bob 10 min more: check replica lag: slow query" {
		t.Errorf("text %q", got)
	}

	ev = b.tick(time.Minute).must(t, "bob", FinishOrder{N: 1, Result: "340 s"})
	want.State, want.Ended, want.Result = OrderFinished, b.now, "340 s"
	expect("done")
	if got := ev[0].Text(); got != "@bob done: check replica lag: 340 s" {
		t.Errorf("text %q", got)
	}
	if got().Overdue(noon.Add(time.Hour)) {
		t.Error("an ended order is overdue")
	}
	b.whole(t)
}

func TestOrderEnds(t *testing.T) {
	for name, end := range map[string]Command{"done": FinishOrder{N: 1}, "withdrawn": WithdrawOrder{N: 1, Reason: "solved"}} {
		t.Run(name, func(t *testing.T) {
			b := open(t, Declare{})
			b.must(t, "ana", GiveOrder{Person: "bob", Task: "x"})
			b.must(t, "ana", GiveOrder{Person: "bob", Task: "y"})
			b.must(t, "bob", end) // needs no acknowledgement before
			for _, c := range []Command{AckOrder{1}, FinishOrder{N: 1}, ExtendOrder{N: 1}, WithdrawOrder{N: 1}} {
				b.refuse(t, "bob", c, Conflict, "order 1 is "+name+" already")
			}
			if o, _ := b.inc.Order(2); o.State != OrderOpen {
				t.Errorf("the other order is %s", o.State)
			}
			b.whole(t)
		})
	}
}

func TestOrderRefuses(t *testing.T) {
	b := open(t, Declare{})
	b.refuse(t, "ana", GiveOrder{Task: "look"}, Invalid, "who shall do it")
	b.refuse(t, "ana", GiveOrder{Person: "@ ", Task: "look"}, Invalid, "who shall do it")
	b.refuse(t, "ana", GiveOrder{Person: strings.Repeat("x", 65), Task: "look"}, Invalid, "too long")
	b.refuse(t, "ana", GiveOrder{Person: "bob"}, Invalid, "empty")
	b.refuse(t, "ana", GiveOrder{Person: "bob", Task: "x", For: time.Millisecond}, Invalid, "no time for an order")
	b.refuse(t, "ana", GiveOrder{Person: "bob", Task: "x", For: -time.Minute}, Invalid, "no time for an order")
	b.refuse(t, "ana", GiveOrder{Person: "bob", Task: "x", For: 7*24*time.Hour + 1}, Invalid, "seven days")
	b.refuse(t, "ana", GiveOrder{Person: "bob", Task: "x", At: noon.Add(time.Hour)}, Invalid, "future")
	for _, c := range []Command{AckOrder{1}, FinishOrder{N: 1}, ExtendOrder{N: 0}, WithdrawOrder{N: -1}} {
		b.refuse(t, "ana", c, NotFound, "no order")
	}
	b.must(t, "ana", GiveOrder{Person: "bob", Task: "x", For: 7 * 24 * time.Hour})
	b.refuse(t, "ana", ExtendOrder{N: 1, For: 8 * 24 * time.Hour}, Invalid, "seven days")
	b.refuse(t, "ana", ExtendOrder{N: 1, Reason: strings.Repeat("x", MaxText+1)}, Invalid, "reason")
	b.refuse(t, "ana", FinishOrder{N: 1, Result: strings.Repeat("x", MaxText+1)}, Invalid, "too long")
}

func TestOrderDefaultTime(t *testing.T) {
	b := open(t, Declare{})
	b.must(t, "ana", GiveOrder{Person: "bob", Task: "x", At: noon.Add(-time.Minute)})
	if o, _ := b.inc.Order(1); !o.Due.Equal(noon.Add(-time.Minute + DefaultOrder)) {
		t.Errorf("due %v", o.Due)
	}
	b.must(t, "ana", ExtendOrder{N: 1})
	if o, _ := b.inc.Order(1); !o.Due.Equal(noon.Add(DefaultOrder)) {
		t.Errorf("due %v: more time counts from now", o.Due)
	}
}

func TestOrderNumber(t *testing.T) {
	for in, want := range map[string]int{"1": 1, "#12": 12, " 3 ": 3, "0": 0, "-1": 0, "": 0, "#": 0, "one": 0, "1.5": 0} {
		got, err := ParseOrderNumber(in)
		if got != want || (err != nil) != (want == 0) {
			t.Errorf("%q: %d %v, want %d", in, got, err, want)
		}
	}
}
