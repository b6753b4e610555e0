package model

import (
	"slices"
	"strings"
	"time"
)

// What became of a message that was to leave the room.
const (
	KindDelivered         Kind = "delivered"
	KindDeliveryFailed    Kind = "delivery_failed"
	KindDeliveryApproved  Kind = "delivery_approved"
	KindDeliveryDropped   Kind = "delivery_dropped"
	KindDeliveredByHand   Kind = "delivered_by_hand"
	KindDeliveryTriggered Kind = "delivery_triggered"
)

var (
	_ = register(KindDelivered, newBody[Delivered])
	_ = register(KindDeliveryFailed, newBody[DeliveryFailed])
	_ = register(KindDeliveryApproved, newBody[DeliveryApproved])
	_ = register(KindDeliveryDropped, newBody[DeliveryDropped])
	_ = register(KindDeliveredByHand, newBody[DeliveredByHand])
	_ = register(KindDeliveryTriggered, newBody[DeliveryTriggered])
)

// Courier is the actor of what the queue does by itself.
const Courier = "warroom"

// ViaQueue is how an update was sent that the queue carries to whatever targets
// the rules name.
const ViaQueue = "outbound"

// Delivery names a message of the queue and the thing outside that it is about.
type Delivery struct {
	N      int64  `json:"n"`                // its number in the queue
	Target string `json:"target"`           // as the team calls it
	Vendor string `json:"vendor"`           // slack, jira, …
	Action string `json:"action"`           // open, ack, post, update, invite, close
	What   string `json:"what"`             // the same as a few words: file a ticket in Jira
	Public bool   `json:"public,omitempty"` // customers read it
	Remote string `json:"remote,omitempty"` // id at the other side
	Key    string `json:"key,omitempty"`    // its name there, as people use it
	URL    string `json:"url,omitempty"`
}

// opens reports whether d begins a thing outside.
func (d *Delivery) opens() bool { return d.Action == "open" }

func (d *Delivery) place() string {
	s := ""
	if d.Key != "" {
		s = " (" + d.Key + ")"
	}
	if d.URL != "" {
		s += " " + d.URL
	}
	return s
}

// Delivered says that a message arrived.
type Delivered struct {
	Delivery
	Attempts int  `json:"attempts"`
	Routine  bool `json:"routine,omitempty"` // one of many: it has no line of its own
}

func (b *Delivered) Text() string    { return "sent: " + b.What + b.place() }
func (b *Delivered) Important() bool { return false }
func (b *Delivered) quiet() bool     { return b.Routine }

func (b *Delivered) fold(i *Incident, e Event) { i.delivered(&b.Delivery, e.At) }

// DeliveryFailed says that a message did not arrive and that a person has to
// look: it was refused, or held because it is too late.
type DeliveryFailed struct {
	Delivery
	Held     bool   `json:"held,omitempty"`
	Reason   string `json:"reason"`
	Attempts int    `json:"attempts"`
}

func (b *DeliveryFailed) Text() string {
	if b.Held {
		return "held, not sent: " + b.What + because(b.Reason)
	}
	return "not sent: " + b.What + because(b.Reason)
}

// Important is true for a page, a channel, a ticket and what customers read.
func (b *DeliveryFailed) Important() bool { return b.opens() || b.Public }

// DeliveryApproved is a person's yes to a message.
type DeliveryApproved struct {
	Delivery
	Line  string `json:"text,omitempty"`  // the words that were approved
	Again bool   `json:"again,omitempty"` // it was tried before
}

func (b *DeliveryApproved) Text() string {
	s := "approved: "
	if b.Again {
		s = "to be tried again: "
	}
	return s + b.What + because(b.Line)
}
func (b *DeliveryApproved) Important() bool { return false }

// DeliveryDropped gives a message up.
type DeliveryDropped struct {
	Delivery
	Reason string `json:"reason"`
}

func (b *DeliveryDropped) Text() string    { return "dropped, not sent: " + b.What + because(b.Reason) }
func (b *DeliveryDropped) Important() bool { return false }

// DeliveredByHand says that a person sent it otherwise.
type DeliveredByHand struct {
	Delivery
}

func (b *DeliveredByHand) Text() string    { return "sent by hand: " + b.What + b.place() }
func (b *DeliveredByHand) Important() bool { return false }

func (b *DeliveredByHand) fold(i *Incident, e Event) { i.delivered(&b.Delivery, e.At) }

// DeliveryTriggered asks for everything to be opened outside that an incident may
// open.
type DeliveryTriggered struct {
	Targets []string `json:"targets,omitempty"`
}

func (b *DeliveryTriggered) Text() string {
	if len(b.Targets) == 0 {
		return "trigger all tools"
	}
	return "trigger all tools: " + strings.Join(b.Targets, ", ")
}
func (b *DeliveryTriggered) Important() bool { return false }

// RecordDelivery puts into the record what became of a message. It is the
// queue's command, not a person's.
type RecordDelivery struct {
	Kind Kind
	Body Body
}

// Decide refuses what is no outcome of a message.
func (c RecordDelivery) Decide(s Scene) ([]Draft, error) {
	switch c.Body.(type) {
	case *Delivered, *DeliveryFailed, *DeliveryApproved, *DeliveryDropped, *DeliveredByHand, *DeliveryTriggered:
	default:
		return nil, Errorf(Invalid, "a %T says nothing about a message", c.Body)
	}
	return []Draft{{Kind: c.Kind, Body: c.Body}}, nil
}

// Outlet is a thing outside that belongs to the incident: a page, a channel, a
// ticket, a public incident.
type Outlet struct {
	Target string    `json:"target"`
	Vendor string    `json:"vendor"`
	ID     string    `json:"id,omitempty"`
	Key    string    `json:"key,omitempty"`
	URL    string    `json:"url,omitempty"`
	Public bool      `json:"public,omitempty"`
	At     time.Time `json:"at"`
	Closed time.Time `json:"closed,omitzero"` // when we ended it
}

// delivered folds what arrived outside.
func (i *Incident) delivered(d *Delivery, at time.Time) {
	k := slices.IndexFunc(i.Outlets, func(o Outlet) bool { return o.Target == d.Target })
	switch {
	case d.opens():
		o := Outlet{Target: d.Target, Vendor: d.Vendor, ID: d.Remote, Key: d.Key, URL: d.URL, Public: d.Public, At: at}
		if k < 0 {
			i.Outlets = append(i.Outlets, o)
		} else {
			i.Outlets[k] = o
		}
	case k >= 0 && d.Action == "close":
		i.Outlets[k].Closed = at
	}
}
