package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"warroom/model"
)

// pageSize is how many entries are read at a time.
const pageSize = 500

func (a *app) tail(root *cobra.Command) {
	var n int
	var all, follow bool
	var kinds []string
	c := a.add(root, groupRead, &cobra.Command{
		Use: "tail INC", Short: "Print the end of the timeline; -f follows it",
		Example: "warroom tail\nwarroom tail INC-20261123 --all --json\nwarroom tail -f --kind decision",
	}, func(ctx context.Context, args []string) error {
		id, err := a.one(ctx, args, "tail INC")
		if err != nil {
			return err
		}
		f := feed{a: a, id: id}
		for _, k := range kinds {
			kind := model.Kind(strings.ToLower(k))
			if !kind.Written() {
				return model.Errorf(model.Invalid, "%q is no kind of entry: give one of %s", model.Brief(k, 40), words(model.NoteKinds))
			}
			f.kinds = append(f.kinds, kind)
		}
		if n < 0 {
			return model.Errorf(model.Invalid, "%d is no number of entries: give 0 or more, or --all", n)
		}
		if !follow {
			return f.begin(ctx, n, all)
		}
		if ro, why := a.store.ReadOnly(); ro {
			a.hint("the record is open for reading only: " + model.Visible(why))
		}
		changes := a.store.Watch(ctx) // before reading, so that nothing falls in between
		if err := f.begin(ctx, n, all); err != nil {
			return err
		}
		return f.follow(ctx, changes)
	}, slotIncident)
	fl := c.Flags()
	fl.IntVarP(&n, "lines", "n", 20, "how many entries")
	fl.BoolVarP(&all, "all", "a", false, "from the beginning")
	fl.BoolVarP(&follow, "follow", "f", false, "go on with what is written from now on, until ctrl+c")
	fl.StringArrayVar(&kinds, "kind", nil, "only entries of this kind; may be repeated")
	a.words(c, "kind", func() []string { return strings.Split(words(model.NoteKinds), ", ") })
}

// feed prints the timeline of an incident and what comes to it.
type feed struct {
	a     *app
	id    string
	kinds []model.Kind
	day   day
	seq   int64          // everything up to here is printed or not wanted
	ahead map[int64]bool // printed although later than seq
}

// begin prints what is there: the last n entries, or all.
func (f *feed) begin(ctx context.Context, n int, all bool) error {
	i, err := f.a.store.Incident(ctx, f.id)
	if err != nil {
		return err
	}
	f.seq, f.ahead = i.Seq, map[int64]bool{}
	if !all {
		if n == 0 {
			return nil
		}
		entries, err := f.a.store.Timeline(ctx, f.id, model.Window{Back: true, Limit: n, Kinds: f.kinds})
		if err != nil {
			return err
		}
		return f.print(entries)
	}
	w := model.Window{Limit: pageSize, Kinds: f.kinds}
	for {
		entries, err := f.a.store.Timeline(ctx, f.id, w)
		if err != nil {
			return err
		}
		if err := f.print(entries); err != nil {
			return err
		}
		if len(entries) < w.Limit {
			return nil
		}
		w.From = entries[len(entries)-1].Pos()
	}
}

// follow prints what is written from now on. A change only wakes it up; what is
// new is read from the record, so that nothing is printed twice or left out
// whatever the watching missed.
func (f *feed) follow(ctx context.Context, changes <-chan model.Change) error {
	for {
		if err := f.catchUp(ctx); err != nil {
			return err
		}
		for woken := false; !woken; {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case c, ok := <-changes:
				switch {
				case !ok && ctx.Err() != nil:
					return ctx.Err()
				case !ok:
					return model.Errorf(model.Internal, "the record is not watched any more: start again")
				case c.Err != nil:
					f.a.hint("the record cannot be read at present, trying again: " + model.Visible(model.Message(c.Err)))
				}
				woken = c.Reset || slices.ContainsFunc(c.Events, func(e model.Event) bool { return e.Incident == f.id })
			}
		}
	}
}

func (f *feed) catchUp(ctx context.Context) error {
	for {
		events, err := f.a.store.Events(ctx, f.id, f.seq, pageSize)
		if err != nil {
			return err
		}
		var entries []model.Entry
		for _, e := range events {
			f.seq = e.Seq
			if m, ok := e.Body.(*model.MilestoneMark); ok && m.Auto || f.ahead[e.Seq] {
				continue
			}
			if len(f.kinds) > 0 && !slices.Contains(f.kinds, e.Kind) {
				continue
			}
			entries = append(entries, model.NewEntry(e))
		}
		if err := f.print(entries); err != nil || len(events) == 0 {
			return err
		}
	}
}

