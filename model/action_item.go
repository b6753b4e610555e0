package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ItemState is what has become of an action item.
type ItemState string

// The states of an action item. Overdue is not a state: it follows from the date.
const (
	ItemOpen    ItemState = "open"
	ItemDone    ItemState = "done"
	ItemDropped ItemState = "dropped"
)

// Priority of an action item: P0 now, P1 next, P2 later.
type Priority string

// Priorities lists them, the most urgent first.
var Priorities = []Priority{"P0", "P1", "P2"}

// ActionType says what an action item is good for.
type ActionType string

// ActionTypes lists what an action item may be good for.
var ActionTypes = []ActionType{"prevent", "detect", "mitigate", "process"}

// Date is a day, YYYY-MM-DD, or "" if none was said. It ends at midnight UTC.
type Date string

const dateForm = "2006-01-02"

// ParseDate reads a day.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(dateForm, strings.TrimSpace(s))
	if err != nil {
		return "", Errorf(Invalid, "%q is no date: give it as 2026-11-30", Brief(s, 30))
	}
	return Date(t.Format(dateForm)), nil
}

// DateOf is the day of t in UTC.
func DateOf(t time.Time) Date { return Date(t.UTC().Format(dateForm)) }

// End is the moment at which the day is over; zero if there is none.
func (d Date) End() time.Time {
	t, err := time.Parse(dateForm, string(d))
	if err != nil {
		return time.Time{}
	}
	return t.AddDate(0, 0, 1)
}

// ActionItem is something to be done so that it does not happen again, or does
// less harm.
type ActionItem struct {
	N        int        `json:"n"` // 1, 2, 3 … within the incident
	Title    string     `json:"title"`
	Owner    string     `json:"owner,omitempty"`
	Priority Priority   `json:"priority,omitempty"`
	Type     ActionType `json:"type,omitempty"`
	Category string     `json:"category,omitempty"` // documentation, monitoring, automation …
	Due      Date       `json:"due,omitempty"`
	Ticket   string     `json:"ticket,omitempty"` // address or key of a ticket elsewhere
	State    ItemState  `json:"state"`
	Result   string     `json:"result,omitempty"` // or why it was dropped
	By       string     `json:"by"`
	At       time.Time  `json:"at"`
	Ended    time.Time  `json:"ended,omitzero"`
	Todo     int64      `json:"todo,omitempty"` // the follow-up of the timeline it came from
	Seq      int64      `json:"seq"`            // the event that last touched it
}

// Open reports whether a is still to be done.
func (a ActionItem) Open() bool { return a.State == ItemOpen }

// Overdue reports whether a is open after its day.
func (a ActionItem) Overdue(now time.Time) bool {
	return a.Open() && a.Due != "" && !now.Before(a.Due.End())
}

// OnTime reports whether a was done by the end of its day; false also if it had
// none.
func (a ActionItem) OnTime() bool {
	return a.State == ItemDone && a.Due != "" && a.Ended.Before(a.Due.End())
}

const (
	KindActionAdded    Kind = "action_added"
	KindActionChanged  Kind = "action_changed"
	KindActionDone     Kind = "action_done"
	KindActionDropped  Kind = "action_dropped"
	KindActionReopened Kind = "action_reopened"
)

var (
	_ = register(KindActionAdded, newBody[ActionAdded])
	_ = register(KindActionChanged, newBody[ActionChanged])
	_ = register(KindActionDone, newBody[ActionFinished])
	_ = register(KindActionDropped, newBody[ActionGivenUp])
	_ = register(KindActionReopened, newBody[ActionReopened])
)

// ActionAdded enters an action item.
type ActionAdded struct {
	N        int        `json:"n"`
	Title    string     `json:"title"`
	Owner    string     `json:"owner,omitempty"`
	Priority Priority   `json:"priority,omitempty"`
	Type     ActionType `json:"type,omitempty"`
	Category string     `json:"category,omitempty"`
	Due      Date       `json:"due,omitempty"`
	Ticket   string     `json:"ticket,omitempty"`
	Todo     int64      `json:"todo,omitempty"`
}

