package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"warroom/integrations/inbound"
	"warroom/model"
	"warroom/model/alert"
)

// lineNumber reads the number of a line of the inbox, or of an alert.
func lineNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(s, "#"), 10, 64)
	if err != nil || n < 1 {
		return 0, model.Errorf(model.Invalid, "%q is no number of the inbox: warroom alert list shows them", model.Brief(s, 30))
	}
	return n, nil
}

func (a *app) alertInboxCommands(parent *cobra.Command) {
	a.add(parent, "", &cobra.Command{
		Use: "ingest FILE…", Short: "Put alerts from a file into the inbox",
		Long: "Put alerts of files, or of the input for -, into the inbox. The formats are recognised by themselves: " + strings.Join(inbound.Formats(), ", ") +
			"; a list of them, or one a line. It may be repeated: an alert is there once. What cannot be read is kept aside with the reason (warroom alert aside).",
		Example: "warroom alert ingest alerts.jsonl\ncurl -s https://prom.example.com/alerts | warroom alert ingest -",
	}, a.alertIngest, slotFile)

	var all bool
	var incident string
	c := a.add(parent, "", &cobra.Command{
		Use: "list [TEXT]", Aliases: []string{"ls"}, Short: "List the inbox: what fires, grouped",
		Example: "warroom alert list\nwarroom alert list --all checkout --json",
	}, func(ctx context.Context, args []string) error {
		f := alert.Filter{All: all, Query: strings.Join(args, " ")}
		if incident != "" {
			if err := a.record(ctx); err != nil {
				return err
			}
			var err error
			if f.Incident, err = a.store.Resolve(ctx, incident); err != nil {
				return err
			}
		}
		return a.alertInbox(ctx, f)
	})
	c.Flags().BoolVarP(&all, "all", "a", false, "also what has ended, and noise")
	c.Flags().StringVar(&incident, "incident", "", "only those of an incident")
	a.flagWords(c, "incident", slotIncident)

	a.add(parent, "", &cobra.Command{Use: "show N", Short: "Show a line of the inbox: its alerts, why they stand together, what was done"},
		func(ctx context.Context, args []string) error {
			n, rest, err := a.inboxLine(ctx, args, "alert show N")
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return wrongUse("alert show N")
			}
			return a.alertShow(ctx, n)
		})
	a.onLine(parent, "ack N", "Acknowledge: somebody looks after it", false, func(ctx context.Context, n int64, _ string) (alert.Group, error) {
		return a.store.AckAlerts(ctx, a.actor, n)
	})
	var undo bool
	noise := a.onLine(parent, "noise N REASON", "Call it noise, with the reason: it leaves the inbox and counts against its rule", true, func(ctx context.Context, n int64, text string) (alert.Group, error) {
		switch {
		case undo:
			text = ""
		case strings.TrimSpace(text) == "":
			return alert.Group{}, model.Errorf(model.Invalid, "say why it is noise: whoever mends the rule needs to know")
		}
		return a.store.NoiseAlerts(ctx, a.actor, n, text)
	})
	noise.Flags().BoolVar(&undo, "undo", false, "it was none: take it back")
	a.onLine(parent, "note N TEXT", "Write a note to it", true, func(ctx context.Context, n int64, text string) (alert.Group, error) {
		return a.store.NoteAlerts(ctx, a.actor, n, text)
	})
	a.onLine(parent, "split ALERT", "Take one alert out of its line; ALERT is its number in warroom alert show", false, func(ctx context.Context, n int64, _ string) (alert.Group, error) {
		return a.store.SplitAlert(ctx, a.actor, n)
	})
	a.alertAside(parent)
	a.alertPrune(parent)
}

// inboxLine opens the record and takes the number of a line from args.
func (a *app) inboxLine(ctx context.Context, args []string, usage string) (int64, []string, error) {
	if len(args) == 0 {
		return 0, nil, wrongUse(usage)
	}
	n, err := lineNumber(args[0])
	if err != nil {
		return 0, nil, err
	}
	return n, args[1:], a.record(ctx)
}

// onLine adds a command that does something to a line of the inbox.
func (a *app) onLine(parent *cobra.Command, use, short string, text bool, fn func(context.Context, int64, string) (alert.Group, error)) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short}
	if text {
		cmd.Annotations = map[string]string{freeText: "text"}
	}
	return a.add(parent, "", cmd, func(ctx context.Context, args []string) error {
		n, rest, err := a.inboxLine(ctx, args, "alert "+use)
		if err != nil {
			return err
		}
		if !text && len(rest) > 0 {
			return wrongUse("alert " + use)
		}
		g, err := fn(ctx, n, strings.Join(rest, " "))
		if err != nil {
			return err
		}
		return a.alertLines([]alert.Group{g}, time.Now())
	})
}

