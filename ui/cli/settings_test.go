package cli

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"warroom/model"
	"warroom/ui"
)

func TestScreenSettings(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want config // without the place of the keys
		err  string
	}{
		"words":             {text: "mouse: off\nnotify: bell\nhints: off\ntheme: light\n", want: config{Mouse: "off", Notify: "bell", Hints: "off", Theme: "light"}},
		"yes and no":        {text: "mouse: yes\nnotify: no\n", want: config{Mouse: "on", Notify: "off"}},
		"true and false":    {text: "mouse: false\nnotify: true\nhints: true\n", want: config{Mouse: "off", Notify: "on", Hints: "on"}},
		"theme":             {text: "\ntheme: solarized\n", err: `c.yaml:2: there is no theme "solarized": give auto, ansi16, dark, light, mono or contrast`},
		"mouse":             {text: "mouse: maybe\n", err: `c.yaml:1: mouse is "maybe": give on or off`},
		"notify":            {text: "user: ana\nnotify: loud\n", err: `c.yaml:2: notify is "loud": give on or off or bell`},
		"layout":            {text: "layout: scribe\n", want: config{Layout: "scribe"}},
		"no layout":         {text: "layout: boss\n", err: `c.yaml:1: there is no layout "boss": give auto, commander, deputy, scribe, observer or plain`},
		"hints":             {text: "hints: bell\n", err: `c.yaml:1: hints is "bell": give on or off`},
		"taken":             {text: "keys:\n  undo: [f7, ctrl+u]\n  zoom: f8\n", err: "c.yaml:2: keys: ctrl+u would mean both undo"},
		"keys, a line each": {text: "keys:\n  undo:\n    - f7\n    - ctrl+y\n  zoom: f8\n", want: config{Keys: bindings{{Action: "undo", Keys: []string{"f7", "ctrl+y"}}, {Action: "zoom", Keys: []string{"f8"}}}}},
		"keys in a line":    {text: "keys: {undo: f7, zoom: [f8]}\n", want: config{Keys: bindings{{Action: "undo", Keys: []string{"f7"}}, {Action: "zoom", Keys: []string{"f8"}}}}},
		"one key":           {text: "keys: {undo: f7}\n", want: config{Keys: bindings{{Action: "undo", Keys: []string{"f7"}}}}},
		"digit and sign":    {text: "keys:\n  room: 8\n  incidents: '#'\n  zoom: \" \"\n", err: "c.yaml:4: keys: space would mean both zoom"},
		"odd keys":          {text: "keys:\n  room: 8\n  incidents: '#'\n  zoom: \"\\u00df\"\n", want: config{Keys: bindings{{Action: "room", Keys: []string{"8"}}, {Action: "incidents", Keys: []string{"#"}}, {Action: "zoom", Keys: []string{"ß"}}}}},
		"no keys":           {text: "keys: {undo: []}\n", want: config{Keys: bindings{{Action: "undo"}}}},
		"nothing":           {text: "keys:\n  undo:\n", want: config{Keys: bindings{{Action: "undo"}}}},
		"none at all":       {text: "keys:\n", want: config{}},
		"unknown action":    {text: "theme: dark\nkeys:\n  undo: f7\n  mouze: f8\n", err: `c.yaml:4: keys: there is no action "mouze"`},
		"unknown key":       {text: "keys:\n  undo:\n    - f7\n    - hyperdrive\n", err: `c.yaml:2: keys: undo: "hyperdrive" is no key`},
		"ctrl+c":            {text: "keys:\n  undo: ctrl+c\n", err: "c.yaml:2: keys: undo: ctrl+c always leaves"},
		"enter":             {text: "keys:\n  undo: enter\n", err: "c.yaml:2: keys: undo: enter cannot be given away"},
		"two things":        {text: "keys:\n  zoom: f8\n  undo: v\n", err: "c.yaml:3: keys: v would mean both undo (Take back my newest action) and severity"},
		"twice the same":    {text: "keys:\n  undo: f7\n  undo: f8\n", err: "c.yaml:3:"},
		"a list of words":   {text: "keys: [undo, zoom]\n", err: "c.yaml:1: keys: a list of actions is expected here"},
		"a word":            {text: "keys: vim\n", err: "c.yaml:1: keys: a list of actions is expected here"},
		"deep":              {text: "keys:\n  undo: {a: b}\n", err: "c.yaml:2: keys: undo: a key is expected here"},
		"deeper":            {text: "keys:\n  undo:\n    - [f7]\n", err: "c.yaml:3: keys: undo: a key is expected here"},
		"an escape":         {text: "keys:\n  \"un\\u001bdo\": f7\n", err: `c.yaml:2: keys: there is no action "un^[do"`},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "c.yaml")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := readConfig(path)
			if c.err != "" {
				if model.CodeOf(err) != model.Invalid || !strings.Contains(err.Error(), c.err) {
					t.Errorf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for i := range got.Keys {
				got.Keys[i].At = ""
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// What the screen is given follows from the file, and the flag goes before it.
func TestFurnish(t *testing.T) {
	a := &app{conf: config{Theme: "dark", Mouse: "off", Notify: "bell", Hints: "off", Keys: bindings{{Action: "undo", Keys: []string{"f7"}}}}}
	var c ui.Config
	a.furnish(&c)
	if c.Theme != "dark" || !c.NoMouse || c.Notify != ui.NotifyBell || c.Hints != nil || len(c.Keys) != 1 {
		t.Errorf("%+v", c)
	}
	a.flag.theme = "light"
	if err := a.choose(); err != nil || a.conf.Theme != "light" {
		t.Errorf("%q, %v", a.conf.Theme, err)
	}
	a.flag.theme = "pink"
	if err := a.choose(); model.CodeOf(err) != model.Invalid {
		t.Errorf("pink: %v", err)
	}
	c = ui.Config{}
	(&app{}).furnish(&c)
	if c.NoMouse || c.Hints == nil {
		t.Errorf("without settings: %+v", c)
	}
}

func TestHintFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "warroom", "hints")
	h := readHints(path)
	if h.Had("write") {
		t.Error("a new person had a hint")
	}
	other := readHints(path)
	var wg sync.WaitGroup
	for _, w := range []string{"a", "b", "c", "d"} {
		for _, x := range []*hintFile{h, other} {
			wg.Go(func() {
				if err := x.Keep(w); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	again := readHints(path)
	for _, w := range []string{"a", "b", "c", "d"} {
		if !h.Had(w) || !again.Had(w) {
			t.Errorf("%s is forgotten", w)
		}
	}
	if again.Had("e") || again.Had("") {
		t.Error("it remembers too much")
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if data, _ := os.ReadFile(path); strings.Count(string(data), "\n") != 8 {
		t.Errorf("the file holds %q", data)
	}

	dir := t.TempDir()
	if d := readHints(dir); d.Had("a") || d.Keep("a") == nil || !d.Had("a") {
		t.Error("a folder in the place of the file: it must fail, and be remembered until the end")
	}
	big := filepath.Join(dir, "big")
	if err := os.WriteFile(big, []byte(strings.Repeat("x ", maxHints)), 0o600); err != nil {
		t.Fatal(err)
	}
	if b := readHints(big); len(b.had) > maxHints/2 {
		t.Errorf("%d hints are read", len(b.had))
	}
}
