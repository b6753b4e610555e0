package ui

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"warroom/model"
	"warroom/model/metrics"
)

// pastOf makes n incidents in the 80 days before noon, without chance.
func pastOf(n int) []*model.History {
	services := []string{"checkout", "search", "orders-db", "login", "email"}
	causes := []string{"deploy of a new version", "wrong config", "capacity of the queue", ""}
	var out []*model.History
	for i := range n {
		at := noon.Add(-time.Duration(i*80*24*60/n) * time.Minute).Truncate(time.Hour).Add(time.Duration(i*7%60) * time.Minute)
		if h := at.Hour(); h < 7 || i%5 == 0 {
			at = at.Add(time.Duration(13-h) * time.Hour)
		}
		if at.After(noon) {
			at = at.Add(-24 * time.Hour)
		}
		minutes := math.Round(math.Exp(4+1.2*math.Sin(float64(i*i%97)))*10) / 10
		if i%3 == 0 {
			minutes *= 3
		}
		if i%31 == 4 {
			minutes = 0
		}
		h := &model.History{Past: model.Past{Source: "csv", Ref: fmt.Sprint(i), Cause: causes[i%4], Minutes: &minutes, Milestones: map[model.Milestone]time.Time{
			model.WasResolved: at.Add(time.Duration(minutes * float64(time.Minute))),
		}}, Title: "incident", Services: services[i*i%5 : i*i%5+1], Severity: model.Severity(1 + i%5), Declared: at, Drill: i%20 == 7}
		if i%4 == 1 {
			h.Milestones[model.ImpactStarted] = at.Add(-time.Duration(minutes * 0.3 * float64(time.Minute)))
			h.Milestones[model.Detected] = at.Add(-time.Minute)
		}
		out = append(out, h)
	}
	return out
}

// analyst is somebody who looks at the statistics of n incidents.
func analyst(t *testing.T, n, w, h int) *seat {
	x := sit(t, w, h)
	if _, err := x.store.ImportHistory(context.Background(), "ana", pastOf(n), nil); err != nil {
		t.Fatal(err)
	}
	x.keys("7")
	return x
}

func TestGoldenStatsDesk(t *testing.T) {
	for _, s := range sizes {
		t.Run(fmt.Sprintf("%dx%d", s.X, s.Y), func(t *testing.T) {
			x := analyst(t, 120, s.X, s.Y)
			golden.RequireEqual(t, ansi.Strip(x.a.View().Content))
		})
	}
	t.Run("selected", func(t *testing.T) {
		x := analyst(t, 120, 120, 40)
		x.keys("tab", "tab", "right", "down", "down")
		golden.RequireEqual(t, ansi.Strip(x.a.View().Content))
	})
	t.Run("definitions", func(t *testing.T) {
		x := analyst(t, 120, 100, 30)
		x.keys("m")
		golden.RequireEqual(t, ansi.Strip(x.a.View().Content))
	})
}

func TestStatsOfNothing(t *testing.T) {
	x := sit(t, 100, 30)
	x.keys("7")
	x.sees("No incident is in this choice.", "warroom import incidents.csv")
	x.keys("tab", "right", "enter", "z", "[", "]", "esc")
}

// Every chart can be walked through, and behind every cell are incidents that
// can be opened.
func TestStatsWalk(t *testing.T) {
	x := analyst(t, 60, 100, 30)
	d := x.a.stats()
	for range d.charts {
		x.keys("right", "right", "left")
		if d.sel < 0 {
			t.Errorf("%s cannot be walked", d.chart().Name)
		}
		x.keys("tab")
		if d.sel >= 0 {
			t.Error("the next chart begins with a selection")
		}
	}
	x.keys("shift+tab", "right", "enter") // nobody here led what was imported
	x.sees("no incident is behind this")
	x.keys("shift+tab", "z")
	x.sees("chart 10 of 11")
	x.keys("left")
	x.sees("▸ ")
	x.keys("enter") // a single point
	if x.a.screen != screenStats && x.a.room == nil {
		t.Error("nowhere")
	}
	if len(x.a.dialogs) > 0 {
		x.keys("enter")
	}
	if x.a.room == nil || x.a.screen != screenRoom {
		t.Fatalf("the incident behind the point was not opened:\n%s", x.screen())
	}
	x.keys("7")
	x.sees("▸ ") // as it was left
	x.keys("esc", "esc")
	if d.sel >= 0 || d.whole {
		t.Error("esc leaves neither cell nor zoom")
	}
	x.keys("esc")
	if x.a.screen != screenRoom {
		t.Error("esc does not go back to the Room")
	}
}