func (f *feed) print(entries []model.Entry) error {
	for _, e := range entries {
		if e.Seq > f.seq {
			f.ahead[e.Seq] = true
		}
	}
	if f.a.flag.json {
		var b []byte
		for _, e := range entries {
			l, err := encode(entryOf(e, ""))
			if err != nil {
				return err
			}
			b = append(b, l...)
		}
		if len(b) == 0 {
			return nil
		}
		return f.a.write(f.a.safe(b))
	}
	p := f.a.page()
	f.a.timeline(p, entries, &f.day)
	return f.a.send(p)
}

// day is the date that was printed last.
type day struct{ date string }

// timeline prints entries under separators that name the day and the zone.
func (a *app) timeline(p *page, entries []model.Entry, d *day) {
	who := 8
	for _, e := range entries {
		who = max(who, ansi.StringWidth(model.Brief(e.Actor, 16)))
	}
	for _, e := range entries {
		at := e.When.In(a.zone)
		if date := at.Format("Mon 2006-01-02 MST"); date != d.date {
			d.date = date
			p.line(a.term.in(faint, "── "+date+" ──"))
		}
		name := model.Brief(e.Actor, 16)
		head := fmt.Sprintf("%s %5s  %s%s  ", at.Format("15:04:05"), fmt.Sprintf("#%d", e.Seq), name, strings.Repeat(" ", who-ansi.StringWidth(name)))
		a.body(p, e, a.term.in(faint, head), ansi.StringWidth(head))
	}
}

// entry prints one entry that stands alone, with its incident, day and zone.
func (a *app) entry(p *page, e model.Entry, incident string) {
	head := fmt.Sprintf("%s #%d  %s  %s  ", incident, e.Seq, a.stamp(e.When), model.Brief(e.Actor, 16))
	a.body(p, e, a.term.in(faint, head), 4)
}

// body prints the mark and the text behind a head. Further lines are indented,
// so that no text can pass for an entry of its own.
func (a *app) body(p *page, e model.Entry, head string, indent int) {
	mark, style := "  ", normal
	if e.Mark {
		mark, style = a.term.in(alarm, "● "), strong
	}
	text := e.Line
	if e.Kind.Written() && e.Kind != model.KindNote {
		text = string(e.Kind) + ": " + text
	}
	if e.Struck {
		style = gone
	}
	var notes []string
	if e.Struck {
		notes = append(notes, "taken back")
	} else if e.Amended > 0 {
		notes = append(notes, "corrected")
	}
	if d := e.BackDated(); d > 0 {
		notes = append(notes, "written "+model.Span(d)+" later")
	}
	indent += 2
	var lines []string
	for _, l := range model.VisibleLines(text) {
		room := p.t.width - indent
		if p.t.width > 0 && room < 20 {
			indent, room = 4, p.t.width-4
		}
		lines = append(lines, p.t.wrap(l, room)...)
	}
	for i, l := range lines {
		l = a.term.in(style, l)
		if i == len(lines)-1 && len(notes) > 0 {
			l += a.term.in(faint, "  ("+strings.Join(notes, ", ")+")")
		}
		if i == 0 {
			p.line(head, mark, l)
		} else {
			p.line(strings.Repeat(" ", indent), l)
		}
	}
}

func (a *app) search(root *cobra.Command) {
	var limit int
	const usage = "search QUERY"
	c := a.add(root, groupRead, &cobra.Command{
		Use: usage, Short: "Find entries and titles in all incidents, newest first",
		Example: "warroom search replica lag\nwarroom search \"rolled back\" --json | jq -r .incident | sort -u",
	}, func(ctx context.Context, args []string) error {
		query := strings.Join(args, " ")
		if strings.TrimSpace(query) == "" {
			return wrongUse(usage)
		}
		if limit < 1 {
			return model.Errorf(model.Invalid, "%d is no number of results: give 1 or more", limit)
		}
		if err := a.record(ctx); err != nil {
			return err
		}
		began := time.Now()
		hits, err := a.store.Search(ctx, query, limit)
		if err != nil {
			return err
		}
		p := a.page()
		last := ""
		for _, h := range hits {
			if a.flag.json {
				if err := a.object(entryOf(h.Entry, h.Title)); err != nil {
					return err
				}
				continue
			}
			if h.Incident != last {
				last = h.Incident
				p.line(a.term.in(strong, h.Incident), "  ", model.Visible(h.Title))
			}
			head := fmt.Sprintf("  %s %5s  %s  ", a.stamp(h.When), fmt.Sprintf("#%d", h.Seq), model.Brief(h.Actor, 16))
			a.body(p, h.Entry, a.term.in(faint, head), 6)
		}
		if err := a.send(p); err != nil {
			return err
		}
		a.hint(fmt.Sprintf("%s found in %d ms", count(len(hits), "entry", "entries"), time.Since(began).Milliseconds()))
		return nil
	})
	c.Flags().IntVarP(&limit, "limit", "n", 50, "at most so many")
}
