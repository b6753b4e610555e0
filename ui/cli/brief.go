package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
)

// briefCommands say in words how things stand.
func (a *app) briefCommands(root *cobra.Command) {
	var log bool
	sentence := a.add(root, groupRead, &cobra.Command{
		Use: "sentence INC", Short: "Say in one sentence how things stand; --log writes it as an update",
		Example: "warroom sentence\nwarroom sentence --log\nwarroom log \"update: $(warroom sentence)\"",
	}, func(ctx context.Context, args []string) error {
		i, err := a.read(ctx, args, "sentence INC")
		if err != nil {
			return err
		}
		now := time.Now()
		text := i.Sentence(a.rules(), now, a.zone)
		switch {
		case log:
			return a.act(ctx, i.ID, model.AddNote{Kind: model.KindUpdate, Text: text})
		case a.flag.json:
			return a.object(struct {
				Incident string `json:"incident"`
				Sentence string `json:"sentence"`
				Zone     string `json:"zone"` // of the times in it
			}{i.ID, text, a.zoneName(now)})
		}
		p := a.page()
		for _, l := range p.t.wrap(model.Visible(text), p.t.width) {
			p.line(l)
		}
		return a.send(p)
	}, slotIncident)
	sentence.Flags().BoolVar(&log, "log", false, "write it into the timeline as an update")

	a.add(root, groupRead, &cobra.Command{
		Use: "brief INC", Short: "The page that whoever takes over needs",
		Long: "The page that whoever takes over needs: situation, who does what, what runs and is due, what was decided, hypotheses, what is temporary, what was promised.",
	}, func(ctx context.Context, args []string) error {
		i, err := a.read(ctx, args, "brief INC")
		if err != nil {
			return err
		}
		now := time.Now()
		if a.flag.json {
			return a.object(a.briefOf(i, now))
		}
		p := a.page()
		a.handover(p, i, now)
		return a.send(p)
	}, slotIncident)
	a.catchUp(root)
}

// briefJSON is a briefing by its headings.
type briefJSON struct {
	Incident string        `json:"incident"`
	Zone     string        `json:"zone"` // of the times in it
	Sections []sectionJSON `json:"sections"`
}

type sectionJSON struct {
	Title string   `json:"title"`
	Lines []string `json:"lines"`
}

func (a *app) briefOf(i *model.Incident, now time.Time) briefJSON {
	b := briefJSON{i.ID, a.zoneName(now), []sectionJSON{}}
	a.eachSection(i, now, func(title string) { b.Sections = append(b.Sections, sectionJSON{title, []string{}}) },
		func(line string) {
			s := &b.Sections[len(b.Sections)-1]
			s.Lines = append(s.Lines, line)
		})
	return b
}

// eachSection walks through the hand-over page. A heading is a line that ends
// with a colon and stands first or below a blank one: a title that ends with a
// colon is none.
func (a *app) eachSection(i *model.Incident, now time.Time, heading, line func(string)) {
	first := true
	for _, l := range i.Handover(a.rules(), now, a.zone) {
		switch title, ok := strings.CutSuffix(l, ":"); {
		case first && ok:
			heading(title)
			first = false
		case l == "":
			first = true
		default:
			line(l)
			first = false
		}
	}
}

// handover prints the page for people.
func (a *app) handover(p *page, i *model.Incident, now time.Time) {
	p.line(a.term.in(faint, "at "+a.stamp(now)))
	a.eachSection(i, now, func(title string) {
		p.line()
		p.line(a.term.in(strong, title))
	}, func(line string) {
		for k, l := range p.t.wrap(model.Visible(line), p.t.width-4) {
			p.line(pick(k == 0, "  ", "    "), l)
		}
	})
}

// What a catch-up shows when nothing else is asked for.
const (
	catchUpSpan  = 10 * time.Minute
	mostWeighted = 30 // important entries from before
)

