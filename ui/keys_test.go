package ui

import (
	"slices"
	"strings"
	"testing"

	"warroom/model"
)

func TestParseKey(t *testing.T) {
	for typed, want := range map[string]string{
		"u": "u", "U": "U", "!": "!", "ß": "ß", " ": "space", "Space": "space", "ctrl+k": "ctrl+k", "Ctrl+K": "ctrl+k",
		"alt+x": "alt+x", "alt+X": "alt+X", "Alt+Up": "alt+up", "shift+tab": "shift+tab", "ctrl+alt+x": "ctrl+alt+x", "f5": "f5", "F5": "f5", "+": "+", "PgUp": "pgup",
	} {
		got, why := parseKey(typed)
		if got != want || why != "" {
			t.Errorf("%q is read as %q (%s), want %q", typed, got, why, want)
		}
		if press(got).String() != want && len(want) == 1 {
			t.Errorf("%q: a terminal calls it %q", typed, press(got).String())
		}
	}
	for typed, want := range map[string]string{
		"": "is no key", "word": "is no key", "ctrl+": "is no key", "f99": "is no key", "\x1b": "is no key", "\u202e": "is no key", "C-k": "is no key",
		"ctrl+c": "always leaves", "CTRL+C": "always leaves", "ctrl+i": "cannot be told", "ctrl+m": "cannot be told", "ctrl+[": "cannot be told",
		"ctrl+1": "reaches few terminals", "shift+a": "write the letter",
	} {
		if got, why := parseKey(typed); !strings.Contains(why, want) {
			t.Errorf("%q is read as %q: %q, want %q", typed, got, why, want)
		}
	}
}

func TestBind(t *testing.T) {
	for name, c := range map[string]struct {
		bind []Binding
		err  string
	}{
		"none":              {nil, ""},
		"another key":       {[]Binding{{"undo", []string{"f7", "f9"}, ""}}, ""},
		"no key":            {[]Binding{{"undo", nil, ""}}, ""},
		"enter stays":       {[]Binding{{"write", []string{"f9", "enter"}, ""}}, ""},
		"two change places": {[]Binding{{"undo", []string{"+"}, ""}, {"zoom", []string{"z"}, ""}}, ""},
		"as in the program": {[]Binding{{"milestone", []string{"m"}, ""}}, ""},
		"unknown":           {[]Binding{{"udno", []string{"f7"}, "c.yaml:3"}}, `c.yaml:3: keys: there is no action "udno": warroom keys lists them`},
		"unfinished":        {[]Binding{{"mileston", []string{"f7"}, "c.yaml:3"}}, `did you mean milestone?`},
		"no such key":       {[]Binding{{"undo", []string{"f7"}, "c.yaml:3"}, {"zoom", []string{"zoomkey"}, "c.yaml:4"}}, `c.yaml:4: keys: zoom: "zoomkey" is no key`},
		"enter":             {[]Binding{{"undo", []string{"enter"}, "c.yaml:3"}}, `c.yaml:3: keys: undo: enter cannot be given away`},
		"esc":               {[]Binding{{"quit", []string{"esc"}, "c.yaml:3"}}, `c.yaml:3: keys: quit: esc cannot be given away`},
		"twice":             {[]Binding{{"undo", []string{"f7", "f7"}, "c.yaml:3"}}, `c.yaml:3: keys: undo: f7 is given twice`},
		"taken":             {[]Binding{{"undo", []string{"v"}, "c.yaml:3"}}, `c.yaml:3: keys: v would mean both undo (Take back my newest action) and severity (Change the severity)`},
		"taken everywhere":  {[]Binding{{"list.filter", []string{"q"}, "c.yaml:3"}}, `c.yaml:3: keys: q would mean both list.filter (Show open, all or major incidents) and quit (Leave warroom) in Incidents`},
		"taken in a pane":   {[]Binding{{"quit", []string{"e"}, "c.yaml:3"}}, `c.yaml:3: keys: e would mean both quit`},
		"two of one's own":  {[]Binding{{"undo", []string{"f9"}, "c.yaml:3"}, {"zoom", []string{"f9"}, "c.yaml:4"}}, `keys: f9 would mean both`},
	} {
		t.Run(name, func(t *testing.T) {
			acts, err := bind(c.bind)
			if c.err == "" {
				if err != nil {
					t.Fatal(err)
				}
				for _, b := range c.bind {
					i := slices.IndexFunc(acts, func(a action) bool { return a.id == b.Action })
					if n := len(b.Keys); !slices.Equal(acts[i].keys[:n], b.Keys) {
						t.Errorf("%s has %q", b.Action, acts[i].keys)
					}
				}
				return
			}
			if model.CodeOf(err) != model.Invalid || !strings.Contains(err.Error(), c.err) {
				t.Errorf("error %v, want %q", err, c.err)
			}
		})
	}
}

// Keys of one's own act, and everything that names a key names the new one.
func TestCustomKeysAct(t *testing.T) {
	x := sit(t, 120, 40)
	acts, err := bind([]Binding{{"write", []string{"f9"}, ""}, {"severity", []string{"f8"}, ""}, {"undo", []string{"f7"}, ""}, {"role", []string{"f6"}, ""}, {"list.declare", []string{"f5"}, ""}, {"order", nil, ""}})
	if err != nil {
		t.Fatal(err)
	}
	x.a.acts = acts
	x.sees("f5  declare an incident")
	x.keys("f5", "text:api down", "enter", "esc")
	x.a.toast = toast{}
	x.sees("f9 write", "f8 severity", "f6 assign")
	x.lacks("i write", "v severity")
	x.keys("v")
	x.lacks("How bad is it")
	x.keys("f8")
	x.sees("How bad is it")
	x.keys("1")
	x.sees("f7 takes it back")
	x.keys("z")
	x.sees("SEV-1")
	x.keys("f7")
	x.lacks("▲ SEV-1")
	x.keys("f9", "text:a line", "enter", "esc", "enter")
	if !x.a.composer.focused() {
		t.Error("enter no longer writes")
	}
	x.keys("esc", "?", "text:severity")
	x.sees("Change the severity", " f8 ")
	x.keys("esc", "o")
	if x.a.composer.focused() {
		t.Error("a key that was taken away still acts")
	}
}

func TestKeysList(t *testing.T) {
	ks, err := Keys([]Binding{{"undo", []string{"f7"}, ""}, {"zone", nil, ""}})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range ks {
		if k.ID == "" || k.Words == "" || len(k.Default) == 0 || len(k.Where) == 0 || k.Keys == nil {
			t.Errorf("incomplete: %+v", k)
		}
		switch k.ID {
		case "undo":
			if !slices.Equal(k.Keys, []string{"f7"}) || !slices.Equal(k.Default, []string{"z"}) || !slices.Equal(k.Where, []string{"Room"}) {
				t.Errorf("%+v", k)
			}
		case "quit":
			if !slices.Equal(k.Where, []string{"everywhere"}) {
				t.Errorf("%+v", k)
			}
		case "strike":
			if !slices.Equal(k.Where, []string{"Timeline"}) {
				t.Errorf("%+v", k)
			}
		}
	}
	if len(ks) != len(actions) {
		t.Errorf("%d of %d actions", len(ks), len(actions))
	}
}