func (b *ActionAdded) Text() string {
	s := fmt.Sprintf("action item %d: %s", b.N, b.Title)
	if b.Owner != "" {
		s += ", @" + b.Owner
	}
	if b.Priority != "" {
		s += ", " + string(b.Priority)
	}
	if b.Due != "" {
		s += ", due " + string(b.Due)
	}
	return s
}
func (b *ActionAdded) Important() bool { return false }

func (b *ActionAdded) fold(i *Incident, e Event) {
	i.Actions = append(i.Actions, ActionItem{
		N: b.N, Title: b.Title, Owner: b.Owner, Priority: b.Priority, Type: b.Type, Category: b.Category, Due: b.Due,
		Ticket: b.Ticket, State: ItemOpen, By: e.Actor, At: e.At, Todo: b.Todo, Seq: e.Seq,
	})
	i.meet(b.Owner)
}

// ActionChanged changes an action item; nil leaves a part alone.
type ActionChanged struct {
	N        int         `json:"n"`
	Was      string      `json:"was"` // the title before
	Title    *string     `json:"title,omitempty"`
	Owner    *string     `json:"owner,omitempty"`
	Priority *Priority   `json:"priority,omitempty"`
	Type     *ActionType `json:"type,omitempty"`
	Category *string     `json:"category,omitempty"`
	Due      *Date       `json:"due,omitempty"`
	Ticket   *string     `json:"ticket,omitempty"`
}

func (b *ActionChanged) Text() string {
	var parts []string
	say := func(name, v string) {
		if v == "" {
			v = "none"
		}
		parts = append(parts, name+" "+v)
	}
	if b.Title != nil {
		parts = append(parts, *b.Title)
	}
	if b.Owner != nil {
		say("owner", *b.Owner)
	}
	if b.Priority != nil {
		say("priority", string(*b.Priority))
	}
	if b.Type != nil {
		say("type", string(*b.Type))
	}
	if b.Category != nil {
		say("category", *b.Category)
	}
	if b.Due != nil {
		say("due", string(*b.Due))
	}
	if b.Ticket != nil {
		say("ticket", *b.Ticket)
	}
	return fmt.Sprintf("action item %d (%s) now: %s", b.N, Brief(b.Was, 60), strings.Join(parts, ", "))
}
func (b *ActionChanged) Important() bool { return false }

func (b *ActionChanged) fold(i *Incident, e Event) {
	a := i.item(b.N)
	a.Seq = e.Seq
	set(&a.Title, b.Title)
	set(&a.Owner, b.Owner)
	set(&a.Priority, b.Priority)
	set(&a.Type, b.Type)
	set(&a.Category, b.Category)
	set(&a.Due, b.Due)
	set(&a.Ticket, b.Ticket)
	i.meet(a.Owner)
}

// ActionFinished ends an action item with its result.
type ActionFinished struct {
	N      int    `json:"n"`
	Title  string `json:"title"`
	Result string `json:"result,omitempty"`
}

func (b *ActionFinished) Text() string {
	return fmt.Sprintf("action item %d done: %s", b.N, b.Title) + because(b.Result)
}
func (b *ActionFinished) Important() bool { return false }

func (b *ActionFinished) fold(i *Incident, e Event) {
	a := i.item(b.N)
	a.State, a.Ended, a.Result, a.Seq = ItemDone, e.At, b.Result, e.Seq
}

// ActionGivenUp drops an action item, with the reason.
type ActionGivenUp struct {
	N      int    `json:"n"`
	Title  string `json:"title"`
	Reason string `json:"reason"`
}

func (b *ActionGivenUp) Text() string {
	return fmt.Sprintf("action item %d dropped: %s", b.N, b.Title) + because(b.Reason)
}
func (b *ActionGivenUp) Important() bool { return false }

func (b *ActionGivenUp) fold(i *Incident, e Event) {
	a := i.item(b.N)
	a.State, a.Ended, a.Result, a.Seq = ItemDropped, e.At, b.Reason, e.Seq
}

