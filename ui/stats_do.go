package ui

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/metrics"
)

func hasReport(a *App) string {
	if d := a.stats(); d == nil || d.report == nil {
		return "the incidents are still being read"
	}
	return ""
}

func statsWalk(dx, dy int) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd { a.stats().walk(dx, dy); return nil }
}

var statsActions = []action{
	{id: "stats.next", keys: []string{"tab"}, words: "Next chart", short: "chart", where: onStats, rank: 1, why: hasReport,
		run: func(a *App) tea.Cmd { a.stats().focus(1); return nil }},
	{id: "stats.prev", keys: []string{"shift+tab"}, words: "Previous chart", where: onStats, why: hasReport,
		run: func(a *App) tea.Cmd { a.stats().focus(-1); return nil }},
	{id: "stats.left", keys: []string{"left"}, words: "Cell to the left", where: onStats, why: hasReport, move: true, run: statsWalk(-1, 0)},
	{id: "stats.right", keys: []string{"right"}, words: "Cell to the right", where: onStats, why: hasReport, move: true, run: statsWalk(1, 0)},
	{id: "stats.up", keys: []string{"up", "k"}, words: "Cell above", where: onStats, why: hasReport, move: true, run: statsWalk(0, -1)},
	{id: "stats.down", keys: []string{"down", "j"}, words: "Cell below", where: onStats, why: hasReport, move: true, run: statsWalk(0, 1)},
	{id: "stats.behind", keys: []string{"enter"}, words: "The incidents behind the cell, or all of them", short: "incidents behind", where: onStats, rank: 2, why: hasReport,
		run: func(a *App) tea.Cmd { return a.behind() }},
	{id: "stats.shorter", keys: []string{"["}, words: "A shorter time", where: onStats, run: func(a *App) tea.Cmd { return a.stats().step(a, -1) }},
	{id: "stats.longer", keys: []string{"]"}, words: "A longer time", short: "[ time", where: onStats, rank: 3, run: func(a *App) tea.Cmd { return a.stats().step(a, 1) }},
	{id: "stats.filter", keys: []string{"f"}, words: "Choose incidents by time, service and severity", short: "filter", where: onStats, rank: 4,
		run: func(a *App) tea.Cmd { a.askFilter(); return nil }},
	{id: "stats.clear", keys: []string{"c"}, words: "Take the filter away", where: onStats,
		why: func(a *App) string {
			if d := a.stats(); d == nil || d.unfiltered() {
				return "there is no filter"
			}
			return ""
		},
		run: func(a *App) tea.Cmd { d := a.stats(); d.filter = metrics.Filter{}; return d.refresh(a) }},
	{id: "stats.zoom", keys: []string{"z"}, words: "Give the chart the whole screen, or give it back", short: "zoom", where: onStats, rank: 5, why: hasReport,
		run: func(a *App) tea.Cmd { d := a.stats(); d.whole = !d.whole; return nil }},
	{id: "stats.export", keys: []string{"e"}, words: "Write the chart or the numbers into a file", short: "export", where: onStats, rank: 6, why: hasReport,
		run: func(a *App) tea.Cmd { a.askExport(); return nil }},
	{id: "stats.words", keys: []string{"m"}, words: "What the words and numbers mean", short: "definitions", where: onStats, rank: 7,
		run: func(a *App) tea.Cmd { a.showDefinitions(); return nil }},
	{id: "stats.zone", keys: []string{"U"}, words: "Count hours in UTC or in local time", where: onStats,
		run: func(a *App) tea.Cmd { a.switchZone(); return a.stats().refresh(a) }},
	{id: "stats.out", keys: []string{"esc"}, words: "Leave the cell, or the zoom", where: onStats,
		why: func(a *App) string {
			if d := a.stats(); d == nil || d.sel < 0 && !d.whole {
				return "nothing is selected"
			}
			return ""
		},
		run: func(a *App) tea.Cmd {
			d := a.stats()
			if d.sel >= 0 {
				d.sel = -1
			} else {
				d.whole = false
			}
			return nil
		}},
}

