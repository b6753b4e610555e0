package model

import (
	"bytes"
	"encoding/json"
	"time"
)

// wire is an event as one JSON object: what tail, search and exports print and
// what import reads. Text and Important are for readers; the record is the rest.
type wire struct {
	Incident  string          `json:"incident"`
	Seq       int64           `json:"seq"`
	At        time.Time       `json:"at"`
	Recorded  time.Time       `json:"recorded"`
	Actor     string          `json:"actor"`
	Kind      Kind            `json:"kind"`
	Text      string          `json:"text"`
	Important bool            `json:"important"`
	Body      json.RawMessage `json:"body"` // null if redacted
	ID        ID              `json:"id"`
	Salt      []byte          `json:"salt"`
	Sum       Digest          `json:"sum"`
	Prev      Digest          `json:"prev"`
	Hash      Digest          `json:"hash"`
}

// MarshalJSON writes e as one object with its body as recorded. Encode it
// without HTML escaping, or the body's bytes change.
func (e Event) MarshalJSON() ([]byte, error) {
	w := wire{
		Incident: e.Incident, Seq: e.Seq, At: e.At.UTC(), Recorded: e.Recorded.UTC(), Actor: e.Actor, Kind: e.Kind,
		Text: e.Text(), Important: e.Important(), Body: e.Raw, ID: e.ID, Salt: e.Salt, Sum: e.Sum, Prev: e.Prev, Hash: e.Hash,
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(w)
	return buf.Bytes(), err
}

// UnmarshalJSON reads what MarshalJSON wrote. It does not check the chain: see
// Check.
func (e *Event) UnmarshalJSON(data []byte) error {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	*e = Event{
		ID: w.ID, Incident: w.Incident, Seq: w.Seq, At: Millis(w.At), Recorded: Millis(w.Recorded), Actor: w.Actor,
		Kind: w.Kind, Salt: w.Salt, Sum: w.Sum, Prev: w.Prev, Hash: w.Hash,
	}
	if w.Body != nil && string(w.Body) != "null" {
		var compact bytes.Buffer // a tool in between may have put blanks in
		if err := json.Compact(&compact, w.Body); err != nil {
			return err
		}
		e.Raw = compact.Bytes()
		e.Body = DecodeBody(e.Kind, e.Raw)
	}
	return nil
}
