package ui

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/alert"
	"warroom/model/metrics"
	"warroom/ui/chart"
)

// statsDesk is the screen of statistics over all incidents. The numbers are made
// apart from the screen, by a command; what is drawn here is the last report.
type statsDesk struct {
	period  int  // place in periods; chosen by itself until the person chooses
	chose   bool // the person did
	filter  metrics.Filter
	zone    *time.Location
	report  *metrics.Report
	charts  []*chart.Chart
	names   []string // of services
	at      int      // the chart in focus
	sel     int      // its selected cell, -1 for none
	whole   bool     // the chart in focus has the screen to itself
	reading bool
	dirty   bool
	err     error
	asked   int // counts readings, so that an old one is not taken for the newest
	cache   map[drawKey][]string
	typical typicalMsg // of the services of the open incident
}

// periods are the times that [ and ] step through, in days; 0 is all of it.
var periods = []int{30, 90, 365, 0}

// leastPeriod is how many incidents a period should have to be shown first.
const leastPeriod = 20

// statsMsg brings a report.
type statsMsg struct {
	asked  int
	period int
	filter metrics.Filter
	zone   *time.Location
	report *metrics.Report
	names  []string
	err    error
}

// behindMsg brings the incidents behind a cell.
type behindMsg struct {
	title string
	total int
	rows  []behindRow
	err   error
}

type behindRow struct {
	id   string
	text string
	note string
}

func newStatsDesk() *statsDesk { return &statsDesk{period: 1, sel: -1, cache: map[drawKey][]string{}} }

func (a *App) stats() *statsDesk {
	d, _ := a.desks[screenStats].(*statsDesk)
	return d
}

func (d *statsDesk) open(a *App) tea.Cmd { return d.refresh(a) }

// statistics is where the columns come from: the record, unless it was wired
// otherwise; nil if nobody has them.
func (a *App) statistics() Statistics {
	if a.cfg.Statistics != nil {
		return a.cfg.Statistics
	}
	s, _ := a.cfg.Store.(Statistics)
	return s
}

// statsLimit is how long the first reading of a large record may take.
const statsLimit = time.Minute

// refresh makes the report anew; while one is being made, the next waits for it.
func (d *statsDesk) refresh(a *App) tea.Cmd {
	if d.reading {
		d.dirty = true
		return nil
	}
	src := a.statistics()
	if src == nil {
		d.err = model.Errorf(model.NotFound, "no statistics are kept here")
		return nil
	}
	d.reading, d.dirty = true, false
	d.asked++
	m := statsMsg{asked: d.asked, period: d.period, filter: d.filter, zone: a.zone}
	now, base, chose := a.now, a.ctx, d.chose || d.report != nil
	store, inbox := a.store, a.cfg.Inbox
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(base, statsLimit)
		defer cancel()
		beside, err := ledger(ctx, store, inbox, m.filter.Drills)
		if m.err = err; err != nil {
			return m
		}
		m.err = src.Statistics(ctx, func(t *metrics.Table) error {
			s := t.Select(periodFilter(m.filter, m.period, now))
			for !chose && periods[m.period] > 0 && s.Len() < leastPeriod { // the first that says something
				m.period++
				s = t.Select(periodFilter(m.filter, m.period, now))
			}
			m.names = t.ServiceNames()
			m.report = s.Analyse(metrics.Options{Zone: m.zone, Ledger: beside})
			return nil
		})
		return m
	}
}

// ledger reads what is counted beside the incidents: action items and alerts.
func ledger(ctx context.Context, s Store, inbox Inbox, drills bool) (metrics.Ledger, error) {
	var l metrics.Ledger
	var err error
	if l.Actions, err = sourceOf(s).Actions(ctx, model.ActionFilter{NoDrills: !drills}); err == nil && inbox != nil {
		l.Alerts, err = inbox.AlertGroups(ctx, alert.Filter{All: true})
	}
	return l, err
}

// periodFilter is f as of now within a period, unless f names times of its own.
func periodFilter(f metrics.Filter, period int, now time.Time) metrics.Filter {
	f.Now = now
	if days := periods[period]; days > 0 && f.From.IsZero() && f.To.IsZero() {
		f.From = now.Add(-time.Duration(days) * 24 * time.Hour)
	}
	return f
}

func (d *statsDesk) take(a *App, msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case statsMsg:
		if m.asked != d.asked {
			return nil, true
		}
		d.reading = false
		if d.err = m.err; m.err == nil {
			d.report, d.names, d.zone = m.report, m.names, m.zone
			if !d.dirty {
				d.period = m.period
			}
			d.charts = chart.All(m.report, m.zone)
			d.at = min(d.at, len(d.charts)-1)
			d.sel = min(d.sel, d.charts[d.at].Cells()-1)
			d.cache = map[drawKey][]string{}
		} else {
			a.say(failure, model.Message(m.err))
		}
		if d.dirty {
			return d.refresh(a), true
		}
		return nil, true
	case behindMsg:
		if m.err != nil {
			a.say(failure, model.Message(m.err))
			return nil, true
		}
		return a.showBehind(m), true
	case writtenMsg:
		if m.form.answered(m.err) {
			a.dialogs = without(a.dialogs, m.form)
			a.say(info, "written to "+model.Brief(m.path, 100))
		}
		return nil, true
	case typicalMsg:
		d.typical = m
		a.resize() // the situation may need another line
		return nil, true
	case statsTick:
		if d.dirty && a.screen == screenStats {
			return d.refresh(a), true
		}
		return nil, true
	}
	return nil, false
}

