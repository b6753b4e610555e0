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
	"github.com/charmbracelet/x/exp/golden"

	"warroom/model"
	"warroom/model/alert"
	"warroom/runbooks/library"
	"warroom/runbooks/runner"
	"warroom/storage"
)

// firing is an alert as Alertmanager tells of it.
func firing(rule, service, where string, age time.Duration, sev model.Severity) alert.Alert {
	a := alert.Alert{Source: "alertmanager", Rule: rule, Title: rule + " on " + where, Service: service, Severity: sev, Sole: true, Fingerprint: rule + where,
		Timestamp: noon.Add(-age), Labels: map[string]string{"alertname": rule, "instance": where, "team": "shop"},
		Description: "Customers see errors: 12.3 % of all requests fail, the limit is 5 %. Restart the pod first.", Metrics: map[string]any{"errors": 12.3, "limit": 5.0}}
	a.ID = fmt.Sprint(a.Fingerprint, "@", a.Timestamp.Unix())
	a.Tidy(noon)
	return a
}

// inboxSeat sits somebody before a record with alerts.
func inboxSeat(t *testing.T, w, h int, list ...alert.Alert) *seat {
	t.Helper()
	x := sit(t, w, h)
	x.a.cfg.Inbox = x.store
	x.tells(list...)
	x.a.toast = toast{}
	return x
}

// tells puts alerts into the inbox, and the screen hears of it.
func (x *seat) tells(list ...alert.Alert) {
	x.t.Helper()
	if _, err := x.store.Ingest(context.Background(), list); err != nil {
		x.t.Fatal(err)
	}
	x.send(changeMsg{model.Change{Alerts: true}, true})
}

// stormScene is an evening with a storm, a quiet corner and a week of noise.
func stormScene() []alert.Alert {
	var out []alert.Alert
	for i, s := range []string{"checkout", "cart", "payments"} {
		for k := range 4 {
			a := firing("KubePodCrashLooping", s, fmt.Sprintf("%s-%d", s, k), time.Duration(6-i)*time.Minute, 1)
			a.RunbookURL = "https://runbooks.example.com/crashloop"
			out = append(out, a)
		}
	}
	lag := firing("ReplicaLag", "orders-db", "db-2", 14*time.Minute, 3)
	odd := alert.Alert{Source: "generic", ID: "odd", Title: "ALERT \x1b[31mred\u202e", Description: "skew", Timestamp: noon.Add(-40 * time.Minute)}
	odd.Tidy(noon)
	out = append(out, lag, odd)
	for d := range 6 {
		for k := range 2 + d%3 {
			a := firing("DiskFull", "logs", fmt.Sprint("log-", k), time.Duration(d)*24*time.Hour+time.Duration(k)*3*time.Hour+2*time.Hour, 3)
			a.Status, a.Ended = alert.Resolved, a.Timestamp.Add(7*time.Minute)
			out = append(out, a)
		}
	}
	return out
}

// The pictures of the screen, without the frame that others draw.
func TestGoldenAlertsDesk(t *testing.T) {
	for _, v := range []struct {
		name string
		keys []string
	}{{"list", []string{"4"}}, {"hostile", []string{"4", "down"}}, {"fatigue", []string{"4", "F"}}} {
		for _, s := range sizes {
			t.Run(fmt.Sprintf("%s-%dx%d", v.name, s.X, s.Y), func(t *testing.T) {
				x := inboxSeat(t, s.X, s.Y, stormScene()...)
				q, err := alert.NewSilence(map[string]string{"rule": "ReplicaLag"}, "the replica is being rebuilt", "bob", time.Hour, noon)
				if err == nil {
					_, err = x.store.AddSilence(context.Background(), q)
				}
				if err != nil {
					t.Fatal(err)
				}
				x.keys(v.keys...)
				b := x.a.lay.body
				lines := x.a.desk().draw(x.a, b.Dx(), b.Dy())
				if len(lines) > b.Dy() {
					t.Errorf("%d lines in %d", len(lines), b.Dy())
				}
				for i, l := range lines {
					if n := ansi.StringWidth(l); n != b.Dx() {
						t.Errorf("line %d is %d wide, want %d: %q", i, n, b.Dx(), l)
					}
				}
				golden.RequireEqual(t, ansi.Strip(strings.Join(lines, "\n")))
			})
		}
	}
}