// ActionReopened takes an end back.
type ActionReopened struct {
	N      int    `json:"n"`
	Title  string `json:"title"`
	Reason string `json:"reason,omitempty"`
}

func (b *ActionReopened) Text() string {
	return fmt.Sprintf("action item %d open again: %s", b.N, b.Title) + because(b.Reason)
}
func (b *ActionReopened) Important() bool { return false }

func (b *ActionReopened) fold(i *Incident, e Event) {
	a := i.item(b.N)
	a.State, a.Ended, a.Result, a.Seq = ItemOpen, time.Time{}, "", e.Seq
}

// item is item n for the fold; one that is not there is changed nowhere.
func (i *Incident) item(n int) *ActionItem {
	if k := slices.IndexFunc(i.Actions, func(a ActionItem) bool { return a.N == n }); k >= 0 {
		return &i.Actions[k]
	}
	return &ActionItem{}
}

// Action returns action item n.
func (i *Incident) Action(n int) (ActionItem, bool) {
	a := i.item(n)
	return *a, a.N == n && n != 0
}

// AddAction enters an action item. Only the title is needed.
type AddAction struct {
	Title    string
	Owner    string
	Priority Priority
	Type     ActionType
	Category string
	Due      Date
	Ticket   string
	Todo     int64 // the follow-up it comes from; its text is the title if there is none
}

const maxActions = 200

// Decide refuses an empty title and one that is on the list and open.
func (c AddAction) Decide(s Scene) ([]Draft, error) {
	if c.Todo != 0 {
		k := slices.IndexFunc(s.Incident.Todos, func(t Todo) bool { return t.Seq == c.Todo })
		if k < 0 {
			return nil, Errorf(NotFound, "there is no follow-up #%d in %s", c.Todo, s.Incident.ID)
		}
		if strings.TrimSpace(c.Title) == "" {
			c.Title = s.Incident.Todos[k].Text
		}
		if slices.ContainsFunc(s.Incident.Actions, func(a ActionItem) bool { return a.Todo == c.Todo && a.State != ItemDropped }) {
			return nil, Errorf(Conflict, "follow-up #%d is an action item already", c.Todo)
		}
	}
	title, err := cleanText("action item", strings.Join(strings.Fields(c.Title), " "), 4*MaxTitle)
	if err != nil {
		return nil, err
	}
	if len(s.Incident.Actions) >= maxActions {
		return nil, Errorf(Invalid, "there are %d action items already: a list of that length is not worked through", maxActions)
	}
	for _, a := range s.Incident.Actions {
		if a.Open() && strings.EqualFold(a.Title, title) {
			return nil, Errorf(Conflict, "that is action item %d already", a.N)
		}
	}
	b := &ActionAdded{
		N: following(s.Incident.Actions, 0, func(a ActionItem) int { return a.N }), Title: title,
		Priority: c.Priority, Type: c.Type, Due: c.Due, Todo: c.Todo,
	}
	if c.Owner != "" {
		if b.Owner, err = s.person(c.Owner); err != nil {
			return nil, err
		}
	}
	if b.Category, b.Ticket, err = labels(c.Category, c.Ticket); err != nil {
		return nil, err
	}
	if err := checkAction(&b.Priority, &b.Type, &b.Due); err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindActionAdded, Body: b}}, nil
}

// checkAction reads the words of an action item as people write them; "" stays.
func checkAction(p *Priority, t *ActionType, d *Date) error {
	if p != nil && *p != "" {
		if *p = Priority(strings.ToUpper(strings.TrimSpace(string(*p)))); !slices.Contains(Priorities, *p) {
			return Errorf(Invalid, "%q is no priority: give P0, P1 or P2", Brief(string(*p), 20))
		}
	}
	if t != nil && *t != "" {
		v, ok := unique(strings.ToLower(strings.TrimSpace(string(*t))), ActionTypes)
		if !ok {
			return Errorf(Invalid, "%q is no type of action item: give one of %s", Brief(string(*t), 20), join(ActionTypes))
		}
		*t = v
	}
	if d != nil && *d != "" {
		v, err := ParseDate(string(*d))
		if err != nil {
			return err
		}
		*d = v
	}
	return nil
}

