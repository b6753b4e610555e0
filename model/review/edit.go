package review

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"warroom/model"
)

// Draft is the postmortem in a person's editor: the sections as they were when
// the file was written, so that what comes back can be told from what was there.
type Draft struct {
	Sections []Section
	written  map[model.SectionKey]string
}

// NewDraft takes the sections of a document to an editor.
func NewDraft(d *Document) Draft {
	w := Draft{Sections: d.Sections, written: map[model.SectionKey]string{}}
	for _, s := range d.Sections {
		w.written[s.Key] = forEditor(s.Text)
	}
	return w
}

// forEditor moves headings inside a section below those of the file, and takes
// comments away, which do not come back.
func forEditor(text string) string {
	ls := strings.Split(withoutAsks(text), "\n")
	fence := false
	for k, l := range ls {
		if t := strings.TrimSpace(l); strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~") {
			fence = !fence
		}
		if m := headingLine.FindStringSubmatch(l); m != nil && !fence && len(m[1]) < 3 {
			ls[k] = "### " + m[2]
		}
	}
	return strings.TrimSpace(strings.Join(ls, "\n"))
}

// Was is the text of a section as it stood when the file was written.
func (w Draft) Was(k model.SectionKey) string { return w.written[k] }

// File is what the editor opens. Only the keys named are in it, all if none is.
func (w Draft) File(d *Document, only ...model.SectionKey) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<!-- Postmortem of %s. Write under the headings and save; leave the headings as they are.\n", d.ID)
	b.WriteString("     What stands in comments like this one is not kept. A heading that is missing leaves its section as it is.\n")
	b.WriteString("     Timeline, numbers and action items come from the record and are not in this file. -->\n\n")
	fmt.Fprintf(&b, "# %s %s\n", d.ID, strings.ReplaceAll(model.Visible(d.Title), "-->", "--&gt;"))
	for _, s := range w.Sections {
		if len(only) > 0 && !slices.Contains(only, s.Key) {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n", s.Title)
		if p := PartFor(s.Key); p.Ask != "" {
			fmt.Fprintf(&b, "<!-- %s -->\n", p.Ask)
		}
		if t := w.written[s.Key]; t != "" {
			b.WriteString("\n" + t + "\n")
		} else {
			b.WriteString("\n\n")
		}
	}
	return b.Bytes()
}

// Back reads what came back from the editor: the sections that were changed. A
// file without any of the headings is refused, so that a wrong file or an
// emptied one does no harm.
func (w Draft) Back(data []byte) (map[model.SectionKey]string, error) {
	ls := strings.Split(strings.ReplaceAll(model.Valid(string(data)), "\r\n", "\n"), "\n")
	body := map[model.SectionKey]*strings.Builder{}
	var at *strings.Builder
	fence := false
	for _, l := range ls {
		if t := strings.TrimSpace(l); strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~") {
			fence = !fence
		}
		if h, ok := strings.CutPrefix(l, "## "); ok && !fence {
			if k, known := w.keyOf(h); known {
				if body[k] != nil {
					return nil, model.Errorf(model.Invalid, "the heading %q stands there twice: put its text together", model.Brief(h, 40))
				}
				at = &strings.Builder{}
				body[k] = at
				continue
			}
		}
		if at != nil {
			at.WriteString(l + "\n")
		}
	}
	if len(body) == 0 {
		return nil, model.Errorf(model.Invalid, "none of the headings is in the file: nothing was changed")
	}
	out := map[model.SectionKey]string{}
	for k, b := range body {
		text := strings.TrimSpace(withoutAsks(b.String()))
		if len(text) > model.MaxText {
			return nil, model.Errorf(model.Invalid, "%s is too long, %d bytes: at most %d can be written, put the rest in a file and name it", PartFor(k).Title, len(text), model.MaxText)
		}
		if Conflicted(text) {
			return nil, model.Errorf(model.Invalid, "in %s two texts are still side by side: keep what is right and take the lines with <<<<<<< ======= >>>>>>> away", PartFor(k).Title)
		}
		if text != w.written[k] {
			out[k] = text
		}
	}
	return out, nil
}

// withoutAsks takes the comments of the file away, but not the mark by which a
// line asks not to be linted.
func withoutAsks(s string) string {
	const hold = "\x00ok\x00"
	s = strings.ReplaceAll(s, IgnoreMark, hold)
	s = comment.ReplaceAllString(s, "")
	return strings.ReplaceAll(s, hold, IgnoreMark)
}

func (w Draft) keyOf(heading string) (model.SectionKey, bool) {
	for _, s := range w.Sections {
		if strings.EqualFold(strings.TrimSpace(heading), s.Title) {
			return s.Key, true
		}
	}
	return "", false
}

// Conflict is a section that two people changed at the same lines. Both texts
// are kept: Mine as it was typed, Theirs as it stands, Both with marks between.
type Conflict struct {
	Section            model.SectionKey
	Mine, Theirs, Both string
	By                 string
	Seq                int64 // of Theirs
}

// Reconcile makes commands of what came back, on top of the incident as it
// stands now: what nobody touched meanwhile is written as it is, what somebody
// did is merged, and what cannot be merged is a Conflict and is not written.
func (w Draft) Reconcile(changed map[model.SectionKey]string, now *model.Incident) (cmds []model.WriteReview, conflicts []Conflict) {
	for _, s := range w.Sections {
		mine, ok := changed[s.Key]
		if !ok {
			continue
		}
		there := now.Writeup.Section(s.Key)
		if there.Seq == s.Seq {
			cmds = append(cmds, model.WriteReview{Section: s.Key, Text: mine, Base: s.Seq})
			continue
		}
		theirs := forEditor(there.Text)
		text, clean := Merge(w.written[s.Key], mine, theirs)
		switch {
		case !clean:
			conflicts = append(conflicts, Conflict{s.Key, mine, there.Text, text, there.By, there.Seq})
		case text != there.Text:
			cmds = append(cmds, model.WriteReview{Section: s.Key, Text: text, Base: there.Seq})
		}
	}
	return cmds, conflicts
}