func (a *app) alertIngest(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return wrongUse("alert ingest FILE")
	}
	if err := a.record(ctx); err != nil {
		return err
	}
	var sum alert.Intake
	asides := 0
	for _, path := range args {
		data, err := a.alertFile(path)
		if err != nil {
			return err
		}
		r, err := inbound.ReadFile(data, time.Now())
		if err != nil {
			kept := alert.Aside{Source: "file", Reason: model.Message(err), Size: len(data), Body: data}
			if e := a.store.SetAside(ctx, []alert.Aside{kept}); e != nil {
				return e
			}
			return model.Errorf(model.Invalid, "%s: %s; it was kept aside (warroom alert aside)", model.Brief(path, 200), model.Message(err))
		}
		if r.Note != "" {
			a.hint(model.Visible(r.Note))
		}
		for i := 0; i < len(r.Alerts); i += batchIngest {
			n, err := a.store.Ingest(ctx, r.Alerts[i:min(i+batchIngest, len(r.Alerts))])
			if err != nil {
				return err
			}
			sum.New, sum.Changed, sum.Same, sum.Unmatched, sum.Groups = sum.New+n.New, sum.Changed+n.Changed, sum.Same+n.Same, sum.Unmatched+n.Unmatched, sum.Groups+n.Groups
			sum.Cleared = append(sum.Cleared, n.Cleared...)
		}
		if err := a.store.SetAside(ctx, r.Aside); err != nil {
			return err
		}
		for _, x := range r.Aside {
			if asides++; asides <= 5 {
				a.hint("kept aside: " + model.Visible(x.Reason))
			}
		}
	}
	asides += sum.Unmatched
	if a.flag.json {
		return a.object(struct {
			alert.Intake
			Aside int `json:"kept_aside"`
		}{sum, asides})
	}
	p := a.page()
	line := fmt.Sprintf("%d new, %d changed, %d there already", sum.New, sum.Changed, sum.Same)
	if asides > 0 {
		line += fmt.Sprintf(", %d kept aside", asides)
	}
	p.line(line + "; " + count(sum.Groups, "new line", "new lines") + " in the inbox")
	return a.send(p)
}

// batchIngest is how many alerts of a file go into one commit: others want to
// write meanwhile.
const batchIngest = 2000

type groupJSON struct {
	alert.Group
	Line   string       `json:"line"`
	Status alert.Status `json:"status"`
}

func lineOfInbox(g alert.Group, now time.Time) groupJSON {
	g.Services, g.Rules, g.Sources = list(g.Services), list(g.Rules), list(g.Sources)
	return groupJSON{g, g.Line(), g.State(now)}
}

func (a *app) alertInbox(ctx context.Context, f alert.Filter) error {
	if err := a.record(ctx); err != nil {
		return err
	}
	groups, err := a.store.AlertGroups(ctx, f)
	if err != nil {
		return err
	}
	if len(groups) == 0 && !a.flag.json {
		a.hint(pick(f.All || f.Query != "" || f.Incident != "", "no alert passes these filters", "no alert fires"))
		return nil
	}
	if a.flag.json {
		out := make([]groupJSON, len(groups))
		now := time.Now()
		for i, g := range groups {
			out[i] = lineOfInbox(g, now)
		}
		return a.object(out)
	}
	return a.alertLines(groups, time.Now())
}

func stateStyle(s alert.Status) lipgloss.Style {
	switch s {
	case alert.Firing:
		return alarm
	case alert.Acknowledged:
		return warn
	}
	return faint
}

// alertLines prints lines of the inbox.
func (a *app) alertLines(groups []alert.Group, now time.Time) error {
	if a.flag.json {
		for _, g := range groups {
			if err := a.object(lineOfInbox(g, now)); err != nil {
				return err
			}
		}
		return nil
	}
	p := a.page()
	var rows [][]cell
	for _, g := range groups {
		st := g.State(now)
		where := cell{model.Brief(strings.Join(g.Services[:min(2, len(g.Services))], ", "), 30), normal}
		extra := ""
		switch {
		case g.Noise != "":
			extra = "  noise: " + g.Noise
		case g.Incident != "":
			extra = "  " + g.Incident
		case st == alert.Suppressed:
			extra = "  quiet for " + model.Span(g.Until.Sub(now))
		}
		rows = append(rows, []cell{{fmt.Sprint(g.N), strong}, {string(st), stateStyle(st)}, {g.Severity.Glyph() + " " + g.Severity.String(), severityStyle(g.Severity)},
			{g.Grade, gradeStyle(g.Grade)}, {ago(now, g.Newest), faint}, where, c(model.Brief(g.Line()+extra, 200))})
	}
	p.table(0, rows)
	return a.send(p)
}

func ago(now, t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return model.Span(max(0, now.Sub(t)))
}

