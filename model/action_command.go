package model

import (
	"slices"
	"strings"
)

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
