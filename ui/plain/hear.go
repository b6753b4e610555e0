package plain

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"warroom/model"
)

const (
	batch   = 500              // events read at a time
	burst   = 20               // entries of others read out …
	window  = 10 * time.Second // … in this time; more would drown whoever listens
	restful = time.Minute      // the longest time without looking at the clocks
	retry   = 2 * time.Second  // while the record cannot be read
	longest = 600              // runes of an entry that are read out
)

// hearing is what the room knows of what it was told.
type hearing struct {
	heard  int64                // everything up to this seq was announced or counted
	mine   map[int64]bool       // written here, ahead of heard
	away   int64                // what others wrote behind this seq was missed
	held   int                  // entries that were not read out
	quiet  bool                 // none are, on wish
	spoken int                  // entries read out since began
	began  time.Time            // of the present window
	rung   map[string]time.Time // alarms that were given, by clock: the time it had
	deaf   bool                 // the record cannot be read; that was said
}

// attend begins to listen to an incident as it is now.
func (r *room) attend(i *model.Incident) {
	r.inc, r.top = i, model.Pos{}
	r.ask, r.pass, r.yes = nil, nil, nil // they belong to what was open before
	quiet, deaf := r.quiet, r.deaf
	if r.Seat != nil {
		_ = r.Seat.Set(model.Presence{Person: r.Actor, Incident: i.ID}) // a courtesy: without it the room works
	}
	r.hearing = hearing{heard: i.Seq, away: i.Seq, mine: map[int64]bool{}, rung: map[string]time.Time{}, quiet: quiet, deaf: deaf}
}

// wrote notes what this room has written itself.
func (r *room) wrote(rec model.Receipt) {
	for _, e := range rec.Events {
		if e.Seq > r.heard {
			r.mine[e.Seq] = true
		}
	}
	if r.held == 0 && !r.quiet {
		r.away = r.heard
	}
}

// change takes the word of the record that there is something new. What it is is
// read from the record itself, so that nothing is said twice or left out
// whatever the watching missed.
func (r *room) change(c model.Change) {
	if c.Err != nil {
		r.lost(c.Err)
		return
	}
	if c.Reset && r.inc != nil {
		ctx, cancel := r.call()
		i, err := r.Store.Incident(ctx, r.inc.ID)
		cancel()
		switch {
		case model.CodeOf(err) == model.NotFound:
			r.say("%s is not in the record any more: the record was replaced.", r.inc.ID)
			r.inc = nil
		case err != nil:
			r.lost(err)
			return
		case i.Seq < r.heard:
			r.say("The record was replaced by an older one.")
			r.attend(i)
		default:
			r.inc = i
		}
	}
	r.found()
	r.catchUp()
	for _, e := range c.Events {
		b, ok := e.Body.(*model.Declaration)
		if ok && !r.quiet && !r.me(e.Actor) && (r.inc == nil || e.Incident != r.inc.ID) {
			drill := ""
			if b.Drill {
				drill = "a drill, "
			}
			r.say("New incident, declared by %s: %s, %s%s: %s. To go there: open %s", e.Actor, e.Incident, drill, b.Severity, b.Title, e.Incident)
		}
	}
}

// lost and found say once that the record cannot be read, and that it can again.
func (r *room) lost(err error) {
	if !r.deaf {
		r.say("Alarm: the record cannot be read at present: %s. It is tried again.", strings.TrimSuffix(sentence(err), "."))
	}
	r.deaf = true
}

func (r *room) found() {
	if r.deaf {
		r.say("The record can be read again.")
	}
	r.deaf = false
}

// catchUp announces what others have written.
func (r *room) catchUp() {
	for r.inc != nil {
		ctx, cancel := r.call()
		events, err := r.Store.Events(ctx, r.inc.ID, r.heard, batch)
		if err == nil && len(events) > 0 && r.inc.Seq < events[len(events)-1].Seq {
			err = r.fold(events)
		}
		cancel()
		if err != nil {
			if r.ctx.Err() == nil {
				r.lost(err)
			}
			return
		}
		r.found()
		for _, e := range events {
			r.heard = e.Seq
			if r.mine[e.Seq] {
				delete(r.mine, e.Seq)
				continue
			}
			r.announce(e)
		}
		if len(events) < batch {
			return
		}
	}
}

// fold brings the incident up to date.
func (r *room) fold(events []model.Event) error {
	for _, e := range events {
		if e.Seq > r.inc.Seq && !r.inc.Apply(e) {
			ctx, cancel := r.call()
			defer cancel()
			i, err := r.Store.Incident(ctx, r.inc.ID)
			if err == nil {
				r.inc = i
			}
			return err
		}
	}
	return nil
}

// announce says what somebody else has written: what rings or concerns the
// person always, the rest unless it comes too fast or quiet is wished.
func (r *room) announce(e model.Event) {
	if m, ok := e.Body.(*model.MilestoneMark); ok && m.Auto {
		return // follows from the line before
	}
	text := r.text(e.Text(), e.Seq)
	if b, ok := e.Body.(*model.RoleOffer); ok && r.me(b.To) {
		r.offer(b.From, b.Role)
		return
	}
	if _, ok := e.Body.(*model.SeverityChange); ok {
		r.say("Alarm: %s: %s", e.Actor, text)
		return
	}
	if n, ok := r.forMe(e); ok {
		r.say("For you: %s: %s%s", e.Actor, text, n)
		return
	}
	if r.quiet || !r.mayTalk() {
		r.held++
		return
	}
	weight, kind := "", ""
	if e.Important() {
		weight = "Important: "
	}
	if e.Kind.Written() {
		kind = ", " + string(e.Kind)
	}
	if e.Recorded.Sub(e.At) >= time.Minute {
		kind += " at " + r.clock(e.At)
	}
	r.say("%s%s%s: %s", weight, e.Actor, kind, text)
}

