package review

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"warroom/model"
)

// Thresholds of the suggested action items, in whole minutes: they apply above.
const (
	SlowDetection = 60
	SlowRecovery  = 120
)

var rolledBack = regexp.MustCompile(`(?i)\broll(ed|ing)?[ -]?back(s|ed|ing)?\b|\brevert(ed|ing)?\b`)

// measure computes the numbers. Where the record knows something by its type,
// words are not searched for.
func measure(r Record, sent []Update) Metrics {
	i := r.Incident
	m := Metrics{Messages: len(sent), Entries: i.Lines, Basis: map[string]string{}}
	span := func(name string, from, to model.Milestone) *int {
		a, ok1 := i.At(from)
		b, ok2 := i.At(to)
		if !ok1 || !ok2 || b.Before(a) {
			return nil
		}
		m.Basis[name] = fmt.Sprintf("%s - %s", to, from)
		return minutes(b.Sub(a))
	}
	end, over := i.Ended()
	if d, known := i.Elapsed(end); known && over && !i.Started().IsZero() {
		m.Total = minutes(d)
		from := model.Declared
		if _, ok := i.At(model.ImpactStarted); ok {
			from = model.ImpactStarted
		}
		m.Basis["total_duration"] = "end - " + string(from)
	}
	for _, end := range []model.Milestone{model.Recovered, model.WasMitigated, model.WasResolved} {
		if m.Customer = span("customer_impact_duration", model.ImpactStarted, end); m.Customer != nil {
			break
		}
	}
	m.Detect = span("minutes_to_detect", model.ImpactStarted, model.Detected)
	m.Ack = span("minutes_to_acknowledge", model.Detected, model.Acknowledged)
	m.Mitigate = span("minutes_to_mitigate", model.ImpactStarted, model.WasMitigated)
	m.Resolve = span("minutes_to_resolve", model.ImpactStarted, model.WasResolved)
	for _, u := range sent {
		if u.Late != nil && *u.Late > 0 {
			m.LateSends++
		}
	}
	typed, said := 0, 0
	for _, run := range i.Runs {
		if run.Rollback && run.Outcome != model.RunDeclined && run.Outcome != model.RunAbandoned {
			typed++
		}
	}
	for _, e := range r.Entries {
		switch {
		case e.Struck:
		case e.Kind == model.KindAction || e.Kind == model.KindChange:
			if saysRollback(e.Line) {
				said++
			}
		default:
			if b, ok := e.Body.(*model.DecisionTaken); ok && b.Outcome == model.OutcomeGo && saysRollback(b.Line) {
				said++
			}
		}
	}
	m.Rollbacks, m.Basis["rollbacks_performed"] = typed, "rollbacks run from here"
	if typed == 0 {
		m.Rollbacks, m.Basis["rollbacks_performed"] = said, "actions, changes and decisions that say rollback"
	}
	m.Basis["messages_sent"] = "updates"
	return m
}

// saysRollback looks before it searches: this runs on every line of the timeline.
func saysRollback(s string) bool {
	for _, part := range []string{"oll", "OLL", "evert", "EVERT"} {
		if strings.Contains(s, part) {
			return rolledBack.MatchString(s)
		}
	}
	return false
}

// minutes rounds down to whole minutes.
func minutes(d time.Duration) *int {
	n := int(d / time.Minute)
	return &n
}

// Suggest are the action items that the numbers suggest: the seed's three, with
// the seed's thresholds.
func Suggest(total *int, runbook bool) []Action {
	var out []Action
	add := func(title, priority, category, kind, why string) {
		out = append(out, Action{Title: title, Priority: priority, Category: category, Type: kind, State: model.ItemOpen, Suggested: true, Why: why})
	}
	if !runbook {
		add("Create or update runbook", "P1", "documentation", "process", "no runbook was used")
	}
	if total != nil && *total > SlowDetection {
		add("Improve monitoring and alerting", "P1", "monitoring", "detect", fmt.Sprintf("it lasted %d minutes, more than %d", *total, SlowDetection))
	}
	if total != nil && *total > SlowRecovery {
		add("Implement automated recovery", "P2", "automation", "mitigate", fmt.Sprintf("it lasted %d minutes, more than %d", *total, SlowRecovery))
	}
	return out
}

// usedRunbook reports whether a runbook ran, or was at least spoken of.
func usedRunbook(r Record) bool {
	for _, run := range r.Incident.Runs {
		if !run.Rollback {
			return true
		}
	}
	for _, e := range r.Entries {
		if e.Struck {
			continue
		}
		if strings.Contains(strings.ToLower(e.Line), "runbook") {
			return true
		}
	}
	return false
}

// actions are the action items of the incident, then what is suggested and not
// on the list: follow-ups noted in the heat, and what the numbers suggest.
func actions(r Record, d *Document) []Action {
	i := r.Incident
	var out []Action
	taken := map[string]bool{}
	todos := map[int64]bool{}
	for _, a := range i.Actions {
		taken[strings.ToLower(a.Title)] = true
		todos[a.Todo] = true
		out = append(out, Action{
			N: a.N, Title: a.Title, Priority: string(a.Priority), Category: a.Category, Type: string(a.Type), Owner: a.Owner,
			Due: string(a.Due), Ticket: a.Ticket, State: a.State, Overdue: a.Overdue(r.Now), Todo: a.Todo,
		})
	}
	for _, t := range i.Todos {
		if !todos[t.Seq] && !taken[strings.ToLower(t.Text)] {
			out = append(out, Action{Title: t.Text, State: model.ItemOpen, Suggested: true, Why: "noted during the incident", Todo: t.Seq})
		}
	}
	for _, m := range i.Mitigations {
		if title := "Remove the temporary measure: " + m.Text; m.InPlace() && !taken[strings.ToLower(title)] && !d.Live {
			out = append(out, Action{Title: title, Priority: "P1", Owner: m.Owner, State: model.ItemOpen, Suggested: true, Why: "it is still in place"})
		}
	}
	for _, s := range Suggest(d.Metrics.Total, usedRunbook(r)) {
		if !taken[strings.ToLower(s.Title)] {
			out = append(out, s)
		}
	}
	return out
}