func TestStatsFilter(t *testing.T) {
	x := analyst(t, 80, 120, 40)
	d := x.a.stats()
	all := d.report.N
	x.keys("f", "text:nowhere", "enter")
	x.sees(`no incident is of the service "nowhere"`)
	x.keys("esc", "f", "text:Search", "tab", "text:1,2", "enter")
	x.sees("service Search", "SEV-1 SEV-2")
	if d.report.N == 0 || d.report.N >= all {
		t.Errorf("%d of %d after filtering", d.report.N, all)
	}
	x.keys("c")
	x.lacks("service Search")
	if d.report.N != all {
		t.Errorf("%d after clearing, %d before", d.report.N, all)
	}
	x.keys("f", "tab", "tab", "text:2026-11-01", "tab", "text:2026-11-11", "enter")
	x.sees("1 Nov 2026 to 11 Nov 2026")
	x.keys("[")
	x.sees("last 30 days")
	x.keys("]", "]", "]", "]")
	x.sees("all time", "that is the longest time")
}

// What is written while one looks is in the numbers after a moment.
func TestStatsNews(t *testing.T) {
	x := analyst(t, 40, 120, 40)
	d := x.a.stats()
	before := d.report.N
	x.hear(x.command("", "bob", model.Declare{Title: "new", Severity: 2}))
	x.send(statsTick{})
	if d.report.N != before+1 || d.report.Open != 1 {
		t.Errorf("%d incidents after %d and a new one, %d open", d.report.N, before, d.report.Open)
	}
	x.keys("U")
	x.sees("CET")
}

func TestStatsExport(t *testing.T) {
	x := analyst(t, 40, 120, 40)
	dir := t.TempDir()
	t.Chdir(dir)
	x.keys("e", "enter")
	x.sees("written to warroom-length-20261123.svg")
	x.keys("e", "enter")
	x.sees("is there already")
	x.keys("esc", "e", "tab", "text:c", "enter")
	x.keys("e", "tab", "text:j", "enter")
	for name, want := range map[string]string{"svg": "<svg ", "csv": "from_minutes,to_minutes,incidents", "json": `"duration_minutes"`} {
		b, err := os.ReadFile(filepath.Join(dir, "warroom-length-20261123."+name))
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s: %v, %.80s", name, err, b)
		}
	}
}

// A very wide Room says what is usual for the service.
func TestTypical(t *testing.T) {
	for _, w := range []int{200, 120} {
		x := analyst(t, 80, w, 60)
		x.hear(x.command("", "bob", model.Declare{Title: "search again", Severity: 2, Services: []string{"new one", "search"}}))
		x.keys("0", "enter")
		if w == 200 {
			x.sees("typical", "search: median", "= 32")
		} else {
			x.lacks("typical")
		}
	}
}

func TestStatsMouse(t *testing.T) {
	x := analyst(t, 80, 120, 40)
	x.click("Where?")
	if x.a.stats().chart().Name != "where" {
		t.Errorf("%s is in focus", x.a.stats().chart().Name)
	}
}

// columns are statistics of a table that is in memory.
type columns struct{ *metrics.Table }

func (c columns) Statistics(_ context.Context, look func(*metrics.Table) error) error {
	return look(c.Table)
}

// The wall over many incidents: made anew after something has changed, and a key
// that walks through a chart.
func BenchmarkStats(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		table := metrics.NewTable(n)
		for i := range n {
			at := noon.Add(-time.Duration(n-i) * (3 * 365 * 24 * time.Hour / time.Duration(n)))
			table.Put(metrics.Row{Row: int64(i + 1), ID: model.IncidentID(at, 1), Start: at, Minutes: math.Exp(4 + 1.2*math.Sin(float64(i*i%9973))),
				Severity: model.Severity(1 + i%5), Services: []string{[]string{"checkout", "search", "orders-db", "login", "email"}[i%5]}, Cause: "deploy of a new version"})
		}
		a := newApp(b.Context(), Config{Actor: "ana", Now: func() time.Time { return noon }, Store: noStore{}, Statistics: columns{table}})
		a.Update(tea.WindowSizeMsg{Width: 200, Height: 60})
		s := newScreen(200, 60)
		d := a.stats()
		d.period, d.chose, a.screen = len(periods)-1, true, screenStats
		refresh := func() {
			a.Update(d.refresh(a)())
			s.draw(a.View())
		}
		refresh()
		if d.report == nil || d.report.N != n {
			b.Fatalf("of %d incidents this is on the screen: %+v, %v", n, d.report, d.err)
		}
		b.Run(fmt.Sprintf("refresh/%d", n), func(b *testing.B) {
			for b.Loop() {
				refresh()
			}
		})
		b.Run(fmt.Sprintf("key/%d", n), func(b *testing.B) {
			d.at = 4 // the control chart
			for b.Loop() {
				a.Update(press("left"))
				s.draw(a.View())
			}
		})
	}
}
