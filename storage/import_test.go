package storage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

// export writes all events as the export does: one JSON object a line.
func export(tb testing.TB, s *Store, id string) []string {
	tb.Helper()
	var out []string
	err := s.Each(bg, id, func(e model.Event) error {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		err := enc.Encode(e)
		out = append(out, strings.TrimSuffix(b.String(), "\n"))
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func join(lines []string) *strings.Reader { return strings.NewReader(strings.Join(lines, "\n") + "\n") }

var hostileTexts = []string{
	"\x00", "a\x00b", "\xff\xfe\xfd", "\x1b[31mred\x1b]0;title\x07", "\u202eevil\u2066", "<script>&amp;</script>", "line\u2028sep\u2029", `"quotes" \ back\slash`, "tab\tnew\nline\r\n",
	strings.Repeat("x", model.MaxText), strings.Repeat("\U0001F525", 1000), "e\u0301\u0301\u0301\u0301", "', DROP TABLE", "\ufeffBOM", "{\"text\":1}", "\u0000\u0001\u001f\u007f", "null", "�",
}

func TestHostileTextRoundTrip(t *testing.T) {
	s := newStore(t)
	id := do(t, s, "", "<b>\x1b[1m&", model.Declare{Title: hostileTexts[3], Description: hostileTexts[9], Services: hostileTexts[:5]}).Incident.ID
	want := map[int64]string{}
	for _, text := range hostileTexts {
		r, err := s.Do(bg, id, model.Request{Actor: "a\x00\xffb", Command: model.AddNote{Text: text}})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		e := r.Events[0]
		want[e.Seq] = strings.TrimSpace(model.Valid(text))
		if e.Text() != want[e.Seq] {
			t.Errorf("%q became %q", text, e.Text())
		}
	}
	_, err := s.Do(bg, id, model.Request{Actor: "ann", Command: model.AddNote{Text: strings.Repeat("x", model.MaxText+1)}})
	refused(t, err, model.Invalid, "too long")
	check := func(s *Store) {
		t.Helper()
		if err := s.Each(bg, id, func(e model.Event) error {
			if w, ok := want[e.Seq]; ok && e.Text() != w {
				t.Errorf("#%d is %q, want %q", e.Seq, e.Text(), w)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if rep := must(s.Audit(bg, "")); len(rep.Findings) != 0 {
			t.Error(rep.Findings)
		}
	}
	check(s)
	to := newStore(t)
	rep, err := to.Import(bg, join(export(t, s, "")))
	if err != nil {
		t.Fatal(err)
	}
	if rep.Imported != int64(len(want)+2) || rep.Incidents != 1 || rep.Skipped != 0 {
		t.Errorf("%+v", rep)
	}
	check(to)
	if a, b := asJSON(t, must(s.Incident(bg, id))), asJSON(t, must(to.Incident(bg, id))); a != b {
		t.Errorf("%s\n%s", a, b)
	}
}

func TestImport(t *testing.T) {
	s := newStore(t)
	a := declare(t, s, "a")
	b := declare(t, s, "b")
	for i := range 5 {
		note(t, s, a, fmt.Sprint("a", i))
		note(t, s, b, fmt.Sprint("b", i))
	}
	all := export(t, s, "")
	to := newStore(t)
	ch := to.Watch(t.Context())
	mixed := []string{"", "\ufeff" + all[0]}
	mixed = mixed[1:]
	for i := 1; i < 7; i++ { // incidents may be mixed, as in the order of writing
		mixed = append(mixed, all[7+i-1], all[i], "   ")
	}
	mixed = append(mixed, all[13])
	rep, err := to.Import(bg, join(mixed))
	if err != nil || rep != (ImportReport{2, 14, 0}) {
		t.Fatalf("%+v, %v", rep, err)
	}
	n := 0
	seen(t, ch, 5e9, "the import is news", func(c model.Change) bool { n += len(c.Events); return n == 14 })
	if got := strings.Join(export(t, to, ""), "\n"); got != strings.Join(all, "\n") {
		t.Errorf("the export of the import:\n%s\nwant\n%s", got, strings.Join(all, "\n"))
	}
	if rep, err = to.Import(bg, join(all)); err != nil || rep != (ImportReport{0, 0, 14}) {
		t.Errorf("again: %+v, %v", rep, err)
	}
	// A longer one of the same brings what is new, a shorter one nothing.
	note(t, s, a, "more")
	if rep, err = to.Import(bg, join(export(t, s, a))); err != nil || rep != (ImportReport{1, 1, 7}) {
		t.Errorf("more: %+v, %v", rep, err)
	}
	note(t, s, a, "only the end")
	if rep, err = to.Import(bg, join(export(t, s, a)[8:])); err != nil || rep != (ImportReport{1, 1, 0}) {
		t.Errorf("only the end: %+v, %v", rep, err)
	}
	if rep := must(to.Rebuild(bg)); rep.Differed != 0 {
		t.Errorf("%d rows differ", rep.Differed)
	}
	if got := found(t, to, "only end"); len(got) != 1 {
		t.Errorf("%q", got)
	}
	if rep, err = to.Import(bg, strings.NewReader("")); err != nil || rep != (ImportReport{}) {
		t.Errorf("nothing: %+v, %v", rep, err)
	}
}

func TestImportRefuses(t *testing.T) {
	s := newStore(t)
	id := declare(t, s, "x")
	for i := range 3 {
		note(t, s, id, fmt.Sprint("line ", i))
	}
	all := export(t, s, "")
	edit := func(n int, from, to string) []string {
		t.Helper()
		out := append([]string(nil), all...)
		if !strings.Contains(out[n], from) {
			t.Fatalf("no %q in %s", from, out[n])
		}
		out[n] = strings.Replace(out[n], from, to, 1)
		return out
	}
	without := func(n int) []string { return append(append([]string(nil), all[:n]...), all[n+1:]...) }
	for name, c := range map[string]struct {
		lines []string
		code  model.Code
		say   string
	}{
		"no JSON":      {append(append([]string(nil), all...), "hello"), model.Invalid, "line 6 is no event"},
		"another JSON": {[]string{`{"a":1}`}, model.Invalid, "line 1 has no id of an incident"},
		"an array":     {[]string{`[1]`}, model.Invalid, "line 1 is no event"},
		"content":      {edit(3, `"body":{"text":"line 1`, `"body":{"text":"line 9`), model.Invalid, "line 4 (#4 of " + id + ") does not verify: its content"},
		"author":       {edit(3, `"actor":"ann"`, `"actor":"eve"`), model.Invalid, "line 4"},
		"left out":     {without(2), model.Invalid, "line 3 is #4 of " + id + ", but #3 was to follow"},
		"no beginning": {all[2:], model.Invalid, "line 1 is #3 of " + id + ", but the record here goes only up to #0"},
		"twice":        {append(append([]string(nil), all...), all[4]), model.Invalid, "line 6 is #5"},
		"strange id":   {edit(0, id, "INC-\\u001b[31m"), model.Invalid, "line 1 has no id of an incident"},
		"no author":    {edit(0, `"actor":"ann"`, `"actor":""`), model.Invalid, "line 1 does not say who wrote it"},
		"no kind":      {edit(0, `"kind":"declared"`, `"kind":""`), model.Invalid, "line 1 has no kind"},
		"long":         {append(append([]string(nil), all...), `"`+strings.Repeat("x", maxLine)+`"`), model.Invalid, "line 6 is longer"},
	} {
		t.Run(name, func(t *testing.T) {
			to := newStore(t)
			mine := do(t, to, "", "ann", model.Declare{Title: "mine", At: time.Now().Add(-time.Hour)}).Incident.ID
			_, err := to.Import(bg, join(c.lines))
			refused(t, err, c.code, c.say)
			if list := must(to.List(bg, model.Filter{})); len(list) != 1 || list[0].ID != mine || list[0].Seq != 2 {
				t.Errorf("something was imported: %+v", list)
			}
		})
	}
}

func TestImportConflicts(t *testing.T) {
	s := newStore(t)
	id := declare(t, s, "x")
	note(t, s, id, "one")
	base := export(t, s, "")
	fork := newStore(t)
	must(fork.Import(bg, join(base)))
	note(t, s, id, "here")
	note(t, s, id, "here too")
	note(t, fork, id, "there")
	_, err := fork.Import(bg, join(export(t, s, "")))
	refused(t, err, model.Conflict, "line 4 says otherwise than the record here: #4 of "+id)
	if in := must(fork.Incident(bg, id)); in.Last != "there" || in.Seq != 4 {
		t.Errorf("%q #%d", in.Last, in.Seq)
	}
	// What came before the line that was refused is not kept either.
	fresh := newStore(t)
	other := do(t, fresh, "", "ann", model.Declare{Title: "another", At: time.Now().Add(-time.Hour)}).Incident.ID
	_, err = fork.Import(bg, join(append(export(t, fresh, ""), export(t, s, "")...)))
	refused(t, err, model.Conflict, "line 6 says otherwise")
	if _, err := fork.Incident(bg, other); model.CodeOf(err) != model.NotFound {
		t.Errorf("half of a refused import is there: %v", err)
	}
	// The end of one history does not fit to the other.
	_, err = fork.Import(bg, join(export(t, s, "")[4:]))
	refused(t, err, model.Conflict, "line 1 does not continue the record here")
}

func FuzzImport(f *testing.F) {
	s := newStore(f)
	id := declare(f, s, "x")
	note(f, s, id, "a line")
	text := "corrected"
	do(f, s, id, "bob", model.Amend{Seq: 3, Text: &text})
	all := export(f, s, "")
	f.Add(strings.Join(all, "\n"))
	f.Add(strings.Join(all[:2], "\r\n"))
	f.Add(all[0] + all[1])
	f.Add("{}\n[]\nnull\n\x00")
	f.Add(strings.Replace(all[0], `"body":{`, `"body":null,"x":{`, 1))
	to := newStore(f)
	mine := declare(f, to, "mine")
	f.Fuzz(func(t *testing.T, in string) {
		before := must(to.Audit(bg, ""))
		rep, err := to.Import(bg, strings.NewReader(in))
		after := must(to.Audit(bg, ""))
		if len(after.Findings) > 0 {
			t.Fatalf("it broke the record: %v", after.Findings)
		}
		if want := before.Events + rep.Imported; after.Events != want {
			t.Fatalf("%d events, want %d", after.Events, want)
		}
		if err != nil && (rep != ImportReport{} || model.CodeOf(err) == model.Internal) {
			t.Fatalf("%+v, %v", rep, err)
		}
		if _, err := to.Incident(bg, mine); err != nil {
			t.Fatal(err)
		}
	})
}
