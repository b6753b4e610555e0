package storage

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"regexp"

	lib "modernc.org/sqlite/lib"

	"warroom/model"
)

// ImportReport is what Import did.
type ImportReport struct {
	Incidents int   `json:"incidents"` // that gained events
	Imported  int64 `json:"imported"`  // events that are new here
	Skipped   int64 `json:"skipped"`   // events that were here already
}

// Limits on what a line of an import may hold, in bytes.
const (
	maxLine  = 4 << 20
	maxActor = 256
	maxKind  = 64
	maxSalt  = 64
	maxKey   = 40
)

// importBatch is how many events go into the index of the words at a time.
const importBatch = 2000

var keyRe = regexp.MustCompile(`^INC-[0-9A-Z-]+$`)

// Import adds the events of an export, one JSON object a line, with their ids,
// times and hashes as they are. Every chain is verified. Events that are here
// already are skipped; one that says otherwise than what is here is refused with
// its line, and then nothing at all is imported.
func (s *Store) Import(ctx context.Context, r io.Reader) (ImportReport, error) {
	if ro, why := s.ReadOnly(); ro {
		return ImportReport{}, model.Errorf(model.ReadOnly, "the record %s is open for reading only: %s", model.Brief(s.path, 200), why)
	}
	// Whoever sends may be slow, and nobody can write while we do: first all of
	// it is taken in and checked for itself.
	spool, err := os.CreateTemp("", "warroom-import-*")
	if err != nil {
		return ImportReport{}, fileFault(err, os.TempDir(), "cannot take in the import")
	}
	defer os.Remove(spool.Name())
	defer spool.Close()
	if err := takeIn(ctx, r, spool); err != nil {
		return ImportReport{}, err
	}
	var rep ImportReport
	err = s.write(ctx, func(t *txn) error {
		if _, err := spool.Seek(0, io.SeekStart); err != nil {
			return fileFault(err, os.TempDir(), "cannot read the import again")
		}
		im := &importer{t: t, open: map[string]*incident{}, gained: map[string]bool{}}
		err := lines(ctx, spool, func(n int, b []byte) error {
			var e model.Event
			if err := json.Unmarshal(b, &e); err != nil {
				return badLine(n, err, "cannot be read")
			}
			return im.add(ctx, n, e)
		})
		if err == nil {
			err = im.finish()
		}
		rep = im.rep
		return err
	})
	if err != nil {
		return ImportReport{}, err
	}
	if rep.Imported > 0 {
		s.written()
	}
	return rep, nil
}

func badLine(n int, cause error, format string, args ...any) error {
	e := model.Errorf(model.Invalid, "nothing was imported, because line %d "+format, append([]any{n}, args...)...)
	e.Err = cause
	return e
}

// lines calls fn for every line that is not blank, with its number from 1.
func lines(ctx context.Context, r io.Reader, fn func(n int, b []byte) error) error {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 64<<10), maxLine)
	n := 0
	for sc.Scan() {
		n++
		b := bytes.TrimSpace(sc.Bytes())
		if n == 1 {
			b = bytes.TrimPrefix(b, []byte("\ufeff")) // an editor's mark
		}
		if len(b) == 0 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := fn(n, b); err != nil {
			return err
		}
	}
	if err := sc.Err(); errors.Is(err, bufio.ErrTooLong) {
		return badLine(n+1, err, "is longer than %d MiB", maxLine>>20)
	} else if err != nil {
		return model.Wrap(model.Internal, err, "nothing was imported, because the input could not be read to its end")
	}
	return nil
}

