package model

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// Digest is a SHA-256 value.
type Digest [32]byte

// String is the full hexadecimal form.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Short is the first eight digits, for headings.
func (d Digest) Short() string { return hex.EncodeToString(d[:4]) }

// MarshalText writes the hexadecimal form.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the hexadecimal form.
func (d *Digest) UnmarshalText(b []byte) error {
	if hex.DecodedLen(len(b)) != len(d) {
		return Errorf(Invalid, "%q is no SHA-256 digest", Brief(string(b), 70))
	}
	if _, err := hex.Decode(d[:], b); err != nil {
		return Errorf(Invalid, "%q is no SHA-256 digest", Brief(string(b), 70))
	}
	return nil
}

// Genesis is the Prev of an incident's first event: it ties the chain to the id.
func Genesis(incident string) Digest {
	return sha256.Sum256([]byte("warroom/incident/v1\x00" + incident))
}

// BodySum digests a body with its salt. Only this digest goes into the chain,
// so that a body which should never have been written can be removed later
// without breaking it. The salt is preceded by its length, so that no byte can
// move from one to the other.
func BodySum(salt, raw []byte) Digest {
	h := sha256.New()
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(salt))))
	h.Write(salt)
	h.Write(raw)
	return Digest(h.Sum(nil))
}

// Chain computes e's hash from Prev, its envelope and Sum. Variable-length
// fields are preceded by their length, so that no two events share an input.
func (e Event) Chain() Digest {
	buf := make([]byte, 0, 256)
	buf = append(buf, "warroom/event/v1\x00"...)
	buf = append(buf, e.Prev[:]...)
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.Seq))
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.At.UnixMilli()))
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.Recorded.UnixMilli()))
	buf = append(buf, e.ID[:]...)
	for _, s := range []string{e.Incident, e.Actor, string(e.Kind)} {
		buf = binary.BigEndian.AppendUint64(buf, uint64(len(s)))
		buf = append(buf, s...)
	}
	buf = append(buf, e.Sum[:]...)
	return sha256.Sum256(buf)
}

// Link is where the next event of an incident attaches: the place it gets and
// what the store knows at that moment.
type Link struct {
	Incident string
	Seq      int64 // of the new event
	Prev     Digest
	ID       ID
	Salt     []byte
	Recorded time.Time
	Actor    string
}

// Seal turns a draft into the event at the given link of the chain.
func Seal(d Draft, l Link) (Event, error) {
	raw, err := EncodeBody(d.Body)
	if err != nil {
		return Event{}, err
	}
	e := Event{
		ID: l.ID, Incident: l.Incident, Seq: l.Seq,
		At: Millis(d.At), Recorded: Millis(l.Recorded), Actor: Valid(l.Actor),
		Kind: d.Kind, Body: d.Body, Raw: raw, Salt: l.Salt, Prev: l.Prev,
	}
	if d.At.IsZero() {
		e.At = e.Recorded
	}
	e.Sum = BodySum(e.Salt, raw)
	e.Hash = e.Chain()
	return e, nil
}

// Check verifies e against the hash of the event before it. It returns "" or
// what is wrong, in words.
func (e Event) Check(prev Digest) string {
	switch {
	case e.Prev != prev:
		return "does not follow the entry before it"
	case e.Raw != nil && BodySum(e.Salt, e.Raw) != e.Sum:
		return "its content was changed"
	case e.Chain() != e.Hash:
		return "its time, author, kind or order was changed"
	}
	return ""
}