// forMe reports whether an event is addressed to the person, and what can be
// typed in answer.
func (r *room) forMe(e model.Event) (answer string, ok bool) {
	switch b := e.Body.(type) {
	case *model.OrderGiven:
		return fmt.Sprintf(". /ack %d says understood, /done %d and a result ends it.", b.N, b.N), r.me(b.Person)
	case *model.OrderExtended:
		return "", r.me(b.Person)
	case *model.OrderWithdrawn:
		return "", r.me(b.Person)
	case *model.RoleAssignment:
		return "", r.me(b.Person) || r.me(b.Was)
	case *model.RoleRelease:
		return "", r.me(b.Person)
	case *model.RoleAcceptance:
		return "", r.me(b.From)
	case *model.RoleDecline:
		return "", r.me(b.From) || r.me(b.To)
	case *model.DecisionTaken:
		return "", r.me(b.Executor)
	case *model.ReviewPlanned:
		return "", r.me(b.Owner)
	}
	return "", false
}

func (r *room) offer(from string, role model.Role) {
	r.say("Alarm: %s hands over %s to you. brief reads the page, /accept takes it, /decline and a reason does not.", from, role)
}

// text is a text as it is read out.
func (r *room) text(s string, seq int64) string {
	if v := model.Brief(s, longest); strings.HasSuffix(v, "…") && v != model.Visible(s) {
		return fmt.Sprintf("%s (cut; entry %d reads all of it)", v, seq)
	}
	return s
}

// mayTalk spaces out what is read: a script that writes twenty lines a second
// would drown everything else.
func (r *room) mayTalk() bool {
	if r.held > 0 {
		return false // until that was said, see ring
	}
	if now := r.Now(); now.Sub(r.began) >= window {
		r.began, r.spoken = now, 0
	}
	r.spoken++
	return r.spoken <= burst
}

// ring gives each alarm once, and says how much was not read out.
func (r *room) ring() {
	now := r.Now()
	if r.held > 0 && !r.quiet && now.Sub(r.began) >= window {
		r.sayHeld()
	}
	if r.inc == nil {
		return
	}
	for _, c := range r.inc.Clocks(r.Rules, now) {
		switch c.Kind {
		case model.ClockCallout:
			r.callout(c)
		case model.ClockDecide:
			r.nudge(c, now)
		}
		if !c.Alarm(now) || r.rung[c.Key].Equal(c.Due) {
			continue
		}
		r.rung[c.Key] = c.Due
		if c.Kind == model.ClockSilence && !r.me(c.Person) && !r.me(r.inc.Commander()) {
			continue // theirs to decide
		}
		r.say("Alarm: %s", r.overdue(c, now))
	}
}

// callout is called to the deputy, or where there is none to the commander. The
// rail shows the next one; the one before has just passed.
func (r *room) callout(next model.Clock) {
	at := next.Due.Add(-r.Rules.Callout)
	last, known := r.rung["callout"]
	if r.rung["callout"] = at; !known || !at.After(last) {
		return
	}
	if who := next.Person; r.me(who) || who == "" && r.me(r.inc.Commander()) {
		declared, _ := r.inc.At(model.Declared)
		r.say("Callout: the incident is at the %d minute mark.", int(at.Sub(declared).Minutes()))
	}
}

// nudge asks once for a decision while options have been open for long.
func (r *room) nudge(c model.Clock, now time.Time) {
	if now.Before(c.Due) || r.rung[c.Key].Equal(c.Due) {
		return
	}
	r.rung[c.Key] = c.Due
	if r.me(r.inc.Commander()) || r.me(r.inc.Holder(model.Deputy)) {
		r.say("Nothing is decided for %s: options reads what could be done.", model.Span(r.Rules.Decide))
	}
}

func (r *room) sayHeld() {
	what := "entries of others were"
	if r.held == 1 {
		what = "entry of others was"
	}
	r.say("%d %s not read out. missed reads them.", r.held, what)
	r.held = 0
}

// pause is how long nothing is due.
func (r *room) pause() time.Duration {
	now := r.Now()
	d := restful
	if r.deaf {
		d = retry
	}
	if r.held > 0 && !r.quiet {
		d = min(d, r.began.Add(window).Sub(now))
	}
	if r.inc != nil {
		for _, c := range r.inc.Clocks(r.Rules, now) {
			if left := c.Due.Sub(now); left >= 0 {
				d = min(d, left+time.Millisecond)
				break
			}
		}
	}
	return max(d, time.Millisecond)
}

// missed reads what others wrote since the person last wrote or asked, some at a
// time.
func (r *room) missed() {
	var run []model.Event
	seq, n := r.away, 0
	for more := true; more; more = n < burst && seq < r.heard {
		ctx, cancel := r.call()
		events, err := r.Store.Events(ctx, r.inc.ID, seq, batch)
		cancel()
		if err != nil {
			r.trouble(err)
			return
		}
		if len(events) == 0 {
			break
		}
		for _, e := range events {
			if n == burst || e.Seq > r.heard { // what was not heard yet is announced
				break
			}
			seq = e.Seq
			run = append(run, e)
			if m, auto := e.Body.(*model.MilestoneMark); !r.me(e.Actor) && !(auto && m.Auto) {
				n++
			}
		}
	}
	entries := slices.DeleteFunc(model.Since(run), func(e model.Entry) bool { return r.me(e.Actor) })
	for _, e := range entries {
		r.say("%s", r.entryLine(e))
	}
	if len(entries) == 0 {
		r.say("You have missed nothing.")
	}
	r.away, r.held = seq, 0
	if seq < r.heard {
		r.say("There is more: missed goes on.")
	}
}
