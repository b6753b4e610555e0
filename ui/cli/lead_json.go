package cli

import (
	"slices"
	"time"

	"warroom/model"
)

// What --json prints of the things with which an incident is led.

type sizeUpJSON struct {
	Symptoms string     `json:"symptoms"`
	Scope    string     `json:"scope"`
	Trend    string     `json:"trend"`
	PlanB    string     `json:"plan_b"`
	At       *time.Time `json:"at"` // when it was last touched
}

func sizeUpOf(i *model.Incident) sizeUpJSON {
	u := i.SizeUp
	return sizeUpJSON{u.Symptoms, u.Scope, u.Trend, u.PlanB, moment(u.At)}
}

type updateJSON struct {
	At   *time.Time `json:"at"` // of the last update; null if there was none
	Text string     `json:"text"`
	By   string     `json:"by"`
	Next *time.Time `json:"next"` // as promised
	N    int        `json:"n"`
}

type hypothesisJSON struct {
	model.Hypothesis
	Evidence  []string `json:"evidence"`
	Unsettled bool     `json:"unsettled"`
}

func hypothesesOf(i *model.Incident) []hypothesisJSON {
	out := []hypothesisJSON{}
	for _, h := range i.Hypotheses {
		out = append(out, hypothesisJSON{h, list(h.Evidence), h.Unsettled()})
	}
	return out
}

type decisionJSON struct {
	model.Decision
	Objections []model.Objection `json:"objections"`
	VerifyAt   *time.Time        `json:"verify_at"`
	Decided    *time.Time        `json:"decided_at"`
	Pending    bool              `json:"pending"`
	Unverified bool              `json:"unverified"`
}

func decisionsOf(i *model.Incident) []decisionJSON {
	out := []decisionJSON{}
	for _, d := range i.Decisions {
		out = append(out, decisionJSON{d, list(d.Objections), moment(d.VerifyAt), moment(d.Decided), d.Pending(), d.Unverified()})
	}
	return out
}

type mitigationJSON struct {
	model.Mitigation
	Until   *time.Time `json:"until"`
	Removed *time.Time `json:"removed"`
	InPlace bool       `json:"in_place"`
	Overdue bool       `json:"overdue"`
}

func mitigationsOf(i *model.Incident, now time.Time) []mitigationJSON {
	out := []mitigationJSON{}
	for _, m := range i.Mitigations {
		late := m.InPlace() && !m.Until.IsZero() && now.After(m.Until)
		out = append(out, mitigationJSON{m, moment(m.Until), moment(m.Removed), m.InPlace(), late})
	}
	return out
}

type teamJSON struct {
	model.Team
	Members []string `json:"members"`
}

func teamsOf(i *model.Incident) []teamJSON {
	out := []teamJSON{}
	for _, t := range i.Teams {
		out = append(out, teamJSON{t, list(t.Members)})
	}
	return out
}

type clockJSON struct {
	Key         string          `json:"key"`
	Kind        model.ClockKind `json:"kind"`
	N           int             `json:"n"` // of the order, proposal, … ; 0 for none
	Text        string          `json:"text"`
	Person      *string         `json:"person"`
	Due         time.Time       `json:"due"`
	LeftSeconds float64         `json:"left_seconds"` // below zero when it is past
	Overdue     bool            `json:"overdue"`
	Snoozed     bool            `json:"snoozed"`
	Seen        *string         `json:"seen"` // who acknowledged the alarm
}

func clocksOf(i *model.Incident, r model.Rules, now time.Time) []clockJSON {
	out := []clockJSON{}
	for _, c := range i.Clocks(r, now) {
		out = append(out, clockJSON{
			Key: c.Key, Kind: c.Kind, N: c.N, Text: c.Text, Person: known(c.Person), Due: c.Due.UTC(),
			LeftSeconds: c.Due.Sub(now).Seconds(), Overdue: c.Overdue(now), Snoozed: c.Snoozed, Seen: known(c.Seen),
		})
	}
	return out
}

type adviceJSON struct {
	Topic string `json:"topic"`
	Text  string `json:"text"`
	Loud  bool   `json:"loud"`
}

func adviceOf(i *model.Incident, r model.Rules, now time.Time) []adviceJSON {
	out := []adviceJSON{}
	for _, d := range i.Advise(r, now) {
		out = append(out, adviceJSON{d.Topic, d.Text, d.Loud})
	}
	return out
}

type looseJSON struct {
	What string `json:"what"`
	Text string `json:"text"`
}

func looseOf(i *model.Incident) []looseJSON {
	out := []looseJSON{}
	for _, l := range i.LooseEnds() {
		out = append(out, looseJSON{l.What, l.Text})
	}
	return out
}

type reviewJSON struct {
	Owner string     `json:"owner"`
	Due   *time.Time `json:"due"`
}

// leadJSON is the part of an incident that is led by.
type leadJSON struct {
	SizeUp      sizeUpJSON       `json:"size_up"`
	Reports     int              `json:"reports"`
	Links       []model.Place    `json:"links"`
	Hypotheses  []hypothesisJSON `json:"hypotheses"`
	Decisions   []decisionJSON   `json:"decisions"`
	Mitigations []mitigationJSON `json:"mitigations"`
	Options     []model.Option   `json:"options"`
	RollCall    []model.Call     `json:"roll_call"`
	Update      updateJSON       `json:"update"`
	Triage      triageJSON       `json:"triage"`
	Audiences   []audienceJSON   `json:"audiences"`
	Updates     []model.Update   `json:"updates"`
	Clocks      []clockJSON      `json:"clocks"`
	Teams       []teamJSON       `json:"teams"`
	Review      *reviewJSON      `json:"review"` // null if nobody was named
	LooseEnds   []looseJSON      `json:"loose_ends"`
	Advice      []adviceJSON     `json:"advice"`
}

func leadOf(i *model.Incident, r model.Rules, now time.Time) leadJSON {
	u := i.Update
	v := leadJSON{
		SizeUp: sizeUpOf(i), Reports: i.Reports, Links: list(i.Links), Hypotheses: hypothesesOf(i), Decisions: decisionsOf(i),
		Mitigations: mitigationsOf(i, now), Options: list(i.Options), RollCall: list(i.RollCall()), Update: updateJSON{moment(u.At), u.Text, u.By, moment(u.Next), u.N},
		Triage: triageOf(i), Audiences: audiencesOf(i, r, now), Updates: list(i.Updates),
		Clocks: clocksOf(i, r, now), Teams: teamsOf(i), LooseEnds: looseOf(i), Advice: adviceOf(i, r, now),
	}
	if i.Review.Owner != "" {
		v.Review = &reviewJSON{i.Review.Owner, moment(i.Review.Due)}
	}
	return v
}

func entriesOf(entries []model.Entry) []entryJSON {
	out := []entryJSON{}
	for _, e := range entries {
		out = append(out, entryOf(e, ""))
	}
	return out
}

// known is a name for JSON: null if there is none.
func known(name string) *string {
	if name == "" {
		return nil
	}
	return &name
}

func backwards[T any](s []T) []T {
	slices.Reverse(s)
	return s
}