// statsTick is when a change that was heard of is looked at.
type statsTick struct{}

// statsPause is how long changes are gathered before the numbers are made anew.
const statsPause = 2 * time.Second

func (d *statsDesk) news(a *App, _ []model.Event) tea.Cmd {
	if a.screen != screenStats || d.report == nil {
		return nil
	}
	if d.dirty {
		return nil
	}
	d.dirty = true
	return tea.Tick(statsPause, func(time.Time) tea.Msg { return statsTick{} })
}

// chart is the chart in focus, nil before there is any.
func (d *statsDesk) chart() *chart.Chart {
	if d.at >= len(d.charts) {
		return nil
	}
	return d.charts[d.at]
}

// focus goes to another chart.
func (d *statsDesk) focus(by int) {
	if n := len(d.charts); n > 0 {
		d.at, d.sel = ((d.at+by)%n+n)%n, -1
	}
}

// periodName says which time the statistics are of.
func (d *statsDesk) periodName(zone *time.Location) string {
	f := d.filter
	day := func(t time.Time) string { return t.In(zone).Format("2 Jan 2006") }
	switch {
	case !f.From.IsZero() && !f.To.IsZero():
		return day(f.From) + " to " + day(f.To)
	case !f.From.IsZero():
		return "since " + day(f.From)
	case !f.To.IsZero():
		return "before " + day(f.To)
	case periods[d.period] == 0:
		return "all time"
	case periods[d.period] == 365:
		return "last year"
	}
	return fmt.Sprintf("last %d days", periods[d.period])
}

// behindLimit is how many incidents behind a cell are listed, the newest first.
const behindLimit = 300

// behind reads the incidents behind the selected cell, or all of the report.
func (a *App) behind() tea.Cmd {
	d := a.stats()
	c := d.chart()
	src := a.statistics()
	if c == nil || src == nil {
		return nil
	}
	holds := func(*metrics.Selection, int) bool { return true }
	title := "All incidents here"
	if d.sel >= 0 {
		holds, title = c.Holds(d.sel), c.Label(d.sel)
	}
	filter, zone := periodFilter(d.filter, d.period, a.now), a.zone
	base, limit := a.ctx, a.limit
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(base, limit)
		defer cancel()
		m := behindMsg{title: title}
		m.err = src.Statistics(ctx, func(t *metrics.Table) error {
			s := t.Select(filter)
			var found []int
			for i := range s.Len() {
				if holds(s, s.At(i)) {
					found = append(found, s.At(i))
				}
			}
			m.total = len(found)
			slices.SortStableFunc(found, func(x, y int) int { return cmp.Compare(t.Start(y).UnixMilli(), t.Start(x).UnixMilli()) })
			for _, n := range found[:min(len(found), behindLimit)] {
				length := metrics.Span(s.Minutes(n))
				if s.Open(n) {
					length = "open"
				}
				what := strings.Join(t.Services(n), ", ")
				if cause := t.Cause(n); cause != "" {
					what = strings.TrimPrefix(what+": "+cause, ": ")
				}
				m.rows = append(m.rows, behindRow{t.ID(n), fmt.Sprintf("%s %s  %s  %s", t.Severity(n).Glyph(), t.ID(n), t.Start(n).In(zone).Format("Mon 2 Jan 2006 15:04"), model.Brief(what, 80)), length})
			}
			return nil
		})
		return m
	}
}

// showBehind opens the only incident, or lists several.
func (a *App) showBehind(m behindMsg) tea.Cmd {
	if len(m.rows) == 0 {
		a.say(info, "no incident is behind this")
		return nil
	}
	visit := func(id string) tea.Cmd {
		a.screen = screenRoom
		return a.enter(id, 0)
	}
	if m.total == 1 {
		return visit(m.rows[0].id)
	}
	items := make([]item, len(m.rows))
	for i, r := range m.rows {
		items[i] = item{text: r.text, note: r.note, data: r.id}
	}
	p := newPicker(model.Brief(m.title, 70), items, func(a *App, it item) tea.Cmd {
		id, _ := it.data.(string)
		if id == "" {
			return nil
		}
		return visit(id)
	})
	p.foot = "↑↓ move · enter open it · esc back"
	if m.total > len(m.rows) {
		p.foot += fmt.Sprintf(" · the newest %d of %d", len(m.rows), m.total)
	}
	a.open(p)
	return nil
}
