package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

// clock is a clock that a test sets.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func atClock(tb testing.TB, when string) *clock {
	tb.Helper()
	t, err := time.Parse(time.RFC3339, when)
	if err != nil {
		tb.Fatal(err)
	}
	return &clock{t}
}

func asJSON(tb testing.TB, v any) string {
	tb.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// refused checks that err is of a code and that its sentence says a thing.
func refused(tb testing.TB, err error, code model.Code, say string) {
	tb.Helper()
	if err == nil {
		tb.Errorf("no error, want %s: %s", code, say)
		return
	}
	if model.CodeOf(err) != code || !strings.Contains(model.Message(err), say) {
		tb.Errorf("got %s %q, want %s with %q", model.CodeOf(err), model.Message(err), code, say)
	}
}

func TestDoWritesAndReads(t *testing.T) {
	c := atClock(t, "2026-11-23T14:00:00Z")
	s := openStore(t, t.TempDir()+"/w.db", Options{Now: c.now})
	r := do(t, s, "", "ann", model.Declare{Title: "Checkout fails", Severity: 2, Services: []string{"orders-db", "checkout"}})
	id := r.Incident.ID
	if id != "INC-20261123-140000" || len(r.Events) != 2 || r.Events[0].Seq != 1 || r.Incident.Seq != 2 {
		t.Fatalf("declared as %s with %d events, seq %d", id, len(r.Events), r.Incident.Seq)
	}
	c.t = c.t.Add(time.Minute)
	do(t, s, id, "@bob ", model.AssignRole{Role: model.Commander})
	c.t = c.t.Add(time.Minute)
	r = do(t, s, id, "ann", model.SetStatus{To: model.Mitigated})

	got, err := s.Incident(bg, id)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := asJSON(t, got), asJSON(t, r.Incident); a != b {
		t.Errorf("read\n%s\nafter\n%s", a, b)
	}
	if got.Commander() != "bob" || got.Status != model.Mitigated {
		t.Errorf("commander %q, status %s", got.Commander(), got.Status)
	}
	if _, ok := got.At(model.WasMitigated); !ok {
		t.Error("the milestone is not known")
	}

	evs, err := s.Events(bg, id, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	prev := model.Genesis(id)
	for n, e := range evs {
		if e.Seq != int64(n+1) {
			t.Errorf("#%d at place %d", e.Seq, n)
		}
		if what := e.Check(prev); what != "" {
			t.Errorf("#%d: %s", e.Seq, what)
		}
		prev = e.Hash
	}
	if prev != got.Head || int64(len(evs)) != got.Seq {
		t.Errorf("%d events end in %s; the incident says %d, %s", len(evs), prev.Short(), got.Seq, got.Head.Short())
	}
	part, err := s.Events(bg, id, 3, 2)
	if err != nil || !reflect.DeepEqual(part, evs[3:5]) {
		t.Errorf("a part of the events is not a part of the events: %v", err)
	}
	// What Do returned is what is in the record.
	if last := evs[len(evs)-len(r.Events):]; asJSON(t, last) != asJSON(t, r.Events) {
		t.Errorf("wrote %s\nread %s", asJSON(t, r.Events), asJSON(t, last))
	}
	_, err = s.Events(bg, "INC-1", 0, 0)
	refused(t, err, model.NotFound, "there is no incident INC-1")
}

func TestIncidentIDs(t *testing.T) {
	c := atClock(t, "2026-11-23T14:00:00Z")
	s := openStore(t, t.TempDir()+"/w.db", Options{Now: c.now})
	var ids []string
	for range 12 {
		ids = append(ids, declare(t, s, "same second"))
	}
	for n, id := range ids {
		if want := model.IncidentID(c.t, n+1); id != want {
			t.Errorf("incident %d is %s, want %s", n+1, id, want)
		}
	}
	old := do(t, s, "", "ann", model.Declare{Title: "long ago", At: c.t.AddDate(-1, 0, 0)}).Incident.ID
	if old != "INC-20251123-140000" {
		t.Errorf("history has the id %s", old)
	}
}

func TestDoRefuses(t *testing.T) {
	s := newStore(t)
	id := declare(t, s, "x")
	before, _ := s.Events(bg, id, 0, 0)
	send := func(id, actor string, c model.Command) error {
		_, err := s.Do(bg, id, model.Request{Actor: actor, Command: c})
		return err
	}
	refused(t, send(id, "ann", nil), model.Invalid, "no command")
	refused(t, send("", "ann", model.AddNote{Text: "x"}), model.Invalid, "which incident")
	refused(t, send(id, "ann", model.Declare{Title: "x"}), model.Invalid, "declared once")
	refused(t, send(id, " @ ", model.AddNote{Text: "x"}), model.Invalid, "no name")
	refused(t, send(id, "ann", model.AddNote{Text: " "}), model.Invalid, "empty")
	refused(t, send(id, "ann", model.Amend{Seq: 77, At: time.Now()}), model.NotFound, "#77")
	refused(t, send("INC-19990101-000000", "ann", model.AddNote{Text: "x"}), model.NotFound, "no incident INC-1999")
	after, _ := s.Events(bg, id, 0, 0)
	if len(after) != len(before) {
		t.Errorf("%d events were written by refused commands", len(after)-len(before))
	}
	if n := note(t, s, strings.ToLower(id), "still works").Seq; n != 3 {
		t.Errorf("the next entry is #%d", n)
	}
}

func TestRepeatedRequest(t *testing.T) {
	s := newStore(t)
	req := model.Request{ID: s.NewID(), Actor: "ann", Command: model.Declare{Title: "once", ImpactStart: time.Now().Add(-time.Hour), DetectedAt: time.Now().Add(-time.Minute)}}
	first, err := s.Do(bg, "", req)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Do(bg, "", req)
	if err != nil {
		t.Fatal(err)
	}
	if asJSON(t, first) != asJSON(t, again) {
		t.Errorf("first %s\nagain %s", asJSON(t, first), asJSON(t, again))
	}
	id := first.Incident.ID
	move := model.Request{ID: s.NewID(), Actor: "ann", Command: model.SetStatus{To: model.Resolved}}
	one, err := s.Do(bg, id, move)
	if err != nil {
		t.Fatal(err)
	}
	note(t, s, id, "between") // what came after does not belong to the request
	two, err := s.Do(bg, id, move)
	if err != nil {
		t.Fatal(err)
	}
	if len(one.Events) < 3 || asJSON(t, one.Events) != asJSON(t, two.Events) {
		t.Errorf("one %s\ntwo %s", asJSON(t, one.Events), asJSON(t, two.Events))
	}
	if two.Incident.Seq != one.Incident.Seq+1 {
		t.Error("a repetition answers with the incident as it is now")
	}
	other := declare(t, s, "another")
	_, err = s.Do(bg, other, move)
	refused(t, err, model.Conflict, "carried out in "+id)
	if list, _ := s.List(bg, model.Filter{}); len(list) != 2 {
		t.Errorf("%d incidents", len(list))
	}
}

func TestClockGoesBack(t *testing.T) {
	c := atClock(t, "2026-11-23T14:00:10Z")
	s := openStore(t, t.TempDir()+"/w.db", Options{Now: c.now})
	id := declare(t, s, "x")
	start := c.t
	for _, step := range []struct{ set, want time.Duration }{
		{time.Second, time.Second},
		{-time.Second, time.Second}, // two seconds back: the order must not flip
		{-4 * time.Second, time.Second},
		{-10 * time.Second, -10 * time.Second}, // a real jump is told as it is
		{0, 0},
	} {
		c.t = start.Add(step.set)
		e := note(t, s, id, "x")
		if want := start.Add(step.want); !e.Recorded.Equal(want) || !e.At.Equal(want) {
			t.Errorf("at %s: recorded %s, at %s, want %s", step.set, e.Recorded, e.At, want)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestEntryAndHistory(t *testing.T) {
	s := newStore(t)
	id := declare(t, s, "x")
	n := note(t, s, id, "frist 500s")
	text, mark, gone := "first 500s", true, true
	at := n.At.Add(-7 * time.Minute)
	do(t, s, id, "bob", model.Amend{Seq: n.Seq, Text: &text, At: at})
	note(t, s, id, "between")
	do(t, s, id, "cid", model.Amend{Seq: n.Seq, Mark: &mark})
	do(t, s, id, "cid", model.Amend{Seq: n.Seq, Struck: &gone})
	en, err := s.Entry(bg, id, n.Seq)
	if err != nil {
		t.Fatal(err)
	}
	if en.Line != text || !en.When.Equal(at) || !en.Mark || !en.Struck || en.Amended != 3 || en.Text() != "frist 500s" || en.Hash != n.Hash || en.Prev != n.Prev {
		t.Errorf("%+v", en)
	}
	h, err := s.History(bg, id, n.Seq)
	if err != nil {
		t.Fatal(err)
	}
	var who []string
	for _, e := range h {
		who = append(who, fmt.Sprint(e.Actor, e.Seq))
		if (e.Prev == model.Digest{}) {
			t.Errorf("#%d has no predecessor", e.Seq)
		}
	}
	if got := strings.Join(who, " "); got != "ann3 bob4 cid6 cid7" {
		t.Error(got)
	}
	_, err = s.Entry(bg, id, 99)
	refused(t, err, model.NotFound, "no entry #99 in "+id)
	_, err = s.History(bg, id, 0)
	refused(t, err, model.NotFound, "no entry #0")
	_, err = s.Entry(bg, "INC-nope", 1)
	refused(t, err, model.NotFound, "no incident")
}

func TestEach(t *testing.T) {
	s := newStore(t)
	var want []string
	for k := range 3 {
		id := declare(t, s, "x")
		for i := range page/2 + k { // the three of them cross the borders of pages
			note(t, s, id, fmt.Sprint(i))
		}
	}
	prev := map[string]model.Digest{}
	var got []string
	err := s.Each(bg, "", func(e model.Event) error {
		if _, ok := prev[e.Incident]; !ok {
			prev[e.Incident] = model.Genesis(e.Incident)
			got = append(got, e.Incident)
		}
		if what := e.Check(prev[e.Incident]); what != "" {
			t.Errorf("%s #%d: %s", e.Incident, e.Seq, what)
		}
		prev[e.Incident] = e.Hash
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	list, _ := s.List(bg, model.Filter{})
	for i := range list {
		want = append(want, list[len(list)-1-i].ID) // the list begins with the newest
		if prev[list[i].ID] != must(s.Incident(bg, list[i].ID)).Head {
			t.Errorf("%s was not read to its end", list[i].ID)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
	n := 0
	stop := fmt.Errorf("enough")
	err = s.Each(bg, want[1], func(e model.Event) error {
		if e.Incident != want[1] {
			t.Errorf("an event of %s", e.Incident)
		}
		if n++; n == 5 {
			note(t, s, want[1], "one may write meanwhile")
			return stop
		}
		return nil
	})
	if err != stop || n != 5 {
		t.Errorf("ended after %d with %v", n, err)
	}
}

func TestStaleFold(t *testing.T) {
	s := newStore(t)
	id := declare(t, s, "x")
	note(t, s, id, "a line")
	want := asJSON(t, must(s.Incident(bg, id)))
	wantList := asJSON(t, must(s.List(bg, model.Filter{})))
	spoil := func(text string) {
		t.Helper()
		if err := s.write(bg, func(x *txn) error { _, err := x.exec(text); return err }); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range []string{
		"UPDATE snapshot SET state = json_set((SELECT state FROM snapshot), '$.title', 'old words', '$.seq', 2)",
		"UPDATE snapshot SET state = '{'",
		"DELETE FROM snapshot",
		"UPDATE snapshot SET state = '{\"id\":\"INC-1\"}'",
		"UPDATE incident SET fold = 0, title = 'old words', rank = 9",
	} {
		spoil(text)
		if got := asJSON(t, must(s.Incident(bg, id))); got != want {
			t.Errorf("after %s:\n%s\nwant\n%s", text, got, want)
		}
		if got := asJSON(t, must(s.List(bg, model.Filter{}))); got != wantList {
			t.Errorf("after %s:\n%s\nwant\n%s", text, got, wantList)
		}
	}
	// Opening brings up to date what an older program folded.
	s2 := openStore(t, s.path, Options{})
	var fold int64
	var title string
	if err := s2.read(bg, func(q querier) error { return q.row(bg, "SELECT fold, title FROM incident").Scan(&fold, &title) }); err != nil || fold != model.FoldVersion || title != "x" {
		t.Errorf("fold %d, title %q, %v", fold, title, err)
	}
	// And so does the next write.
	spoil("UPDATE incident SET fold = 0, title = 'old words'")
	spoil("DELETE FROM entry")
	note(t, s, id, "another")
	if tl := must(s.Timeline(bg, id, model.Window{})); len(tl) != 3 {
		t.Errorf("%d lines", len(tl))
	}
}

func TestNewID(t *testing.T) {
	c := atClock(t, "2026-11-23T14:00:00Z")
	s := openStore(t, t.TempDir()+"/w.db", Options{Now: c.now})
	a := s.NewID()
	c.t = c.t.Add(time.Millisecond)
	b := s.NewID()
	if a == b || a.String() >= b.String() || a.String()[14] != '7' || !strings.Contains("89ab", a.String()[19:20]) {
		t.Errorf("%s, %s", a, b)
	}
}

func TestClosed(t *testing.T) {
	s := newStore(t)
	id := declare(t, s, "x")
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	_, err := s.Do(bg, id, model.Request{Actor: "ann", Command: model.AddNote{Text: "x"}})
	refused(t, err, model.Internal, "is closed")
	_, err = s.Incident(bg, id)
	refused(t, err, model.Internal, "is closed")
	_, err = s.Search(bg, "x", 1)
	refused(t, err, model.Internal, "is closed")
}

func TestContexts(t *testing.T) {
	s := newStore(t)
	id := declare(t, s, "x")
	ctx, cancel := context.WithCancel(bg)
	cancel()
	if _, err := s.Do(ctx, id, model.Request{Actor: "ann", Command: model.AddNote{Text: "x"}}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := s.Timeline(ctx, id, model.Window{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if e := note(t, s, id, "goes on"); e.Seq != 3 {
		t.Errorf("#%d", e.Seq)
	}
}