func labels(category, ticket string) (string, string, error) {
	category, ticket = strings.TrimSpace(Valid(category)), strings.TrimSpace(Valid(ticket))
	if len(category) > MaxName || len(ticket) > 4*MaxTitle || strings.ContainsAny(category+ticket, "\n\r") {
		return "", "", Errorf(Invalid, "category and ticket are one line each, of at most %d and %d bytes", MaxName, 4*MaxTitle)
	}
	return category, ticket, nil
}

// ChangeAction changes an action item; nil leaves a part alone, "" empties it.
// Base is the item's Seq as the writer saw it; 0 does not ask.
type ChangeAction struct {
	N        int
	Title    *string
	Owner    *string
	Priority *Priority
	Type     *ActionType
	Category *string
	Due      *Date
	Ticket   *string
	Base     int64
}

// Decide refuses a change that changes nothing, and one of an item that somebody
// else has changed meanwhile.
func (c ChangeAction) Decide(s Scene) ([]Draft, error) {
	a, ok := s.Incident.Action(c.N)
	if !ok {
		return nil, Errorf(NotFound, "there is no action item %d in %s", c.N, s.Incident.ID)
	}
	if c.Base != 0 && c.Base != a.Seq {
		return nil, Errorf(Conflict, "action item %d was changed meanwhile (#%d): read it and change it again; yours was not written", c.N, a.Seq)
	}
	b := &ActionChanged{N: c.N, Was: a.Title}
	if c.Title != nil {
		t, err := cleanText("action item", strings.Join(strings.Fields(*c.Title), " "), 4*MaxTitle)
		if err != nil {
			return nil, err
		}
		b.Title = differs(t, a.Title)
	}
	if c.Owner != nil {
		o := ""
		if strings.Trim(*c.Owner, "@ ") != "" {
			var err error
			if o, err = s.person(*c.Owner); err != nil {
				return nil, err
			}
		}
		b.Owner = differs(o, a.Owner)
	}
	p, t, d := copyOf(c.Priority), copyOf(c.Type), copyOf(c.Due)
	if err := checkAction(p, t, d); err != nil {
		return nil, err
	}
	if p != nil {
		b.Priority = differs(*p, a.Priority)
	}
	if t != nil {
		b.Type = differs(*t, a.Type)
	}
	if d != nil {
		b.Due = differs(*d, a.Due)
	}
	category, ticket := a.Category, a.Ticket
	set(&category, c.Category)
	set(&ticket, c.Ticket)
	category, ticket, err := labels(category, ticket)
	if err != nil {
		return nil, err
	}
	b.Category, b.Ticket = differs(category, a.Category), differs(ticket, a.Ticket)
	if *b == (ActionChanged{N: c.N, Was: a.Title}) {
		return nil, Errorf(Conflict, "nothing would change")
	}
	return []Draft{{Kind: KindActionChanged, Body: b}}, nil
}

// differs is a pointer to v unless it is what was.
func differs[T comparable](v, was T) *T {
	if v == was {
		return nil
	}
	return &v
}

// copyOf is a copy of *p, so that what a caller holds is not changed.
func copyOf[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// FinishAction ends an action item as done.
type FinishAction struct {
	N      int
	Result string
}

// Decide refuses one that has ended.
func (c FinishAction) Decide(s Scene) ([]Draft, error) {
	a, err := s.openAction(c.N)
	if err != nil {
		return nil, err
	}
	result, err := cleanReason(c.Result)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindActionDone, Body: &ActionFinished{a.N, a.Title, result}}}, nil
}

// DropAction gives an action item up. It needs a reason.
type DropAction struct {
	N      int
	Reason string
}

