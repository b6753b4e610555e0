package model

import (
	"cmp"
	"slices"
	"time"
)

// AddNote writes a line into the timeline.
type AddNote struct {
	Kind      Kind // "": note
	Text      string
	Important bool
	At        time.Time // when it happened; zero: now

	// Run, if not 0, is the run whose Step it is about; "": the one that it is at.
	Run  int
	Step string
}

// Decide refuses an empty or oversized text and a kind that people do not write.
func (c AddNote) Decide(s Scene) ([]Draft, error) {
	if c.Kind == "" {
		c.Kind = KindNote
	}
	if !c.Kind.Written() {
		return nil, Errorf(Invalid, "%q is no kind of entry: give one of %s", Brief(string(c.Kind), 40), join(NoteKinds))
	}
	text, err := cleanText("entry", c.Text, MaxText)
	if err != nil {
		return nil, err
	}
	at, err := s.when(c.At)
	if err != nil {
		return nil, err
	}
	if c.Run != 0 {
		if c.Step, err = s.stepOf(c.Run, c.Step); err != nil {
			return nil, err
		}
	}
	drafts := []Draft{{at, c.Kind, &Note{text, c.Important, c.Run, c.Step}}}
	if c.Kind == KindUpdate {
		drafts = append(drafts, s.reach(FirstUpdate, at, s.next())...)
	}
	return drafts, nil
}

// Amend corrects an entry. Nil or zero leaves a part alone. The words of what
// the system recorded cannot be changed, but their time can, and the milestones
// that follow from it move along.
type Amend struct {
	Seq    int64
	Text   *string
	At     time.Time
	Mark   *bool
	Struck *bool
}

// Decide refuses an entry that is not there and a change that changes nothing.
func (c Amend) Decide(s Scene) ([]Draft, error) {
	en, ok := s.Event(c.Seq)
	if !ok {
		return nil, Errorf(NotFound, "there is no entry #%d in %s", c.Seq, s.Incident.ID)
	}
	if en.Quiet() {
		return nil, Errorf(Conflict, "#%d is itself a correction: amend the entry that it corrects", c.Seq)
	}
	b := Amendment{Target: c.Seq, Was: en.Line}
	if c.Text != nil {
		if !en.Kind.Written() {
			return nil, Errorf(Conflict, "#%d was recorded by the system: its words cannot be changed, only its time", c.Seq)
		}
		t, err := cleanText("entry", *c.Text, MaxText)
		if err != nil {
			return nil, err
		}
		if t != en.Line {
			b.Line = &t
		}
	}
	if !c.At.IsZero() {
		at, err := s.when(c.At)
		if err != nil {
			return nil, err
		}
		if !at.Equal(en.When) {
			b.At = &at
		}
	}
	if c.Mark != nil && *c.Mark != en.Mark {
		if !en.Kind.Written() {
			return nil, Errorf(Conflict, "#%d was recorded by the system: its mark stays", c.Seq)
		}
		b.Mark = c.Mark
	}
	if c.Struck != nil && *c.Struck != en.Struck {
		if !en.Kind.Written() {
			return nil, Errorf(Conflict, "#%d was recorded by the system and stays: change the thing itself", c.Seq)
		}
		b.Struck = c.Struck
	}
	if b.Line == nil && b.At == nil && b.Mark == nil && b.Struck == nil {
		return nil, Errorf(Conflict, "nothing would change in #%d", c.Seq)
	}
	drafts := []Draft{{Kind: KindAmended, Body: &b}}
	if b.At != nil {
		drafts = append(drafts, s.follow(c.Seq, *b.At)...)
	}
	if b.Struck != nil && en.Kind == KindUpdate {
		drafts = append(drafts, s.firstUpdate(en, *b.Struck, b.At)...)
	}
	return drafts, nil
}

// firstUpdate moves the milestone of that name as an update is taken back or
// restored: what is struck out counts nowhere. Whether the next one was the
// second is known only while all of them are kept; else the time is unknown.
func (s Scene) firstUpdate(en Entry, struck bool, at *time.Time) []Draft {
	if !struck {
		when := en.When
		if at != nil {
			when = *at
		}
		return s.reach(FirstUpdate, when, en.Seq)
	}
	k, ok := s.Incident.Milestones[FirstUpdate]
	if !ok || !k.Auto || k.Of != en.Seq {
		return nil
	}
	b := &MilestoneMark{Name: FirstUpdate, Auto: true, Of: en.Seq}
	left := slices.DeleteFunc(slices.Clone(s.Incident.Told), func(t Said) bool { return t.Struck || t.Seq == en.Seq })
	if len(left) > 0 && len(left) == s.Incident.Update.N-1 {
		b.At, b.Of = &left[0].At, left[0].Seq
	}
	return []Draft{{Kind: KindMilestoneSet, Body: b}}
}

