package storage

import (
	"context"
	"database/sql"
	"fmt"

	"warroom/model"
)

// Report is what an audit found.
type Report struct {
	Incidents int       `json:"incidents"`
	Events    int64     `json:"events"`
	Heads     []Head    `json:"heads"`
	Findings  []Finding `json:"findings"`
}

// Head is the newest link of an incident's chain. Kept outside of the record, it
// shows later that nothing before it was changed.
type Head struct {
	Incident string       `json:"incident"`
	Seq      int64        `json:"seq"`
	Hash     model.Digest `json:"hash"`
}

// Finding is something that an audit found wrong.
type Finding struct {
	Incident string `json:"incident"`
	Seq      int64  `json:"seq"`
	Problem  string `json:"problem"`
}

// chain follows the events of one incident.
type chain struct {
	start Head // as the incident's row said before the events were read
	last  Head // of the newest event seen
	other model.Digest
}

// Audit follows the chain of an incident, or of all if id is empty, from its
// beginning to its head. It fails only if the record cannot be read; what is
// wrong in it is in the report.
func (s *Store) Audit(ctx context.Context, id string) (Report, error) {
	rep := Report{Heads: []Head{}, Findings: []Finding{}}
	find := func(key string, seq int64, format string, args ...any) {
		rep.Findings = append(rep.Findings, Finding{key, seq, fmt.Sprintf(format, args...)})
	}
	before, err := s.heads(ctx, id)
	if err != nil {
		return rep, err
	}
	chains := make(map[string]*chain, len(before))
	for _, h := range before {
		chains[h.Incident] = &chain{start: h, last: Head{h.Incident, 0, model.Genesis(h.Incident)}}
	}
	err = s.eachRow(ctx, id, func(r *eventRow) error {
		c := chains[r.e.Incident]
		if c == nil {
			return nil // declared since
		}
		rep.Events++
		c.check(r.e, find)
		return nil
	})
	if err != nil {
		return rep, err
	}
	after, err := s.heads(ctx, id) // what was written meanwhile is not too much
	if err != nil {
		return rep, err
	}
	for _, h := range after {
		c := chains[h.Incident]
		if c == nil {
			continue
		}
		rep.Incidents++
		rep.Heads = append(rep.Heads, c.last)
		switch {
		case c.last.Seq < c.start.Seq:
			find(h.Incident, c.last.Seq+1, "#%d is missing: the record went up to #%d", c.last.Seq+1, c.start.Seq)
		case c.last.Seq > h.Seq:
			find(h.Incident, h.Seq+1, "#%d was put behind the end of the record, which is #%d", h.Seq+1, h.Seq)
		}
	}
	return rep, nil
}

// check verifies the next event of the chain.
func (c *chain) check(e model.Event, find func(string, int64, string, ...any)) {
	missing := e.Seq - c.last.Seq - 1
	switch {
	case missing > 0:
		find(e.Incident, c.last.Seq+1, "#%d is missing: #%d follows", c.last.Seq+1, e.Seq)
		// What e was chained to is not known, so that only its content can be checked.
		if e.Raw != nil && model.BodySum(e.Salt, e.Raw) != e.Sum {
			find(e.Incident, e.Seq, "#%d: its content was changed", e.Seq)
		}
	default:
		what := e.Check(c.last.Hash)
		if what != "" && c.other != c.last.Hash {
			// The event before was reported already. If it is only its hash that
			// was changed, this one is sound.
			again := e
			again.Prev = c.other
			if again.Check(c.other) == "" {
				what = ""
			}
		}
		if what != "" {
			find(e.Incident, e.Seq, "#%d: %s", e.Seq, what)
		}
	}
	c.other = e.Chain()
	c.last = Head{e.Incident, e.Seq, e.Hash}
	if e.Seq == c.start.Seq && e.Hash != c.start.Hash {
		find(e.Incident, e.Seq, "#%d is not the event that was written last", e.Seq)
	}
}

// heads reads the ends of the chains as the incidents' rows say.
func (s *Store) heads(ctx context.Context, id string) ([]Head, error) {
	var out []Head
	err := s.read(ctx, func(q querier) error {
		cond, args := "", []any{}
		if id != "" {
			if _, err := incidentRow(ctx, q, id); err != nil {
				return err
			}
			cond, args = "WHERE key = ? ", append(args, model.CleanID(id))
		}
		rows, err := q.query(ctx, "SELECT key, seq, head FROM incident "+cond+"ORDER BY id", args...)
		return each(rows, err, func() error {
			var h Head
			var hash sql.RawBytes
			err := rows.Scan(&h.Incident, &h.Seq, &hash)
			copy(h.Hash[:], hash)
			out = append(out, h)
			return err
		})
	})
	return out, err
}
