package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"warroom/model"
)

// holders are the keys under which tools put their list of incidents.
var holders = []string{"incidents", "data", "results", "items", "records", "rows", "values", "issues"}

// list walks over the elements of the array in data: data itself, or what lies
// under one of the holders.
func list(data []byte, each func(line int, raw json.RawMessage) error) error {
	d := json.NewDecoder(bytes.NewReader(data))
	fail := func(err error) error { return badJSON(data, d.InputOffset(), err) }
	tok, err := d.Token()
	if err != nil {
		return fail(err)
	}
	if tok == json.Delim('{') {
		found := false
		for d.More() && !found {
			key, err := d.Token()
			if err != nil {
				return fail(err)
			}
			name, _ := key.(string)
			if slices.Contains(holders, normal(name)) {
				if tok, err = d.Token(); err != nil {
					return fail(err)
				}
				if found = tok == json.Delim('['); found {
					break
				}
				return model.Errorf(model.Invalid, "under %q there is no list of incidents", name)
			}
			var skip json.RawMessage
			if err := d.Decode(&skip); err != nil {
				return fail(err)
			}
		}
		if !found {
			return model.Errorf(model.Invalid, "there is no list of incidents: give an array, or an object that holds one under one of %s", strings.Join(holders, ", "))
		}
	} else if tok != json.Delim('[') {
		return model.Errorf(model.Invalid, "there is no list of incidents: it begins with neither [ nor {")
	}
	pos := lineAt{data: data}
	for d.More() {
		at := int(d.InputOffset())
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return fail(err)
		}
		for at < len(data) && strings.IndexByte(", \t\r\n", data[at]) >= 0 {
			at++
		}
		if err := each(pos.of(at), raw); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return fail(err)
	}
	return nil
}

// readObjects reads an array of objects, one an incident.
func readObjects(data []byte, o Options, out *once) error {
	shapes := &shapes{o: o, source: JSON}
	return list(data, func(line int, raw json.RawMessage) error { return shapes.object(line, raw, out) })
}

// readLines reads an object a line.
func readLines(data []byte, o Options, out *once) error {
	shapes := &shapes{o: o, source: JSONL}
	n := 0
	for line := range bytes.Lines(data) {
		n++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if err := shapes.object(n, line, out); err != nil {
			return err
		}
	}
	return nil
}

// shapes remembers which keys hold which fields: objects of one file are alike.
type shapes struct {
	o      Options
	source Format
	keys   []string
	at     map[string]int
}

func (s *shapes) object(line int, raw json.RawMessage, out *once) error {
	var m map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&m); err != nil {
		if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return out.skip(line, "it is no object with fields")
		}
		return out.skip(line, "it is not valid JSON: %s", model.Brief(plainJSON(err), 100))
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if !slices.Equal(keys, s.keys) {
		at, err := columns(keys, s.o)
		if err != nil {
			return out.skip(line, "%s", model.Message(err))
		}
		s.keys, s.at = keys, at
	}
	value := func(field string) any {
		if i, ok := s.at[field]; ok {
			return m[s.keys[i]]
		}
		return nil
	}
	w := row{line: line, source: JSON, zone: s.o.Zone, get: func(field string) string { return words(value(field)) }}
	if several, ok := value("service").([]any); ok {
		w.services = []string{}
		for _, v := range several {
			w.services = append(w.services, words(v))
		}
		w.services = distinct(w.services)
	}
	return out.row(&w)
}

// words is a value of JSON as a cell would have it: of an object its name, of a
// list its members.
func words(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case map[string]any:
		for _, k := range []string{"name", "title", "summary", "value", "id"} {
			if s, ok := v[k].(string); ok {
				return s
			}
		}
	case []any:
		var out []string
		for _, one := range v {
			out = append(out, words(one))
		}
		return strings.Join(out, ", ")
	}
	return ""
}
