package inbound

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"warroom/model"
)

// maxDepth is how deep a payload may be nested.
const maxDepth = 32

// object is a JSON object.
type object map[string]any

// decode reads one JSON document into objects, lists, strings, json.Numbers,
// bools and nils. It refuses what different readers would understand
// differently: a key given twice, a second document, more depth than any tool
// sends.
func decode(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	v, err := value(dec, 0)
	if err != nil {
		return nil, jsonFault(err, dec.InputOffset())
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, model.Wrap(model.Invalid, errSyntax, "there is something after the JSON document, at byte %d", dec.InputOffset())
	}
	return v, nil
}

// What is wrong with a payload as a whole, for the status of the answer.
var (
	errSyntax = errors.New("no JSON")
	errMany   = errors.New("too many alerts")
)

func jsonFault(err error, at int64) error {
	if model.CodeOf(err) == model.Invalid {
		return err
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return model.Wrap(model.Invalid, errSyntax, "the JSON document ends too early, at byte %d", at)
	}
	return model.Wrap(model.Invalid, errSyntax, "this is no JSON: %s (byte %d)", model.Brief(err.Error(), 120), at)
}

func value(dec *json.Decoder, depth int) (any, error) {
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	d, ok := t.(json.Delim)
	if !ok {
		return t, nil
	}
	if depth++; depth > maxDepth {
		return nil, model.Errorf(model.Invalid, "it is nested more than %d deep", maxDepth)
	}
	if d == '[' {
		out := []any{}
		for dec.More() {
			v, err := value(dec, depth)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		_, err := dec.Token()
		return out, early(err)
	}
	out := object{}
	for dec.More() {
		k, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, ok := k.(string)
		if !ok {
			return nil, model.Errorf(model.Invalid, "an object's key is no text, at byte %d", dec.InputOffset())
		}
		if _, twice := out[name]; twice {
			return nil, model.Errorf(model.Invalid, "the key %q is given twice, at byte %d", model.Brief(name, 40), dec.InputOffset())
		}
		v, err := value(dec, depth)
		if err != nil {
			return nil, early(err)
		}
		out[name] = v
	}
	_, err = dec.Token()
	return out, early(err)
}

func early(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// str gives the first of the named fields that holds a text or a number.
func (o object) str(names ...string) string {
	for _, n := range names {
		if s := scalar(o[n]); s != "" {
			return s
		}
	}
	return ""
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// obj gives a field that is an object; an empty one if it is not there.
func (o object) obj(name string) object {
	m, _ := o[name].(object)
	return m
}

// list gives a field that is a list.
func (o object) list(name string) []any {
	l, _ := o[name].([]any)
	return l
}

func (o object) has(names ...string) bool {
	for _, n := range names {
		if _, ok := o[n]; !ok {
			return false
		}
	}
	return true
}

// words gives a field as names and texts. What is no object is an error; a value
// that is no text is written as JSON.
func (o object) words(name string) (map[string]string, error) {
	v, ok := o[name]
	if !ok || v == nil {
		return nil, nil
	}
	m, ok := v.(object)
	if !ok {
		return nil, wrongType(name, v, "an object of names and texts")
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		if s, ok := v.(string); ok {
			out[k] = s
		} else {
			out[k] = compact(v)
		}
	}
	return out, nil
}

// typed gives a text field, and an error if it is there and is no text.
func (o object) typed(name string) (string, error) {
	v, ok := o[name]
	if !ok || v == nil {
		return "", nil
	}
	switch v.(type) {
	case string, json.Number:
		return scalar(v), nil
	}
	return "", wrongType(name, v, "a text")
}

func wrongType(name string, v any, want string) error {
	got := "a number"
	switch v.(type) {
	case string:
		got = "a text"
	case bool:
		got = "true or false"
	case object:
		got = "an object"
	case []any:
		got = "a list"
	}
	return model.Errorf(model.Invalid, "%s is %s where %s is wanted", name, got, want)
}

func compact(v any) string {
	if s := scalar(v); s != "" || v == nil {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// figures turns an object into metrics: finite numbers as such, all else as text.
func figures(m object) map[string]any {
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]any, len(m))
	for k, v := range m {
		if n, ok := v.(json.Number); ok {
			if f, err := n.Float64(); err == nil && !math.IsInf(f, 0) {
				out[k] = f
				continue
			}
		}
		if v != nil {
			out[k] = compact(v)
		} else {
			out[k] = "null"
		}
	}
	return out
}

// layouts are the ways in which tools write a moment.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999-0700 MST",
	"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02",
}

// moment reads a time: text in one of the layouts (UTC where it names no zone),
// or seconds, milliseconds, micro- or nanoseconds since 1970, told apart by
// their size. What it cannot read is the zero time; "0001-…" is as well.
func moment(v any) time.Time {
	s := strings.TrimSpace(scalar(v))
	if s == "" {
		return time.Time{}
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			if t.Year() < 1970 {
				return time.Time{}
			}
			return t.UTC()
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || f <= 0 || f > 9e18 {
		return time.Time{}
	}
	switch {
	case f < 1e11:
		return time.UnixMilli(int64(f * 1e3)).UTC()
	case f < 1e14:
		return time.UnixMilli(int64(f)).UTC()
	case f < 1e17:
		return time.UnixMicro(int64(f)).UTC()
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		n = int64(f)
	}
	return time.Unix(0, n).UTC()
}
