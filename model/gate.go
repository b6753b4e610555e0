package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The kinds of events of the recovery gate.
const (
	KindGateSet        Kind = "gate_set"
	KindGateSampled    Kind = "gate_sampled"
	KindGateConfirmed  Kind = "gate_confirmed"
	KindGateOverridden Kind = "gate_overridden"
)

var (
	_ = register(KindGateSet, newBody[GateSet])
	_ = register(KindGateSampled, newBody[GateSampled])
	_ = register(KindGateConfirmed, newBody[GateConfirmed])
	_ = register(KindGateOverridden, newBody[GateOverridden])
)

// Gate says how it is proven that the incident is over: every check green often
// enough in a row, all of them for long enough, and a person who says yes. No
// data is never recovery.
type Gate struct {
	Book       string      `json:"book,omitempty"` // where its checks stand
	Checks     []GateCheck `json:"checks,omitempty"`
	Soak       int64       `json:"soak_ms,omitempty"`
	Ask        string      `json:"ask"`
	By         string      `json:"by"`
	At         time.Time   `json:"at"`
	GreenSince time.Time   `json:"green_since,omitzero"` // all checks have been green since then
	Sampled    time.Time   `json:"sampled,omitzero"`
	Confirmed  string      `json:"confirmed,omitempty"` // who said yes
	Overridden string      `json:"overridden,omitempty"`
	Reason     string      `json:"reason,omitempty"`
}

// GateCheck is one check of a gate and its row of samples.
type GateCheck struct {
	Name    string    `json:"name"`
	Need    int       `json:"need"`  // samples in a row that make it green
	Green   int       `json:"green"` // in a row up to now
	Samples int       `json:"samples,omitempty"`
	Failed  int       `json:"failed,omitempty"`
	Blank   int       `json:"inconclusive,omitempty"`
	Flaps   int       `json:"flaps,omitempty"` // times a row was broken
	Last    string    `json:"last,omitempty"`  // result
	Value   string    `json:"value,omitempty"`
	LastAt  time.Time `json:"last_at,omitzero"`
	Limit   int       `json:"failure_limit,omitempty"` // more failures than this: it will not become green by itself
	Most    int       `json:"count,omitempty"`         // so many samples without becoming green: neither
	Every   int64     `json:"every_ms,omitempty"`      // how often it is to be looked at; 0: nobody said
}

// IsGreen reports whether the row is long enough.
func (c GateCheck) IsGreen() bool { return c.Green >= c.Need }

// Exhausted reports whether it failed more often than it may, or was not green
// after as many samples as it has.
func (c GateCheck) Exhausted() bool {
	return c.Limit > 0 && c.Failed > c.Limit || c.Most > 0 && c.Samples >= c.Most && !c.IsGreen()
}

// unseenFor is how long a check may be without a look before its row means nothing,
// beyond twice the time between two looks: they may take long, or come late.
const unseenFor = time.Minute

// Unseen reports whether the last look at c is so long ago at now that nobody knows
// what was in between. Who does not know how often to look is never late.
func (c GateCheck) Unseen(now time.Time) bool {
	return c.Every > 0 && !c.LastAt.IsZero() && now.Sub(c.LastAt) > 2*millis(c.Every)+unseenFor
}

// GateState is where a gate stands.
type GateState string

// The states, in order.
const (
	GateWaiting  GateState = "waiting"  // a check is not green
	GateSoaking  GateState = "soaking"  // all are, not long enough
	GateReady    GateState = "ready"    // a person has to say yes
	GateOpen     GateState = "passed"   // proven
	GateOverride GateState = "override" // the commander went past it
	GateFailed   GateState = "failed"   // a check failed more often than it may
)

