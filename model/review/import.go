package review

import (
	"regexp"
	"strings"

	"warroom/model"
)

// Imported is a postmortem that was written elsewhere.
type Imported struct {
	Title   string
	Parts   map[string]string // by section key or part id; what stood under the heading
	Actions []Action
	Other   []string // headings that are no part of the template; their text is with the part before
}

var (
	boldHeading = regexp.MustCompile(`^\s*(?:\*\*|__)([^*_]{2,80})(?:\*\*|__):?\s*$`)
	underline   = regexp.MustCompile(`^\s*(?:=+|-{3,})\s*$`)
	dateIn      = regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}\b`)
	priorityIn  = regexp.MustCompile(`(?i)\bP([0-2])\b`)
	ticketIn    = regexp.MustCompile(`https?://\S+|\b[A-Z][A-Z0-9]+-\d+\b|#\d+\b`)
	ownerIn     = regexp.MustCompile(`(?i)(?:^|\s|\()@([\w][\w.-]*)|\bowner:\s*@?([\w][\w.-]*)`)
)

// headingOf reports whether line n is a heading, of any of the usual forms: with
// number signs, underlined, or alone in bold.
func headingOf(lines []string, n int) (string, bool) {
	l := strings.TrimRight(lines[n], " \r")
	if m := headingLine.FindStringSubmatch(l); m != nil {
		return m[2], true
	}
	if m := boldHeading.FindStringSubmatch(l); m != nil {
		return m[1], true
	}
	if t := strings.TrimSpace(l); n+1 < len(lines) && t != "" && !strings.ContainsAny(t[:1], "-*|>#0123456789") && underline.MatchString(lines[n+1]) {
		return t, true
	}
	return "", false
}

// Import reads a Markdown postmortem: the text under every heading that the
// template knows under some name, and its action items. Nothing is dropped: text
// under a heading that is not known stays, with the heading, in the part before.
func Import(text string) Imported {
	in := Imported{Parts: map[string]string{}}
	lines := strings.Split(strings.ReplaceAll(model.Valid(text), "\r\n", "\n"), "\n")
	part := string(model.SecSummary)
	body := map[string]*strings.Builder{}
	put := func(l string) {
		if body[part] == nil {
			body[part] = &strings.Builder{}
		}
		body[part].WriteString(l + "\n")
	}
	fence := false
	for n := 0; n < len(lines); n++ {
		l := lines[n]
		if t := strings.TrimSpace(l); strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~") {
			fence = !fence
		}
		h, ok := headingOf(lines, n)
		if fence || !ok {
			put(l)
			continue
		}
		if n+1 < len(lines) && underline.MatchString(lines[n+1]) && !strings.HasPrefix(strings.TrimSpace(l), "#") {
			n++
		}
		p, known := PartOf(h)
		switch {
		case known:
			part = p.ID
			if p.Key != "" {
				part = string(p.Key)
			}
		case in.Title == "":
			in.Title = strings.TrimSpace(h)
		default:
			if !strings.Contains("impact analysis root cause analysis response analysis", plainHeading(h)) {
				in.Other = append(in.Other, h)
				put("### " + h)
			}
		}
	}
	for k, b := range body {
		if t := strings.Trim(b.String(), " \n"); t != "" {
			in.Parts[k] = t
		}
	}
	in.Actions = importActions(in.Parts[PartActions])
	return in
}

// importActions reads a table or a list of action items.
func importActions(text string) []Action {
	var out []Action
	var head []string
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(l)
		if strings.HasPrefix(l, "|") {
			cells := cellsOf(l)
			switch {
			case head == nil:
				for _, c := range cells {
					head = append(head, strings.ToLower(strings.Trim(c, " *")))
				}
			case strings.Trim(l, "|-: ") == "":
			default:
				if a, ok := rowAction(head, cells); ok {
					out = append(out, a)
				}
			}
			continue
		}
		b := bulletLine.FindStringSubmatch(l)
		if b == nil {
			b = numberedLine.FindStringSubmatch(l)
		}
		if b == nil {
			continue
		}
		t, done := b[2], false
		if c := checkLine.FindStringSubmatch(t); c != nil {
			t, done = c[2], strings.EqualFold(c[1], "x")
		}
		if a := freeAction(t); a.Title != "" {
			if done {
				a.State = model.ItemDone
			}
			out = append(out, a)
		}
	}
	return out
}

func cellsOf(l string) []string {
	l = strings.ReplaceAll(strings.Trim(l, "|"), `\|`, "\x00")
	cells := strings.Split(l, "|")
	for k, c := range cells {
		cells[k] = strings.TrimSpace(unescape(strings.ReplaceAll(c, "\x00", "|")))
	}
	return cells
}

