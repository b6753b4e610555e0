package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/triage"
)

func (a *app) triageCommands(root *cobra.Command) {
	a.score(root)
	a.triage(root)
	a.checklist(root)
}

type requirementsJSON struct {
	ResponseTimeMinutes *int     `json:"response_time_minutes"` // null: best effort
	Notification        []string `json:"notification"`
	IncidentCommander   bool     `json:"incident_commander"`
	StatusPage          bool     `json:"status_page"`
	CustomerComms       bool     `json:"customer_comms"`
}

type scoreJSON struct {
	Severity     model.Severity   `json:"severity"`
	Label        string           `json:"label"`
	Score        int              `json:"score"` // the worst of the answers; 0 without any
	Deciding     []string         `json:"deciding"`
	Why          string           `json:"why"`
	Change       string           `json:"change"`
	Requirements requirementsJSON `json:"requirements"`
	Stakeholders []string         `json:"stakeholders"`
	Roles        []model.Role     `json:"roles"`
}

func scoreOf(d *triage.Doctrine, o triage.Outcome) scoreJSON {
	q := d.Requirements(o.Severity)
	v := scoreJSON{
		Severity: o.Severity, Label: o.Severity.String(), Score: o.Score, Deciding: []string{}, Why: o.Why(), Change: o.Change,
		Requirements: requirementsJSON{nil, list(q.Notification), q.IncidentCommander, q.StatusPage, q.CustomerComms},
		Stakeholders: list(q.Stakeholders), Roles: list(d.Required(o.Severity)),
	}
	if q.Response > 0 {
		v.Requirements.ResponseTimeMinutes = new(int(q.Response.Minutes()))
	}
	for _, c := range o.Deciding {
		v.Deciding = append(v.Deciding, c.Name)
	}
	return v
}

// verdict shows a severity with its reasons and what it requires.
func (a *app) verdict(p *page, d *triage.Doctrine, o triage.Outcome) {
	p.line(a.term.severity(o.Severity), "  because ", model.Visible(o.Why()))
	if o.Change != "" {
		p.line(a.term.in(faint, model.Visible(o.Change)))
	}
	q := d.Requirements(o.Severity)
	respond := "best effort"
	if q.Response > 0 {
		respond = "within " + model.Span(q.Response)
	}
	var roles []string
	for _, r := range d.Required(o.Severity) {
		roles = append(roles, r.String())
	}
	say := func(yes bool) string {
		if yes {
			return "yes"
		}
		return "no"
	}
	none := func(s []string) string {
		return cmp.Or(model.Visible(strings.ReplaceAll(strings.Join(s, ", "), "_", " ")), "nobody")
	}
	p.table(2, [][]cell{
		{{"respond", faint}, c(respond)}, {{"notify", faint}, c(none(q.Notification))}, {{"tell", faint}, c(none(q.Stakeholders))},
		{{"roles", faint}, c(cmp.Or(strings.Join(roles, ", "), "none"))}, {{"status page", faint}, c(say(q.StatusPage))}, {{"customer message", faint}, c(say(q.CustomerComms))},
	})
}

// answerFlag completes CRITERION=LEVEL.
func (a *app) answerWords() []string {
	var out []string
	for _, cr := range a.guides().doctrine.Criteria {
		for _, l := range cr.Levels {
			out = append(out, cr.Name+"="+l.Name+"\t"+l.Means)
		}
	}
	return out
}

func (a *app) score(root *cobra.Command) {
	var file string
	c := a.add(root, groupRead, &cobra.Command{
		Use: "score CRITERION=LEVEL…", Short: "The severity calculator: how bad is it, why, and what does that require?",
		Long: "The severity calculator. The worst level of all criteria decides; without an answer it is SEV-5. A level may be given as its score, 5 (worst) to 1. " +
			"Not sure between two levels: give both with a slash, and the worse counts.",
		Example: "warroom score user_impact=majority revenue_impact=minor_loss\nwarroom score security=active_breach --json\nwarroom score user_impact=majority/significant_subset",
	}, func(_ context.Context, args []string) error {
		d, err := a.doctrineOf(file)
		if err != nil {
			return err
		}
		answers, _, err := d.ParseAnswers(args)
		if err != nil {
			return err
		}
		o := d.Outcome(answers, nil)
		if a.flag.json {
			return a.object(scoreOf(d, o))
		}
		p := a.page()
		a.verdict(p, d, o)
		return a.send(p)
	})
	c.ValidArgsFunction = a.anyOf(a.answerWords)
	c.Flags().StringVar(&file, "file", "", "the triage doctrine in this file instead of the team's")
}