// takeIn copies the lines of r to w and refuses what can be refused without the
// record: lines that are no events, and chains that do not hold.
func takeIn(ctx context.Context, r io.Reader, w io.Writer) error {
	out := bufio.NewWriter(w)
	type head struct {
		seq  int64
		hash model.Digest
	}
	heads := map[string]head{}
	err := lines(ctx, r, func(n int, b []byte) error {
		var e model.Event
		if err := json.Unmarshal(b, &e); err != nil {
			return badLine(n, err, "is no event as `warroom export --format jsonl` writes it")
		}
		if what := strange(e); what != "" {
			return badLine(n, nil, "%s", what)
		}
		last, ok := heads[e.Incident]
		prev := e.Prev // of a part of an export; the record knows better
		switch {
		case ok && e.Seq != last.seq+1:
			return badLine(n, nil, "is #%d of %s, but #%d was to follow", e.Seq, e.Incident, last.seq+1)
		case ok:
			prev = last.hash
		case e.Seq == 1:
			prev = model.Genesis(e.Incident)
		}
		if what := e.Check(prev); what != "" {
			return badLine(n, nil, "(#%d of %s) does not verify: %s", e.Seq, e.Incident, what)
		}
		heads[e.Incident] = head{e.Seq, e.Hash}
		if _, err := out.Write(b); err != nil {
			return fileFault(err, os.TempDir(), "cannot take in the import")
		}
		return out.WriteByte('\n')
	})
	if err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return fileFault(err, os.TempDir(), "cannot take in the import")
	}
	return nil
}

// strange says what is wrong with the envelope of a foreign event, "" if nothing.
func strange(e model.Event) string {
	switch {
	case !keyRe.MatchString(e.Incident) || len(e.Incident) > maxKey:
		return "has no id of an incident such as INC-20261123-140300"
	case e.Seq < 1 || e.Seq > 1<<53:
		return "has no number in its incident"
	case e.ID == (model.ID{}):
		return "has no id of its own"
	case e.Kind == "" || len(e.Kind) > maxKind:
		return "has no kind"
	case e.Actor == "" || len(e.Actor) > maxActor:
		return "does not say who wrote it"
	case len(e.Salt) > maxSalt:
		return "has a salt that is too long"
	case e.At.Year() < 1970 || e.At.Year() > 9999 || e.Recorded.Year() < 1970 || e.Recorded.Year() > 9999:
		return "has no time that an incident can have"
	case e.Seq == 1 && e.Kind != model.KindDeclared:
		return "begins an incident without declaring it"
	}
	return ""
}

// importer adds events in a transaction.
type importer struct {
	t      *txn
	open   map[string]*incident // what was looked at
	gained map[string]bool
	rep    ImportReport
}

func (im *importer) add(ctx context.Context, n int, e model.Event) error {
	in := im.open[e.Incident]
	if in == nil {
		got, err := im.t.current(ctx, e.Incident)
		switch {
		case model.CodeOf(err) == model.NotFound:
			got = incident{fresh: true, Incident: &model.Incident{}}
		case err != nil:
			return err
		}
		in = &got
		im.open[e.Incident] = in
	}
	if e.Seq <= in.Seq {
		rows, err := events(ctx, im.t, "WHERE e.incident_id = ? AND e.seq = ?", in.row, e.Seq)
		if err != nil {
			return err
		}
		if len(rows) == 0 || rows[0].e.Hash != e.Hash {
			return model.Errorf(model.Conflict, "nothing was imported, because line %d says otherwise than the record here: #%d of %s is another event", n, e.Seq, e.Incident)
		}
		im.rep.Skipped++
		return nil
	}
	if e.Seq > in.Seq+1 {
		return badLine(n, nil, "is #%d of %s, but the record here goes only up to #%d", e.Seq, e.Incident, in.Seq)
	}
	prev := in.Head
	if in.Seq == 0 {
		prev = model.Genesis(e.Incident)
	}
	if what := e.Check(prev); what != "" {
		return model.Errorf(model.Conflict, "nothing was imported, because line %d does not continue the record here: #%d of %s %s", n, e.Seq, e.Incident, what)
	}
	_, err := im.t.place(ctx, in, e)
	if sqliteCode(err)&0xff == lib.SQLITE_CONSTRAINT {
		return model.Wrap(model.Conflict, err, "nothing was imported, because line %d has the id %s of another event that is here", n, e.ID)
	}
	if err != nil {
		return err
	}
	im.rep.Imported++
	im.gained[e.Incident] = true
	if im.rep.Imported%importBatch == 0 {
		_, err = im.t.index(ctx, importBatch)
	}
	return err
}

// finish writes the summaries of what has grown.
func (im *importer) finish() error {
	im.rep.Incidents = len(im.gained)
	for key := range im.gained {
		if err := im.t.save(*im.open[key]); err != nil {
			return err
		}
	}
	return nil
}