func (d *statsDesk) unfiltered() bool {
	f := d.filter
	return f.From.IsZero() && f.To.IsZero() && f.Service == "" && len(f.Severities) == 0 && !f.Drills && !f.Maintenance
}

// step goes to a shorter or longer period.
func (d *statsDesk) step(a *App, by int) tea.Cmd {
	d.filter.From, d.filter.To = time.Time{}, time.Time{}
	next := min(max(d.period+by, 0), len(periods)-1)
	if d.chose && next == d.period && d.report != nil {
		a.say(info, "that is the "+map[bool]string{true: "longest", false: "shortest"}[by > 0]+" time")
		return nil
	}
	d.period, d.chose, d.sel = next, true, -1
	return d.refresh(a)
}

// askFilter asks which incidents the statistics are of.
func (a *App) askFilter() {
	d := a.stats()
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(a.zone).Format("2006-01-02 15:04")
	}
	var sev []string
	for _, s := range d.filter.Severities {
		sev = append(sev, fmt.Sprint(int(s)))
	}
	too := field{label: "also", help: "what is left out otherwise", choices: []string{"neither", "drills", "maintenance", "both"}}
	switch {
	case d.filter.Drills && d.filter.Maintenance:
		too.chosen = 3
	case d.filter.Maintenance:
		too.chosen = 2
	case d.filter.Drills:
		too.chosen = 1
	}
	hint := "all"
	if len(d.names) > 0 {
		hint = "all, or one of " + model.Brief(strings.Join(d.names, ", "), 60)
	}
	var form *form
	form = newForm("Which incidents?", []field{
		textField("service", d.filter.Service, hint, ""),
		textField("severity", strings.Join(sev, ","), "all, or some: 1,2", ""),
		textField("from", day(d.filter.From), "2026-11-01", "empty: as [ and ] say"),
		textField("to", day(d.filter.To), "2026-12-01", "without it"),
		too,
	}, func(a *App, v []string) (tea.Cmd, error) {
		f := metrics.Filter{Service: v[0], Drills: v[4] == "drills" || v[4] == "both", Maintenance: v[4] == "maintenance" || v[4] == "both"}
		if f.Service != "" && !slices.ContainsFunc(d.names, func(n string) bool { return strings.EqualFold(n, f.Service) }) {
			return nil, model.Errorf(model.NotFound, "no incident is of the service %q", model.Brief(f.Service, 40))
		}
		for _, s := range strings.FieldsFunc(v[1], func(r rune) bool { return r == ',' || r == ' ' }) {
			sev, err := model.ParseSeverity(s)
			if err != nil {
				return nil, err
			}
			f.Severities = append(f.Severities, sev)
		}
		for i, to := range []*time.Time{&f.From, &f.To} {
			s := v[2+i]
			if s == "" {
				continue
			}
			t, err := time.ParseInLocation("2006-01-02", s, a.zone)
			if err != nil {
				var ok bool
				if t, ok = model.ParseWhen(s, a.now, a.zone); !ok {
					return nil, model.Errorf(model.Invalid, "%q is no time: give 2026-11-23, with 14:03 if you like", model.Brief(s, 40))
				}
			}
			*to = t.UTC()
		}
		if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
			return nil, model.Errorf(model.Invalid, "from must lie before to")
		}
		d.filter, d.sel = f, -1
		a.dialogs = without(a.dialogs, form)
		return d.refresh(a), nil
	})
	a.open(form)
}

// writtenMsg says that a file was written.
type writtenMsg struct {
	path string
	form *form // that asked for it
	err  error
}

// Size of an exported drawing, in pixels.
const exportWidth, exportHeight = 900, 420