func (a *app) triage(root *cobra.Command) {
	var keep, lower bool
	const usage = "triage INC [CRITERION=LEVEL…]"
	c := a.add(root, groupAct, &cobra.Command{
		Use: usage, Short: "Answer the severity questions for an incident; without answers, show them",
		Long: "Answer the severity questions for an incident. Answers given earlier stay unless they are given anew. The severity is raised if the answers say so, " +
			"and lowered only with --lower: take the higher now, lower it later. Without answers, show what triage has found out.",
		Example: "warroom triage user_impact=majority revenue_impact=4\nwarroom triage INC-20261123 security=no_security_impact --lower\nwarroom triage",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		a.warnGuides()
		d := a.guides().doctrine
		i, err := a.store.Incident(ctx, id)
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			o := d.Assess(i.Triage)
			if a.flag.json {
				return a.object(struct {
					Incident string `json:"incident"`
					scoreJSON
					Answers []model.Answer      `json:"answers"`
					Metrics []model.MetricValue `json:"metrics"`
					Checks  []model.Check       `json:"checks"`
					Current model.Severity      `json:"current_severity"`
					Vacant  []model.Role        `json:"vacant"`
				}{i.ID, scoreOf(d, o), list(i.Triage.Answers), list(i.Triage.Metrics), list(i.Triage.Checks), i.Severity, list(d.Vacant(i))})
			}
			p := a.page()
			a.verdict(p, d, o)
			if i.Severity != o.Severity {
				p.line("the incident is ", a.term.severity(i.Severity))
			}
			if v := d.Vacant(i); len(v) > 0 {
				p.line(a.term.in(warn, "vacant: "+joinRoles(v)))
			}
			return a.send(p)
		}
		given, unsure, err := d.ParseAnswers(rest)
		if err != nil {
			return err
		}
		answers, or := d.Recorded(i.Triage)
		for name := range given {
			delete(or, name)
		}
		maps.Copy(answers, given)
		maps.Copy(or, unsure)
		cmd := d.Command(answers, or, i.Triage.Metrics)
		cmd.Set, cmd.Lower = !keep, lower
		return a.act(ctx, id, cmd)
	}, slotIncident)
	c.Flags().BoolVar(&keep, "keep", false, "record the answers and leave the severity as it is")
	c.Flags().BoolVar(&lower, "lower", false, "lower the severity too, if the answers say so")
}

func joinRoles(roles []model.Role) string {
	var s []string
	for _, r := range roles {
		s = append(s, r.String())
	}
	return strings.Join(s, ", ")
}

// anyOf completes every argument with the same words.
func (a *app) anyOf(words func() []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return starting(words(), typed), cobra.ShellCompDirectiveNoFileComp
	}
}

// triageJSON is what triage has recorded, in the page of an incident.
type triageJSON struct {
	Answers     []model.Answer      `json:"answers"`
	Severity    *model.Severity     `json:"severity"` // that followed; null: not assessed
	Why         string              `json:"why"`
	At          *time.Time          `json:"at"`
	Metrics     []model.MetricValue `json:"metrics"`
	Checks      []model.Check       `json:"checks"`
	Escalations []model.Escalation  `json:"escalations"`
}

func triageOf(i *model.Incident) triageJSON {
	t := i.Triage
	v := triageJSON{list(t.Answers), nil, t.Why, moment(t.At), list(t.Metrics), list(t.Checks), list(t.Escalations)}
	if t.Severity.Valid() {
		v.Severity = &t.Severity
	}
	return v
}

type checkJSON struct {
	N        int    `json:"n"`
	Question string `json:"question"`
	Yes      string `json:"yes_action"`
	Answer   string `json:"answer"` // "": not asked yet
}

type metricJSON struct {
	Metric    string `json:"metric"`
	Threshold string `json:"threshold"`
	Modifier  int    `json:"severity_modifier"`
	Value     string `json:"value"` // "": not known
	Effect    string `json:"effect"`
}

type checklistJSON struct {
	Questions  []checkJSON  `json:"questions"`
	Metrics    []metricJSON `json:"metrics"`
	Definition []string     `json:"incident_definition"`
}

