package demo

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
	"warroom/storage"
)

func TestPlaysToTheEnd(t *testing.T) {
	m := newMemory()
	begin := m.now
	i := play(t, m, Options{})
	for _, r := range m.refused {
		t.Error("refused:", r)
	}
	if i.Status != model.Resolved || i.Severity != 1 || i.Commander() != lea || len(i.Offers) != 0 {
		t.Errorf("%s %s, %q commands, offers %v", i.Status, i.Severity, i.Commander(), i.Offers)
	}
	if len(i.Orders) < 4 {
		t.Errorf("%d orders", len(i.Orders))
	}
	for _, o := range i.Orders {
		if o.State != model.OrderFinished || o.Acked.IsZero() || o.Result == "" {
			t.Errorf("order %+v", o)
		}
	}
	if len(i.Todos) < 3 {
		t.Errorf("todos %v", i.Todos)
	}
	for _, ms := range []model.Milestone{
		model.ImpactStarted, model.Acknowledged, model.Declared, model.CommanderAssigned,
		model.WasIdentified, model.WasMitigated, model.Recovered, model.WasResolved,
	} {
		if _, ok := i.At(ms); !ok {
			t.Errorf("milestone %s is unknown", ms)
		}
	}
	if !i.Holds(Actor, model.Observer) {
		t.Error("who watches has no seat")
	}
	if took := m.now.Sub(begin); took < 80*time.Second || took > 100*time.Second {
		t.Errorf("it takes %v", took)
	}
	if len(m.order) != 4 {
		t.Errorf("incidents %v", m.order)
	}
}

// What the demo is there to show must be in it.
func TestShowsWhatThereIs(t *testing.T) {
	m := newMemory()
	i := play(t, m, Options{})
	seen := map[model.Kind]int{}
	backDated, struck, amended, important := 0, 0, 0, 0
	for _, e := range m.events[i.ID] {
		seen[e.Kind]++
		en, _ := m.entry(i.ID, e.Seq)
		if en.BackDated() > 0 {
			backDated++
		}
		if en.Struck {
			struck++
			if !strings.Contains(en.Line, "card network") {
				t.Errorf("struck: %q", en.Line)
			}
		} else if en.Amended > 0 {
			amended++
			if !strings.Contains(en.Text(), "fals from 340 s to 250 s") || !strings.Contains(en.Line, "falls from 340 s to 205 s") {
				t.Errorf("amended: %q to %q", en.Text(), en.Line)
			}
		}
		if e.Kind.Written() && e.Important() {
			important++
		}
		if line := e.Text(); model.Visible(line) != line {
			t.Errorf("%q cannot be shown as it is", line)
		}
		if n := len([]rune(e.Text())); n > 130 {
			t.Errorf("%d letters are too long to be read in passing: %q", n, e.Text())
		}
	}
	for _, k := range []model.Kind{
		model.KindNote, model.KindFinding, model.KindChange, model.KindTodo, model.KindUpdate, model.KindAmended,
		model.KindSeverityChanged, model.KindStatusChanged, model.KindMilestoneSet, model.KindRoleAssigned, model.KindRoleOffered,
		model.KindRoleAccepted, model.KindOrderGiven, model.KindOrderAcked, model.KindOrderDone, model.KindOrderExtended,
		model.KindHypothesisStated, model.KindHypothesisChanged, model.KindDecisionProposed, model.KindDecisionTaken, model.KindDecisionVerified,
		model.KindMitigationAdded, model.KindSizedUp, model.KindReportsCounted, model.KindLinkSet, model.KindReviewPlanned,
		model.KindAssessed, model.KindMeasured, model.KindUpdateDrafted, model.KindUpdateApproved, model.KindUpdateSent,
	} {
		if seen[k] == 0 {
			t.Errorf("no %s", k)
		}
	}
	if backDated < 2 || struck != 1 || amended != 1 || important < 3 {
		t.Errorf("%d back-dated, %d struck, %d amended, %d important", backDated, struck, amended, important)
	}
}