// Decide refuses one that has ended, and to drop one without a word.
func (c DropAction) Decide(s Scene) ([]Draft, error) {
	a, err := s.openAction(c.N)
	if err != nil {
		return nil, err
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	if reason == "" {
		return nil, Errorf(Invalid, "say why action item %d is dropped: the reason is logged", c.N)
	}
	return []Draft{{Kind: KindActionDropped, Body: &ActionGivenUp{a.N, a.Title, reason}}}, nil
}

// ReopenAction takes the end of an action item back.
type ReopenAction struct {
	N      int
	Reason string
}

// Decide refuses one that is open.
func (c ReopenAction) Decide(s Scene) ([]Draft, error) {
	a, ok := s.Incident.Action(c.N)
	switch {
	case !ok:
		return nil, Errorf(NotFound, "there is no action item %d in %s", c.N, s.Incident.ID)
	case a.Open():
		return nil, Errorf(Conflict, "action item %d is open", c.N)
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindActionReopened, Body: &ActionReopened{a.N, a.Title, reason}}}, nil
}

func (s Scene) openAction(n int) (ActionItem, error) {
	a, ok := s.Incident.Action(n)
	switch {
	case !ok:
		return a, Errorf(NotFound, "there is no action item %d in %s", n, s.Incident.ID)
	case !a.Open():
		return a, Errorf(Conflict, "action item %d is %s already", n, a.State)
	}
	return a, nil
}

// ActionRow is an action item in a list over all incidents.
type ActionRow struct {
	Incident string
	Title    string // of the incident
	Services []string
	Severity Severity
	Drill    bool
	ActionItem
}

// ActionFilter chooses action items for a list; the zero value chooses all.
type ActionFilter struct {
	Open      bool
	Owner     string
	Services  []string // of the incident: any of these
	DueBefore Date     // due on an earlier day than this; items without a day are left out
	NoDrills  bool
	Limit     int // 0 for all
}

// Match reports whether r passes f. Limit is the reader's business.
func (f ActionFilter) Match(r ActionRow) bool {
	switch {
	case f.Open && !r.Open(),
		f.NoDrills && r.Drill,
		f.Owner != "" && !SamePerson(strings.TrimPrefix(f.Owner, "@"), r.Owner),
		f.DueBefore != "" && (r.Due == "" || r.Due >= f.DueBefore),
		len(f.Services) > 0 && !slices.ContainsFunc(f.Services, func(s string) bool {
			return slices.ContainsFunc(r.Services, func(t string) bool { return strings.EqualFold(s, t) })
		}):
		return false
	}
	return true
}

// SortActions puts a list in the order in which it is to be worked through: open
// ones first, the soonest due, then the most urgent; what has no day comes after
// what has one.
func SortActions(rows []ActionRow) {
	last := func(s string) string {
		if s == "" {
			return "~"
		}
		return s
	}
	slices.SortStableFunc(rows, func(a, b ActionRow) int {
		if a.Open() != b.Open() {
			if a.Open() {
				return -1
			}
			return 1
		}
		if !a.Open() { // what has ended: the latest first
			if c := b.Ended.Compare(a.Ended); c != 0 {
				return c
			}
		}
		return cmp.Or(
			strings.Compare(last(string(a.Due)), last(string(b.Due))),
			strings.Compare(last(string(a.Priority)), last(string(b.Priority))),
			strings.Compare(b.Incident, a.Incident), cmp.Compare(a.N, b.N))
	})
}

// ActionCount says how a list of action items stands.
type ActionCount struct {
	Open    int `json:"open"`
	Overdue int `json:"overdue"`
	Done    int `json:"done"`
	OnTime  int `json:"closed_on_time"` // done by the end of the day that was said
	Late    int `json:"closed_late"`
	Undated int `json:"closed_without_due"`
	Dropped int `json:"dropped"`
}

// CountActions counts a list.
func CountActions(rows []ActionRow, now time.Time) ActionCount {
	var c ActionCount
	for _, r := range rows {
		switch {
		case r.State == ItemDropped:
			c.Dropped++
		case r.Open():
			c.Open++
			if r.Overdue(now) {
				c.Overdue++
			}
		default:
			c.Done++
			switch {
			case r.Due == "":
				c.Undated++
			case r.OnTime():
				c.OnTime++
			default:
				c.Late++
			}
		}
	}
	return c
}
