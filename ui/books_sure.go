package ui

import "strings"

// What a person has to be sure of before anything runs: the text, and the target.

// changedLines warn that the file is another one by now: it is not what runs.
func (d *booksDesk) changedLines(a *App, w int) []string {
	if d.plan == nil || !d.plan.Changed {
		return nil
	}
	var out []string
	for _, l := range wrap("the file has changed since: this run keeps its text", w-2, 3) {
		out = append(out, segs{{" " + l, a.theme.warn}}.fit(w))
	}
	return out
}

// where says which cluster this is about: the first thing to look at.
func (d *booksDesk) where() string {
	if d.plan == nil {
		return ""
	}
	var parts []string
	for _, v := range d.plan.Values {
		switch v.Name {
		case "context", "cluster", "namespace", "environment", "env", "database":
			if v.Value != "" {
				parts = append(parts, v.Name+" "+v.Value)
			}
		}
	}
	return strings.Join(parts, " · ")
}
