package cli

import (
	"bufio"
	"context"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
)

func (a *app) exportCommands(root *cobra.Command) {
	var format, output string
	var all, force bool
	const usage = "export INC"
	c := a.add(root, groupCare, &cobra.Command{
		Use: usage, Short: "Write incidents as Markdown, JSON or JSON lines",
		Long: "Write one incident, or with --all every one, to standard output or a file.\n\n" +
			"  markdown   a record to read, all times in UTC\n" +
			"  json       one document: the incident, its timeline and its events\n" +
			"  jsonl      the events as recorded, one a line; what import reads",
		Example: "warroom export INC-20261123 -o review.md\nwarroom export --all --format jsonl -o all.jsonl",
	}, func(ctx context.Context, args []string) error {
		if !slices.Contains(formats, format) {
			return model.Errorf(model.Invalid, "%q is no format: give markdown, json or jsonl", model.Brief(format, 30))
		}
		if all && len(args) > 0 {
			return model.Errorf(model.Invalid, "give an incident or --all, not both")
		}
		if err := a.existing(ctx); err != nil {
			return err
		}
		var ids []string
		if all {
			rows, err := a.store.List(ctx, model.Filter{})
			if err != nil {
				return err
			}
			slices.SortFunc(rows, func(x, y model.Summary) int {
				if c := x.DeclaredAt.Compare(y.DeclaredAt); c != 0 {
					return c
				}
				return strings.Compare(x.ID, y.ID)
			})
			for _, r := range rows {
				ids = append(ids, r.ID)
			}
		} else {
			id, err := a.one(ctx, args, usage)
			if err != nil {
				return err
			}
			ids = []string{id}
		}
		return a.output(output, force, func(w io.Writer) error {
			x := export{a: a, w: bufio.NewWriterSize(w, 64<<10), now: time.Now()}
			if err := x.write(ctx, format, ids, all); err != nil {
				return err
			}
			return x.w.Flush()
		})
	}, slotIncident)
	f := c.Flags()
	f.StringVar(&format, "format", "markdown", "markdown, json or jsonl")
	f.StringVarP(&output, "output", "o", "", "the file to write; - or nothing is standard output")
	f.BoolVar(&all, "all", false, "every incident")
	f.BoolVar(&force, "force", false, "replace the file if it exists")
	a.words(c, "format", func() []string { return formats })
	a.imports(root)
}

var formats = []string{"markdown", "json", "jsonl"}

// export is one export on its way to w.
type export struct {
	a   *app
	w   *bufio.Writer
	now time.Time
}

func (x *export) write(ctx context.Context, format string, ids []string, all bool) error {
	if format == "json" && all {
		x.w.WriteString("[")
		defer x.w.WriteString("]\n")
	}
	for n, id := range ids {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		switch format {
		case "jsonl":
			err = x.events(ctx, id, math.MaxInt64, func(l []byte) { x.w.Write(l) })
		case "json":
			if n > 0 {
				x.w.WriteString(",\n")
			}
			err = x.document(ctx, id)
			if !all {
				x.w.WriteString("\n")
			}
		default:
			if n > 0 {
				x.w.WriteString("\n")
			}
			err = x.markdown(ctx, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// events gives the events of an incident up to seq, each as a line of JSON.
func (x *export) events(ctx context.Context, id string, seq int64, line func([]byte)) error {
	return x.a.store.Each(ctx, id, func(e model.Event) error {
		if e.Seq > seq {
			return nil
		}
		l, err := encode(e)
		if err != nil {
			return err
		}
		line(x.a.safe(l))
		return nil
	})
}

// timeline gives the entries up to seq as they stand, in the order of time.
func (x *export) timeline(ctx context.Context, id string, seq int64, entry func(model.Entry) error) error {
	w := model.Window{Limit: pageSize}
	for {
		entries, err := x.a.store.Timeline(ctx, id, w)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Seq > seq {
				continue // written after this export began
			}
			if err := entry(e); err != nil {
				return err
			}
		}
		if len(entries) < w.Limit {
			return nil
		}
		w.From = entries[len(entries)-1].Pos()
	}
}

// document is the incident as show prints it, with two more fields: timeline,
// the entries as they stand, and events, the record itself.
func (x *export) document(ctx context.Context, id string) error {
	i, err := x.a.store.Incident(ctx, id)
	if err != nil {
		return err
	}
	head, err := encode(incidentOf(i, x.a.rules(), x.now))
	if err != nil {
		return err
	}
	x.w.Write(x.a.safe(head[:len(head)-len("}\n")]))
	x.w.WriteString(",\"timeline\":[")
	sep := "\n"
	put := func(l []byte) {
		x.w.WriteString(sep)
		x.w.Write(l[:len(l)-1])
		sep = ",\n"
	}
	err = x.timeline(ctx, id, i.Seq, func(e model.Entry) error {
		l, err := encode(entryOf(e, ""))
		if err == nil {
			put(x.a.safe(l))
		}
		return err
	})
	if err != nil {
		return err
	}
	x.w.WriteString("],\"events\":[")
	sep = "\n"
	if err := x.events(ctx, id, i.Seq, put); err != nil {
		return err
	}
	_, err = x.w.WriteString("]}")
	return err
}