// State is where g stands at now.
func (g *Gate) State(now time.Time) GateState {
	switch {
	case g.Overridden != "":
		return GateOverride
	case slices.ContainsFunc(g.Checks, GateCheck.Exhausted):
		return GateFailed
	case g.GreenSince.IsZero() && len(g.Checks) > 0:
		return GateWaiting
	case g.Confirmed != "" && !now.Before(g.SoakEnd()): // it was ready then, and nobody has looked since
		return GateOpen
	case slices.ContainsFunc(g.Checks, func(c GateCheck) bool { return c.Unseen(now) }):
		return GateWaiting
	case now.Before(g.SoakEnd()):
		return GateSoaking
	}
	return GateReady
}

// SoakEnd is when all has been green for long enough, if it stays so.
func (g *Gate) SoakEnd() time.Time {
	if g.GreenSince.IsZero() {
		return g.At.Add(millis(g.Soak))
	}
	return g.GreenSince.Add(millis(g.Soak))
}

// Passed reports whether the incident may be called resolved.
func (g *Gate) Passed(now time.Time) bool {
	s := g.State(now)
	return s == GateOpen || s == GateOverride
}

// Sample takes the result of one look at a check. Anything but ok breaks the row, the
// soak and a yes that was said; so does, without a yes, a time in which nobody looked:
// no data is never recovery. It is the pure heart of the gate.
func (g *Gate) Sample(v Verdict, at time.Time) {
	k := slices.IndexFunc(g.Checks, func(c GateCheck) bool { return c.Name == v.Name })
	if k < 0 {
		return
	}
	c := &g.Checks[k]
	if c.Unseen(at) && g.Confirmed == "" {
		c.Green = 0
	}
	c.Samples++
	c.Last, c.Value, c.LastAt = v.Result, v.Value, at
	g.Sampled = at
	if v.Result == CheckOK {
		c.Green++
	} else {
		if c.Green > 0 {
			c.Flaps++
		}
		c.Green = 0
		if v.Result == CheckFailed {
			c.Failed++
		} else {
			c.Blank++
		}
		g.Confirmed = ""
	}
	switch all := !slices.ContainsFunc(g.Checks, func(c GateCheck) bool { return !c.IsGreen() }); {
	case !all:
		g.GreenSince = time.Time{}
	case g.GreenSince.IsZero():
		g.GreenSince = at
	}
}

// GateSet writes down the exit criteria.
type GateSet struct {
	Book   string      `json:"book,omitempty"`
	Checks []GateCheck `json:"checks,omitempty"`
	Soak   int64       `json:"soak_ms,omitempty"`
	Ask    string      `json:"ask"`
}

func (b *GateSet) Text() string {
	var parts []string
	for _, c := range b.Checks {
		parts = append(parts, fmt.Sprintf("%s %d times in a row", c.Name, c.Need))
	}
	if b.Soak > 0 {
		parts = append(parts, "for "+Span(millis(b.Soak)))
	}
	return "it is over when: " + strings.Join(append(parts, b.Ask), ", ")
}
func (b *GateSet) Important() bool { return false }
func (b *GateSet) fold(i *Incident, e Event) {
	g := &Gate{Book: b.Book, Soak: b.Soak, Ask: b.Ask, By: e.Actor, At: e.At}
	for _, c := range b.Checks {
		g.Checks = append(g.Checks, GateCheck{Name: c.Name, Need: max(1, c.Need), Limit: c.Limit, Most: c.Most, Every: c.Every})
	}
	i.Gate = g
}

// GateSampled is one look at the checks.
type GateSampled struct {
	Results []Verdict `json:"results"`
	Turn    string    `json:"turn,omitempty"` // what it changed; without, the look has no line of its own
}

func (b *GateSampled) Text() string {
	if b.Turn != "" {
		return "recovery: " + b.Turn
	}
	var parts []string
	for _, r := range b.Results {
		parts = append(parts, strings.TrimSpace(r.Name+" "+r.Result+" "+r.Value))
	}
	return "recovery: " + strings.Join(parts, ", ")
}
func (b *GateSampled) Important() bool { return false }
func (b *GateSampled) quiet() bool     { return b.Turn == "" }
func (b *GateSampled) fold(i *Incident, e Event) {
	if i.Gate != nil {
		for _, r := range b.Results {
			i.Gate.Sample(r, e.At)
		}
	}
}

