package ui

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"warroom/model"
	"warroom/model/outbox"
	"warroom/storage"
)

const fourTargets = `
targets:
  pagerduty: {}
  slack: {}
  jira: {url: https://example.atlassian.net, user: ann@example.com, project: OPS}
  statuspage: {page: abcdefghijkl, components: {checkout: cmp-checkout}}
`

// queuePort is the queue of a test's record. Vendors are not asked.
type queuePort struct {
	t      *testing.T
	s      *storage.Store
	conf   outbox.Config
	unable map[string]string
	drifts []outbox.Drift
	fault  string
	deaf   string
	inside bool // Update or View is running: nothing that takes time may be called
	calls  int
}

func (p *queuePort) called() {
	p.calls++
	if p.inside {
		p.t.Error("the screen waited for the queue")
	}
}

func (p *queuePort) Targets() []outbox.Named   { return p.conf.List() }
func (p *queuePort) Unable() map[string]string { return p.unable }
func (p *queuePort) Fault() string             { return p.fault }
func (p *queuePort) Deaf() string              { return p.deaf }
func (p *queuePort) Goes(i *model.Incident, who model.Audience) []string {
	return p.conf.Goes(i, who)
}
func (p *queuePort) Calls(i *model.Incident) []string { return p.conf.Calls(i) }
func (p *queuePort) Queue(ctx context.Context, all bool) ([]outbox.Message, map[string]outbox.Gate, error) {
	p.called()
	rows, err := p.s.Outbox(ctx, storage.OutboxFilter{All: all})
	if err != nil {
		return nil, nil, err
	}
	g, err := p.s.Gates(ctx)
	return rows, g, err
}
func (p *queuePort) Message(ctx context.Context, n int64) (outbox.Message, []outbox.Attempt, error) {
	p.called()
	return p.s.Message(ctx, n)
}
func (p *queuePort) Handle(ctx context.Context, n int64, actor string, s outbox.Step) (outbox.Message, error) {
	p.called()
	return p.s.Handle(ctx, n, actor, s)
}
func (p *queuePort) Trigger(ctx context.Context, id string, r model.Request) ([]outbox.Message, error) {
	p.called()
	return p.s.Trigger(ctx, id, r)
}
func (p *queuePort) Drift(context.Context, *model.Incident) []outbox.Drift {
	p.called()
	return p.drifts
}

// sitOutside is sit with somewhere to send things.
func sitOutside(t *testing.T, w, h int) (*seat, *queuePort) {
	t.Helper()
	return sitTargets(t, w, h, fourTargets)
}

