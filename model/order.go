package model

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// OrderState is how far an order has come.
type OrderState string

// The states of an order. Overdue is not a state: it follows from the clock.
const (
	OrderOpen      OrderState = "given"
	OrderAccepted  OrderState = "acknowledged"
	OrderFinished  OrderState = "done"
	OrderRecalled  OrderState = "withdrawn"
	maxOrderLength            = 7 * 24 * time.Hour
)

// DefaultOrder is the time box of an order that names none.
const DefaultOrder = 5 * time.Minute

// Order is a task given to one named person, with a clock.
type Order struct {
	N      int        `json:"n"` // 1, 2, 3 … within the incident
	Person string     `json:"person"`
	Task   string     `json:"task"`
	By     string     `json:"by"`
	Given  time.Time  `json:"given"`
	Due    time.Time  `json:"due"`
	State  OrderState `json:"state"`
	Acked  time.Time  `json:"acked,omitzero"`
	Ended  time.Time  `json:"ended,omitzero"`
	Result string     `json:"result,omitempty"`
	Seq    int64      `json:"seq"` // the entry that gave it
}

// Pending reports whether somebody still has to do something about o.
func (o Order) Pending() bool { return o.State == OrderOpen || o.State == OrderAccepted }

// Overdue reports whether o is pending at t after its time.
func (o Order) Overdue(t time.Time) bool { return o.Pending() && t.After(o.Due) }

// OrderGiven gives a task to one person.
type OrderGiven struct {
	N      int    `json:"n"`
	Person string `json:"person"`
	Task   string `json:"task"`
	For    int64  `json:"for_ms"` // time box in milliseconds
}

func (b *OrderGiven) Text() string {
	return fmt.Sprintf("@%s %s, %s", b.Person, b.Task, Span(time.Duration(b.For)*time.Millisecond))
}
func (b *OrderGiven) Important() bool { return false }

// OrderAcked is the person's "understood".
type OrderAcked struct {
	N      int    `json:"n"`
	Person string `json:"person"`
	Task   string `json:"task"`
}

func (b *OrderAcked) Text() string    { return fmt.Sprintf("@%s understood: %s", b.Person, b.Task) }
func (b *OrderAcked) Important() bool { return false }

// OrderDone ends an order with its result.
type OrderDone struct {
	N      int    `json:"n"`
	Person string `json:"person"`
	Task   string `json:"task"`
	Result string `json:"result,omitempty"`
}

func (b *OrderDone) Text() string {
	return fmt.Sprintf("@%s done: %s", b.Person, b.Task) + because(b.Result)
}
func (b *OrderDone) Important() bool { return false }

// OrderExtended gives an order more time from now.
type OrderExtended struct {
	N      int    `json:"n"`
	Person string `json:"person"`
	Task   string `json:"task"`
	By     int64  `json:"by_ms"` // milliseconds from the event's time
	Reason string `json:"reason,omitempty"`

	Was time.Time `json:"was_due,omitzero"` // its time before, so that this can be taken back
}

func (b *OrderExtended) Text() string {
	return fmt.Sprintf("@%s %s more: %s", b.Person, Span(time.Duration(b.By)*time.Millisecond), b.Task) + because(b.Reason)
}
func (b *OrderExtended) Important() bool { return false }

// OrderWithdrawn takes an order back.
type OrderWithdrawn struct {
	N      int    `json:"n"`
	Person string `json:"person"`
	Task   string `json:"task"`
	Reason string `json:"reason,omitempty"`
}

func (b *OrderWithdrawn) Text() string {
	return fmt.Sprintf("@%s need not: %s", b.Person, b.Task) + because(b.Reason)
}
func (b *OrderWithdrawn) Important() bool { return false }

// GiveOrder gives a task to one person. A zero For is DefaultOrder.
type GiveOrder struct {
	Person, Task string
	For          time.Duration
	At           time.Time
}