func (a *app) alertShow(ctx context.Context, n int64) error {
	const shown = 50
	g, err := a.store.AlertGroup(ctx, n)
	if err != nil {
		return err
	}
	items, err := a.store.AlertItems(ctx, alert.Pick{Group: n, Limit: pickInt(a.flag.json, 0, shown)})
	if err != nil {
		return err
	}
	acts, err := a.store.AlertActs(ctx, n)
	if err != nil {
		return err
	}
	now := time.Now()
	if a.flag.json {
		type itemJSON struct {
			alert.Item
			State   alert.Status  `json:"state"`
			Quality alert.Quality `json:"quality"`
			Missing []alert.Lack  `json:"missing"`
		}
		out := struct {
			groupJSON
			Alerts []itemJSON   `json:"alerts"`
			Acts   []alert.Deed `json:"acts"`
		}{lineOfInbox(g, now), []itemJSON{}, list(acts)}
		for _, i := range items {
			out.Alerts = append(out.Alerts, itemJSON{i, i.State(now), alert.Evaluate(i.Alert), list(alert.Diagnose(i.Alert))})
		}
		return a.object(out)
	}
	p := a.page()
	p.line(a.term.in(strong, model.Brief(g.Line(), 200)))
	st := g.State(now)
	p.line(a.term.in(stateStyle(st), string(st)), "  ", a.term.severity(g.Severity), "  since ", a.stamp(g.First), pick(g.Incident == "", "", "  part of "+g.Incident))
	if g.Noise != "" {
		p.line("noise, says @", model.Brief(g.NoiseBy, 40), ": ", model.Visible(g.Noise))
	}
	if len(items) > 0 {
		a.alertDetail(p, items[0])
	}
	p.line("")
	var rows [][]cell
	for _, i := range items {
		s := i.State(now)
		rows = append(rows, []cell{{fmt.Sprint(i.N), strong}, {string(s), stateStyle(s)}, {a.clock(i.Timestamp), faint}, c(model.Brief(i.Service, 24)), c(model.Brief(i.Title, 60)), {model.Visible(i.Why), faint}})
	}
	p.table(0, rows)
	if g.Total > len(items) {
		p.linef("… and %d earlier ones", g.Total-len(items))
	}
	for _, d := range acts {
		p.line(a.term.in(faint, a.clock(d.At)), " @", model.Brief(d.By, 40), " ", d.What, pick(d.Text == "", "", ": "+model.Visible(d.Text)))
	}
	return a.send(p)
}

func pickInt(yes bool, x, y int) int {
	if yes {
		return x
	}
	return y
}

func (a *app) clock(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.In(a.zone).Format("2006-01-02 15:04:05")
}

// alertDetail prints the newest alert of a line: its words, figures and links,
// and whether a person can act on it.
func (a *app) alertDetail(p *page, i alert.Item) {
	for _, l := range model.VisibleLines(i.Description) {
		for _, w := range p.t.wrap(l, p.t.width-2) {
			p.line("  ", w)
		}
	}
	for _, k := range alert.Names(i.Metrics) {
		p.line("  ", a.term.in(faint, model.Brief(k, 40)+" = "), model.Brief(fmt.Sprint(i.Metrics[k]), 60))
	}
	for _, l := range []struct{ name, url string }{{"runbook", i.RunbookURL}, {"source", i.URL}, {"dashboard", i.Dashboard}} {
		if l.url != "" {
			p.line("  ", a.term.in(faint, l.name+" "), model.Visible(l.url))
		}
	}
	q := alert.Evaluate(i.Alert)
	p.line("  grade ", a.term.in(gradeStyle(q.Grade), q.Grade), fmt.Sprintf(" (%d)", q.Score), pick(len(q.Issues) == 0, "", ": "+strings.Join(q.Issues, ", ")))
	for _, l := range alert.Diagnose(i.Alert) {
		p.line("  misses ", model.Visible(l.Missing), a.term.in(faint, "  → "+model.Visible(l.Fix)))
	}
	for _, d := range i.Doubts {
		p.line("  ", a.term.in(warn, "note: "+model.Visible(d)))
	}
}

func (a *app) alertAside(parent *cobra.Command) {
	a.add(parent, "", &cobra.Command{
		Use: "aside [N]", Short: "What came and could not be read, with the reason; with N its text",
	}, func(ctx context.Context, args []string) error {
		if len(args) > 1 {
			return wrongUse("alert aside N")
		}
		if err := a.record(ctx); err != nil {
			return err
		}
		list, err := a.store.Asides(ctx, 1000, len(args) == 1 || a.flag.json)
		if err != nil {
			return err
		}
		if len(args) == 1 {
			n, err := lineNumber(args[0])
			if err != nil {
				return err
			}
			for _, x := range list {
				if x.N == n {
					return a.write(append(x.Body, '\n'))
				}
			}
			return model.Errorf(model.NotFound, "nothing is kept aside under number %d", n)
		}
		if a.flag.json {
			type asideJSON struct {
				alert.Aside
				Body string `json:"body"`
			}
			out := make([]asideJSON, len(list))
			for i, x := range list {
				out[i] = asideJSON{x, model.Valid(string(x.Body))}
			}
			return a.object(out)
		}
		if len(list) == 0 {
			a.hint("nothing is kept aside")
			return nil
		}
		p := a.page()
		var rows [][]cell
		for _, x := range list {
			rows = append(rows, []cell{{fmt.Sprint(x.N), strong}, {a.clock(x.Received), faint}, c(model.Brief(x.Source, 20)), {fmt.Sprintf("%d bytes", x.Size), faint}, c(model.Brief(x.Reason, 200))})
		}
		p.table(0, rows)
		return a.send(p)
	})
}
