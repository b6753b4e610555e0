package storage

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"

	"warroom/model"
)

// timeline is what the timeline of an incident must be, worked out the slow way.
func timeline(tb testing.TB, s *Store, id string, kinds []model.Kind) []model.Entry {
	tb.Helper()
	at := map[int64]int{}
	var out []model.Entry
	err := s.Each(bg, id, func(e model.Event) error {
		if b, ok := e.Body.(*model.Amendment); ok {
			out[at[b.Target]].Amend(b)
		}
		if !e.Quiet() {
			at[e.Seq] = len(out)
			out = append(out, model.NewEntry(e))
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	out = slices.DeleteFunc(out, func(e model.Entry) bool { return len(kinds) > 0 && !slices.Contains(kinds, e.Kind) })
	slices.SortFunc(out, func(a, b model.Entry) int {
		if a.Pos().Before(b.Pos()) {
			return -1
		}
		return 1
	})
	return out
}

func sameEntries(tb testing.TB, what string, got, want []model.Entry) {
	tb.Helper()
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if a, b := fmt.Sprintf("%+v", short(got)), fmt.Sprintf("%+v", short(want)); a != b {
		tb.Fatalf("%s:\n%s\nwant\n%s", what, a, b)
	}
}

func short(list []model.Entry) (out []string) {
	for _, e := range list {
		out = append(out, fmt.Sprint(e.Seq, e.When.UnixMilli(), e.Line, e.Mark, e.Struck, e.Amended, e.Prev.Short(), e.Hash.Short()))
	}
	return out
}

func TestTimelineWindows(t *testing.T) {
	s := newStore(t)
	rng := rand.New(rand.NewSource(1))
	base := time.Now().Add(-time.Hour)
	id := do(t, s, "", "ann", model.Declare{Title: "x", At: base}).Incident.ID
	other := declare(t, s, "must not be seen")
	kinds := model.NoteKinds
	for i := range 150 {
		// Few different times, so that many entries share one.
		at := base.Add(time.Duration(rng.Intn(20)) * time.Second)
		r := do(t, s, id, "ann", model.AddNote{Kind: kinds[rng.Intn(len(kinds))], Text: fmt.Sprint("line ", i), At: at})
		note(t, s, other, "other")
		if i%3 == 0 {
			b := model.Amend{Seq: r.Events[0].Seq, At: base.Add(time.Duration(20+rng.Intn(10)) * time.Second)}
			if i%2 == 0 {
				text := fmt.Sprint("amended ", i)
				b.Text = &text
			}
			do(t, s, id, "bob", b)
		}
		if i%40 == 0 {
			to := []model.Status{model.Investigating, model.Identified, model.Mitigated, model.Resolved}[i/40]
			do(t, s, id, "ann", model.SetStatus{To: to, At: at})
		}
	}
	for _, kinds := range [][]model.Kind{nil, {model.KindDecision}, {model.KindTodo, model.KindNote, model.KindTodo}, {model.KindStatusChanged, model.KindDeclared}, {"nothing"}} {
		want := timeline(t, s, id, kinds)
		for _, limit := range []int{1, 7, 50, 1000} {
			name := fmt.Sprint(kinds, " by ", limit)
			var got []model.Entry
			w := model.Window{Limit: limit, Kinds: kinds}
			for {
				part, err := s.Timeline(bg, id, w)
				if err != nil {
					t.Fatal(err)
				}
				if len(part) == 0 {
					break
				}
				got = append(got, part...)
				w.From = part[len(part)-1].Pos()
			}
			sameEntries(t, name+" forward", got, want)
			got = nil
			w = model.Window{Limit: limit, Kinds: kinds, Back: true}
			for {
				part, err := s.Timeline(bg, id, w)
				if err != nil {
					t.Fatal(err)
				}
				if len(part) == 0 {
					break
				}
				got = append(part, got...)
				w.From = part[0].Pos()
			}
			sameEntries(t, name+" backward", got, want)
		}
		// From a place where nothing is.
		from := model.Pos{At: base.Add(5500 * time.Millisecond), Seq: 1}
		k := slices.IndexFunc(want, func(e model.Entry) bool { return from.Before(e.Pos()) })
		if k < 0 {
			k = len(want)
		}
		after, _ := s.Timeline(bg, id, model.Window{From: from, Limit: 9, Kinds: kinds})
		sameEntries(t, "after a gap", after, want[k:min(len(want), k+9)])
		before, _ := s.Timeline(bg, id, model.Window{From: from, Limit: 9, Kinds: kinds, Back: true})
		sameEntries(t, "before a gap", before, want[max(0, k-9):k])
	}
	_, err := s.Timeline(bg, "INC-none", model.Window{})
	refused(t, err, model.NotFound, "no incident")
	if all, _ := s.Timeline(bg, id, model.Window{}); len(all) == 0 || len(all) > defaultWindow {
		t.Errorf("without a limit: %d entries", len(all))
	}
}
