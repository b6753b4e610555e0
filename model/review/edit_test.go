package review

import (
	"strings"
	"testing"
	"time"

	"warroom/model"
)

func TestMergeKeepsBoth(t *testing.T) {
	const base = "one\ntwo\nthree\nfour"
	for _, c := range []struct {
		mine, theirs, want string
		clean              bool
	}{
		{"one\ntwo!\nthree\nfour", base, "one\ntwo!\nthree\nfour", true},
		{base, "zero\n" + base, "zero\n" + base, true},
		{"one\ntwo!\nthree\nfour", "one\ntwo\nthree\nfour\nfive", "one\ntwo!\nthree\nfour\nfive", true},
		{"one\nthree\nfour", "one\ntwo\nthree\nFOUR", "one\nthree\nFOUR", true},
		{"one\nA\nthree\nfour", "one\nB\nthree\nfour", "one\n<<<<<<< yours\nA\n=======\nB\n>>>>>>> written meanwhile\nthree\nfour", false},
		{"", base + "\nfive", "", false},
		{"x", "x", "x", true},
	} {
		got, clean := Merge(base, c.mine, c.theirs)
		if clean != c.clean || c.clean && got != c.want || !c.clean && c.want != "" && got != c.want {
			t.Errorf("mine %q theirs %q: %q %v", c.mine, c.theirs, got, clean)
		}
		if !clean {
			if !Conflicted(got) {
				t.Errorf("no marks in %q", got)
			}
			for _, side := range []string{c.mine, c.theirs} {
				for _, l := range lines(side) {
					if !strings.Contains(got, l) {
						t.Errorf("%q is lost in %q", l, got)
					}
				}
			}
		}
	}
}

// The way to the editor and back: nothing touched changes nothing; what was
// touched comes back; what others wrote meanwhile stays.
func TestEditorRoundTrip(t *testing.T) {
	s := lasted(t, time.Hour)
	s.do("ana", model.WriteReview{Section: model.SecWell, Text: "## loud\nthe alert came early\n<!-- a note -->\n```\n## not a heading\n```"})
	s.do("ana", model.WriteReview{Section: model.SecLessons, Text: "first\nsecond\nthird"})
	d := s.document()
	w := NewDraft(d)
	file := string(w.File(d))
	if back, err := w.Back([]byte(file)); err != nil || len(back) != 0 {
		for k, v := range back {
			t.Errorf("untouched, %s came back as %q, was %q", k, v, w.written[k])
		}
		t.Fatal(err)
	}
	edited := strings.Replace(file, "first\nsecond", "FIRST\nsecond", 1)
	edited = strings.Replace(edited, "## Lucky Factors\n", "## Lucky Factors\nit was noon\n", 1)
	back, err := w.Back([]byte(edited))
	if err != nil || len(back) != 2 || back[model.SecLucky] != "it was noon" {
		t.Fatalf("%q %v", back, err)
	}
	// Meanwhile somebody adds a line to the lessons.
	s.do("bob", model.WriteReview{Section: model.SecLessons, Text: "first\nsecond\nthird\nfourth", Base: s.i.Writeup.Section(model.SecLessons).Seq})
	cmds, conflicts := w.Reconcile(back, s.i)
	if len(cmds) != 2 || len(conflicts) != 0 {
		t.Fatalf("%+v %+v", cmds, conflicts)
	}
	for _, c := range cmds {
		s.do("ana", c)
	}
	if got := s.i.Writeup.Section(model.SecLessons).Text; got != "FIRST\nsecond\nthird\nfourth" {
		t.Errorf("merged %q", got)
	}
	// And now to the same line.
	s.do("bob", model.WriteReview{Section: model.SecLessons, Text: "First, of all\nsecond", Base: s.i.Writeup.Section(model.SecLessons).Seq})
	cmds, conflicts = w.Reconcile(back, s.i)
	if len(conflicts) != 1 || !strings.Contains(conflicts[0].Both, "FIRST") || !strings.Contains(conflicts[0].Both, "First, of all") {
		t.Errorf("%+v %+v", cmds, conflicts)
	}
	for bad, want := range map[string]string{"": "none of the headings", "## Lessons Learned\nx\n## Lessons Learned\ny": "twice"} {
		if _, err := w.Back([]byte(bad)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
