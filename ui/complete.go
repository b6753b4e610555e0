package ui

import (
	"strings"

	"warroom/model"
)

// completion is one word that could stand at the end of what was typed.
type completion struct {
	insert string // replaces the unfinished word
	word   string
	help   string
}

const maxHints = 6

// complete finds what could stand where the cursor is: slash commands, people
// behind @, and the words that a command expects.
func (c *composer) complete(names []string) {
	c.hints, c.hint = candidates(c.area.Value(), names), 0
}

// accept puts the chosen completion in.
func (c *composer) accept() {
	if len(c.hints) == 0 {
		return
	}
	v := c.area.Value()
	i := strings.LastIndexAny(v, " \n") + 1
	c.set(v[:i] + c.hints[c.hint].insert)
}

// candidates is pure: text typed so far to what may come.
func candidates(text string, names []string) []completion {
	i := strings.LastIndexAny(text, " \n") + 1
	word := text[i:]
	if i == 0 && strings.HasPrefix(word, "/") {
		return slashes(word)
	}
	if strings.HasPrefix(word, "@") {
		return people(word[1:], "@", names)
	}
	name, _, ok := model.Slash(text)
	if !ok || strings.Contains(text, "\n") {
		return nil
	}
	args := strings.Fields(text[:i])[1:]
	switch {
	case name == "status" && len(args) == 0:
		return words(word, model.Statuses)
	case (name == "role" || name == "release" || name == "accept" || name == "decline") && len(args) == 0:
		return words(word, model.Roles)
	case name == "milestone" && len(args) == 0:
		return words(word, model.Milestones)
	case name == "detection" && len(args) == 0:
		return words(word, model.Detections)
	case name == "sev" && len(args) == 0:
		return words(word, []string{"1", "2", "3", "4", "5"})
	case (name == "role" || name == "release") && len(args) == 1, name == "handover" && len(args) == 0:
		return people(word, "", names)
	}
	return nil
}

func slashes(word string) []completion {
	var out []completion
	for _, s := range model.Slashes {
		if strings.HasPrefix("/"+s.Name, strings.ToLower(word)) {
			out = append(out, completion{"/" + s.Name + " ", "/" + s.Name + " " + s.Args, s.Help})
		}
	}
	return limit(out)
}

func people(word, prefix string, names []string) []completion {
	var out []completion
	for _, n := range names {
		if strings.HasPrefix(strings.ToLower(n), strings.ToLower(word)) && !strings.ContainsAny(n, " \t\n") {
			out = append(out, completion{insert: prefix + n + " ", word: prefix + model.Visible(n)})
		}
	}
	return limit(out)
}

func words[T ~string](word string, from []T) []completion {
	var out []completion
	for _, w := range from {
		if strings.HasPrefix(string(w), strings.ToLower(word)) {
			out = append(out, completion{insert: string(w) + " ", word: string(w)})
		}
	}
	return limit(out)
}

// limit keeps the list short; a single complete word needs no completion.
func limit(c []completion) []completion {
	if len(c) > maxHints {
		c = c[:maxHints]
	}
	return c
}