// What opens over the screen: the whole alert, the silences, and declaring.
func TestGoldenAlertDialogs(t *testing.T) {
	for _, v := range []struct {
		name string
		keys []string
	}{{"detail", []string{"4", "enter"}}, {"silences", []string{"4", "Z"}}, {"declare", []string{"4", "d"}}} {
		for _, s := range sizes {
			t.Run(fmt.Sprintf("%s-%dx%d", v.name, s.X, s.Y), func(t *testing.T) {
				x := inboxSeat(t, s.X, s.Y, stormScene()...)
				for i, rule := range []string{"ReplicaLag", "DiskFull"} {
					q, err := alert.NewSilence(map[string]string{"rule": rule}, "the replica is being rebuilt", "bob", time.Duration(i+1)*time.Hour, noon)
					if err == nil {
						_, err = x.store.AddSilence(context.Background(), q)
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				x.tells(stormScene()[0]) // so that the screen hears of the silences
				x.a.toast = toast{}
				x.keys(v.keys...)
				golden.RequireEqual(t, ansi.Strip(x.a.View().Content))
			})
		}
	}
}

func TestAlertsAreWorkedOn(t *testing.T) {
	x := inboxSeat(t, 120, 40, stormScene()...)
	x.keys("4")
	x.sees("3 to look at", "12 × KubePodCrashLooping (3 services)", "same rule, at the same time", "Grade B 80 of 100", "https://runbooks.example.com/crashloop")
	x.keys("a")
	x.sees("you look after it", "2 to look at", "acknowledged")
	// Noise needs a reason, and leaves the list.
	x.keys("home", "x", "enter")
	x.sees("say why: whoever mends the rule needs to know")
	x.keys("text:a test", "enter")
	x.sees("noise: it counts against its rule", "1 to look at")
	// A silence counts down and can be ended.
	x.keys("home")
	g, _ := x.a.alerts().selected(x.a)
	x.keys("z", "text:rebuilding", "enter")
	x.sees("quiet for 2 h 00", "Silences", "rebuilding")
	if x.a.alerts().loud(x.a.now) != 0 || g.Lead.Rule == "" {
		t.Error("it is still loud")
	}
	x.keys("Z", "enter")
	x.sees("the silence has ended", "1 to look at")
	x.keys("n", "text:looked at it", "enter", "enter")
	x.sees("note looked at it", "How to mend the rule")
	x.keys("esc")
	// All shows what has ended, and noise with its reason.
	x.keys("f")
	x.sees("Alerts  all", "✗")
}

func TestDeclareFromAlert(t *testing.T) {
	x := inboxSeat(t, 120, 40, stormScene()...)
	x.keys("4", "d")
	x.sees("Declare from an alert", "KubePodCrashLooping on checkout-0", "[1]", "checkout, cart, payments", noon.Add(-6*time.Minute).Format("2006-01-02 15:04:05"))
	x.keys("enter")
	inc := x.a.room.inc
	if inc.Severity != 1 || len(inc.Services) != 3 || inc.Detection != model.ByMonitoring || len(inc.Alerts) != 1 || inc.Alerts[0].Count != 12 {
		t.Fatalf("%+v", inc)
	}
	if at, ok := inc.At(model.ImpactStarted); !ok || !at.Equal(noon.Add(-6*time.Minute)) {
		t.Errorf("impact since %v", at)
	}
	x.sees("alert attached: 12 × KubePodCrashLooping")
	x.keys("esc", "4")
	x.send(changeMsg{model.Change{Alerts: true}, true})
	x.sees("here", "part of "+inc.ID)
	x.keys("d")
	x.sees("it is part of " + inc.ID)
	// Another one is attached and taken out again.
	x.keys("down", "m")
	if len(x.a.room.inc.Alerts) != 2 {
		t.Fatalf("%+v", x.a.room.inc.Alerts)
	}
	x.send(changeMsg{model.Change{Alerts: true}, true})
	x.keys("u", "text:another cause", "enter")
	if x.a.room.inc.Alerts[1].Detached.IsZero() {
		t.Error("it is still part of it")
	}
	// The last one ends: the timeline says so.
	var post []alert.Alert
	for _, a := range stormScene()[:12] {
		a.Status, a.Ended = alert.Resolved, noon
		post = append(post, a)
	}
	x.tells(post...)
	x.run(x.a.reload())
	x.keys("1")
	x.sees("alert cleared: all 12 × KubePodCrashLooping")
}

// A new line is told of where one does not look at the list; what was there at
// the start, and what is mild, is not.
func TestNewAlertIsTold(t *testing.T) {
	x := inboxSeat(t, 120, 40, firing("Old", "a", "a-1", time.Hour, 1))
	x.sees("4 Alerts 1")
	x.lacks("alert: SEV-1")
	x.tells(firing("Mild", "b", "b-1", 0, 4))
	x.lacks("alert: SEV-4")
	x.tells(firing("CheckoutDown", "c", "c-1", 0, 1))
	x.sees("alert: SEV-1 CheckoutDown on c-1 · 4 shows it", "4 Alerts 3")
	x.a.toast = toast{}
	x.keys("4")
	x.tells(firing("PaymentsDown", "d", "d-1", 0, 1))
	x.lacks("alert: SEV-1")
	x.sees("PaymentsDown on d-1")
}

func TestSplitAndLinks(t *testing.T) {
	x := inboxSeat(t, 120, 40, stormScene()[:12]...)
	x.keys("4", "t", "enter")
	x.sees("it stands in a line of its own", "11 × KubePodCrashLooping")
	x.keys("o")
	x.sees("Links of the alert", "copy  runbook  https://runbooks.example.com/crashloop")
	x.keys("esc", "esc")
	if x.a.screen == screenAlerts {
		t.Error("esc does not leave")
	}
}

func TestAlertsReadOnlyAndEmpty(t *testing.T) {
	x := sit(t, 80, 24)
	x.keys("4")
	x.sees("No alerts can be received by this record")
	x.a.cfg.Inbox = x.store
	x.send(changeMsg{model.Change{Alerts: true}, true})
	x.sees("Nothing fires", "warroom listen")
	x.keys("a")
	x.sees("there is no alert")
	x.tells(firing("A", "a", "a-1", 0, 1))
	s, err := storage.Open(context.Background(), filepath.Clean(x.store.Path()), storage.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	x.a.store = s
	for _, k := range []string{"a", "d", "x", "z", "n"} {
		x.a.toast = toast{}
		x.keys(k)
		x.sees("read-only")
	}
}

// withBooks gives a seat what follows runbooks.
func (x *seat) withBooks() *seat {
	x.a.cfg.Runner = runner.New(runner.Config{Store: x.store, Library: func() *library.Library { return library.Load(nil) }, Actor: "ana",
		Alerts: func(id string) []alert.Alert {
			items, err := x.store.AlertItems(context.Background(), alert.Pick{Incident: id})
			if err != nil {
				x.t.Error(err)
			}
			return alert.Bare(items)
		}})
	return x
}

// The runbook that fits is named, one key away, and offered when one declares.
func TestAlertOpensItsRunbook(t *testing.T) {
	lag := firing("ReplicaLag", "orders-db", "db-2", 14*time.Minute, 2)
	x := inboxSeat(t, 120, 40, lag).withBooks()
	x.keys("4")
	x.sees("follow    Replication lag (PostgreSQL)", "for alert ReplicaLag", "r opens it")
	x.keys("r")
	if x.a.screen != screenBooks {
		t.Fatal("the runbooks are not in front")
	}
	if row, ok := x.a.books().selected(x.a); !ok || row.card == nil || row.card.ID != "replication-lag" {
		t.Errorf("%+v is selected", row)
	}
	// The fourth field is how it came to be known, the last what is shown then.
	x.keys("4", "d")
	x.sees("noticed by      ? [monitoring]", "then show      [the Room] replication-lag")
	x.keys("up", "right", "up", "left", "left", "enter")
	inc := x.a.room.inc
	if inc.Detection != "" || x.a.screen != screenBooks || len(inc.Alerts) != 1 {
		t.Errorf("known by %q, screen %d, %+v", inc.Detection, x.a.screen, inc.Alerts)
	}
	x.sees("Suggested", "alert ReplicaLag")
	if row, _ := x.a.books().selected(x.a); row.card == nil || row.card.ID != "replication-lag" {
		t.Errorf("%+v is selected", row.card)
	}
	// An alert of that incident, seen from another Room, leads back to it.
	x.keys("D", "text:Another", "enter", "esc")
	other := x.a.room.inc.ID
	x.keys("4")
	x.send(changeMsg{model.Change{Alerts: true}, true})
	x.keys("r")
	if x.a.room.inc.ID == other || x.a.screen != screenBooks || x.a.books().run != 0 {
		t.Errorf("in %s, screen %d", x.a.room.inc.ID, x.a.screen)
	}
	// Where nothing fits, the key says so.
	y := inboxSeat(t, 80, 24, firing("Odd", "nobody", "n", 0, 4)).withBooks()
	y.keys("4", "r")
	y.sees("no runbook fits this alert")
}

// How an incident came to be known is said in its Room, and taken back.
func TestDetectionIsSaid(t *testing.T) {
	x := checkout(t, 200, 60)
	x.keys("J", "2")
	x.sees("known by customer report", "detected by customer report", "noticed by  customer report")
	x.keys("z")
	if d := x.a.room.inc.Detection; d != "" {
		t.Errorf("still %q", d)
	}
	x.keys("i", "text:/detection synth", "enter")
	if d := x.a.room.inc.Detection; d != model.BySynthetic {
		t.Errorf("%q", d)
	}
	x.keys("esc", "D", "text:Search is slow", "up", "left", "enter") // from the last field on
	if d := x.a.room.inc.Detection; d != "" {
		t.Errorf("%q", d)
	}
	x.keys("esc", "D", "text:Search is gone", "up", "right", "right", "right", "enter")
	if d := x.a.room.inc.Detection; d != model.ByTeam {
		t.Errorf("%q", d)
	}
}

// paneSeat is a Room whose incident has two lines of alerts, one of them over.
func paneSeat(t *testing.T, w, h int) *seat {
	t.Helper()
	x := inboxSeat(t, w, h, stormScene()...).withBooks()
	x.keys("4", "d", "enter", "esc", "4", "down", "down", "m", "1")
	ended := stormScene()[12]
	ended.Status, ended.Ended = alert.Resolved, noon
	x.tells(ended)
	x.a.toast = toast{}
	x.run(x.a.reload())
	return x
}

func TestGoldenAlertPane(t *testing.T) {
	for _, s := range sizes {
		for _, focus := range []pane{paneTimeline, paneAlerts} {
			if focus == paneTimeline && s.X < hugeWidth {
				continue // it is shown in focus only
			}
			t.Run(fmt.Sprintf("%s-%dx%d", focus, s.X, s.Y), func(t *testing.T) {
				x := paneSeat(t, s.X, s.Y)
				x.a.focus = focus
				x.send(changeMsg{model.Change{Alerts: true}, true})
				golden.RequireEqual(t, strings.ReplaceAll(ansi.Strip(x.a.View().Content), x.a.room.inc.ID, "INC-20261123-091205"))
			})
		}
	}
}

// In the Room the same keys act on an alert as on its own screen.
func TestAlertPaneKeys(t *testing.T) {
	x := paneSeat(t, 200, 60)
	x.sees("12 firing", "Alerts")
	x.keys("shift+tab")
	if x.a.focus != paneAlerts {
		t.Fatalf("%s is in focus", x.a.focus)
	}
	x.sees("12 × KubePodCrashLooping", "Grade B", "Alerts of this line")
	x.keys("a")
	x.sees("you look after it", "all quiet")
	x.keys("down")
	x.sees("ReplicaLag on db-2")
	x.keys("n", "text:a note", "enter")
	x.sees("note a note")
	x.keys("r") // a role is what the key asks for elsewhere in the Room
	if x.a.screen != screenBooks {
		t.Error("r opens no runbook")
	}
	x.keys("1", "enter")
	x.sees("How to mend the rule")
	x.keys("esc", "u", "enter")
	x.send(changeMsg{model.Change{Alerts: true}, true})
	if n := len(x.a.alerts().here); n != 1 {
		t.Errorf("%d lines", n)
	}
	x.keys("u", "enter")
	x.send(changeMsg{model.Change{Alerts: true}, true})
	if x.a.focus != paneTimeline || x.a.hasPane(paneAlerts) {
		t.Errorf("without alerts the pane is gone, but %s is in focus", x.a.focus)
	}
	// Keys of the Room hold elsewhere: u is the size-up again.
	x.keys("u")
	x.sees("symptoms")
}

// The mouse chooses a line of the pane; another Room shows its own.
func TestAlertPaneMouseAndRooms(t *testing.T) {
	x := paneSeat(t, 200, 60)
	r := x.a.lay.panes[paneAlerts]
	if r.Empty() {
		t.Fatal("no pane")
	}
	x.send(tea.MouseClickMsg{X: r.Min.X + 3, Y: r.Min.Y + 2, Button: tea.MouseLeft})
	if g, ok := x.a.alerts().selected(x.a); !ok || x.a.focus != paneAlerts || g.Rules[0] != "ReplicaLag" {
		t.Errorf("%s in focus, %+v", x.a.focus, g)
	}
	x.keys("D", "text:Another", "enter")
	if x.a.hasPane(paneAlerts) || !x.a.lay.panes[paneAlerts].Empty() {
		t.Error("alerts of the other incident")
	}
}
