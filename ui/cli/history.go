package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/integrations/history"
	"warroom/model"
	"warroom/storage"
)

// maxHistory is the size of a file of past incidents, in bytes.
const maxHistory = 2 << 30

// warningsShown is how many warnings people are shown; --json has them all.
const warningsShown = 20

func (a *app) imports(root *cobra.Command) {
	var format string
	var maps []string
	var strict bool
	const usage = "import FILE"
	c := a.add(root, groupCare, &cobra.Command{
		Use: usage, Short: "Take in incidents of the past, or events that export wrote; - reads a pipe",
		Long: "Take in what other tools or another warroom wrote.\n\n" +
			"  csv         a table with a column for the time at which each incident began\n" +
			"  json        an array of objects, or an object that holds one\n" +
			"  jsonl       an object a line; or events, as export --format jsonl writes them\n" +
			"  statuspage  the incidents.json of a Statuspage, with its updates as timeline\n" +
			"  gcp         the incidents.json of Google Cloud's status page\n\n" +
			"Times without a zone are taken as UTC, with --local as local. Columns are known by many names (timestamp, duration_minutes, service, severity, root_cause and more); --map names others. " +
			"Every row becomes an incident or is listed with its line and the reason. What is here already is left as it is, so the same file may be read again.\n\n" +
			"Fields for --map: " + history.FieldNames(),
		Example: "warroom import incidents.csv\nwarroom import outages.csv --map timestamp=When --map duration_hours=Took\ncurl -s https://www.githubstatus.com/api/v2/incidents.json | warroom import -\nwarroom export --all --format jsonl | ssh host warroom import -",
	}, func(ctx context.Context, args []string) error {
		if len(args) != 1 {
			return wrongUse(usage)
		}
		if !slices.Contains(history.Formats, history.Format(format)) {
			return model.Errorf(model.Invalid, "%q is no format: give auto, csv, json, jsonl, statuspage or gcp", model.Brief(format, 30))
		}
		o := history.Options{Format: history.Format(format), Map: map[string]string{}, Zone: a.tableZone()}
		for _, m := range maps {
			field, column, ok := strings.Cut(m, "=")
			if !ok || field == "" || column == "" {
				return model.Errorf(model.Invalid, "%q maps nothing: give --map FIELD=COLUMN, for example --map timestamp=When", model.Brief(m, 60))
			}
			o.Map[field] = column
		}
		r, done, err := a.reader(args[0])
		if err != nil {
			return err
		}
		defer done()
		head := make([]byte, 64<<10)
		n, err := io.ReadFull(r, head)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return model.Wrap(model.Internal, err, "%s cannot be read", model.Brief(args[0], 200))
		}
		whole := io.MultiReader(bytes.NewReader(head[:n]), r)
		if err := a.record(ctx); err != nil {
			return err
		}
		if o.Format == history.Auto || o.Format == history.JSONL {
			if line, _, _ := bytes.Cut(head[:n], []byte("\n")); history.Detect(append(slices.Clip(line), '\n')) == history.Events || n == 0 {
				return a.importEvents(ctx, whole)
			}
		}
		return a.importHistory(ctx, whole, o, strict)
	}, slotFile)
	f := c.Flags()
	f.StringVar(&format, "format", "auto", "auto, csv, json, jsonl, statuspage or gcp")
	f.StringArrayVar(&maps, "map", nil, "which column holds a field: FIELD=COLUMN")
	f.BoolVar(&strict, "strict", false, "import nothing if any row cannot be an incident")
	a.words(c, "format", func() []string {
		var out []string
		for _, f := range history.Formats {
			out = append(out, string(f))
		}
		return out
	})
}

// reader opens a file, or stdin for -.
func (a *app) reader(name string) (io.Reader, func(), error) {
	if name == "-" {
		return a.in, func() {}, nil
	}
	f, err := os.Open(name)
	if os.IsNotExist(err) {
		return nil, nil, model.Errorf(model.NotFound, "there is no file %s", model.Brief(name, 200))
	}
	if err != nil {
		return nil, nil, model.Wrap(model.Internal, err, "%s cannot be read", model.Brief(name, 200))
	}
	return f, func() { f.Close() }, nil
}

