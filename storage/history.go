package storage

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"

	"warroom/model"
)

// HistoryReport is what ImportHistory did with each incident it was given.
type HistoryReport struct {
	Imported int
	Known    []int          // places in the list of those that are here already
	Refused  map[int]error  // places of those that cannot be recorded, and why
	IDs      map[int]string // ids under which the imported ones are recorded, by place
}

// historyBatch is how many incidents are written in one transaction: few enough
// that nobody waits for the record to be free.
const historyBatch = 250

// ImportHistory records incidents of a history, each with the events that it
// consists of, under ids of the time at which it was declared. One that was
// imported before, by its Ref, is left as it is. All are looked at before the
// first is written. They are written in pieces, so that others can write in
// between: should it be broken off, the same import once more writes the rest.
// told is called after each piece with how many are done; it may be nil.
func (s *Store) ImportHistory(ctx context.Context, actor string, list []*model.History, told func(done int)) (HistoryReport, error) {
	rep := HistoryReport{Refused: map[int]error{}, IDs: map[int]string{}}
	actor, err := model.ParsePerson(actor)
	if err != nil {
		return rep, err
	}
	now := model.Millis(s.now())
	good := make([]int, 0, len(list))
	for n, h := range list {
		if _, err := h.Drafts(now); err != nil {
			rep.Refused[n] = err
			continue
		}
		good = append(good, n)
	}
	for at := 0; at < len(good); at += historyBatch {
		if err := ctx.Err(); err != nil {
			return rep, err
		}
		batch := good[at:min(len(good), at+historyBatch)]
		var known []int
		ids := make([]string, 0, len(batch))
		err := s.write(ctx, func(t *txn) error {
			known, ids = known[:0], ids[:0]
			events := 0
			for _, n := range batch {
				id, k, err := t.history(ctx, list[n], actor)
				if err != nil {
					return err
				}
				if ids = append(ids, id); k == 0 {
					known = append(known, n)
				}
				events += k
			}
			if events == 0 {
				return nil
			}
			_, err := t.index(ctx, events+indexBatch)
			return err
		})
		if err != nil {
			return rep, err
		}
		rep.Known = append(rep.Known, known...)
		rep.Imported += len(batch) - len(known)
		for i, n := range batch {
			if ids[i] != "" {
				rep.IDs[n] = ids[i]
			}
		}
		if told != nil {
			told(at + len(batch))
		}
	}
	if rep.Imported > 0 {
		s.written()
	}
	return rep, nil
}

// refDigest is what an imported incident is looked up by.
func refDigest(p *model.Past) []byte {
	h := sha256.Sum256([]byte("warroom/history/v1\x00" + p.Source + "\x00" + p.Ref))
	return h[:16]
}

// history records one incident and returns its id and the number of its events;
// no event if it is here already.
func (t *txn) history(ctx context.Context, h *model.History, actor string) (string, int, error) {
	ref := refDigest(&h.Past)
	var key string
	err := t.row(ctx, "SELECT key FROM incident WHERE ref = ? LIMIT 1", ref).Scan(&key)
	if err == nil {
		return "", 0, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return "", 0, err
	}
	now := model.Millis(t.s.now())
	drafts, err := h.Drafts(now)
	if err != nil {
		return "", 0, err
	}
	if key, err = t.freeKey(ctx, drafts[0].At); err != nil {
		return "", 0, err
	}
	in := incident{recorded: now, Incident: &model.Incident{}}
	sealed := make([]model.Event, len(drafts))
	prev := model.Genesis(key)
	for n, d := range drafts {
		e, err := model.Seal(d, model.Link{
			Incident: key, Seq: int64(n + 1), Prev: prev, ID: historyID(ref, key, n), Salt: newSalt(), Recorded: now, Actor: actor,
		})
		if err != nil {
			return "", 0, err
		}
		in.Apply(e)
		sealed[n], prev = e, e.Hash
	}
	// Written as it stands after the last event, and once.
	if err := t.create(&in, key); err != nil {
		return "", 0, err
	}
	for _, e := range sealed {
		id, err := t.insert(in.row, e)
		if err != nil {
			return "", 0, err
		}
		if err := t.project(ctx, in, e, id); err != nil {
			return "", 0, err
		}
	}
	if stateless(in.Incident) {
		return key, len(sealed), nil
	}
	return key, len(sealed), t.save(in)
}

// stateless reports whether the fold of i is not kept beside its events until
// somebody changes it: few look at an incident of long ago, and there are many.
func stateless(i *model.Incident) bool {
	return i.Past != nil && i.Status == model.Closed
}

// historyID is the id of an imported incident's nth event: it follows from what
// is imported, and begins with the time, so that ids lie in the order of the
// past.
func historyID(ref []byte, key string, n int) model.ID {
	h := sha256.New()
	h.Write([]byte("warroom/history-event/v1\x00"))
	h.Write(ref)
	h.Write([]byte(key))
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
	id := model.ID(h.Sum(nil)[:16])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}
