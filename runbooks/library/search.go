package library

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sahilm/fuzzy"

	"warroom/runbooks"
)

// Search lists the runbooks that hold every word of a text somewhere, those that
// hold them in their names first. An empty text lists all. When no runbook holds
// the words, those whose id or title is written like them are listed.
func (l *Library) Search(text string) []Match {
	want := strings.Fields(strings.ToLower(text))
	var out []Match
	for _, it := range l.books {
		score, ok := 0, true
		for _, w := range want {
			n := weigh(it.Book, w)
			if ok = n > 0; !ok {
				break
			}
			score += n
		}
		if ok {
			out = append(out, Match{Item: it, Score: score})
		}
	}
	if len(out) == 0 && len(want) > 0 {
		for _, m := range fuzzy.FindFrom(strings.Join(want, ""), names(l.books)) {
			out = append(out, Match{Item: l.books[m.Index], Score: m.Score})
		}
		return out
	}
	slices.SortStableFunc(out, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Item.ID, b.Item.ID))
	})
	return out
}

type names []Item

func (n names) Len() int            { return len(n) }
func (n names) String(i int) string { return n[i].ID + " " + n[i].Title }

// begins reports whether a word of a text begins with w: lag is not in flag.
func begins(text, w string) bool {
	text = strings.ToLower(text)
	for from := 0; ; {
		i := strings.Index(text[from:], w)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		if i == 0 || !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			return true
		}
		from = i + len(w)
	}
}

// weigh says how prominently a runbook holds a word; 0 if it does not.
func weigh(b *runbooks.Book, w string) int {
	has := func(s string) bool { return begins(s, w) }
	switch {
	case has(b.ID), has(b.Title):
		return 20
	case slices.ContainsFunc(b.Tags, has), slices.ContainsFunc(b.Services, has):
		return 12
	case slices.ContainsFunc(b.Triggers, func(t runbooks.Trigger) bool { return has(t.Alert) || has(t.Metric) }):
		return 12
	case slices.ContainsFunc(b.Steps, func(s runbooks.Step) bool { return has(s.Title) }):
		return 6
	case has(b.Owner), has(b.Description):
		return 4
	case slices.ContainsFunc(b.Steps, func(s runbooks.Step) bool {
		return has(s.Description) || slices.ContainsFunc(s.Actions, func(a runbooks.Action) bool {
			return has(a.Description) || has(a.Text()) || slices.ContainsFunc(a.Argv, has)
		})
	}):
		return 2
	}
	return 0
}
