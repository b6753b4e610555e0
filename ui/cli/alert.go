package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"warroom/integrations/inbound"
	"warroom/model"
	"warroom/model/alert"
)

// alertCommands are everything about alerts: judging them, the inbox, receiving.
func (a *app) alertCommands(root *cobra.Command) {
	parent := &cobra.Command{
		Use: "alert", Short: "Alerts: the inbox, their quality, what they do to people",
		Example: "warroom alert list\nwarroom alert ack 3\nwarroom alert declare 3\nwarroom alert grade alerts.json\nwarroom alert fatigue --window 7d\nwarroom alert lint rules.yaml",
	}
	a.add(root, groupAct, parent, func(ctx context.Context, args []string) error {
		if len(args) > 0 {
			return wrongUse("alert list|show|ack|declare|attach|noise|silence|grade|fatigue|lint …")
		}
		return a.alertInbox(ctx, alert.Filter{})
	})
	a.alertGrade(parent)
	a.alertFatigue(parent)
	a.alertLint(parent)
	a.alertInboxCommands(parent)
	a.alertIncidentCommands(parent)
	a.silenceCommands(parent)
	a.listen(root)
}

// alertFile reads alerts from a file or, for -, from the input.
func (a *app) alertFile(path string) ([]byte, error) {
	in := a.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, unreadable(path, err)
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, inbound.MaxFile+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	return data, nil
}

func unreadable(path string, err error) error {
	code := model.Invalid
	if os.IsNotExist(err) {
		code = model.NotFound
	}
	return model.Wrap(code, err, "%s cannot be read", model.Brief(path, 200))
}

// alertsOf reads the alerts of files. What cannot be read of one is said on the
// error output and counted.
func (a *app) alertsOf(paths []string) (all []alert.Alert, bad int, err error) {
	for _, p := range paths {
		data, err := a.alertFile(p)
		if err != nil {
			return nil, 0, err
		}
		r, err := inbound.ReadFile(data, time.Now())
		if err != nil {
			return nil, 0, model.Errorf(model.Invalid, "%s: %s", model.Brief(p, 200), model.Message(err))
		}
		all = append(all, r.Alerts...)
		for _, x := range r.Aside {
			bad++
			if bad <= 10 {
				_, _ = fmt.Fprintf(a.errOut, "%s: left out: %s\n", model.Brief(p, 200), model.Visible(x.Reason))
			}
		}
	}
	if bad > 10 {
		_, _ = fmt.Fprintf(a.errOut, "and %d more were left out\n", bad-10)
	}
	return all, bad, nil
}

// partly is the outcome of a command that could not read all of its input.
func partly(bad int) error {
	if bad == 0 {
		return nil
	}
	return model.Errorf(model.Invalid, "%s could not be read: all others are above", count(bad, "alert", "alerts"))
}

type gradeJSON struct {
	ID string `json:"id"`
	alert.Quality
	Title   string       `json:"title"`
	Service string       `json:"service"`
	Missing []alert.Lack `json:"missing"`
}

func (a *app) alertGrade(parent *cobra.Command) {
	a.add(parent, "", &cobra.Command{
		Use: "grade FILE…", Short: "Grade alerts: can a person act on them?",
		Long: "Grade alerts of a file, or of the input for -, in any of the formats that warroom listen takes. The score is that of the specification: " +
			"a description of more than 50 characters 20 points, a runbook 25, three metrics 20, a title that does not begin with ALERT 15, a service 20; " +
			"A from 90, B from 75, C from 60, D from 40; actionable from 60. What a responder misses beyond that is listed apart.",
		Example: "warroom alert grade alerts.json\ncurl -s localhost:9093/api/v2/alerts | warroom alert grade - --json",
	}, func(_ context.Context, args []string) error {
		if len(args) == 0 {
			return wrongUse("alert grade FILE")
		}
		all, bad, err := a.alertsOf(args)
		if err != nil {
			return err
		}
		if a.flag.json {
			out := make([]gradeJSON, len(all))
			for i, x := range all {
				out[i] = gradeJSON{x.ID, alert.Evaluate(x), x.Title, x.Service, list(alert.Diagnose(x))}
			}
			if err := a.object(out); err != nil {
				return err
			}
			return partly(bad)
		}
		p := a.page()
		usable := 0
		for _, x := range all {
			q := alert.Evaluate(x)
			if q.Actionable {
				usable++
			}
			p.line(a.term.in(gradeStyle(q.Grade), q.Grade), fmt.Sprintf(" %3d  ", q.Score), a.term.in(strong, model.Brief(x.Name(), 70)), "  ", a.term.in(faint, model.Brief(x.Service, 40)))
			for _, s := range q.Issues {
				p.line("       ", a.term.in(warn, s))
			}
			for _, l := range alert.Diagnose(x) {
				p.line("       ", a.term.in(faint, model.Visible(l.Missing)))
			}
		}
		p.linef("%s, %d of them actionable", count(len(all), "alert", "alerts"), usable)
		if err := a.send(p); err != nil {
			return err
		}
		return partly(bad)
	}, slotFile)
}