// GateConfirmed is a person's yes: it is over.
type GateConfirmed struct {
	Ask  string `json:"ask"`
	Note string `json:"note,omitempty"`
}

func (b *GateConfirmed) Text() string    { return "recovery confirmed: " + b.Ask + because(b.Note) }
func (b *GateConfirmed) Important() bool { return true }
func (b *GateConfirmed) fold(i *Incident, e Event) {
	if i.Gate != nil {
		i.Gate.Confirmed = e.Actor
	}
}

// GateOverridden goes past the gate.
type GateOverridden struct {
	State  GateState `json:"state"` // where it stood
	Reason string    `json:"reason"`
}

func (b *GateOverridden) Text() string {
	return fmt.Sprintf("recovery gate overridden while %s: %s", b.State, b.Reason)
}
func (b *GateOverridden) Important() bool { return true }
func (b *GateOverridden) fold(i *Incident, e Event) {
	if i.Gate != nil {
		i.Gate.Overridden, i.Gate.Reason = e.Actor, b.Reason
	}
}

// SetGate writes down the exit criteria, or new ones: rows begin anew.
type SetGate struct {
	Book   string
	Checks []GateCheck
	Soak   time.Duration
	Ask    string // "": the usual question
}

// Decide refuses two checks of one name.
func (c SetGate) Decide(s Scene) ([]Draft, error) {
	if len(c.Checks) > 50 || c.Soak < 0 || c.Soak > 7*24*time.Hour {
		return nil, Errorf(Invalid, "a gate has at most 50 checks and a soak of at most seven days")
	}
	ask := strings.TrimSpace(Valid(c.Ask))
	if ask == "" && len(c.Checks) == 0 {
		return nil, Errorf(Invalid, "say how it is known that it is over: give a check, or what a person has to confirm")
	}
	if ask == "" {
		ask = "a person confirms that customers are served again"
	}
	b := &GateSet{Book: c.Book, Soak: c.Soak.Milliseconds(), Ask: ask}
	for _, k := range c.Checks {
		name := strings.TrimSpace(Valid(k.Name))
		if name == "" || slices.ContainsFunc(b.Checks, func(o GateCheck) bool { return o.Name == name }) {
			return nil, Errorf(Invalid, "every check of a gate needs a name of its own: %q", Brief(name, 40))
		}
		b.Checks = append(b.Checks, GateCheck{Name: name, Need: max(1, k.Need), Limit: max(0, k.Limit), Most: max(0, k.Most), Every: max(0, k.Every)})
	}
	return []Draft{{Kind: KindGateSet, Body: b}}, nil
}

// SampleGate records one look at the checks. Seen is when the gate was last looked
// at as far as the looker knew: of two who look at the same time one counts.
type SampleGate struct {
	Results []Verdict
	Seen    time.Time
}

// Decide says what the look changes, so that only that has a line.
func (c SampleGate) Decide(s Scene) ([]Draft, error) {
	g := s.Incident.Gate
	if g == nil {
		return nil, Errorf(Conflict, "%s has no recovery gate: set its criteria first", s.Incident.ID)
	}
	if !c.Seen.IsZero() && !c.Seen.Equal(g.Sampled) {
		return nil, Errorf(Conflict, "somebody else has looked in the meantime")
	}
	after := *g
	after.Checks = slices.Clone(g.Checks)
	for _, v := range c.Results {
		if v.Result != CheckOK && v.Result != CheckFailed && v.Result != CheckInconclusive {
			return nil, Errorf(Invalid, "%q is no result of a check", Brief(v.Result, 30))
		}
		after.Sample(v, Millis(s.Now))
	}
	if len(c.Results) == 0 {
		return nil, Errorf(Invalid, "nothing was looked at")
	}
	b := &GateSampled{Results: c.Results}
	var turns []string
	for k, was := range g.Checks {
		is := after.Checks[k]
		switch {
		case !was.IsGreen() && is.IsGreen():
			turns = append(turns, strings.TrimSpace(is.Name+" is green "+is.Value))
		case was.Green > 0 && is.Green == 0:
			turns = append(turns, strings.TrimSpace(is.Name+" "+is.Last+", its row begins anew "+is.Value))
		}
	}
	if was, is := g.State(s.Now), after.State(s.Now); was != is && is != GateWaiting {
		turns = append(turns, string(is))
	}
	b.Turn = strings.Join(turns, "; ")
	return []Draft{{Kind: KindGateSampled, Body: b}}, nil
}

