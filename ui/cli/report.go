package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/alert"
	"warroom/model/metrics"
	"warroom/ui/chart"
)

// reportFormats are those of report. text is for a terminal.
var reportFormats = []string{"text", "markdown", "html", "json"}

// reportJSON is what report --json prints: the plain report with its fixed
// fields, and beside it what is honest about the same incidents.
type reportJSON struct {
	metrics.Plain
	Now        time.Time         `json:"now"`
	Filter     reportFilterJSON  `json:"filter"`
	Statistics *metrics.Report   `json:"statistics"`
	Terms      map[string]string `json:"definitions"`
}

type reportFilterJSON struct {
	From        *time.Time `json:"from"`
	To          *time.Time `json:"to"`
	Service     string     `json:"service,omitempty"`
	Severities  []int      `json:"severities,omitempty"`
	Drills      bool       `json:"drills"`
	Maintenance bool       `json:"maintenance"`
	Zone        string     `json:"zone"`
}

// definitions say what the words of a report mean.
var definitions = map[string]string{
	"mttr_minutes":      "mean of the durations of incidents that began in the period; long tails move it, so read the median",
	"mtbf_hours":        "mean time from one start to the next in the period; one over the rate",
	"operating_hours":   "time without an incident over the number of spells of incidents, overlaps merged: MTBF of IEC 60050-192",
	"duration_minutes":  "from the start of the impact where it is known, else from the declaration, to the resolution, wall clock; or as the source states it",
	"TTD":               "impact started → detected",
	"TTA":               "detected → acknowledged",
	"TTM":               "impact started → mitigated",
	"TTR":               "impact started → resolved",
	"interval":          "95 %: order statistics for quantiles, bootstrap for means, exact Poisson for rates, Wilson for shares",
	"quantile":          "type 7, linear between order statistics",
	"cannot tell":       "a change this size is no rarer than 1 in 20 if nothing changed, both questions and clustering accounted for",
	"dispersion":        "variance over mean of the weekly counts; 1 if incidents came independently",
	"promises":          "an update is late if it came after the time promised to its audience; orders count when they have ended or are overdue",
	"action items":      "closed in time if done by the end of the day that was said, of those done or whose day has passed",
	"alerts":            "lines of alerts, so that a storm counts once: of those attached, called noise, or over, how many belonged to an incident",
	"control":           "XmR chart on the logarithms of minutes, mean ± 2.66 × mean moving range",
	"survival":          "Kaplan–Meier: what is still open counts for as long as it has lasted",
	"left out":          "drills, planned maintenance and what was cancelled, unless asked for",
	"suppressed":        "medians under 5 values, p90 under 10, p95 under 20",
	"hours and weekday": "chi-square against even, Holm over both; from 30 incidents on",
}

// reportRequest is what was asked for.
type reportRequest struct {
	days     int
	from, to string
	service  string
	severity []string
	now      string
	drills   bool
	planned  bool
}

func (a *app) analytics(root *cobra.Command) {
	var q reportRequest
	var format, output string
	var force bool
	const usage = "report"
	c := a.add(root, groupRead, &cobra.Command{
		Use: usage, Short: "What many incidents have in common, and how sure that is",
		Long: "Report over all incidents: how long, how often, when, where and why, with intervals and with the answer \"cannot tell\" where that is the honest one.\n\n" +
			"MTTR and MTBF are those of the last days (30 unless --days says otherwise); the patterns are of all incidents, or of those from --from to --to. " +
			"Drills, planned maintenance and what was cancelled are left out unless asked for. Hours and days are UTC, with --local local.",
		Example: "warroom report --days 90\nwarroom report --from 2026-10-01 --to 2026-11-01 --format html -o october.html\nwarroom report --service checkout --json",
	}, func(ctx context.Context, args []string) error {
		if len(args) > 0 {
			return wrongUse("report [--days N | --from T --to T] [--service S]")
		}
		if a.flag.json {
			format = "json"
		}
		if !slices.Contains(reportFormats, format) {
			return model.Errorf(model.Invalid, "%q is no format: give text, markdown, html or json", model.Brief(format, 30))
		}
		r, err := a.analyse(ctx, q)
		if err != nil {
			return err
		}
		return a.output(output, force, func(w io.Writer) error {
			switch format {
			case "json":
				b, err := encode(r.json())
				if err == nil {
					_, err = w.Write(a.safe(b))
				}
				return err
			case "html":
				return r.html(w)
			case "markdown":
				_, err := io.WriteString(w, r.markdown())
				return err
			}
			p := a.page()
			if output != "" && output != "-" {
				p.t = term{}
			}
			r.text(p)
			_, err := w.Write(p.b.Bytes())
			return err
		})
	})
	f := c.Flags()
	q.flags(f.IntVar, f.StringVar, f.StringSliceVar, f.BoolVar)
	f.StringVar(&format, "format", "text", "text, markdown, html or json")
	f.StringVarP(&output, "output", "o", "", "the file to write; - or nothing is standard output")
	f.BoolVar(&force, "force", false, "replace the file if it exists")
	a.words(c, "format", func() []string { return reportFormats })
	a.charts(root)
}

