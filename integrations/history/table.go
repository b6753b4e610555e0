package history

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"warroom/model"
)

// readTable reads a table whose first row names its columns.
func readTable(data []byte, o Options, out *once) error {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord, r.TrimLeadingSpace = separator(data), -1, true, true, false
	first, err := r.Read()
	if err != nil {
		return model.Wrap(model.Invalid, err, "the first line of the table cannot be read")
	}
	names := append([]string(nil), first...)
	at, err := columns(names, o)
	if err != nil {
		return err
	}
	if _, ok := at["timestamp"]; !ok {
		return model.Errorf(model.Invalid, "line 1 names no column for when the incidents began: give it with --map timestamp=COLUMN; the columns are %s", listed(names))
	}
	var cells []string
	w := row{source: CSV, zone: o.Zone, get: func(field string) string {
		if i, ok := at[field]; ok && i < len(cells) {
			return cells[i]
		}
		return ""
	}}
	for {
		cells, err = r.Read()
		if err == io.EOF {
			return nil
		}
		if parse, ok := errors.AsType[*csv.ParseError](err); ok {
			if err := out.skip(parse.StartLine, "it is no row of a table: %s", parse.Err); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return model.Wrap(model.Invalid, err, "the table cannot be read")
		}
		line, _ := r.FieldPos(0)
		if blank(cells) {
			continue
		}
		w.line, w.warnings, w.day = line, nil, false
		if len(cells) > len(names) {
			w.warn("it has %d cells for %d columns: those beyond are left out", len(cells), len(names))
		}
		if err := out.row(&w); err != nil {
			return err
		}
	}
}

// row makes an item of w and gives it out.
func (o *once) row(w *row) error {
	i := w.item()
	if i.Incident != nil && w.day && o.seen[i.Incident.Ref] == 0 {
		if o.dates++; o.dates == 1 {
			o.first = w.line
		}
	}
	return o.give(i)
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// separator is the character that splits the first line most.
func separator(data []byte) rune {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	best, most := ',', 0
	for _, c := range []rune{',', ';', '\t', '|'} {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}