// One order runs over its time before it gets more, so that it can be seen.
func TestAnOrderRunsOver(t *testing.T) {
	m := newMemory()
	over := false
	m.before = func(id string, r model.Request) {
		if i := m.incidents[id]; i != nil {
			for _, o := range i.Orders {
				over = over || o.Overdue(m.now.Add(-time.Second))
			}
		}
	}
	play(t, m, Options{})
	if !over {
		t.Error("no order is overdue at any time")
	}
}

func TestPace(t *testing.T) {
	steps := Script()
	if len(steps) < 45 || len(steps) > 90 {
		t.Errorf("%d steps", len(steps))
	}
	if steps[0].After > time.Second {
		t.Errorf("nothing is seen for %v", steps[0].After)
	}
	people := map[string]bool{}
	names := map[string]bool{}
	for k, st := range steps {
		if st.After > 3*time.Second || st.After < 300*time.Millisecond {
			t.Errorf("step %d comes after %v", k, st.After)
		}
		if (st.Line == "") == (st.Command == nil) || st.Actor == "" || st.Actor == Actor {
			t.Errorf("step %d: %+v", k, st)
		}
		people[st.Actor] = true
		if st.Name != "" && names[st.Name] {
			t.Errorf("two steps are called %q", st.Name)
		}
		names[st.Name] = true
		for _, ref := range placeholder.FindAllStringSubmatch(st.Line, -1) {
			if !names[ref[1]] {
				t.Errorf("step %d names %q, which is not there yet", k, ref[1])
			}
		}
		line := placeholder.ReplaceAllString(st.Line, "1")
		if _, err := model.Compose(line, time.Now(), time.UTC); st.Line != "" && err != nil {
			t.Errorf("step %d: %q: %v", k, line, err)
		}
	}
	if len(people) < 6 {
		t.Errorf("only %d people", len(people))
	}
}

func TestSpeed(t *testing.T) {
	for speed, want := range map[float64][2]time.Duration{
		0: {80 * time.Second, 100 * time.Second}, 1: {80 * time.Second, 100 * time.Second}, -1: {80 * time.Second, 100 * time.Second},
		3: {27 * time.Second, 34 * time.Second}, 1e9: {0, 0},
	} {
		m := newMemory()
		begin := m.now
		play(t, m, Options{Speed: speed})
		if took := m.now.Sub(begin); took < want[0] || took > want[1] {
			t.Errorf("at speed %g it takes %v", speed, took)
		}
	}
}

func TestEarlierIncidents(t *testing.T) {
	m := newMemory()
	begin := m.now
	play(t, m, Options{Speed: 1e9})
	want := []struct {
		status model.Status
		sev    model.Severity
		ago    time.Duration
	}{{model.Closed, 2, 7 * day}, {model.Canceled, 4, 3 * day}, {model.Monitoring, 3, day}}
	for k, w := range want {
		i := m.incidents[m.order[k]]
		declared, _ := i.At(model.Declared)
		if i.Status != w.status || i.Severity != w.sev || begin.Sub(declared) < w.ago || begin.Sub(declared) > w.ago+6*time.Hour {
			t.Errorf("%s: %s %s, declared %v ago", i.ID, i.Status, i.Severity, begin.Sub(declared))
		}
		if i.LastAt.After(begin.Add(-time.Hour)) || !slices.Contains(i.People, i.By) {
			t.Errorf("%s: last line %v ago", i.ID, begin.Sub(i.LastAt))
		}
		for _, a := range i.Roles {
			if a.Since.After(begin.Add(-time.Hour)) {
				t.Errorf("%s: %s has been %s only since now", i.ID, a.Person, a.Role)
			}
		}
		var last time.Time
		for _, e := range m.events[i.ID] {
			if e.At.Before(last) {
				t.Errorf("%s: %q comes before the line above", i.ID, e.Text())
			}
			last = e.At
		}
		for _, ms := range model.Milestones {
			if tm, ok := i.At(ms); ok && tm.After(begin.Add(-time.Hour)) {
				t.Errorf("%s: %s only now", i.ID, ms)
			}
		}
	}
}