// unescape reads the numbers by which Text writes signs that mean something.
func unescape(s string) string {
	if !strings.Contains(s, "&#") {
		return s
	}
	return entity.ReplaceAllStringFunc(s, func(e string) string {
		n := 0
		for _, d := range e[2 : len(e)-1] {
			n = n*10 + int(d-'0')
		}
		if n < 0x20 || n > 0x7e {
			return e
		}
		return string(rune(n))
	})
}

var entity = regexp.MustCompile(`&#\d{2,3};`)

func rowAction(head, cells []string) (Action, bool) {
	a := Action{State: model.ItemOpen}
	for k, c := range cells {
		if k >= len(head) || c == "" || c == "-" || strings.HasPrefix(c, "[") && strings.HasSuffix(c, "]") && !strings.Contains(c, "(") {
			continue
		}
		h := head[k]
		has := func(names ...string) bool {
			for _, n := range names {
				if strings.Contains(h, n) {
					return true
				}
			}
			return false
		}
		switch {
		case has("owner", "assignee", "who", "responsible"):
			a.Owner = strings.Trim(c, "@ ")
		case has("prio"):
			a.Priority = prioritise(c)
		case has("due", "date", "deadline", "when"):
			if d, err := model.ParseDate(dateIn.FindString(c)); err == nil {
				a.Due = string(d)
			}
		case has("ticket", "issue", "bug", "link", "tracking"):
			a.Ticket = c
		case has("type", "kind"):
			a.Type = typeIn(c)
		case has("status", "state", "done"):
			if t := strings.ToLower(c); strings.Contains(t, "done") || strings.Contains(t, "complete") || strings.Contains(t, "closed") {
				a.State = model.ItemDone
			}
		case has("action", "item", "task", "description", "what", "title", "todo") && a.Title == "":
			a.Title = c
		}
	}
	if a.Title == "" && len(cells) > 0 {
		a.Title = cells[0]
	}
	if strings.HasPrefix(a.Title, "[") && strings.HasSuffix(a.Title, "]") { // the template's own words
		return a, false
	}
	return a, a.Title != ""
}

// freeAction reads an item of a list: owner, priority, date and ticket stand
// somewhere in it.
func freeAction(t string) Action {
	a := Action{State: model.ItemOpen}
	t = strings.TrimSpace(unescape(t))
	if m := priorityIn.FindStringSubmatch(t); m != nil {
		a.Priority = "P" + m[1]
		for _, form := range []string{"[" + m[0] + "]", "(" + m[0] + ")", m[0] + ":"} {
			t = strings.Replace(t, form, "", 1)
		}
	}
	if m := ownerIn.FindStringSubmatch(t); m != nil {
		a.Owner = m[1] + m[2]
	}
	if d, err := model.ParseDate(dateIn.FindString(t)); err == nil {
		a.Due = string(d)
	}
	a.Ticket = strings.TrimRight(ticketIn.FindString(t), ").,")
	// What has a place of its own now is taken out of the words.
	words := aside.ReplaceAllString(t, "")
	if a.Ticket != "" {
		words = strings.TrimSuffix(strings.TrimSpace(words), a.Ticket)
	}
	words = commas.ReplaceAllString(emptied.ReplaceAllString(words, ""), ", ")
	if words = strings.Trim(strings.Join(strings.Fields(words), " "), " ,;:-–—"); words == "" {
		words = strings.Join(strings.Fields(t), " ")
	}
	a.Title = words
	return a
}

var (
	aside   = regexp.MustCompile(`(?i)\bowner:\s*@?\w[\w.-]*|\b(?:due|by|until)?:?\s*\d{4}-\d\d-\d\d\b|\s+P[0-2]$`)
	emptied = regexp.MustCompile(`\([\s,;]*\)`)
	commas  = regexp.MustCompile(`,(?:\s*,)+\s*`)
)

func prioritise(c string) string {
	if m := priorityIn.FindStringSubmatch(c); m != nil {
		return "P" + m[1]
	}
	switch t := strings.ToLower(c); {
	case strings.Contains(t, "crit") || strings.Contains(t, "urgent"):
		return "P0"
	case strings.Contains(t, "high"):
		return "P1"
	case strings.Contains(t, "med") || strings.Contains(t, "low"):
		return "P2"
	}
	return ""
}

func typeIn(c string) string {
	c = strings.ToLower(c)
	for _, t := range model.ActionTypes {
		if strings.Contains(c, string(t)) {
			return string(t)
		}
	}
	return ""
}
