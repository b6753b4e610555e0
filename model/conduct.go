package model

import "time"

// Conduct is how an incident was led, in numbers for the statistics. Only what
// was recorded here is in it: of an imported incident nothing is known.
type Conduct struct {
	Vacant    time.Duration   `json:"vacant_ns,omitempty"`  // nobody commanded, from the declaration until it ended
	Watched   time.Duration   `json:"watched_ns,omitempty"` // from the declaration until it ended; 0 while it goes on
	Promised  int             `json:"promised,omitempty"`   // updates for which a time had been promised, and which came or never did
	Late      int             `json:"late,omitempty"`       // of these, after the time; those that never came until it ended
	LateBy    []time.Duration `json:"late_by_ns,omitempty"`
	Orders    int             `json:"orders,omitempty"`    // that ended or are overdue
	OnTime    int             `json:"on_time,omitempty"`   // done before their time
	Temporary int             `json:"temporary,omitempty"` // mitigations entered
	Outlived  int             `json:"outlived,omitempty"`  // of these, still in place when the incident had ended
}

// Zero reports whether there is nothing to count.
func (c Conduct) Zero() bool {
	return c.Vacant == 0 && c.Watched == 0 && c.Promised == 0 && c.Orders == 0 && c.Temporary == 0
}

// Kept is how the promises of updates were kept, and how long nobody commanded,
// as the fold adds it up.
type Kept struct {
	Vacant   int64   `json:"vacant_ms,omitempty"` // of the spells that have ended
	Promised int     `json:"promised,omitempty"`
	LateBy   []int64 `json:"late_by_ms,omitempty"` // of those that came late, the newest last
	Late     int     `json:"late,omitempty"`
}

// keep adds up what e says about promises and command, before e is folded.
func (i *Incident) keep(e Event) {
	a := ToInternal
	if b, ok := e.Body.(*UpdateSent); ok {
		a = b.Audience
	} else if e.Kind != KindUpdate {
		return
	}
	promised, ok := i.promised(a, e.At)
	if !ok {
		return
	}
	i.Kept.Promised++
	if by := e.At.Sub(promised); by > 0 {
		i.Kept.Late++
		i.Kept.LateBy = append(i.Kept.LateBy, by.Milliseconds())
		if n := len(i.Kept.LateBy); n > keptLines {
			i.Kept.LateBy = append([]int64(nil), i.Kept.LateBy[n-keptLines:]...)
		}
	}
}

// commanded notes that a spell without a commander ends at t.
func (i *Incident) commanded(t time.Time) {
	if i.VacantSince.IsZero() {
		return
	}
	until := t
	if end, over := i.Ended(); over && end.Before(until) {
		until = end
	}
	if d := until.Sub(i.VacantSince); d > 0 {
		i.Kept.Vacant += d.Milliseconds()
	}
}

// Conduct adds up how i was led, as it stands at now.
func (i *Incident) Conduct(now time.Time) Conduct {
	if i.Past != nil {
		return Conduct{}
	}
	c := Conduct{Promised: i.Kept.Promised, Late: i.Kept.Late, Temporary: len(i.Mitigations)}
	for _, ms := range i.Kept.LateBy {
		c.LateBy = append(c.LateBy, millis(ms))
	}
	for _, o := range i.Orders {
		switch {
		case o.State == OrderFinished:
			c.Orders++
			if !o.Ended.After(o.Due) {
				c.OnTime++
			}
		case o.Overdue(now):
			c.Orders++
		}
	}
	end, over := i.Ended()
	if !over {
		return c
	}
	for _, a := range Audiences {
		if next, owed := i.promised(a, end); owed && next.Before(end) { // it never came
			c.Promised, c.Late = c.Promised+1, c.Late+1
			c.LateBy = append(c.LateBy, end.Sub(next))
		}
	}
	for _, m := range i.Mitigations {
		if m.At.Before(end) && (m.InPlace() || m.Removed.After(end)) {
			c.Outlived++
		}
	}
	declared, ok := i.At(Declared)
	if !ok || !end.After(declared) {
		return c
	}
	c.Watched, c.Vacant = end.Sub(declared), millis(i.Kept.Vacant)
	if !i.VacantSince.IsZero() && end.After(i.VacantSince) {
		c.Vacant += end.Sub(i.VacantSince)
	}
	c.Vacant = min(c.Vacant, c.Watched)
	return c
}