// Who watches may do what the script was about to do, and give orders of their
// own: it goes on, and does not touch what is theirs.
func TestWatcherWritesAlong(t *testing.T) {
	m := newMemory()
	n := 0
	m.before = func(id string, r model.Request) {
		if len(m.order) < 4 || id != m.order[3] { // the live one
			return
		}
		n++
		if c, ok := r.Command.(model.SetStatus); ok && c.To == model.Mitigated { // the watcher is faster
			_, _ = m.Do(context.Background(), id, model.Request{Actor: Actor, Command: c})
		}
		for _, c := range map[int][]model.Command{
			5:  {model.AddNote{Text: "hello"}, model.GiveOrder{Person: Actor, Task: "look around", For: time.Hour}},
			30: {model.GiveOrder{Person: "bob", Task: "wave", For: time.Hour}},
		}[n] {
			_, _ = m.Do(context.Background(), id, model.Request{Actor: Actor, Command: c})
		}
	}
	i := play(t, m, Options{})
	if i.Status != model.Resolved {
		t.Errorf("ends %s", i.Status)
	}
	if len(m.refused) == 0 {
		t.Error("nothing the script wanted was in the way of the watcher")
	}
	mine, ended := 0, 0
	for _, o := range i.Orders {
		if o.By == Actor && o.Pending() {
			mine++
		} else if o.State == model.OrderFinished {
			ended++
		}
	}
	if mine != 2 || ended < 4 {
		t.Errorf("%d of the watcher's orders are untouched, %d others done: %+v", mine, ended, i.Orders)
	}
	for _, e := range m.events[i.ID] {
		en, _ := m.entry(i.ID, e.Seq)
		if e.Actor == Actor && (en.Amended > 0 || en.Struck) {
			t.Errorf("the script changed the watcher's %q", en.Text())
		}
	}
}

func TestEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := newMemory()
	begin := time.Now()
	done := make(chan error, 1)
	declared := make(chan struct{})
	go func() { done <- Play(ctx, m, Options{Now: m.clock, Declared: func(string) { close(declared) }}) }()
	<-declared
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("still playing")
	}
	if took := time.Since(begin); took > 4*time.Second {
		t.Errorf("took %v", took)
	}
	if err := Play(ctx, m, Options{Speed: 1e9, Now: m.clock}); !errors.Is(err, context.Canceled) {
		t.Errorf("at once, with a context that is done: %v", err)
	}
}

func TestSleepEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- sleep(ctx, time.Hour) }()
	select {
	case err := <-done:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ended with %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("still asleep")
	}
	if err := sleep(t.Context(), time.Microsecond); err != nil {
		t.Error(err)
	}
}

// broken is a store that cannot write.
type broken struct{ *memory }

func (b broken) Do(ctx context.Context, id string, r model.Request) (model.Receipt, error) {
	if b.n > 80 {
		return model.Receipt{}, model.Errorf(model.Full, "no space")
	}
	return b.memory.Do(ctx, id, r)
}

func TestSaysWhyItStops(t *testing.T) {
	err := Play(t.Context(), broken{newMemory()}, Options{Speed: 1e9, Now: newMemory().clock})
	if model.CodeOf(err) != model.Full {
		t.Errorf("got %v", err)
	}
}

func TestOnTheRealRecord(t *testing.T) {
	s, err := storage.Open(t.Context(), t.TempDir()+"/demo.db", storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var live string
	if err := Play(t.Context(), s, Options{Speed: 1e9, Declared: func(id string) { live = id }}); err != nil {
		t.Fatal(err)
	}
	i, err := s.Incident(t.Context(), live)
	if err != nil || i.Status != model.Resolved {
		t.Fatalf("%v, %v", i, err)
	}
	list, err := s.List(t.Context(), model.Filter{})
	if err != nil || len(list) != 4 {
		t.Errorf("%d incidents, %v", len(list), err)
	}
	found := slices.IndexFunc(i.Orders, func(o model.Order) bool { return o.State != model.OrderFinished })
	if found >= 0 {
		t.Errorf("order %+v", i.Orders[found])
	}
}