// importEvents takes in the export of another record.
func (a *app) importEvents(ctx context.Context, r io.Reader) error {
	rep, err := a.store.Import(ctx, breakable(ctx, r))
	if err != nil {
		return err
	}
	if a.flag.json {
		return a.object(struct {
			storage.ImportReport
			Warnings []string `json:"warnings"`
		}{rep, []string{}})
	}
	p := a.page()
	p.linef("%s imported; %d were there already", count(int(rep.Imported), "event", "events"), rep.Skipped)
	return a.send(p)
}

// importedJSON is what import prints of a history.
type importedJSON struct {
	Imported int      `json:"imported"`
	Skipped  int      `json:"skipped"` // rows: those that cannot be incidents, and those that are here already
	Known    int      `json:"known"`   // of these, here already
	Warnings []string `json:"warnings"`
}

// importHistory takes in incidents of the past.
func (a *app) importHistory(ctx context.Context, r io.Reader, o history.Options, strict bool) error {
	data, err := io.ReadAll(io.LimitReader(breakable(ctx, r), maxHistory+1))
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return model.Wrap(model.Internal, err, "the history cannot be read to its end")
	}
	if len(data) > maxHistory {
		return model.Errorf(model.Invalid, "the history is larger than %d MiB: split it", maxHistory>>20)
	}
	var list []*model.History
	var lines []int
	out := importedJSON{Warnings: []string{}}
	skip := func(line int, reason string) {
		out.Skipped++
		out.Warnings = append(out.Warnings, fmt.Sprintf("line %d is left out: %s", line, reason))
	}
	rows := 0
	err = history.Read(data, o, func(i history.Item) error {
		if rows++; rows%10_000 == 0 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			a.progress("reading", rows, 0)
		}
		if i.Incident != nil {
			list, lines = append(list, i.Incident), append(lines, i.Line)
		} else if i.Reason != "" {
			skip(i.Line, i.Reason)
		}
		for _, w := range i.Warnings {
			out.Warnings = append(out.Warnings, fmt.Sprintf("line %d: %s", i.Line, w))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if strict && out.Skipped > 0 {
		return model.Errorf(model.Invalid, "nothing was imported: %s (and %d more rows)", out.Warnings[0], out.Skipped-1)
	}
	rep, err := a.store.ImportHistory(ctx, a.actor, list, func(done int) { a.progress("importing", done, len(list)) })
	a.progress("", 0, 0)
	if err != nil {
		if rep.Imported > 0 {
			return model.Wrap(model.CodeOf(err), err, "%s of %d were imported before this went wrong (%s); run it again for the rest",
				count(rep.Imported, "incident", "incidents"), len(list), model.Message(err))
		}
		return err
	}
	for n := range list {
		if why := rep.Refused[n]; why != nil {
			skip(lines[n], model.Message(why))
		}
	}
	out.Imported, out.Known = rep.Imported, len(rep.Known)
	out.Skipped += out.Known
	if a.flag.json {
		return a.object(out)
	}
	p := a.page()
	p.linef("%s imported; %d were there already; %s left out", count(out.Imported, "incident", "incidents"), out.Known, count(out.Skipped-out.Known, "row", "rows"))
	for n, w := range out.Warnings {
		if n == warningsShown {
			p.line(a.term.in(faint, fmt.Sprintf("  … and %d more: --json has them all", len(out.Warnings)-n)))
			break
		}
		p.line("  ", a.term.in(warn, model.Visible(w)))
	}
	if out.Imported > 0 {
		p.line(a.term.in(faint, "warroom report, or 7 on the screen, says what they have in common"))
	}
	return a.send(p)
}

// progress shows on a terminal how far long work is, in one line that is
// overwritten; with no words it takes the line away.
func (a *app) progress(what string, done, of int) {
	f, ok := a.errOut.(*os.File)
	if !ok || a.flag.json || of > 0 && of < 1000 || !a.term.tty || a.term.dumb {
		return
	}
	if what == "" {
		fmt.Fprint(f, "\r\x1b[K")
		return
	}
	if of == 0 {
		fmt.Fprintf(f, "\r\x1b[K%s %d", what, done)
		return
	}
	const width = 30
	full := width * done / of
	fmt.Fprintf(f, "\r\x1b[K%s %s%s %d %%  %d of %d", what, strings.Repeat("█", full), strings.Repeat("░", width-full), 100*done/of, done, of)
}

// tableZone is the zone of times in tables that name none, and of the hours of
// reports: UTC unless --local is given, so that the same file says the same on
// every machine.
func (a *app) tableZone() *time.Location {
	if a.flag.local {
		return a.zone
	}
	return time.UTC
}
