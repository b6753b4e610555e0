package ui

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"

	"warroom/model"
)

// frameBudget is the limit of DESIGN for one frame at 200x60; benchmarks report
// how much of it they use.
const frameBudget = 5 * time.Millisecond

// fill puts n entries into the open room as if they had just been read.
func fill(x *App, n int) {
	r := &room{inc: &model.Incident{}, tl: newTimeline()}
	at := noon
	prev := model.Genesis("INC-20261123-091204")
	add := func(d model.Draft) {
		e, err := model.Seal(d, model.Link{Incident: "INC-20261123-091204", Seq: r.inc.Seq + 1, Prev: prev, Recorded: at, Actor: "bob"})
		if err != nil {
			panic(err)
		}
		r.inc.Apply(e)
		prev = e.Hash
		r.tl.arrive(model.NewEntry(e))
	}
	add(model.Draft{At: at, Kind: model.KindDeclared, Body: &model.Declaration{Title: "checkout 503", Severity: 1, Status: model.Triage}})
	r.tl.end, r.tl.top = true, true
	for i := range n {
		at = at.Add(time.Second)
		add(model.Draft{At: at, Kind: model.KindFinding, Body: &model.Note{Line: fmt.Sprintf("replica lag is %d s and the pool of connections is full on every node again", i)}})
	}
	x.room, x.screen = r, screenRoom
	x.measure()
}

// screenOf draws frames as the program's renderer does: into cells, then the
// difference to the terminal.
type screenOf struct {
	buf uv.ScreenBuffer
	out *uv.TerminalRenderer
	to  bytes.Buffer
}

func newScreen(w, h int) *screenOf {
	s := &screenOf{buf: uv.NewScreenBuffer(w, h)}
	s.out = uv.NewTerminalRenderer(&s.to, []string{"TERM=xterm-256color"})
	s.out.SetFullscreen(true)
	s.out.Resize(w, h)
	return s
}

func (s *screenOf) draw(v tea.View) {
	s.buf.Clear()
	uv.NewStyledString(v.Content).Draw(s.buf, s.buf.Bounds())
	s.out.Render(s.buf.RenderBuffer)
	_ = s.out.Flush()
	s.to.Reset()
}

// A key press to the finished frame, renderer included, by size of the window and
// number of entries in the record.
func BenchmarkFrame(b *testing.B) {
	for _, size := range sizes[1:] {
		for _, n := range []int{100, 1_000, 100_000} {
			b.Run(fmt.Sprintf("%dx%d/%d", size.X, size.Y, n), func(b *testing.B) {
				a := newApp(b.Context(), Config{Actor: "ana", Now: func() time.Time { return noon.Add(time.Hour) }, Store: noStore{}})
				a.Update(tea.WindowSizeMsg{Width: size.X, Height: size.Y})
				fill(a, n)
				s := newScreen(size.X, size.Y)
				keys := []tea.KeyPressMsg{press("up"), press("up"), press("down"), press("pgup"), press("pgdown")}
				s.draw(a.View())
				i := 0
				for b.Loop() {
					a.Update(keys[i%len(keys)])
					s.draw(a.View())
					i++
				}
				b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(frameBudget), "of-budget")
			})
		}
	}
}

// Typing one letter into the input.
func BenchmarkType(b *testing.B) {
	a := newApp(b.Context(), Config{Actor: "ana", Now: func() time.Time { return noon.Add(time.Hour) }, Store: noStore{}})
	a.Update(tea.WindowSizeMsg{Width: 200, Height: 60})
	fill(a, 100_000)
	s := newScreen(200, 60)
	a.composer.area.Focus()
	i := 0
	for b.Loop() {
		if i++; i%100 == 0 {
			a.composer.set("")
		}
		a.Update(press("x"))
		s.draw(a.View())
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(frameBudget), "of-budget")
}

// The second's tick of an idle room.
func BenchmarkTick(b *testing.B) {
	a := newApp(b.Context(), Config{Actor: "ana", Now: func() time.Time { return noon.Add(time.Hour) }, Store: noStore{}})
	a.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	fill(a, 1000)
	s := newScreen(120, 40)
	now := noon
	for b.Loop() {
		now = now.Add(time.Second)
		a.Update(tickMsg{now, 0})
		s.draw(a.View())
	}
}

// noStore is enough for a screen that only draws.
type noStore struct{ Store }

func (noStore) ReadOnly() (bool, string) { return false, "" }
func (noStore) NewID() model.ID          { return model.ID{} }

// A key press in a list of five hundred incidents, the most it holds.
func BenchmarkListFrame(b *testing.B) {
	for _, size := range sizes[1:] {
		b.Run(fmt.Sprintf("%dx%d", size.X, size.Y), func(b *testing.B) {
			a := newApp(b.Context(), Config{Actor: "ana", Now: func() time.Time { return noon.Add(time.Hour) }, Store: noStore{}})
			a.Update(tea.WindowSizeMsg{Width: size.X, Height: size.Y})
			var rows []model.Summary
			for i := range listLimit {
				rows = append(rows, model.Summary{ID: model.IncidentID(noon, i+2), Title: "checkout returns 503 to one in five customers", Services: []string{"checkout", "orders-db"},
					Severity: model.Severity(i%5 + 1), Status: model.Investigating, Commander: "ana", Started: noon, LastAt: noon, Last: "replica lag is 340 s"})
			}
			a.Update(listMsg{rows: rows})
			s := newScreen(size.X, size.Y)
			keys := []tea.KeyPressMsg{press("down"), press("down"), press("up"), press("pgdown")}
			i := 0
			for b.Loop() {
				a.Update(keys[i%len(keys)])
				s.draw(a.View())
				i++
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(frameBudget), "of-budget")
		})
	}
}

// A key press to the finished frame on each of the screens, with a history, a
// storm of alerts and an incident behind it.
func BenchmarkScreens(b *testing.B) {
	for _, d := range deskScenes {
		for _, size := range sizes[1:] {
			b.Run(fmt.Sprintf("%s/%dx%d", d.name, size.X, size.Y), func(b *testing.B) {
				x := checkout(b, size.X, size.Y)
				x.a.cfg.Inbox = x.store
				if _, err := x.store.ImportHistory(b.Context(), "ana", pastOf(300), nil); err != nil {
					b.Fatal(err)
				}
				x.tells(stormScene()...)
				x.keys(d.key)
				s := newScreen(size.X, size.Y)
				s.draw(x.a.View())
				keys := []tea.KeyPressMsg{press("down"), press("down"), press("up")}
				i := 0
				for b.Loop() {
					x.a.Update(keys[i%len(keys)])
					s.draw(x.a.View())
					i++
				}
				b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(frameBudget), "of-budget")
			})
		}
	}
}

var deskScenes = []struct{ name, key string }{
	{"triage", "2"}, {"runbooks", "3"}, {"alerts", "4"}, {"updates", "5"}, {"review", "6"}, {"analytics", "7"},
}
