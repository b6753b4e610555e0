package strictyaml

import (
	"fmt"
	"strings"
	"testing"

	"warroom/model"
)

type sample struct {
	Title string         `yaml:"title"`
	N     int            `yaml:"n"`
	Flag  bool           `yaml:"flag"`
	Steps []step         `yaml:"steps"`
	Vars  map[string]int `yaml:"vars"`
}

type step struct {
	Step int    `yaml:"step"`
	Name string `yaml:"name"`
}

func TestDecode(t *testing.T) {
	var s sample
	err := Decode("a.yaml", []byte("title: x\nn: 3\nsteps:\n  - step: 1\n    name: one\nvars: {a: 1}\n"), &s)
	if err != nil || s.Title != "x" || s.N != 3 || len(s.Steps) != 1 || s.Steps[0].Name != "one" || s.Vars["a"] != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	for _, empty := range []string{"", "\n\n", "# only words\n", "---\n"} {
		if err := Decode("a.yaml", []byte(empty), &s); err != nil {
			t.Errorf("%q: %v", empty, err)
		}
	}
}

func TestRefused(t *testing.T) {
	bomb := "a: &a [1,1,1,1,1,1,1,1,1]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 9), ","))
	}
	for name, c := range map[string]struct{ in, want string }{
		"unknown field":    {"title: x\nsteps:\n  - step: 1\n    nam: y\n", `a.yaml:4:5: there is no field "nam" here`},
		"twice":            {"title: x\nn: 1\ntitle: y\n", `a.yaml:3:1: `},
		"wrong type":       {"title: x\nn: many\n", `a.yaml:2:4: "many" is not a whole number`},
		"list for a map":   {"- 1\n- 2\n", "a.yaml:1:1: "},
		"map for a list":   {"title: x\nsteps: {a: 1}\n", "a.yaml:2:"},
		"not a bool":       {"flag: [1]\n", "a.yaml:1:"},
		"second document":  {"title: x\n---\ntitle: y\n", ": a second document begins here"},
		"bomb":             {bomb, "grow into too much"},
		"nothing to refer": {"title: *x\n", "a.yaml:1:8: "},
		"too large":        {strings.Repeat("#", 50<<20), "a.yaml:1:1: the file is too large"},
		"not UTF-8":        {"title: x\nn: \xff\n", "a.yaml:2:4: this is not UTF-8"},
		"brackets":         {strings.Repeat("[", 100_000), "a.yaml:1:201: "},
		"dashes":           {strings.Repeat("- ", 100_000), "a.yaml:1:"},
		"not YAML":         {"title: \"x\n", "a.yaml:1:"},
		"tag on a value":   {"title: x\nsteps: !!str 5\n", "a.yaml:2:8: a tag (!!str) is not read here"},
		"tag and no value": {"title: x\nsteps: !own\n", "a.yaml:2:8: a tag (!own) is not read here"},
		"tab":              {"steps:\n\t- step: 1\n", "a.yaml:2:"},
	} {
		t.Run(name, func(t *testing.T) {
			var s sample
			err := Decode("a.yaml", []byte(c.in), &s)
			if err == nil || !strings.Contains(model.Message(err), c.want) || model.CodeOf(err) != model.Invalid {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if strings.Contains(model.Message(err), "\n") {
				t.Errorf("more than one sentence: %q", model.Message(err))
			}
		})
	}
}

func TestPlace(t *testing.T) {
	d, err := Parse("a.yaml", []byte("# words\ntitle: x\nsteps:\n  - step: 1\n    name: one\n  - step: 2\n    name: two\n"))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][2]int{
		"$.title": {2, 1}, "$.steps[1].name": {7, 5}, "$.steps[1]": {6, 5}, "$.steps[1].missing": {6, 5}, "$.none": {2, 1},
	} {
		if l, c := d.At(path); l != want[0] || c != want[1] {
			t.Errorf("%s is at %d:%d, want %v", path, l, c, want)
		}
	}
	if err := d.Errorf("$.steps[1].name", "no %s", "good"); model.Message(err) != "a.yaml:7:5: no good" {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("title: x\nsteps: [{step: 1}]\n"))
	f.Add([]byte("a: &a [1]\nb: *a\n"))
	f.Add([]byte("- - - ? : !!x |\n  y"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var s sample
		if err := Decode("f.yaml", data, &s); err != nil && (model.CodeOf(err) != model.Invalid || strings.Contains(model.Message(err), "\n")) {
			t.Errorf("%q: %v", data, err)
		}
	})
}