// ConfirmGate is a person's yes.
type ConfirmGate struct{ Note string }

// Decide refuses before everything is green for long enough.
func (c ConfirmGate) Decide(s Scene) ([]Draft, error) {
	g := s.Incident.Gate
	if g == nil {
		return nil, Errorf(Conflict, "%s has no recovery gate: set its criteria first", s.Incident.ID)
	}
	if st := g.State(s.Now); st != GateReady {
		return nil, Errorf(Conflict, "the recovery gate is not there yet: %s", g.Missing(s.Now))
	}
	note, err := cleanReason(c.Note)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindGateConfirmed, Body: &GateConfirmed{g.Ask, note}}}, nil
}

// Missing says in words what a gate still waits for; "" if nothing.
func (g *Gate) Missing(now time.Time) string {
	switch g.State(now) {
	case GateReady:
		return g.Ask
	case GateSoaking:
		return "green for another " + Span(g.SoakEnd().Sub(now))
	case GateWaiting, GateFailed:
		var parts []string
		for _, c := range g.Checks {
			switch {
			case c.Exhausted():
				parts = append(parts, fmt.Sprintf("%s failed %d of %d times, set the criteria anew", c.Name, c.Failed, c.Samples))
			case !c.IsGreen():
				s := fmt.Sprintf("%s %d of %d green", c.Name, c.Green, c.Need)
				if c.Last == CheckInconclusive {
					s += " (no data)"
				}
				parts = append(parts, s)
			case c.Unseen(now):
				parts = append(parts, fmt.Sprintf("nobody has looked at %s for %s, its row begins anew", c.Name, Span(now.Sub(c.LastAt))))
			}
		}
		return strings.Join(parts, ", ")
	}
	return ""
}

// OverrideGate lets the commander go past the gate.
type OverrideGate struct{ Reason string }

// Decide refuses without a reason, and everybody but the commander.
func (c OverrideGate) Decide(s Scene) ([]Draft, error) {
	g := s.Incident.Gate
	if g == nil || g.Passed(s.Now) {
		return nil, Errorf(Conflict, "there is nothing to override")
	}
	if ic := s.Incident.Commander(); !SamePerson(ic, s.Actor) {
		if ic == "" {
			return nil, Errorf(Conflict, "only the commander may override the recovery gate: take command first")
		}
		return nil, Errorf(Conflict, "only the commander, %s, may override the recovery gate", ic)
	}
	reason, err := cleanText("reason", c.Reason, MaxText)
	if err != nil {
		return nil, Errorf(Invalid, "say why the recovery gate is overridden: the reason is logged")
	}
	return []Draft{{Kind: KindGateOverridden, Body: &GateOverridden{g.State(s.Now), reason}}}, nil
}

// throughGate refuses to call a live incident resolved before its gate is passed.
func (s Scene) throughGate(to Status) error {
	g := s.Incident.Gate
	if g == nil || to.rank() < Resolved.rank() || to == Canceled || !s.Incident.Status.Live() || g.Passed(s.Now) {
		return nil
	}
	return Errorf(Conflict, "the recovery gate is not passed: %s; the commander may override it with a reason", g.Missing(s.Now))
}
