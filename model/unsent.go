package model

import (
	"fmt"
	"time"
)

// Words that have left stay out there. What can be taken back is the note of a
// person that they had sent something, which then says that they had not.

func (b *UpdateSent) unsent() string {
	return fmt.Sprintf("%s update %d was not sent after all: it had been noted by mistake", b.Audience.Adjective(), b.N)
}

// unsend drafts that an update, which en says was sent, was not.
func (s Scene) unsend(en Entry, b *UpdateSent) ([]Draft, error) {
	if b.Via == ViaQueue || SamePerson(en.Actor, Courier) {
		return nil, stays(en, "it has left the room; what was wrong in it is put right by another update")
	}
	if u, ok := s.Incident.UpdateN(b.N); !ok || u.Step != UpdateIsSent {
		return nil, stays(en, "that has changed since")
	}
	raw, err := EncodeBody(b)
	if err != nil {
		return nil, err
	}
	return append([]Draft{{Kind: KindUndone, Body: &Undone{en.Seq, en.Kind, raw}}}, s.firstUpdate(en, true, nil)...), nil
}

// unsend makes an update one that is still to be sent; of is the event that said
// that it was.
func (i *Incident) unsend(b *UpdateSent, of, seq int64) {
	i.update(b.N, func(u *Update) {
		u.Step, u.SentBy, u.SentAt, u.Via, u.Next, u.Seq = UpdateIsDraft, "", time.Time{}, "", time.Time{}, seq
		if u.Approved != "" {
			u.Step = UpdateIsApproved
		}
	})
	if b.Next != nil && i.Update.Next.Equal(*b.Next) {
		i.Update.Next = i.lastPromise(of)
	}
}

// undraft withdraws a draft that is new; one whose words were changed has no way
// back to the old ones, which are in the record.
func (s Scene) undraft(en Entry, b *UpdateDrafted) ([]Draft, error) {
	for seq := en.Seq - 1; seq > 1; seq-- {
		before, ok := s.Event(seq)
		if !ok {
			break
		}
		if d, ok := before.Body.(*UpdateDrafted); ok && d.N == b.N {
			return nil, stays(en, "change the words again, entry #%d has the old ones", before.Seq)
		}
	}
	if u, ok := s.Incident.UpdateN(b.N); !ok || !u.Pending() {
		return nil, stays(en, "that has changed since")
	}
	return []Draft{{Kind: KindUpdateWithdrawn, Body: &UpdateWithdrawn{b.N, undoReason}}}, nil
}
