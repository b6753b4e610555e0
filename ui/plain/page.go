package plain

import (
	"strconv"
	"strings"

	"warroom/model"
)

const (
	opening  = 5   // entries read out when an incident is opened
	pageful  = 10  // entries of a page
	mostRead = 200 // entries that can be asked for at once
	results  = 10  // of a search
)

// entryLine is an entry with its number and time.
func (r *room) entryLine(e model.Entry) string {
	var tags []string
	if e.Struck {
		tags = append(tags, "taken back")
	} else if e.Amended > 0 {
		tags = append(tags, "corrected")
	}
	if e.Mark {
		tags = append(tags, "important")
	}
	if e.Kind.Written() {
		tags = append(tags, string(e.Kind))
	}
	who := e.Actor
	if len(tags) > 0 {
		who += ", " + strings.Join(tags, " ")
	}
	if d := e.BackDated(); d > 0 {
		who += ", written " + model.Span(d) + " later"
	}
	return "#" + strconv.FormatInt(e.Seq, 10) + " " + r.clock(e.When) + " " + who + ": " + r.text(e.Line, e.Seq)
}

// page reads a page of the timeline and remembers where it begins.
func (r *room) page(w model.Window) ([]model.Entry, bool) {
	w.Back = true
	ctx, cancel := r.call()
	defer cancel()
	entries, err := r.Store.Timeline(ctx, r.inc.ID, w)
	if err != nil {
		r.trouble(err)
		return nil, false
	}
	if len(entries) > 0 {
		r.top = entries[0].Pos()
	}
	return entries, true
}

func (r *room) last(rest string) {
	n := pageful
	if rest != "" {
		v, _ := split(rest)
		n = int(min(max(v, 1), mostRead))
	}
	entries, ok := r.page(model.Window{Limit: n})
	if !ok {
		return
	}
	for _, e := range entries {
		r.say("%s", r.entryLine(e))
	}
	if n == mostRead && len(entries) == n {
		r.say("These are %d, the most at a time; before goes on.", n)
	}
}

func (r *room) before() {
	entries, ok := r.page(model.Window{From: r.top, Limit: pageful})
	if !ok {
		return
	}
	for _, e := range entries {
		r.say("%s", r.entryLine(e))
	}
	if len(entries) < pageful {
		r.say("That is the beginning of the timeline.")
	}
}

func (r *room) search(words string) {
	ctx, cancel := r.call()
	defer cancel()
	hits, err := r.Store.Search(ctx, words, results+1)
	if err != nil {
		r.trouble(err)
		return
	}
	for n, h := range hits {
		if n == results {
			r.say("There is more: add a word to find less.")
			break
		}
		where := ""
		if r.inc == nil || h.Incident != r.inc.ID {
			where = h.Incident + ", " + h.Title + ": "
		}
		r.say("%s%s", where, r.entryLine(h.Entry))
	}
	if len(hits) == 0 {
		r.say("Nothing is found.")
	}
}

// entry reads an entry in full, line by line, with what it said before.
func (r *room) entry(rest string) {
	seq, _ := split(rest)
	ctx, cancel := r.call()
	defer cancel()
	events, err := r.Store.History(ctx, r.inc.ID, seq)
	if err != nil {
		r.trouble(err)
		return
	}
	full := func(head, text string) {
		for k, l := range model.VisibleLines(text) {
			if k > 0 {
				head = "  "
			}
			r.say("%s%s", head, l)
		}
	}
	for k, e := range events {
		at := r.inZone(e.Recorded)
		b, amends := e.Body.(*model.Amendment)
		switch {
		case k == 0:
			kind := ""
			if e.Kind.Written() {
				kind = ", " + string(e.Kind)
			}
			full("#"+strconv.FormatInt(e.Seq, 10)+", written "+at+" by "+e.Actor+kind+": ", e.Text())
			if !e.At.Equal(e.Recorded) {
				r.say("It happened %s.", r.inZone(e.At))
			}
		case amends:
			full("Corrected "+at+" by "+e.Actor+": ", e.Text())
			if b.Line != nil {
				full("Before: ", b.Was)
			}
		}
	}
}

func (r *room) edit(rest string) {
	seq, text := split(rest)
	r.do(model.Amend{Seq: seq, Text: &text})
}

func (r *room) retime(rest string) {
	seq, when := split(rest)
	at, err := model.When(when, r.Now(), r.Zone)
	if err != nil {
		r.refuse("", model.ID{}, err)
		return
	}
	r.do(model.Amend{Seq: seq, At: at})
}

// again sends the line that failed once more.
func (r *room) again() { r.line(input{text: r.failed.line}) }