// askExport asks what to write, and where.
func (a *App) askExport() {
	d := a.stats()
	c := d.chart()
	forms := []string{"svg", "csv", "json"}
	base := fmt.Sprintf("warroom-%s-%s", c.Name, a.now.In(a.zone).Format("20060102"))
	what := field{label: "as", help: "svg and csv of this chart, json of all numbers", choices: forms}
	var form *form
	form = newForm("Export: "+c.Title, []field{
		textField("file", base+".svg", "", "the ending follows the choice"), what,
	}, func(a *App, v []string) (tea.Cmd, error) {
		path := v[0]
		if path == "" {
			return nil, model.Errorf(model.Invalid, "name a file")
		}
		if ext := filepath.Ext(path); slices.Contains([]string{".svg", ".csv", ".json", ""}, ext) {
			path = strings.TrimSuffix(path, ext) + "." + v[1]
		}
		report := d.report
		return func() tea.Msg {
			return writtenMsg{path, form, writeNew(path, func(w io.Writer) error {
				switch v[1] {
				case "csv":
					return c.CSV(w)
				case "json":
					e := json.NewEncoder(w)
					e.SetIndent("", " ")
					return e.Encode(report)
				}
				_, err := io.WriteString(w, c.SVG(exportWidth, exportHeight, true))
				return err
			})}
		}, nil
	})
	a.open(form)
}

// writeNew writes a file that must not be there yet, for its owner only.
func writeNew(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return model.Errorf(model.Conflict, "%s is there already: name another file", model.Brief(path, 100))
	case err != nil:
		return model.Wrap(model.Internal, err, "%s cannot be written: %v", model.Brief(path, 100), errors.Unwrap(err))
	}
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		os.Remove(path)
		return model.Wrap(model.Internal, err, "%s cannot be written", model.Brief(path, 100))
	}
	return nil
}

// showDefinitions says what the words and numbers mean.
func (a *App) showDefinitions() {
	a.open(&pager{name: "What the words and numbers mean", text: func(a *App, w int) []string {
		th := a.theme
		var out []string
		for _, d := range [][2]string{
			{"duration", "From the start of the impact where that is known, else from the declaration, until resolved. Wall clock. Of imported incidents as their source states it."},
			{"median, p90", "Half of the incidents were shorter than the median, nine of ten shorter than p90. Linear between order statistics (type 7). Not given under 5 and 10 incidents."},
			{"(… to …)", "95 % interval: where the number may well lie, given how few incidents there are. Order statistics for quantiles, bootstrap for means, exact Poisson for rates, Wilson for shares."},
			{"cannot tell", "The usual answer to whether something changed. A change is only told if chance would bring one that great less than once in 20 times, both questions (how often, how long) and the clustering of incidents accounted for."},
			{"95 % band", "In 19 of 20 weeks the count lies between the dotted lines as long as nothing changes. Wider than for independent incidents where the weeks vary more than those."},
			{"between failures", "Start to start is one over the rate. Up is the time without any incident over the number of spells, overlaps counted once: the MTBF of reliability texts."},
			{"Anything unusual?", "A control chart on the logarithms of minutes: centre ± 2.66 × mean moving range. What lies outside (◆) deserves the question what was different."},
			{"Still going on after?", "Kaplan–Meier: incidents that are still open count for as long as they have lasted, so that they do not make the others look typical."},
			{"TTD, TTA, TTM, TTR", "Impact started → detected; detected → acknowledged; impact started → mitigated; impact started → resolved. A milestone that is not known is not counted, never zero."},
			{"When?", "Chi-square against even hours and weekdays, from 30 incidents on, Holm over both. Peaks show when people deploy and customers come."},
			{"left out", "Drills, planned maintenance and what was cancelled, unless the filter asks for drills or maintenance. The line on top says how many."},
		} {
			out = append(out, segs{{d[0], th.strong}}.fit(w))
			for _, l := range wrap(d[1], w-2, 10) {
				out = append(out, segs{{"  " + l, ""}}.fit(w))
			}
			out = append(out, segs{}.fit(w))
		}
		return out
	}})
}