func sitTargets(t *testing.T, w, h int, yaml string) (*seat, *queuePort) {
	t.Helper()
	clock := noon
	conf, err := outbox.ParseConfig("outbound.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	s, err := storage.Open(context.Background(), filepath.Join(t.TempDir(), "room", "warroom.db"), storage.Options{Now: func() time.Time { return clock }, Outbound: conf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	x := join(t, s, &clock, "ana", w, h)
	p := &queuePort{t: t, s: s, conf: conf}
	x.a.cfg.Outside = p
	x.declare("Checkout API returns 503 to one in five customers")
	return x, p
}

// attempt ends the next attempt of every target in the given way.
func (p *queuePort) attempt(results map[string]outbox.Result) {
	p.t.Helper()
	c, err := p.s.Claim(context.Background(), "worker", p.conf.Names(), 30*time.Second)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, j := range c.Jobs {
		r, ok := results[j.Target]
		if !ok {
			r = outbox.Result{Verdict: outbox.Done, Remote: outbox.Remote{ID: "x", Key: map[string]string{"jira": "OPS-412", "slack": "#incident"}[j.Target], URL: "https://" + j.Target + ".example/x"}}
		}
		if _, err := p.s.Settle(context.Background(), j, r, 0.5); err != nil {
			p.t.Fatal(err)
		}
	}
}

func (x *seat) state(n int64) outbox.State {
	x.t.Helper()
	m, _, err := x.store.Message(context.Background(), n)
	if err != nil {
		x.t.Fatal(err)
	}
	return m.State
}

func TestGoldenOutbox(t *testing.T) {
	for _, size := range []struct {
		name string
		w, h int
	}{{"80x24", 80, 24}, {"120x40", 120, 40}, {"200x60", 200, 60}} {
		t.Run("good/"+size.name, func(t *testing.T) {
			x, p := sitOutside(t, size.w, size.h)
			x.do("ana", "/sev 2")
			p.attempt(nil)
			p.attempt(nil)
			x.do("bob", "! customers see errors")
			p.attempt(nil)
			x.wait(20 * time.Second)
			x.keys("Q", "f")
			golden.RequireEqual(t, ansi.Strip(x.a.View().Content))
		})
		t.Run("bad/"+size.name, func(t *testing.T) {
			x, p := sitOutside(t, size.w, size.h)
			x.do("ana", "/sev 2")
			dead := map[string]outbox.Result{
				"slack": {Verdict: outbox.Unknown, Reason: "Slack did not answer in time"},
				"jira":  {Verdict: outbox.Denied, Reason: "Jira answered 401; it does not accept our credentials: check them with `warroom connect`"},
			}
			for range 6 {
				p.attempt(dead)
				x.wait(5 * time.Minute)
			}
			x.do("bob", "! customers see errors")
			x.run(x.a.readOutside())
			x.keys("Q")
			golden.RequireEqual(t, ansi.Strip(x.a.View().Content))
		})
	}
}

func TestAYesNeedsAChoice(t *testing.T) {
	x, _ := sitOutside(t, 120, 40)
	x.keys("Q")
	x.sees("page through PagerDuty", "it wakes them")
	x.keys("enter")
	x.sees("Page through PagerDuty?", "[Cancel]", "Page them")
	x.keys("enter") // Cancel
	if s := x.state(2); s != outbox.Drafted {
		t.Fatalf("enter alone sent it: %s", s)
	}
	x.keys("enter", "right", "enter")
	if s := x.state(2); s != outbox.Approved {
		t.Fatalf("after the yes it is %s", s)
	}
	x.sees("message 2 is approved")
}

func TestWordsHandsAndDrops(t *testing.T) {
	x, p := sitOutside(t, 120, 40)
	x.do("ana", "/sev 2")
	x.run(x.a.readOutside())
	x.keys("Q", "down", "e")
	x.sees("Other words for message")
	for range 80 {
		x.keys("backspace")
	}
	x.keys("W", "e", "k", "n", "o", "w", "enter")
	rows, _, err := p.Queue(context.Background(), true)
	if err != nil {
		t.Fatal(err)
	}
	var public outbox.Message
	for _, m := range rows {
		if m.Public {
			public = m
		}
	}
	if !strings.HasSuffix(public.Content.Text, "Weknow") || public.State != outbox.Drafted {
		t.Fatalf("%s %q", public.State, public.Content.Text)
	}
	x.keys("h", "enter")
	if s := x.state(public.N); s != outbox.ByHand {
		t.Errorf("by hand: %s", s)
	}
	x.keys("home", "d", "enter")
	x.sees("say why")
	x.keys("n", "o", "enter")
	if s := x.state(2); s != outbox.Dropped {
		t.Errorf("dropped: %s", s)
	}
}

func TestTriggerAllTools(t *testing.T) {
	x, _ := sitOutside(t, 120, 40)
	x.do("ana", "/sev 1") // opens the public one, too
	for n := int64(1); n <= 5; n++ {
		_, _ = x.store.Handle(context.Background(), n, "ana", outbox.Step{Verb: outbox.DoDrop, Reason: "a test"})
	}
	x.keys("I")
	x.sees("Trigger all tools?", "wakes whoever is on call", "[Cancel]")
	x.keys("right", "enter")
	x.sees("all of it is on its way")
	list, err := x.store.Outbox(context.Background(), storage.OutboxFilter{})
	if err != nil || outbox.Count(list, outbox.Approved) < 3 {
		t.Errorf("%+v %v", list, err)
	}
}

func TestCompareOutside(t *testing.T) {
	x, p := sitOutside(t, 120, 40)
	p.attempt(nil)
	x.run(x.a.enter(x.a.room.inc.ID, 0))
	p.drifts = []outbox.Drift{outbox.Compare(x.a.room.inc, model.Outlet{Target: "jira", Vendor: "jira", Key: "OPS-412"}, outbox.Standing{Known: true, Word: "Done", Over: true})}
	x.keys("Q", "c")
	x.sees("≠ jira OPS-412", "differs: it is Done there, here it should be open")
}

// Whatever the outside does, no key waits for it: nothing that takes time is
// called by Update or View, also while a read of the queue never comes back.
func TestNoKeyWaitsForTheOutside(t *testing.T) {
	x, p := sitOutside(t, 120, 40)
	p.inside = true
	hung := 0
	for _, k := range []tea.KeyPressMsg{
		{Code: 'Q', Text: "Q"}, {Code: tea.KeyDown}, {Code: 'f', Text: "f"}, {Code: 'c', Text: "c"}, {Code: tea.KeyEnter}, {Code: tea.KeyRight}, {Code: tea.KeyEnter},
		{Code: 'r', Text: "r"}, {Code: 't', Text: "t"}, {Code: tea.KeyEsc}, {Code: 'I', Text: "I"}, {Code: 'i', Text: "i"},
	} {
		_, cmd := x.a.Update(k) // the command is never run: it hangs
		if cmd != nil {
			hung++
		}
		x.a.View()
		x.a.Update(tickMsg{x.a.now.Add(10 * time.Second), x.a.clock})
	}
	if hung == 0 {
		t.Error("no key asked for anything")
	}
	if !x.a.out.reading || p.calls == 0 {
		t.Error("the queue was never to be read")
	}
}

func TestTroubleOfTheQueueIsSaid(t *testing.T) {
	x, p := sitOutside(t, 120, 40)
	x.send(outsideMsg{err: errors.New("locked")})
	x.keys("Q")
	p.fault = "outbound.yaml:3:5: there is no field token"
	x.sees("outbound.yaml:3:5: there is no field token")
	p.deaf = "slack: what is marked there does not come in: Slack answered invalid_auth"
	x.sees("what is marked there does not come in")
	x.a.cfg.Outside = nil
	x.keys("esc", "Q")
	x.sees("nothing leaves this room: outbound.yaml beside the record names where to")
}