func gradeStyle(g string) lipgloss.Style {
	switch g {
	case "A", "B":
		return good
	case "C":
		return normal
	case "D":
		return warn
	}
	return alarm
}

func levelStyle(l alert.Level) lipgloss.Style {
	switch l {
	case alert.LevelCritical:
		return badge
	case alert.LevelHigh:
		return alarm
	case alert.LevelMedium:
		return warn
	}
	return normal
}

func (a *app) alertFatigue(parent *cobra.Command) {
	var window, now string
	var rules bool
	c := a.add(parent, "", &cobra.Command{
		Use: "fatigue [FILE…]", Short: "How much alerts weigh on people, per service or per rule",
		Long: "How much alerts weigh on people: of files, or of the inbox if none is named. Per service: alerts, alerts an hour, the share that is not actionable (noise), and the level: " +
			"CRITICAL above 5 an hour or 50 % noise, HIGH above 2 or 30 %, MEDIUM above 1 or 20 %, else LOW. Only alerts that fired within the window count. " +
			"With --rules: per rule what became of its alerts, with the bounds that so few numbers allow (Wilson, 95 %).",
		Example: "warroom alert fatigue --window 7d\nwarroom alert fatigue alerts.jsonl --now 2026-11-23T12:00:00Z --json\nwarroom alert fatigue --rules --window 30d",
	}, func(ctx context.Context, args []string) error {
		d, err := spanOf(window)
		if err != nil {
			return err
		}
		if d == 0 {
			d = 24 * time.Hour
		}
		end := time.Now()
		if err := a.times(timeFlag{now, &end}); err != nil {
			return err
		}
		w := alert.Last(d, end)
		var all []alert.Item
		bad := 0
		if len(args) > 0 {
			list, n, err := a.alertsOf(args)
			if err != nil {
				return err
			}
			bad = n
			for _, x := range list {
				all = append(all, alert.Item{Alert: x})
			}
		} else {
			if err := a.record(ctx); err != nil {
				return err
			}
			if all, err = a.store.AlertItems(ctx, alert.Pick{Since: w.From}); err != nil {
				return err
			}
		}
		if rules {
			err = a.burden(alert.Rules(all, w, a.zone), d)
		} else {
			alerts := make([]alert.Alert, len(all))
			for i := range all {
				alerts[i] = all[i].Alert
			}
			err = a.loads(alerts, w, d)
		}
		if err != nil {
			return err
		}
		return partly(bad)
	}, slotFile)
	f := c.Flags()
	f.StringVar(&window, "window", "24h", "how far back")
	f.StringVar(&now, "now", "", "the end of the window; this moment if not given")
	f.BoolVar(&rules, "rules", false, "per rule: what became of its alerts")
}

// loads prints fatigue per service.
func (a *app) loads(alerts []alert.Alert, w alert.Window, d time.Duration) error {
	loads, outside := alert.Fatigue(alerts, w)
	if outside > 0 {
		a.hint(fmt.Sprintf("%s not within the window that ends %s: left out (--now, --window)", count(outside, "alert is", "alerts are"), a.stamp(w.To)))
	}
	if a.flag.json {
		return a.object(loads)
	}
	if len(loads) == 0 {
		a.hint("no alert fired in the last " + model.Span(d))
		return nil
	}
	services := make([]string, 0, len(loads))
	for s := range loads {
		services = append(services, s)
	}
	slices.SortFunc(services, func(x, y string) int {
		if loads[x].Total != loads[y].Total {
			return loads[y].Total - loads[x].Total
		}
		return strings.Compare(x, y)
	})
	p := a.page()
	rows := [][]cell{{{"level", faint}, {"alerts", faint}, {"an hour", faint}, {"noise", faint}, {"service", faint}}}
	for _, s := range services {
		l := loads[s]
		name := cell{model.Brief(s, 60), normal}
		if s == "" {
			name = cell{"(no service)", warn}
		}
		rows = append(rows, []cell{{string(l.Level), levelStyle(l.Level)}, c(fmt.Sprint(l.Total)), c(fmt.Sprintf("%.2f", l.PerHour)), c(fmt.Sprintf("%.0f %%", l.Noise)), name})
	}
	p.table(0, rows)
	return a.send(p)
}

