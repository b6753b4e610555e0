package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The events of options.
const (
	KindOptionAdded   Kind = "option_added"
	KindOptionDropped Kind = "option_dropped"
)

var (
	_ = register(KindOptionAdded, newBody[OptionAdded])
	_ = register(KindOptionDropped, newBody[OptionDropped])
)

// Option is something that could be done. Several stand beside each other with
// what they risk and what they bring, until one of them becomes a proposal.
type Option struct {
	N        int       `json:"n"` // 1, 2, 3 … within the incident
	Text     string    `json:"text"`
	Risk     string    `json:"risk,omitempty"`   // what it may cost
	Effect   string    `json:"effect,omitempty"` // what it should bring
	Undo     string    `json:"undo,omitempty"`   // how it is taken back; NoUndo: not at all; "": not said
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Decision int       `json:"decision,omitempty"` // the proposal that it became
	Dropped  bool      `json:"dropped,omitempty"`
	Seq      int64     `json:"seq"`
}

// NoUndo marks an option that cannot be taken back.
const NoUndo = "none"

// Open reports whether o is still a choice.
func (o Option) Open() bool { return !o.Dropped && o.Decision == 0 }

// Weighs is risk, effect and way back of o in words; "" if nothing was said.
func (o Option) Weighs() string {
	var parts []string
	if o.Risk != "" {
		parts = append(parts, "risk: "+o.Risk)
	}
	if o.Effect != "" {
		parts = append(parts, "effect: "+o.Effect)
	}
	switch o.Undo {
	case "":
	case NoUndo:
		parts = append(parts, "no way back")
	default:
		parts = append(parts, "way back: "+o.Undo)
	}
	return strings.Join(parts, "; ")
}

// OptionAdded enters an option.
type OptionAdded struct {
	N      int    `json:"n"`
	Line   string `json:"text"`
	Risk   string `json:"risk,omitempty"`
	Effect string `json:"effect,omitempty"`
	Undo   string `json:"undo,omitempty"`
}

func (b *OptionAdded) Text() string {
	s := fmt.Sprintf("option %d: %s", b.N, b.Line)
	if w := (Option{Risk: b.Risk, Effect: b.Effect, Undo: b.Undo}).Weighs(); w != "" {
		s += " (" + w + ")"
	}
	return s
}
func (b *OptionAdded) Important() bool { return false }

func (b *OptionAdded) fold(i *Incident, e Event) {
	i.Options = append(i.Options, Option{N: b.N, Text: b.Line, Risk: b.Risk, Effect: b.Effect, Undo: b.Undo, By: e.Actor, At: e.At, Seq: e.Seq})
}

// OptionDropped takes an option off the table.
type OptionDropped struct {
	N      int    `json:"n"`
	Line   string `json:"text"`
	Reason string `json:"reason,omitempty"`
}

func (b *OptionDropped) Text() string {
	return fmt.Sprintf("option %d dropped: %s", b.N, b.Line) + because(b.Reason)
}
func (b *OptionDropped) Important() bool { return false }

func (b *OptionDropped) fold(i *Incident, e Event) {
	i.option(b.N, func(o *Option) { o.Dropped = true })
}

func (i *Incident) option(n int, f func(*Option)) {
	change(i.Options, func(o Option) bool { return o.N == n }, f)
}

// Option finds option n.
func (i *Incident) Option(n int) (Option, bool) {
	for _, o := range i.Options {
		if o.N == n {
			return o, true
		}
	}
	return Option{}, false
}

// OpenOptions are those that are still a choice.
func (i *Incident) OpenOptions() []Option {
	return without(slices.Clone(i.Options), func(o Option) bool { return !o.Open() })
}

// maxOptions bounds what one incident carries; nobody weighs more.
const maxOptions = 100

// AddOption enters something that could be done.
type AddOption struct{ Text, Risk, Effect, Undo string }

