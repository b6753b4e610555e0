package model

import (
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