// flags are those that choose incidents.
func (q *reportRequest) flags(ints func(*int, string, int, string), words func(*string, string, string, string),
	lists func(*[]string, string, []string, string), bools func(*bool, string, bool, string)) {
	ints(&q.days, "days", 0, "MTTR and MTBF of the last so many days (default 30)")
	words(&q.from, "from", "", "only incidents that began then or later")
	words(&q.to, "to", "", "only incidents that began before")
	words(&q.service, "service", "", "only incidents of this service")
	lists(&q.severity, "severity", nil, "only incidents of these severities")
	words(&q.now, "now", "", "the time to report from, instead of now")
	bools(&q.drills, "drills", false, "drills too")
	bools(&q.planned, "maintenance", false, "planned maintenance too")
}

// analysis is a report on its way to a format.
type analysis struct {
	now    time.Time
	zone   *time.Location
	filter metrics.Filter
	plain  metrics.Plain
	stats  *metrics.Report
	charts []*chart.Chart
}

func (r *analysis) json() reportJSON {
	f := reportFilterJSON{Service: r.filter.Service, Drills: r.filter.Drills, Maintenance: r.filter.Maintenance, Zone: r.stats.Zone}
	if !r.filter.From.IsZero() {
		f.From = &r.filter.From
	}
	if !r.filter.To.IsZero() {
		f.To = &r.filter.To
	}
	for _, s := range r.filter.Severities {
		f.Severities = append(f.Severities, int(s))
	}
	return reportJSON{Plain: r.plain, Now: r.now, Filter: f, Statistics: r.stats, Terms: definitions}
}

// moment reads a time of a flag; a day alone is its beginning.
func (a *app) moment(flag, s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.ParseInLocation("2006-01-02", s, a.tableZone()); err == nil {
		return t.UTC(), nil
	}
	if t, ok := model.ParseWhen(s, now, a.tableZone()); ok {
		return t.UTC(), nil
	}
	return time.Time{}, model.Errorf(model.Invalid, "--%s: %q is no time: give 2026-11-23, 2026-11-23T14:03:00Z or -7d", flag, model.Brief(s, 40))
}

// analyse reads the columns and makes the report.
func (a *app) analyse(ctx context.Context, q reportRequest) (*analysis, error) {
	r := &analysis{now: time.Now().UTC(), zone: a.tableZone()}
	var err error
	if q.now != "" {
		if r.now, err = a.moment("now", q.now, r.now); err != nil {
			return nil, err
		}
	}
	f := metrics.Filter{Now: r.now, Service: strings.TrimSpace(q.service), Drills: q.drills, Maintenance: q.planned}
	if f.From, err = a.moment("from", q.from, r.now); err != nil {
		return nil, err
	}
	if f.To, err = a.moment("to", q.to, r.now); err != nil {
		return nil, err
	}
	window := q.from != "" || q.to != ""
	switch {
	case q.days < 0 || q.days > 100_000:
		return nil, model.Errorf(model.Invalid, "%d is no number of days: give 1 or more", q.days)
	case q.days > 0 && window:
		return nil, model.Errorf(model.Invalid, "give --days, or --from and --to, not both")
	case !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To):
		return nil, model.Errorf(model.Invalid, "--from must lie before --to")
	}
	for _, s := range q.severity {
		sev, err := model.ParseSeverity(s)
		if err != nil {
			return nil, err
		}
		f.Severities = append(f.Severities, sev)
	}
	if err := a.existing(ctx); err != nil {
		return nil, err
	}
	r.filter = f
	var beside metrics.Ledger
	if beside.Actions, err = a.store.Actions(ctx, model.ActionFilter{NoDrills: !f.Drills}); err != nil {
		return nil, err
	}
	if beside.Alerts, err = a.store.AlertGroups(ctx, alert.Filter{All: true}); err != nil {
		return nil, err
	}
	err = a.store.Statistics(ctx, func(t *metrics.Table) error {
		if f.Service != "" && !slices.ContainsFunc(t.ServiceNames(), func(n string) bool { return strings.EqualFold(n, f.Service) }) {
			msg := fmt.Sprintf("no incident is of the service %q", model.Brief(f.Service, 60))
			if best := nearest(f.Service, t.ServiceNames()); best != "" {
				msg += ": did you mean " + model.Brief(best, 60) + "?"
			}
			return model.Errorf(model.NotFound, "%s", msg)
		}
		s := t.Select(f)
		if window {
			r.plain = s.PlainWindow(windowName(f, r.zone), r.zone)
		} else {
			days := q.days
			if days == 0 {
				days = 30
			}
			r.plain = s.Plain(days, r.zone)
		}
		if q.days > 0 { // the statistics are of the same days
			f.From = r.now.Add(-time.Duration(q.days) * 24 * time.Hour)
			r.filter = f
			s = t.Select(f)
		}
		r.stats = s.Analyse(metrics.Options{Zone: r.zone, Ledger: beside})
		return nil
	})
	if err != nil {
		return nil, err
	}
	r.charts = chart.All(r.stats, r.zone)
	return r, nil
}

