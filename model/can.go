package model

import (
	"slices"
	"strings"
	"time"
)

// KindReported records an expert's report in three lines: conditions, actions,
// needs.
const KindReported Kind = "can_reported"

var _ = register(KindReported, newBody[CANReported])

// CANReported is what an expert says about a service when asked: how it is, what
// is being done, what is needed. An empty part was not said.
type CANReported struct {
	Service    string `json:"service,omitempty"`
	Conditions string `json:"conditions,omitempty"`
	Actions    string `json:"actions,omitempty"`
	Needs      string `json:"needs,omitempty"`
}

func (b *CANReported) Text() string {
	var parts []string
	for _, p := range []struct{ name, v string }{{"conditions", b.Conditions}, {"actions", b.Actions}, {"needs", b.Needs}} {
		if p.v != "" {
			parts = append(parts, p.name+": "+p.v)
		}
	}
	s := strings.Join(parts, "; ")
	if b.Service != "" {
		s = b.Service + ": " + s
	}
	return "report " + s
}

// Important is true where somebody needs something.
func (b *CANReported) Important() bool {
	return b.Needs != "" && !strings.EqualFold(b.Needs, "nothing")
}

// CAN is the newest report about a service.
type CAN struct {
	Service    string    `json:"service,omitempty"`
	Conditions string    `json:"conditions,omitempty"`
	Actions    string    `json:"actions,omitempty"`
	Needs      string    `json:"needs,omitempty"`
	By         string    `json:"by"`
	At         time.Time `json:"at"`
}

const maxReports = 50 // services whose last report is kept

func (b *CANReported) fold(i *Incident, e Event) {
	c := CAN{b.Service, b.Conditions, b.Actions, b.Needs, e.Actor, e.At}
	i.CANs = without(i.CANs, func(o CAN) bool { return strings.EqualFold(o.Service, b.Service) })
	i.CANs = append(i.CANs, c)
	if n := len(i.CANs); n > maxReports {
		i.CANs = slices.Clone(i.CANs[n-maxReports:])
	}
}

// Report gives a report about a service.
type Report struct{ Service, Conditions, Actions, Needs string }

// Decide refuses a report that says nothing.
func (c Report) Decide(s Scene) ([]Draft, error) {
	b := &CANReported{}
	for _, p := range []struct {
		name string
		from string
		to   *string
	}{{"service", c.Service, &b.Service}, {"conditions", c.Conditions, &b.Conditions}, {"actions", c.Actions, &b.Actions}, {"needs", c.Needs, &b.Needs}} {
		if strings.TrimSpace(p.from) == "" {
			continue
		}
		v, err := cleanText(p.name, strings.Join(strings.Fields(p.from), " "), MaxTitle)
		if err != nil {
			return nil, err
		}
		*p.to = v
	}
	if b.Conditions == "" && b.Actions == "" && b.Needs == "" {
		return nil, Errorf(Invalid, "a report says at least one of: conditions (how it is), actions (what is being done), needs")
	}
	return []Draft{{Kind: KindReported, Body: b}}, nil
}

// parseReport reads "checkout c: … a: … n: …" or three parts set off by |.
func parseReport(args string) (Command, error) {
	r := Report{}
	if parts := strings.Split(args, "|"); len(parts) > 1 {
		first, rest := word(parts[0])
		if strings.HasSuffix(first, ":") {
			r.Service, parts[0] = strings.TrimSuffix(first, ":"), rest
		}
		for k, to := range []*string{&r.Conditions, &r.Actions, &r.Needs} {
			if k < len(parts) {
				*to = strings.TrimSpace(parts[k])
			}
		}
		return r, nil
	}
	into := &r.Service
	for w := range strings.FieldsSeq(args) {
		switch strings.ToLower(w) {
		case "c:", "conditions:":
			into = &r.Conditions
		case "a:", "actions:":
			into = &r.Actions
		case "n:", "needs:":
			into = &r.Needs
		default:
			*into = strings.TrimSpace(*into + " " + w)
		}
	}
	if r.Conditions == "" && r.Actions == "" && r.Needs == "" {
		return nil, Errorf(Invalid, "give a report as /can checkout: conditions | actions | needs")
	}
	return r, nil
}