// burden prints what rules did to people.
func (a *app) burden(b alert.Burden, d time.Duration) error {
	if a.flag.json {
		return a.object(b)
	}
	if b.Outside > 0 {
		a.hint(fmt.Sprintf("%s not within the window: left out", count(b.Outside, "alert is", "alerts are")))
	}
	if b.Fired == 0 {
		a.hint("no alert fired in the last " + model.Span(d))
		return nil
	}
	p := a.page()
	p.linef("%s of %s in %s; the five that fired most make %s; %s", count(b.Fired, "alert", "alerts"), count(len(b.Rules), "rule", "rules"), model.Span(d), share(b.TopFive),
		fmt.Sprintf("%d of %s interrupted", b.Nights.K, count(b.Nights.N, "night", "nights")))
	rows := [][]cell{{{"fired", faint}, {"grade", faint}, {"acted on", faint}, {"in incidents", faint}, {"by itself", faint}, {"clears in", faint}, {"night", faint}, {"flaps", faint}, {"rule", faint}}}
	for _, r := range b.Rules {
		clears := "unknown"
		if r.Clear != nil {
			clears = model.Span(*r.Clear)
		}
		rows = append(rows, []cell{c(fmt.Sprint(r.Fired)), {r.Grade, gradeStyle(r.Grade)}, c(share(r.ActedOn)), c(share(r.Precision)), c(share(r.SelfCured)), c(clears), c(fmt.Sprintf("%.0f %%", r.Night.Percent)), c(fmt.Sprint(r.Flaps)), c(model.Brief(r.Rule, 60))})
	}
	p.table(0, rows)
	return a.send(p)
}

// share words a part of a whole, with its bounds, or that it is too little to say.
func share(s alert.Share) string {
	switch {
	case s.N == 0:
		return "-"
	case s.TooFew:
		return fmt.Sprintf("%d of %d, too few", s.K, s.N)
	}
	return fmt.Sprintf("%.0f %% (%.0f–%.0f)", s.Percent, s.Low, s.High)
}

type lintJSON struct {
	Findings []alert.Finding  `json:"findings"`
	Rules    []alert.Forecast `json:"rules"`
}

func (a *app) alertLint(parent *cobra.Command) {
	a.add(parent, "", &cobra.Command{
		Use: "lint FILE…", Short: "Check Prometheus alerting rules: what would a person woken by them miss?",
		Long: "Check Prometheus rule files, plain or as PrometheusRule of Kubernetes: what somebody woken by their alerts would miss, and what is wrong with the rules themselves. " +
			"Each rule gets the grade that its alerts can be expected to have. The exit status is 3 if there is an error or a warning.",
		Example: "warroom alert lint rules/*.yaml",
	}, func(_ context.Context, args []string) error {
		if len(args) == 0 {
			return wrongUse("alert lint FILE")
		}
		out := lintJSON{[]alert.Finding{}, []alert.Forecast{}}
		for _, path := range args {
			data, err := a.alertFile(path)
			if err != nil {
				return err
			}
			f, r, err := alert.Lint(path, data)
			if err != nil {
				return err
			}
			out.Findings, out.Rules = append(out.Findings, f...), append(out.Rules, r...)
		}
		if err := a.linted(out); err != nil {
			return err
		}
		if slices.ContainsFunc(out.Findings, func(f alert.Finding) bool { return f.Level != alert.Hint }) {
			return errNo
		}
		return nil
	}, slotFile)
}

func (a *app) linted(out lintJSON) error {
	if a.flag.json {
		return a.object(out)
	}
	p := a.page()
	for _, f := range out.Findings {
		st := map[alert.Weight]lipgloss.Style{alert.Fault: alarm, alert.Warning: warn, alert.Hint: faint}[f.Level]
		p.line(model.Visible(fmt.Sprintf("%s:%d:%d: ", f.File, f.Line, f.Column)), a.term.in(st, string(f.Level)), " ", a.term.in(strong, model.Brief(f.Alert, 60)), pick(f.Alert == "", "", ": "), model.Visible(f.Message), a.term.in(faint, " ["+f.Rule+"]"))
	}
	grades, urgent := map[string]int{}, 0
	for _, r := range out.Rules {
		grades[r.Grade]++
		if r.Severity == model.SevWorst {
			urgent++
		}
	}
	var parts []string
	for _, g := range []string{"A", "B", "C", "D", "F"} {
		if grades[g] > 0 {
			parts = append(parts, fmt.Sprintf("%d × %s", grades[g], g))
		}
	}
	line := count(len(out.Rules), "alerting rule", "alerting rules")
	if len(parts) > 0 {
		line += ", expected grades: " + strings.Join(parts, ", ") + fmt.Sprintf("; %d critical", urgent)
	}
	p.line(line + "; " + count(len(out.Findings), "finding", "findings"))
	return a.send(p)
}
