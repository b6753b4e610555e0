package ui

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sahilm/fuzzy"

	"warroom/model"
)

// Binding gives an action other keys than those it comes with.
type Binding struct {
	Action string
	Keys   []string // none: the action is reached through the palette only
	At     string   // where this is written, for the sentence that refuses it
}

// KeyInfo is an action as a list of keys shows it.
type KeyInfo struct {
	ID      string   `json:"id"`
	Keys    []string `json:"keys"`
	Default []string `json:"default"`
	Words   string   `json:"words"`
	Where   []string `json:"where"`
}

// Keys lists what can be done by a key, with the keys as bound. It returns an
// error that says where custom is wrong.
func Keys(custom []Binding) ([]KeyInfo, error) {
	acts, err := bind(custom)
	if err != nil {
		return nil, err
	}
	out := make([]KeyInfo, len(acts))
	for i, c := range acts {
		out[i] = KeyInfo{ID: c.id, Keys: append([]string{}, c.keys...), Default: slices.Clone(actions[i].keys), Words: c.words}
		out[i].Where = c.whereNames()
	}
	return out, nil
}

// spot is a place where a person can be, with its name.
type spot struct {
	bits place
	name string
}

// whereNames says where c applies, in the names that are on the screen.
func (c *action) whereNames() []string {
	switch {
	case c.where == anywhere:
		return []string{"everywhere"}
	case c.where&inRoom != 0:
		return []string{"Room"}
	}
	var out []string
	for _, p := range everyPlace() {
		if c.where&p.bits != 0 {
			out = append(out, p.name)
		}
	}
	return out
}

func everyPlace() []spot {
	out := []spot{{inList, "Incidents"}}
	for p := range paneCount {
		out = append(out, spot{inRoom | panePlaces[p], p.String()})
	}
	for _, d := range deskInfos {
		out = append(out, spot{onDesk | atIncident | d.place, d.name})
	}
	return out
}

// The keys that cannot be given away: enter agrees and esc goes back, wherever
// one is; in a text they would be missed at once. ctrl+c always leaves.
var fixedKeys = []string{"enter", "esc"}

// Keys with a name. What a key is called is what Bubble Tea calls it.
var namedKeys = func() []string {
	out := []string{"enter", "esc", "tab", "space", "backspace", "up", "down", "left", "right", "home", "end", "pgup", "pgdown", "insert", "delete"}
	for i := 1; i <= 20; i++ {
		out = append(out, fmt.Sprintf("f%d", i))
	}
	return out
}()

// bind returns the actions with the keys of custom in place of their own. A key
// that is none, that cannot be given away, or that would mean two things in one
// place is refused.
func bind(custom []Binding) ([]action, error) {
	acts := slices.Clone(actions)
	from := make([]string, len(acts)) // where an action's keys are written
	for _, b := range custom {
		i := slices.IndexFunc(acts, func(c action) bool { return c.id == b.Action })
		if i < 0 {
			return nil, b.refuse("there is no action %q: %s", model.Brief(b.Action, 40), likely(b.Action))
		}
		keys, err := b.keysFor(&acts[i])
		if err != nil {
			return nil, err
		}
		acts[i].keys, from[i] = keys, b.At
	}
	for i := range acts {
		for k := range acts[:i] {
			key, where, both := clash(&acts[i], &acts[k])
			if !both || slices.Contains(actions[i].keys, key) && slices.Contains(actions[k].keys, key) {
				continue // each pair that comes with the program was thought of
			}
			one, other, at := &acts[i], &acts[k], from[i]
			if at == "" {
				one, other, at = other, one, from[k]
			}
			return nil, Binding{At: at}.refuse("%s would mean both %s (%s) and %s (%s) in %s: give one of them another key",
				key, one.id, one.words, other.id, other.words, where)
		}
	}
	return acts, nil
}

func (b Binding) refuse(format string, args ...any) error {
	at := ""
	if b.At != "" {
		at = b.At + ": "
	}
	return model.Errorf(model.Invalid, "%skeys: %s", at, fmt.Sprintf(format, args...))
}