// Decide refuses an order without a person or a task.
func (c GiveOrder) Decide(s Scene) ([]Draft, error) {
	p, err := s.named(c.Person)
	if err != nil && strings.Trim(c.Person, "@ ") != "" {
		return nil, err
	}
	if err != nil {
		return nil, Errorf(Invalid, "an order needs one person: who shall do it? For example @bob %s", Brief(c.Task, 40))
	}
	task, err := cleanText("order", c.Task, MaxText)
	if err != nil {
		return nil, err
	}
	d, err := timeBox(c.For)
	if err != nil {
		return nil, err
	}
	at, err := s.when(c.At)
	if err != nil {
		return nil, err
	}
	return []Draft{{at, KindOrderGiven, &OrderGiven{N: following(s.Incident.Orders, 0, func(o Order) int { return o.N }), Person: p, Task: task, For: d.Milliseconds()}}}, nil
}

func timeBox(d time.Duration) (time.Duration, error) {
	if d == 0 {
		d = DefaultOrder
	}
	if d < time.Second || d > maxOrderLength {
		return 0, Errorf(Invalid, "%s is no time for an order: give one second to seven days, for example 3m", d)
	}
	return d, nil
}

// AckOrder is "understood".
type AckOrder struct{ N int }

// Decide refuses an order that is not waiting for it.
func (c AckOrder) Decide(s Scene) ([]Draft, error) {
	o, err := s.pending(c.N)
	if err != nil {
		return nil, err
	}
	if o.State == OrderAccepted {
		return nil, Errorf(Conflict, "order %d was acknowledged already", c.N)
	}
	return []Draft{{Kind: KindOrderAcked, Body: &OrderAcked{o.N, o.Person, o.Task}}}, nil
}

// FinishOrder ends an order with its result.
type FinishOrder struct {
	N      int
	Result string
}

// Decide refuses an order that has ended.
func (c FinishOrder) Decide(s Scene) ([]Draft, error) {
	o, err := s.pending(c.N)
	if err != nil {
		return nil, err
	}
	result, err := cleanReason(c.Result)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindOrderDone, Body: &OrderDone{o.N, o.Person, o.Task, result}}}, nil
}

// ExtendOrder gives more time, counted from now. A zero For is DefaultOrder.
type ExtendOrder struct {
	N      int
	For    time.Duration
	Reason string
}

// Decide refuses an order that has ended.
func (c ExtendOrder) Decide(s Scene) ([]Draft, error) {
	o, err := s.pending(c.N)
	if err != nil {
		return nil, err
	}
	d, err := timeBox(c.For)
	if err != nil {
		return nil, err
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindOrderExtended, Body: &OrderExtended{o.N, o.Person, o.Task, d.Milliseconds(), reason, o.Due}}}, nil
}

// WithdrawOrder takes an order back.
type WithdrawOrder struct {
	N      int
	Reason string
}

// Decide refuses an order that has ended.
func (c WithdrawOrder) Decide(s Scene) ([]Draft, error) {
	o, err := s.pending(c.N)
	if err != nil {
		return nil, err
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindOrderWithdrawn, Body: &OrderWithdrawn{o.N, o.Person, o.Task, reason}}}, nil
}

// pending finds order n while it is still to be done.
func (s Scene) pending(n int) (Order, error) {
	o, ok := s.Incident.Order(n)
	if !ok {
		return o, Errorf(NotFound, "there is no order %d in %s", n, s.Incident.ID)
	}
	if !o.Pending() {
		return o, Errorf(Conflict, "order %d is %s already", n, o.State)
	}
	return o, nil
}

// ParseOrderNumber reads the number of an order as shown, "2" or "#2".
func ParseOrderNumber(s string) (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(s), "#"))
	if err != nil || n < 1 {
		return 0, Errorf(Invalid, "%q is no order number", Brief(s, 30))
	}
	return n, nil
}
