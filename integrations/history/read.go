package history

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"time"
	"unicode/utf8"

	"warroom/model"
)

// Format is how a history is written.
type Format string

// The formats. Auto looks at the beginning of the data.
const (
	Auto       Format = "auto"
	CSV        Format = "csv"
	JSON       Format = "json"
	JSONL      Format = "jsonl"
	Statuspage Format = "statuspage"
	GCP        Format = "gcp"
	Events     Format = "events" // warroom's own export, which storage imports as it is
)

// Formats are those that a person may name.
var Formats = []Format{Auto, CSV, JSON, JSONL, Statuspage, GCP}

// Options say how to read.
type Options struct {
	Format Format
	// Map says in which column or key a field is, where its name does not tell:
	// field name to column name. Fields lists the fields.
	Map  map[string]string
	Zone *time.Location // of times without one; nil is UTC
}

// Item is what became of a row.
type Item struct {
	Line     int            // in the file, from 1
	Incident *model.History // nil if the row cannot be one
	Reason   string         // why it cannot
	Warnings []string       // what was left out of it or doubted
}

// Read reads all incidents of data in their order. each may keep what it gets;
// an error of it ends the reading. An error of Read itself says that the file as
// a whole cannot be read.
func Read(data []byte, o Options, each func(Item) error) error {
	data, err := text(data)
	if err != nil {
		return err
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Format == "" || o.Format == Auto {
		o.Format = Detect(data)
	}
	once := &once{seen: map[string]int{}, each: each}
	switch o.Format {
	case CSV:
		err = readTable(data, o, once)
	case JSON:
		err = readObjects(data, o, once)
	case JSONL:
		err = readLines(data, o, once)
	case Statuspage:
		err = readStatuspage(data, o, once)
	case GCP:
		err = readGCP(data, o, once)
	case Events:
		return model.Errorf(model.Invalid, "this is an export of warroom itself, not a history")
	default:
		return model.Errorf(model.Invalid, "%q is no format of a history: give one of %s", model.Brief(string(o.Format), 30), formatNames())
	}
	if err == nil {
		err = once.end()
	}
	return err
}

func formatNames() string {
	var out []string
	for _, f := range Formats {
		out = append(out, string(f))
	}
	return strings.Join(out, ", ")
}

// text takes an editor's mark away and refuses what is no text.
func text(data []byte) ([]byte, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return nil, model.Errorf(model.Invalid, "the file is in UTF-16: save it as UTF-8")
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, model.Errorf(model.Invalid, "the file is empty")
	}
	if bytes.IndexByte(data[:min(len(data), 4096)], 0) >= 0 {
		return nil, model.Errorf(model.Invalid, "the file is no text: unpack it first, if it is an archive")
	}
	return data, nil
}

// Detect tells the format from the beginning of data.
func Detect(data []byte) Format {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n")
	if len(data) == 0 || data[0] != '{' && data[0] != '[' {
		return CSV
	}
	line, _, more := bytes.Cut(data, []byte("\n"))
	var first map[string]json.RawMessage
	if data[0] == '{' && json.Unmarshal(line, &first) == nil && (more || first["incidents"] == nil) {
		if first["incident"] != nil && first["seq"] != nil && first["hash"] != nil {
			return Events
		}
		if first["incidents"] == nil {
			return JSONL
		}
	}
	head := data[:min(len(data), 8192)]
	has := func(keys ...string) bool {
		for _, k := range keys {
			if !bytes.Contains(head, []byte(`"`+k+`"`)) {
				return false
			}
		}
		return true
	}
	switch {
	case has("incident_updates") || data[0] == '{' && has("page", "time_zone"):
		return Statuspage
	case has("external_desc") || has("service_key", "begin"):
		return GCP
	}
	return JSON
}

// once hands items on and drops what was there before.
type once struct {
	seen  map[string]int // ref to line
	dates int            // rows that name a day and no time
	first int            // the first of them
	each  func(Item) error
}

func (o *once) give(i Item) error {
	if i.Incident != nil {
		if line, ok := o.seen[i.Incident.Ref]; ok {
			i.Incident, i.Reason, i.Warnings = nil, fmt.Sprintf("it says the same as line %d", line), nil
		} else {
			o.seen[i.Incident.Ref] = i.Line
		}
	}
	return o.each(i)
}

func (o *once) skip(line int, format string, args ...any) error {
	return o.each(Item{Line: line, Reason: fmt.Sprintf(format, args...)})
}

// end warns about what concerns the file as a whole.
func (o *once) end() error {
	if o.dates == 0 {
		return nil
	}
	return o.each(Item{Line: o.first, Warnings: []string{fmt.Sprintf(
		"rows that name a day without a time are taken to begin at 00:00 (%d of them): hours of the day say nothing about these", o.dates)}})
}

// lineAt counts lines of data as offsets rise.
type lineAt struct {
	data []byte
	at   int
	line int
}

func (l *lineAt) of(offset int) int {
	offset = min(max(offset, l.at), len(l.data))
	l.line += bytes.Count(l.data[l.at:offset], []byte("\n"))
	l.at = offset
	return l.line + 1
}

// badJSON says where JSON ends to be any.
func badJSON(data []byte, offset int64, err error) error {
	off := int(min(offset, int64(len(data))))
	line := 1 + bytes.Count(data[:off], []byte("\n"))
	return model.Errorf(model.Invalid, "line %d is not valid JSON: %s", line, model.Brief(plainJSON(err), 120))
}

func plainJSON(err error) string {
	s := strings.TrimPrefix(err.Error(), "json: ")
	if s == "EOF" || s == "unexpected EOF" {
		return "it ends too early"
	}
	return s
}

// tidy makes one line of a text that may hold HTML.
func tidy(s string) string { return strings.Join(strings.Fields(unmarked(s)), " ") }

// unmarked takes HTML out of a text: tags go, breaks become lines, entities
// characters.
func unmarked(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '<' {
			r, n := utf8.DecodeRuneInString(s[i:])
			b.WriteRune(r)
			i += n
			continue
		}
		end := strings.IndexByte(s[i:], '>')
		name := tagName(s[i+1:])
		if end < 0 || name == "" && !strings.HasPrefix(s[i:], "<!--") { // a mere "less than"
			b.WriteByte('<')
			i++
			continue
		}
		switch name {
		case "br", "p", "div", "li", "tr", "ul", "ol", "h1", "h2", "h3", "h4":
			b.WriteByte('\n')
		}
		i += end + 1
	}
	return strings.TrimSpace(html.UnescapeString(b.String()))
}

// tagName is the name of the tag that begins s, "" if none does.
func tagName(s string) string {
	s = strings.TrimPrefix(s, "/")
	n := 0
	for n < len(s) && (s[n] >= 'a' && s[n] <= 'z' || s[n] >= 'A' && s[n] <= 'Z' || n > 0 && s[n] >= '0' && s[n] <= '9') {
		n++
	}
	return strings.ToLower(s[:n])
}