func checklistOf(d *triage.Doctrine, t model.TriageState) checklistJSON {
	v := checklistJSON{Questions: []checkJSON{}, Metrics: []metricJSON{}, Definition: list(d.Definition)}
	for n, q := range d.Questions {
		k, _ := t.Check(q.Ask)
		v.Questions = append(v.Questions, checkJSON{n + 1, q.Ask, q.Yes, k.Answer})
	}
	for _, m := range d.Metrics {
		k, _ := t.Metric(m.Name)
		v.Metrics = append(v.Metrics, metricJSON{m.Name, m.Threshold.String(), m.Modifier, k.Value, k.Effect})
	}
	return v
}

func (a *app) checklist(root *cobra.Command) {
	var file string
	const usage = "checklist INC [N=yes|no|unknown | METRIC=VALUE …]"
	c := a.add(root, groupAct, &cobra.Command{
		Use: usage, Short: "The triage checklist: show it, answer a question, enter a metric",
		Long: "The triage checklist of an incident. N=yes answers question N; METRIC=VALUE enters what was observed, which may make the severity worse: +1 is one severity, never beyond SEV-1. " +
			"METRIC= takes a value back. With --file, show the checklist in that file.",
		Example: "warroom checklist\nwarroom checklist 1=no 2=yes error_rate=21%\nwarroom checklist --file triage-checklist.yaml",
	}, func(ctx context.Context, args []string) error {
		d, err := a.doctrineOf(file)
		if err != nil {
			return err
		}
		show := func(t model.TriageState) error {
			if a.flag.json {
				return a.object(checklistOf(d, t))
			}
			p := a.page()
			a.checks(p, d, t)
			return a.send(p)
		}
		if file != "" {
			if len(args) > 0 {
				return wrongUse("checklist --file FILE")
			}
			return show(model.TriageState{})
		}
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			i, err := a.store.Incident(ctx, id)
			if err != nil {
				return err
			}
			return show(i.Triage)
		}
		var cmds []model.Command
		for _, arg := range rest {
			cmd, err := checked(d, arg)
			if err != nil {
				return err
			}
			cmds = append(cmds, cmd)
		}
		for _, cmd := range cmds {
			if err := a.act(ctx, id, cmd); err != nil {
				return err
			}
		}
		return nil
	}, slotIncident)
	c.Flags().StringVar(&file, "file", "", "the checklist in this file instead of the team's")
}

// checked reads an answer to the checklist.
func checked(d *triage.Doctrine, arg string) (model.Command, error) {
	name, value, ok := strings.Cut(arg, "=")
	if !ok {
		return nil, model.Errorf(model.Invalid, "%q is no answer: give N=yes, N=no or METRIC=VALUE", model.Brief(arg, 60))
	}
	if w := strings.ToLower(strings.TrimSpace(value)); w == model.CheckYes || w == model.CheckNo || w == model.CheckUnknown {
		q, err := d.Question(name)
		if err != nil {
			return nil, err
		}
		return q.Command(w), nil
	}
	m, err := d.Metric(name)
	if err != nil {
		return nil, err
	}
	return m.Command(value)
}

// checks shows the checklist with what is known.
func (a *app) checks(p *page, d *triage.Doctrine, t model.TriageState) {
	var rows [][]cell
	for n, q := range d.Questions {
		k, _ := t.Check(q.Ask)
		answer := cell{cmp.Or(k.Answer, "-"), faint}
		if k.Answer == model.CheckYes {
			answer.style = warn
		}
		rows = append(rows, []cell{c(fmt.Sprint(n + 1)), answer, c(model.Visible(q.Ask)), {"yes: " + model.Visible(q.Yes), faint}})
	}
	p.table(0, rows)
	rows = nil
	for _, m := range d.Metrics {
		k, ok := t.Metric(m.Name)
		value, effect := cell{cmp.Or(model.Brief(k.Value, 20), "-"), faint}, fmt.Sprintf("%s: +%d", m.Threshold, m.Modifier)
		if ok {
			value.style, effect = strong, k.Effect
		}
		rows = append(rows, []cell{c(model.Visible(m.Name)), value, {model.Visible(effect), faint}})
	}
	p.line()
	p.table(0, rows)
	p.line()
	p.line("An incident is an event that")
	for _, s := range d.Definition {
		p.line("  ", model.Visible(s))
	}
}
