package chart

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"warroom/model"
	"warroom/model/metrics"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// report is that of n incidents with hostile names among them.
func report(n int) (*metrics.Selection, *metrics.Report) {
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	t := metrics.NewTable(n)
	services := []string{"checkout", "search", "orders-db", "login", "<script>alert(1)</script>", "evil\x1b[31m\u202e", "ümläut"}
	for i := range n {
		at := now.Add(-time.Duration(rng.IntN(90*24*60)) * time.Minute)
		if at.Hour() < 7 {
			at = at.Add(9 * time.Hour)
		}
		if at.After(now) {
			at = now.Add(-time.Minute)
		}
		r := metrics.Row{Row: int64(i + 1), ID: model.IncidentID(at, 1), Start: at, Severity: model.Severity(rng.IntN(6)),
			Minutes: math.Round(math.Exp(4+1.3*rng.NormFloat64())*10) / 10, Services: services[rng.IntN(len(services)):][:1], Cause: "deploy of <b>it</b>"}
		if i%40 == 3 {
			r.Minutes = 0
		}
		r.Marks.Set(model.ImpactStarted, at)
		r.Marks.Set(model.Detected, at.Add(5*time.Minute))
		r.Marks.Set(model.WasResolved, at.Add(time.Duration(r.Minutes*float64(time.Minute))))
		r.Open = i%50 == 7
		t.Put(r)
	}
	s := t.Select(metrics.Filter{Now: now, From: now.AddDate(0, 0, -91)})
	return s, s.Analyse(metrics.Options{})
}

func text(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		for _, s := range l {
			b.WriteString(s.Text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// No chart is ever wider or higher than its place, whatever is in it, and none
// lets a control character through.
func TestLinesFit(t *testing.T) {
	for _, n := range []int{0, 1, 4, 30, 400} {
		_, r := report(n)
		for _, c := range All(r, nil) {
			for _, size := range [][2]int{{12, 2}, {30, 6}, {58, 15}, {78, 14}, {100, 30}} {
				for _, sel := range []int{-1, 0, c.Cells() / 2, c.Cells() - 1} {
					if sel >= c.Cells() {
						continue
					}
					lines := c.Lines(size[0], size[1], sel)
					if len(lines) > size[1] {
						t.Errorf("%s of %d in %v: %d lines", c.Name, n, size, len(lines))
					}
					for _, l := range strings.Split(text(lines), "\n") {
						if w := ansi.StringWidth(l); w > size[0] {
							t.Errorf("%s of %d in %v, %d selected: %d cells: %q", c.Name, n, size, sel, w, l)
						}
						if strings.ContainsAny(l, "\x1b\u202e") {
							t.Errorf("%s lets a control character through: %q", c.Name, l)
						}
					}
				}
			}
		}
	}
}

// Every cell says what it is, and behind all cells of the charts that part the
// incidents are just those that there are.
func TestCells(t *testing.T) {
	s, r := report(300)
	for _, c := range All(r, nil) {
		sum := 0
		for i := range c.Cells() {
			if c.Label(i) == "" {
				t.Errorf("%s: cell %d says nothing", c.Name, i)
			}
			holds := c.Holds(i)
			for n := range s.Len() {
				if holds(s, s.At(n)) {
					sum++
				}
			}
		}
		want := map[string]int{"length": r.Length.N, "weeks": r.N, "heat": r.N, "severity": r.N, "where": r.N, "strip": r.Length.N, "control": r.Control.N, "stages": len(r.Bars)}
		if k, ok := want[c.Name]; ok && sum != k {
			t.Errorf("%s: %d behind all cells, %d are there", c.Name, sum, k)
		}
		at := -1
		for range 5 {
			at = c.Step(at, 1, 0)
		}
		if at < 0 || at >= c.Cells() {
			t.Errorf("%s: walked to %d of %d", c.Name, at, c.Cells())
		}
		if c.Note() == "" {
			t.Errorf("%s has no note", c.Name)
		}
	}
}

func TestSVG(t *testing.T) {
	for _, n := range []int{0, 1, 300} {
		_, r := report(n)
		for _, c := range All(r, nil) {
			for _, alone := range []bool{false, true} {
				s := c.SVG(720, 320, alone)
				d := xml.NewDecoder(strings.NewReader(s))
				for {
					tok, err := d.Token()
					if err == io.EOF {
						break
					}
					if err != nil {
						t.Fatalf("%s of %d is not well-formed: %v", c.Name, n, err)
					}
					if e, ok := tok.(xml.StartElement); ok {
						if e.Name.Local == "script" || e.Name.Local == "style" || e.Name.Local == "b" {
							t.Errorf("%s has a %s", c.Name, e.Name.Local)
						}
						for _, a := range e.Attr {
							if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
								t.Errorf("%s of %d has %s=%q", c.Name, n, a.Name.Local, a.Value)
							}
						}
					}
				}
			}
		}
	}
}

func TestGoldenCharts(t *testing.T) {
	_, r := report(200)
	for _, c := range All(r, nil) {
		t.Run(c.Name, func(t *testing.T) {
			golden.RequireEqual(t, []byte(fmt.Sprintf("%s  %s\n%s", c.Question, c.Note(), text(c.Lines(62, 16, -1)))))
		})
	}
}
