package demo

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"warroom/model"
)

// memory is the smallest store there can be. It keeps what it refused.
type memory struct {
	now       time.Time
	incidents map[string]*model.Incident
	events    map[string][]model.Event
	order     []string
	refused   []string
	n         uint64
	before    func(incident string, r model.Request) // another person, who gets in first
}

func newMemory() *memory {
	return &memory{now: time.Date(2026, 11, 23, 9, 12, 4, 0, time.UTC), incidents: map[string]*model.Incident{}, events: map[string][]model.Event{}}
}

func (m *memory) clock() time.Time { return m.now }

func (m *memory) sleep(ctx context.Context, d time.Duration) error {
	m.now = m.now.Add(d)
	return ctx.Err()
}

func (m *memory) entry(id string, seq int64) (model.Entry, bool) {
	events := m.events[id]
	if seq < 1 || seq > int64(len(events)) {
		return model.Entry{}, false
	}
	en := model.NewEntry(events[seq-1])
	for _, e := range events {
		if a, ok := e.Body.(*model.Amendment); ok && a.Target == seq {
			en.Amend(a)
		}
	}
	return en, true
}

func (m *memory) Do(ctx context.Context, id string, r model.Request) (model.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return model.Receipt{}, err
	}
	if m.before != nil {
		before := m.before
		m.before = nil
		before(id, r)
		m.before = before
	}
	inc := m.incidents[id]
	if inc == nil {
		inc = &model.Incident{}
	}
	scene := model.Scene{Incident: inc, Actor: r.Actor, Now: m.now, Event: func(seq int64) (model.Entry, bool) { return m.entry(id, seq) }}
	drafts, err := r.Command.Decide(scene)
	if err != nil {
		m.refused = append(m.refused, fmt.Sprintf("%s %#v: %v", r.Actor, r.Command, err))
		return model.Receipt{}, err
	}
	if inc.Seq == 0 {
		id = model.IncidentID(drafts[0].At, 1)
		m.incidents[id] = inc
		m.order = append(m.order, id)
		inc.Head = model.Genesis(id)
	}
	rec := model.Receipt{Incident: inc}
	for _, d := range drafts {
		m.n++
		var eid model.ID
		binary.BigEndian.PutUint64(eid[:], m.n)
		e, err := model.Seal(d, model.Link{Incident: id, Seq: inc.Seq + 1, Prev: inc.Head, ID: eid, Salt: eid[:], Recorded: m.now, Actor: r.Actor})
		if err != nil {
			return rec, err
		}
		if !inc.Apply(e) {
			return rec, fmt.Errorf("%s #%d does not apply", id, e.Seq)
		}
		m.events[id] = append(m.events[id], e)
		rec.Events = append(rec.Events, e)
	}
	return rec, nil
}

// play runs the demo on a clock of its own and returns the live incident.
func play(t *testing.T, m *memory, o Options) *model.Incident {
	t.Helper()
	var live string
	o.Sleep, o.Now = m.sleep, m.clock
	o.Declared = func(id string) { live = id }
	if err := Play(t.Context(), m, o); err != nil {
		t.Fatal(err)
	}
	if m.incidents[live] == nil {
		t.Fatalf("the live incident is %q of %v", live, m.order)
	}
	return m.incidents[live]
}