func (a *app) catchUp(root *cobra.Command) {
	var since string
	c := a.add(root, groupRead, &cobra.Command{
		Use: "catchup INC", Short: "For a newcomer: the brief, what mattered so far, and everything of late",
		Long: "For a newcomer, or whoever was away: the hand-over page, the important entries so far, and everything written since a moment or an entry (" +
			model.Span(catchUpSpan) + " if not said).",
		Example: "warroom catchup\nwarroom catchup --since 30m\nwarroom catchup --since 112",
	}, func(ctx context.Context, args []string) error {
		i, err := a.read(ctx, args, "catchup INC --since 10m")
		if err != nil {
			return err
		}
		now := time.Now()
		from, err := a.from(ctx, i, since, now)
		if err != nil {
			return err
		}
		fresh, err := a.since(ctx, i, from)
		if err != nil {
			return err
		}
		weighty, more, err := a.weighty(ctx, i, from)
		if err != nil {
			return err
		}
		if a.flag.json {
			v := struct {
				briefJSON
				From          int64       `json:"from"` // everything after this seq is in since
				Important     []entryJSON `json:"important"`
				ImportantMore bool        `json:"important_more"` // there are earlier ones
				Since         []entryJSON `json:"since"`
			}{a.briefOf(i, now), from, entriesOf(weighty), more, entriesOf(fresh)}
			return a.object(v)
		}
		p := a.page()
		a.handover(p, i, now)
		if len(weighty) > 0 {
			p.line()
			p.line(a.term.in(strong, "What mattered"), a.term.in(faint, pick(more, fmt.Sprintf("  the last %d", len(weighty)), "")))
			a.timeline(p, weighty, &day{})
		}
		p.line()
		p.line(a.term.in(strong, "Since "+pick(from == 0, "the beginning", fmt.Sprintf("#%d", from))))
		if len(fresh) == 0 {
			p.line(a.term.in(faint, "  nothing"))
		}
		a.timeline(p, fresh, &day{})
		return a.send(p)
	}, slotIncident)
	c.Flags().StringVar(&since, "since", "", "10m, 14:03, or the number of an entry")
}

// from is the seq after which everything is shown: as given, or that of the last
// event written before a moment.
func (a *app) from(ctx context.Context, i *model.Incident, since string, now time.Time) (int64, error) {
	if seq, err := strconv.ParseInt(strings.TrimPrefix(since, "#"), 10, 64); err == nil && seq >= 0 {
		return seq, nil
	}
	at := now.Add(-catchUpSpan)
	if since != "" {
		d, ok := model.ParseSpan(strings.TrimPrefix(strings.ToLower(since), "-"))
		if at = now.Add(-d); !ok {
			var err error
			if at, err = model.When(since, now, a.zone); err != nil {
				return 0, model.Errorf(model.Invalid, "%q is neither a time nor the number of an entry: give 10m, 14:03 or 112", model.Brief(since, 40))
			}
		}
	}
	// Events are written in the order of their numbers, so that the place can be
	// found in a few steps however long the incident is.
	lo, hi := int64(0), i.Seq
	for lo < hi {
		mid := (lo + hi + 1) / 2
		e, err := a.store.Entry(ctx, i.ID, mid)
		if err != nil {
			return 0, err
		}
		if e.Recorded.Before(at) {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return lo, nil
}

// since reads the entries written after seq.
func (a *app) since(ctx context.Context, i *model.Incident, seq int64) ([]model.Entry, error) {
	var all []model.Event
	for seq < i.Seq {
		events, err := a.store.Events(ctx, i.ID, seq, pageSize)
		if err != nil {
			return nil, err
		}
		if len(events) == 0 {
			break
		}
		all = append(all, events...)
		seq = all[len(all)-1].Seq
	}
	return model.Since(all), nil
}

// weighty reads the newest important entries written up to seq, and whether
// there are earlier ones.
func (a *app) weighty(ctx context.Context, i *model.Incident, seq int64) (out []model.Entry, more bool, err error) {
	w := model.Window{Back: true, Limit: pageSize}
	for {
		entries, err := a.store.Timeline(ctx, i.ID, w)
		if err != nil {
			return nil, false, err
		}
		for k := len(entries) - 1; k >= 0; k-- {
			if e := entries[k]; e.Mark && !e.Struck && e.Seq <= seq {
				if len(out) == mostWeighted {
					return backwards(out), true, nil
				}
				out = append(out, e)
			}
		}
		if len(entries) < w.Limit {
			return backwards(out), false, nil
		}
		w.From = entries[0].Pos()
	}
}
