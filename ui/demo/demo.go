// Package demo is a scripted incident that plays itself, so that a newcomer sees
// in one command what a war room is. It writes through the same commands as
// everybody else and imports only model.
//
//	Script() ─ lines as people type them ─▶ model.Compose ─▶ model.Request
//	                                                             │
//	 earlier incidents, at once, back-dated ─────────────────────┤
//	                                                             ▼
//	                                        Store.Do ─▶ the record ─▶ the room
//
// Who watches may write along: orders and entries are followed by name, not by
// number, and a step that what they did made impossible is left out.
package demo

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"warroom/model"
)

// Actor is the newcomer who watches. The script gives them a seat, no task.
const Actor = "you"

// Store is the part of the record that the demo writes to.
type Store interface {
	Do(ctx context.Context, incident string, r model.Request) (model.Receipt, error)
}

// Options say how Play plays.
type Options struct {
	Speed    float64                                    // 1 takes about 90 seconds, 2 half of that; 0 means 1
	Sleep    func(context.Context, time.Duration) error // nil: real time, ended by the context
	Now      func() time.Time                           // nil: time.Now; what "-5m" is counted from
	Declared func(incident string)                      // if set, told the id of the live incident once it is there
}

// Step is one thing that one person does. Either Line or Command is set.
type Step struct {
	After   time.Duration // since the step before, at speed 1
	Actor   string
	Line    string        // as typed; {name} stands for the number that step name got
	Command model.Command // for what is done by a key
	Name    string        // what later steps call this one
	Of      string        // the step whose entry an Amend corrects, whose message is approved or sent
}

// Play writes three earlier incidents at once and then the live one, step by
// step. It returns nil at the end, the context's error when that is done, or the
// error of a store that cannot write.
func Play(ctx context.Context, s Store, o Options) error {
	if o.Speed <= 0 {
		o.Speed = 1
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	for _, steps := range earlier {
		if err := backfill(ctx, s, o.Now(), steps); err != nil {
			return err
		}
	}
	p := player{store: s, now: o.Now, done: map[string]model.Receipt{}}
	for _, st := range Script() {
		if err := pause(ctx, o, st.After); err != nil {
			return err
		}
		if err := p.step(ctx, st); err != nil {
			return fmt.Errorf("the demo cannot go on: %w", err)
		}
		if _, declares := st.Command.(model.Declare); declares && o.Declared != nil {
			o.Declared(p.incident)
		}
	}
	return nil
}

// pause waits between two steps; at great speed not at all.
func pause(ctx context.Context, o Options, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if d = time.Duration(float64(d) / o.Speed); d < time.Millisecond {
		return nil
	}
	return o.Sleep(ctx, d)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// player is the live incident as far as it has come.
type player struct {
	store    Store
	now      func() time.Time
	incident string
	done     map[string]model.Receipt // what the named steps wrote
}

// step carries out st. What the incident's state forbids is left out, together
// with the steps that build on it: who watches may have done it before.
func (p *player) step(ctx context.Context, st Step) error {
	cmd, ok, err := p.command(st)
	if err != nil || !ok {
		return err
	}
	rec, err := p.store.Do(ctx, p.incident, model.Request{Actor: st.Actor, Command: cmd})
	if _, declares := cmd.(model.Declare); declares && err == nil {
		p.incident = rec.Incident.ID
	}
	switch model.CodeOf(err) {
	case "":
		if st.Name != "" {
			p.done[st.Name] = rec
		}
	case model.Conflict, model.NotFound:
		return nil
	}
	return err
}

// number is the number that people call b by: of an order, a hypothesis, a
// proposal, something temporary, a message; 0 for anything else.
func number(b model.Body) int {
	switch b := b.(type) {
	case *model.OrderGiven:
		return b.N
	case *model.HypothesisStated:
		return b.N
	case *model.DecisionProposed:
		return b.N
	case *model.MitigationAdded:
		return b.N
	case *model.OptionAdded:
		return b.N
	case *model.UpdateDrafted:
		return b.N
	}
	return 0
}

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

// command is what st means now; false if a step that it builds on was left out.
func (p *player) command(st Step) (model.Command, bool, error) {
	if st.Command != nil {
		if st.Of == "" {
			return st.Command, true, nil
		}
		rec, ok := p.done[st.Of]
		if !ok {
			return nil, false, nil
		}
		switch c := st.Command.(type) {
		case model.Amend:
			c.Seq = rec.Events[0].Seq
			return c, true, nil
		case model.ApproveUpdate:
			c.N = number(rec.Events[0].Body)
			return c, true, nil
		case model.MarkSent:
			c.N = number(rec.Events[0].Body)
			return c, true, nil
		}
		return nil, false, fmt.Errorf("a %T is about nothing else", st.Command)
	}
	known := true
	line := placeholder.ReplaceAllStringFunc(st.Line, func(s string) string {
		rec, ok := p.done[s[1:len(s)-1]]
		if !ok {
			known = false
			return s
		}
		n := number(rec.Events[0].Body)
		if n == 0 {
			known = false
			return s
		}
		return strconv.Itoa(n)
	})
	if !known {
		return nil, false, nil
	}
	c, err := model.Compose(line, p.now(), time.UTC)
	return c, true, err
}