// follow moves the milestones that were set by the event seq to its new time.
func (s Scene) follow(seq int64, at time.Time) []Draft {
	var drafts []Draft
	for _, m := range Milestones {
		if k, ok := s.Incident.Milestones[m]; ok && k.Auto && k.Of == seq && !k.Void {
			drafts = append(drafts, Draft{Kind: KindMilestoneSet, Body: &MilestoneMark{Name: m, At: &at, Auto: true, Of: seq}})
		}
	}
	return drafts
}

// note folds what a person wrote: most of it only has a line, but follow-ups are
// collected, the newest decisions are kept, and an update sets its clock anew.
func (i *Incident) note(e Event, b *Note) {
	if b.Run != 0 {
		i.run(b.Run, func(r *Run) { r.note(e, b) })
	}
	switch e.Kind {
	case KindTodo:
		i.Todos = append(i.Todos, Todo{e.Seq, b.Line, e.Actor})
	case KindDecision:
		i.decided(e)
	case KindUpdate:
		i.Told = append(i.Told, Said{Text: b.Line, By: e.Actor, At: e.At, Seq: e.Seq})
		i.Update.N++
		i.retell()
		i.tell(ToInternal, Telling{At: e.At, Told: true, Seq: e.Seq})
	}
}

// retell finds the newest update that stands among those that are kept.
func (i *Incident) retell() {
	slices.SortFunc(i.Told, func(a, b Said) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq)) })
	if n := len(i.Told); n > keptLines {
		i.Told = slices.Clone(i.Told[n-keptLines:])
	}
	u := UpdateState{Next: i.Update.Next, N: i.Update.N}
	for _, s := range i.Told {
		if !s.Struck {
			u.At, u.Text, u.By = s.At, s.Text, s.By
		}
	}
	i.Update = u
}

func (i *Incident) decided(e Event) {
	i.LastDecisions = append(i.LastDecisions, Said{Text: e.Text(), By: e.Actor, At: e.At, Seq: e.Seq})
	if n := len(i.LastDecisions); n > keptLines {
		i.LastDecisions = slices.Clone(i.LastDecisions[n-keptLines:])
	}
}

func (i *Incident) amend(b *Amendment) {
	i.amendTelling(b)
	i.amendRunNote(b)
	if b.Target == i.LastSeq {
		i.amendLast(b)
	}
	for k := range i.LastDecisions {
		if s := &i.LastDecisions[k]; s.Seq == b.Target {
			s.amend(b)
		}
	}
	for k := range i.Told {
		if s := &i.Told[k]; s.Seq == b.Target {
			was := s.Struck
			if s.amend(b); s.Struck && !was {
				i.Update.N--
			} else if was && !s.Struck {
				i.Update.N++
			}
			i.retell()
			break
		}
	}
	is := func(t Todo) bool { return t.Seq == b.Target }
	if b.Line != nil {
		for _, list := range [][]Todo{i.Todos, i.Dropped} {
			if k := slices.IndexFunc(list, is); k >= 0 {
				list[k].Text = *b.Line
			}
		}
	}
	if b.Struck == nil {
		return
	}
	from, to := &i.Dropped, &i.Todos
	if *b.Struck {
		from, to = to, from
	}
	if k := slices.IndexFunc(*from, is); k >= 0 {
		*to = append(*to, (*from)[k])
		slices.SortFunc(*to, func(a, b Todo) int { return cmp.Compare(a.Seq, b.Seq) })
		*from = without(*from, is)
	}
}

// amendLast keeps the newest line, which lists show, as it stands.
func (i *Incident) amendLast(b *Amendment) {
	switch {
	case b.Struck != nil && *b.Struck:
		i.Last = takenBack
	case b.Line != nil && (b.Struck != nil || i.Last != takenBack):
		i.Last = Brief(*b.Line, lastLen)
	case b.Struck != nil:
		i.Last = Brief(b.Was, lastLen)
	}
	if b.At != nil {
		i.LastAt = kept(*b.At)
	}
}