func windowName(f metrics.Filter, zone *time.Location) string {
	day := func(t time.Time) string {
		t = t.In(zone)
		if t.Hour() == 0 && t.Minute() == 0 {
			return t.Format("2006-01-02")
		}
		return t.Format("2006-01-02 15:04")
	}
	switch {
	case f.From.IsZero():
		return "before " + day(f.To)
	case f.To.IsZero():
		return "since " + day(f.From)
	}
	return day(f.From) + " to " + day(f.To)
}

// charts writes charts as files.
func (a *app) charts(root *cobra.Command) {
	var q reportRequest
	var output, format string
	var force bool
	const usage = "chart NAME"
	c := a.add(root, groupRead, &cobra.Command{
		Use: usage, Short: "Draw one chart of the report, as text or SVG, or write its numbers",
		Long:    "Draw a chart over all incidents: " + strings.Join(chart.Names, ", ") + ".\n\ntext and svg draw it; csv writes its cells with their numbers, json the whole report.",
		Example: "warroom chart length\nwarroom chart heat --format svg -o heat.svg --days 365",
	}, func(ctx context.Context, args []string) error {
		if len(args) != 1 {
			return wrongUse(usage + ": one of " + strings.Join(chart.Names, ", "))
		}
		if !slices.Contains(chart.Names, args[0]) {
			return model.Errorf(model.Invalid, "there is no chart %q: give one of %s", model.Brief(args[0], 30), strings.Join(chart.Names, ", "))
		}
		if a.flag.json {
			format = "json"
		}
		if !slices.Contains([]string{"text", "svg", "csv", "json"}, format) {
			return model.Errorf(model.Invalid, "%q is no format: give text, svg, csv or json", model.Brief(format, 30))
		}
		r, err := a.analyse(ctx, q)
		if err != nil {
			return err
		}
		k := r.charts[slices.Index(chart.Names, args[0])]
		return a.output(output, force, func(w io.Writer) error {
			switch format {
			case "svg":
				_, err := io.WriteString(w, k.SVG(chartWidth, chartHeight, true))
				return err
			case "csv":
				return k.CSV(w)
			case "json":
				b, err := encode(r.json())
				if err == nil {
					_, err = w.Write(a.safe(b))
				}
				return err
			}
			p := a.page()
			if output != "" && output != "-" {
				p.t = term{}
			}
			p.chart(k, 20)
			p.line(p.t.in(faint, chart.Below(r.stats)))
			_, err := w.Write(p.b.Bytes())
			return err
		})
	})
	f := c.Flags()
	q.flags(f.IntVar, f.StringVar, f.StringSliceVar, f.BoolVar)
	f.StringVar(&format, "format", "text", "text, svg, csv or json")
	f.StringVarP(&output, "output", "o", "", "the file to write; - or nothing is standard output")
	f.BoolVar(&force, "force", false, "replace the file if it exists")
	a.words(c, "format", func() []string { return []string{"text", "svg", "csv", "json"} })
	c.ValidArgs = chart.Names
}

// Size of a drawing in a file or a page, in pixels.
const (
	chartWidth  = 760
	chartHeight = 340
)

// chart puts a chart on a page of text.
func (p *page) chart(k *chart.Chart, height int) {
	w := p.t.width
	if w == 0 || w > 100 {
		w = 100
	}
	p.line(p.t.in(strong, k.Title), p.t.in(faint, "  "+k.Note()))
	for _, l := range k.Lines(w-2, height, -1) {
		s := "  "
		for _, x := range l {
			s += p.t.in(toneStyle(x.Tone), x.Text)
		}
		p.line(strings.TrimRight(s, " "))
	}
	p.line()
}