// likely is what was probably meant by the name of an action.
func likely(id string) string {
	ids := make([]string, len(actions))
	for i, c := range actions {
		ids[i] = c.id
	}
	if found := fuzzy.Find(model.Brief(id, 40), ids); len(found) > 0 {
		return "did you mean " + found[0].Str + "?"
	}
	return "warroom keys lists them"
}

// keysFor checks the keys that b gives to c; those that are fixed stay with it.
func (b Binding) keysFor(c *action) ([]string, error) {
	var out []string
	for _, s := range b.Keys {
		k, why := parseKey(s)
		switch {
		case why != "":
			return nil, b.refuse("%s: %s", c.id, why)
		case slices.Contains(fixedKeys, k) && !slices.Contains(c.keys, k):
			return nil, b.refuse("%s: %s cannot be given away: it agrees or goes back everywhere", c.id, k)
		case slices.Contains(out, k):
			return nil, b.refuse("%s: %s is given twice", c.id, k)
		}
		out = append(out, k)
	}
	for _, k := range c.keys {
		if slices.Contains(fixedKeys, k) && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out, nil
}

// parseKey reads a key as people write it. why says what is wrong with it.
func parseKey(s string) (key, why string) {
	typed := s
	if utf8.RuneCountInString(s) > 1 {
		s = strings.ToLower(s)
	}
	mods := ""
	for _, m := range []string{"ctrl+", "alt+", "shift+"} {
		if rest, ok := strings.CutPrefix(s, m); ok && rest != "" {
			mods += m
			s = rest
		}
	}
	if s == " " {
		s = "space"
	}
	if mods == "alt+" && utf8.RuneCountInString(s) == 1 { // there, the capital is another key
		s = typed[len(mods):]
	}
	r, n := utf8.DecodeRuneInString(s)
	letter := n == len(s) && n > 0 && unicode.IsPrint(r) && model.Visible(s) == s
	switch {
	case !letter && !slices.Contains(namedKeys, s):
		return "", fmt.Sprintf("%q is no key: write it as in u, U, ctrl+k, alt+x, shift+tab, f5, space or pgup", model.Brief(typed, 40))
	case mods+s == "ctrl+c":
		return "", "ctrl+c always leaves: it cannot be given away"
	case mods+s == "ctrl+i", mods+s == "ctrl+m", mods+s == "ctrl+[":
		return "", mods + s + " cannot be told from tab, enter or esc in most terminals"
	case letter && strings.HasPrefix(mods, "ctrl+") && (r < 'a' || r > 'z'):
		return "", mods + s + " reaches few terminals: ctrl goes with a to z"
	case letter && strings.HasSuffix(mods, "shift+"):
		return "", fmt.Sprintf("%q: write the letter that shift makes of it instead", model.Brief(typed, 40))
	}
	return mods + s, ""
}

// clash finds a key that two actions share in a place, if there is one.
func clash(c, d *action) (key, where string, both bool) {
	for _, k := range c.keys {
		if !slices.Contains(d.keys, k) {
			continue
		}
		for _, p := range everyPlace() {
			if p.bits&onAlertPane != 0 && c.special() != d.special() {
				continue // an alert has the same keys everywhere: they go before those of the Room
			}
			if c.where&p.bits != 0 && d.where&p.bits != 0 {
				return k, p.name, true
			}
		}
	}
	return "", "", false
}

// key is how the key of an action is written on the screen; that of the palette
// for an action without one.
func (a *App) key(id string) string {
	for _, want := range []string{id, "palette"} {
		for i := range a.acts {
			if c := &a.acts[i]; c.id == want && len(c.keys) > 0 {
				return keyName(c.keys[0])
			}
		}
	}
	return ":"
}

// idleText is what stands in the input while nobody types: the key that begins.
func (a *App) idleText() string {
	if writable(a) != "" {
		return "read-only"
	}
	if c, ok := a.actionFor("enter"); ok && c.id == "write" {
		return "enter to write"
	}
	return a.key("write") + " to write"
}