// Decide refuses an empty text.
func (c AddOption) Decide(s Scene) ([]Draft, error) {
	if len(s.Incident.Options) >= maxOptions {
		return nil, Errorf(Conflict, "there are %d options already: choose among them", maxOptions)
	}
	b := &OptionAdded{N: following(s.Incident.Options, s.Incident.Spent.Option, func(o Option) int { return o.N })}
	var err error
	if b.Line, err = cleanText("option", c.Text, MaxText); err != nil {
		return nil, err
	}
	for _, p := range []struct {
		from string
		to   *string
	}{{c.Risk, &b.Risk}, {c.Effect, &b.Effect}, {c.Undo, &b.Undo}} {
		if *p.to, err = cleanReason(p.from); err != nil {
			return nil, err
		}
	}
	if slices.Contains([]string{"no", "not", "never", "none"}, strings.ToLower(b.Undo)) {
		b.Undo = NoUndo
	}
	return []Draft{{Kind: KindOptionAdded, Body: b}}, nil
}

// DropOption takes an option off the table.
type DropOption struct {
	N      int
	Reason string
}

// Decide refuses one that is no choice any more.
func (c DropOption) Decide(s Scene) ([]Draft, error) {
	o, err := s.choice(c.N)
	if err != nil {
		return nil, err
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindOptionDropped, Body: &OptionDropped{o.N, o.Text, reason}}}, nil
}

// ProposeOption asks for strong objections against an option, with its risk.
type ProposeOption struct{ N int }

// Decide refuses one that is no choice any more.
func (c ProposeOption) Decide(s Scene) ([]Draft, error) {
	o, err := s.choice(c.N)
	if err != nil {
		return nil, err
	}
	risk := o.Risk
	if o.Undo == NoUndo {
		risk = strings.TrimPrefix(risk+"; no way back", "; ")
	}
	drafts, err := Propose{Text: o.Text, Risk: Brief(risk, MaxTitle)}.Decide(s)
	if err != nil {
		return nil, err
	}
	drafts[0].Body.(*DecisionProposed).Option = o.N
	return drafts, nil
}

func (s Scene) choice(n int) (Option, error) {
	o, ok := s.Incident.Option(n)
	switch {
	case !ok:
		return o, Errorf(NotFound, "there is no option %d in %s", n, s.Incident.ID)
	case o.Dropped:
		return o, Errorf(Conflict, "option %d was dropped: enter it again if it is one after all", n)
	case o.Decision > 0:
		return o, Errorf(Conflict, "option %d is proposal %d already", n, o.Decision)
	}
	return o, nil
}

// optionClock asks for a decision while options lie on the table and none is
// taken: a wrong decision beats none. It prompts and is never overdue.
func (i *Incident) optionClock(r Rules, add func(Clock)) {
	if r.Decide == 0 {
		return
	}
	var since time.Time
	n := 0
	for _, o := range i.Options {
		if !o.Open() {
			continue
		}
		if n++; since.IsZero() || o.At.Before(since) {
			since = o.At
		}
	}
	if n == 0 {
		return
	}
	for _, d := range i.Decisions {
		if d.Pending() {
			return
		}
		if d.Decided.After(since) {
			since = d.Decided
		}
	}
	text := "decide: an option is open"
	if n > 1 {
		text = fmt.Sprintf("decide: %d options are open", n)
	}
	add(Clock{Kind: ClockDecide, Key: key(ClockDecide, int(since.Unix())), Person: i.Commander(), Text: text, Due: since.Add(r.Decide)})
}

// optionArgs reads what stands behind /option: a text with parts risk:, effect:,
// undo:, or a number and what becomes of it.
func optionArgs(args string) (Command, error) {
	first, rest := word(args)
	if n, err := strconv.Atoi(strings.TrimPrefix(first, "#")); err == nil && n > 0 {
		what, why := word(rest)
		switch strings.ToLower(what) {
		case "propose":
			return ProposeOption{n}, nil
		case "drop":
			return DropOption{n, why}, nil
		}
		return nil, Errorf(Invalid, "say what becomes of option %d: /option %d propose, or drop and why", n, n)
	}
	c := AddOption{}
	into := &c.Text
	for w := range strings.FieldsSeq(args) {
		switch strings.ToLower(w) {
		case "risk:":
			into = &c.Risk
		case "effect:":
			into = &c.Effect
		case "undo:":
			into = &c.Undo
		default:
			*into = strings.TrimSpace(*into + " " + w)
		}
	}
	return c, nil
}
