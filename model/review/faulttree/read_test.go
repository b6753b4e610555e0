package faulttree

import (
	"slices"
	"strings"
	"testing"
)

// The seed's own example: its root has one child and no gate, and one of its
// events has both a probability and causes.
const seedTree = `top_event: Website unavailable
children:
  - event: Website failure causes
    type: or
    children:
      - {event: Server failure, probability: 0.01}
      - {event: Network failure, probability: 0.005}
      - event: Application failure
        probability: 0.02
        children:
          - event: App failure causes
            type: and
            children:
              - {event: Code bug, probability: 0.1}
              - {event: High load, probability: 0.3}
`

func TestSeedExample(t *testing.T) {
	tree := read(t, "seed.yaml", seedTree)
	r := solve(t, tree, Options{})
	near(t, "P", r.Probability, 1-0.99*0.995*(1-0.03)) // the seed's code says 0
	if r.Top != "Website unavailable" {
		t.Errorf("top event %q", r.Top)
	}
	if got := r.Recommendations(); len(got) != 1 || !strings.HasPrefix(got[0], "Moderate") {
		t.Errorf("recommendations %q", got)
	}
	if !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "0.02") && strings.Contains(n, "causes decide") }) {
		t.Errorf("the stated probability that was not used is not told: %q", r.Notes)
	}
	want := [][]string{
		{"Website unavailable", "Website failure causes", "Server failure"},
		{"Website unavailable", "Website failure causes", "Network failure"},
		{"Website unavailable", "Website failure causes", "Application failure", "App failure causes", "Code bug"},
		{"Website unavailable", "Website failure causes", "Application failure", "App failure causes", "High load"},
	}
	if !slices.EqualFunc(r.Paths, want, slices.Equal[[]string]) {
		t.Errorf("critical paths %q", r.Paths)
	}
}

func TestRecommendations(t *testing.T) {
	for _, c := range []struct {
		p    string
		want string
	}{
		{"0.01", ""}, {"0.0100001", "Moderate failure probability - plan improvements"},
		{"0.1", "Moderate failure probability - plan improvements"},
		{"0.1000001", "High failure probability - immediate action required"},
		{"", "Probability unknown - estimate “a”"},
	} {
		text := "top: t\ngates: {t: {or: [a]}}\nevents: {a: " + c.p + "}\n"
		r := solve(t, read(t, "r", text), Options{})
		if got := strings.Join(r.Recommendations(), ";"); got != c.want {
			t.Errorf("P %s: %q, want %q", c.p, got, c.want)
		}
	}
}

func TestWaysToWrite(t *testing.T) {
	for _, c := range []struct {
		name, text string
		p          float64
	}{
		{"example", Example, 0},
		{"leaf alone", "top_event: disk fails\nprobability: 0.25", 0.25},
		{"inhibit", "top: t\ngates:\n  t:\n    gate: inhibit\n    children: [a]\n    condition: {event: at night, probability: 0.5}\nevents: {a: 0.5}", 0.25},
		{"house", "top: t\ngates: {t: {and: [a, on]}}\nevents: {a: 0.5, on: true}", 0.5},
		{"house off by default", "top: t\ngates: {t: {or: [a, h]}}\nevents: {a: 0.5, h: {type: house}}", 0.5},
		{"transfer", "top: t\ngates: {t: {and: [x, a]}, x: {transfer: y}, y: {or: [a, b]}}\nevents: {a: 0.5, b: 0.5}", 0.5},
		{"rate", "top: t\ngates: {t: {or: [a]}}\nevents: {a: {rate: 0.001, hours: 1000}}", 0.6321205588285577},
		{"k of n", "top_event: t\ngate: k-of-n\nk: 2\nchildren:\n - {event: a, probability: 0.5}\n - {event: b, probability: 0.5}\n - {event: c, probability: 0.5}", 0.5},
		{"shared", "top: t\ngates: {t: {and: [x, y]}, x: {or: [s, a]}, y: {or: [s, b]}}\nevents: {s: 0.5, a: 0.5, b: 0.5}", 0.625},
		{"not", "top: t\ngates: {t: {and: [a, n]}, n: {not: b}}\nevents: {a: 0.5, b: 0.25}", 0.375},
		{"exponents", "top_event: x\nprobability: 1e-7", 1e-7},
		{"mef nested", `<opsa-mef><define-fault-tree name="f"><define-gate name="g"><or><and><event name="a"/><event name="b"/></and><constant value="false"/></or></define-gate></define-fault-tree><model-data><define-basic-event name="a"><float value="0.5"/></define-basic-event><define-basic-event name="b"><exponential><float value="1"/><float value="0"/></exponential></define-basic-event></model-data></opsa-mef>`, 0},
		{"mef cardinality", `<opsa-mef><define-fault-tree name="f"><define-gate name="g"><cardinality min="1" max="1"><event name="a"/><event name="b"/></cardinality></define-gate><define-basic-event name="a"><float value="0.5"/></define-basic-event><define-basic-event name="b"><float value="0.5"/></define-basic-event></define-fault-tree></opsa-mef>`, 0.5},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := solve(t, read(t, "t", c.text), Options{})
			if c.name == "example" {
				if *r.Probability < 0.003 || *r.Probability > 0.01 || r.Count.Int64() != 6 {
					t.Errorf("P %v, %d sets", *r.Probability, r.Count)
				}
				return
			}
			if c.p == 0 && *r.Probability == 0 {
				return
			}
			near(t, "P", r.Probability, c.p)
		})
	}
}

func TestRefused(t *testing.T) {
	const ok = "events: {a: 0.1, b: 0.1}\n"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "is empty"},
		{"loop", ok + "top: t\ngates:\n  t: {or: [a, u]}\n  u: {or: [b, v]}\n  v: {and: [b, u]}\n", "t.yaml:5:3: a loop: “u” → “v” → “u”"},
		{"self", ok + "gates:\n  t: {or: [a, t]}\n", "a loop: “t” → “t”"},
		{"undefined", ok + "top: t\ngates:\n  t: {or: [a, nowhere]}\n", "t.yaml:4:15: “nowhere”, an input of “t”, is not defined"},
		{"defined twice", ok + "gates:\n  a: {or: [b]}\n", "“a” is defined twice"},
		{"key twice", "events: {a: 0.1, a: 0.2}\n", "t.yaml:1:18: "},
		{"too likely", "top_event: x\nprobability: 1.5\n", "1.5 is no probability of “x”: give 0 to 1"},
		{"negative", "top: t\ngates: {t: {or: [a]}}\nevents:\n  a: -0.1\n", "t.yaml:4:3: -0.1 is no probability"},
		{"two tops", ok + "gates: {t: {or: [a]}, u: {or: [b]}}\n", "2 top events: choose one of “t”, “u”"},
		{"no such top", ok + "top: x\ngates: {t: {or: [a]}}\n", "the top event “x” is not defined"},
		{"no gate", "top_event: x\nchildren: [a, b]\n" + ok, "has 2 causes and no gate"},
		{"k too large", ok + "gates: {t: {atleast: [a, b], k: 3}}\n", "asks for 3 of 2 inputs"},
		{"k missing", ok + "gates: {t: {atleast: [a, b]}}\n", "does not say how many"},
		{"k at an or", ok + "gates: {t: {or: [a, b], k: 3}}\n", "needs no number"},
		{"not of two", "top_event: x\ngate: not\nchildren: [a, b]\n" + ok, "it needs exactly one"},
		{"gate unknown", "top_event: x\ngate: maybe\nchildren: [a, b]\n" + ok, "is no gate"},
		{"field unknown", "top_event: x\nchance: 0.1\n", "no field \"chance\""},
		{"field unknown below", "top_event: x\ngate: or\nchildren:\n  - {event: a, chance: 3}\n", "no field \"chance\""},
		{"nameless", "top_event: x\ngate: or\nchildren:\n  - {probability: 0.1}\n", "t.yaml:4:6: this node has no name"},
		{"two gates", ok + "gates: {t: {or: [a], and: [b]}}\n", "more than one gate"},
		{"no condition", ok + "gates: {t: {gate: inhibit, children: [a]}}\n", "no condition"},
		{"on and likely", "top: t\ngates: {t: {or: [a]}}\nevents: {a: {state: true, probability: 0.1}}\n", "give one of the two"},
		{"other xml", "<svg/>", "not an Open-PSA model"},
		{"broken xml", "<opsa-mef><define-gate", "this is not XML"},
		{"entity", `<!DOCTYPE x [<!ENTITY e "v">]><opsa-mef>&e;</opsa-mef>`, "this is not XML"},
		{"ccf", `<opsa-mef><define-CCF-group name="c"/></opsa-mef>`, "<define-CCF-group> is not read"},
		{"mef loop", `<opsa-mef><define-fault-tree name="f">` + "\n" + `<define-gate name="g"><not><gate name="h"/></not></define-gate>` + "\n" + `<define-gate name="h"><not><gate name="g"/></not></define-gate></define-fault-tree></opsa-mef>`, "t.yaml:2:1: a loop: “g” → “h” → “g”"},
		{"mef undefined", `<opsa-mef><define-fault-tree name="f"><define-gate name="g"><not><event name="zz"/></not></define-gate></define-fault-tree></opsa-mef>`, "“zz”, an input of “g”, is not defined"},
		{"mef twice", `<opsa-mef><define-fault-tree name="f"><define-house-event name="g"/><define-house-event name="g"/></define-fault-tree></opsa-mef>`, "“g” is defined twice"},
		{"mef number", `<opsa-mef><define-fault-tree name="f"><define-basic-event name="g"><float value="x"/></define-basic-event></define-fault-tree></opsa-mef>`, "is not a number"},
		{"hostile name", ok + "gates: {t: {or: [\"\\e[31mred\"]}}\n", "^[[31mred"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read("t.yaml", []byte(c.text), "")
			if err == nil {
				t.Fatal("this was read without a word")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q does not say %q", err, c.want)
			}
		})
	}
}

func TestUnknownStaysUnknown(t *testing.T) {
	r := solve(t, read(t, "u", "top: t\ngates: {t: {or: [a, b]}}\nevents: {a: 0.1, b: }"), Options{})
	if r.Probability != nil || r.RareEvent != nil || len(r.Importance) > 0 {
		t.Errorf("a probability was made up: %v", r)
	}
	if !slices.Equal(r.Missing, []string{"b"}) || r.Count.Int64() != 2 {
		t.Errorf("missing %q, %d cut sets", r.Missing, r.Count)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(Example))
	f.Add([]byte(seedTree))
	f.Add([]byte(threeMotorXML("true")))
	f.Add([]byte("top: t\ngates: {t: {xor: [a, {not: a}]}}\nevents: {a: }"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tree, err := Read("f", data, "")
		if err != nil {
			return
		}
		if len(tree.Gates) > 200 {
			return
		}
		r, err := Analyse(tree, Options{Nodes: 5000, Limit: 50})
		if err != nil {
			return
		}
		if r.Probability != nil && (*r.Probability < -1e-9 || *r.Probability > 1+1e-9) {
			t.Errorf("the probability is %v", *r.Probability)
		}
	})
}

func TestOutline(t *testing.T) {
	tree := read(t, "o", "top: t\ngates: {t: {and: [x, y]}, x: {or: [s, a]}, y: {atleast: [x, s, h], k: 2}}\nevents: {s: 0.5, a: 0.5, h: true}")
	var out strings.Builder
	for _, r := range tree.Outline(map[string]bool{}, tree.Likelihoods()) {
		out.WriteString(r.Branch + r.Sign + " " + r.Text + " " + r.Gate)
		if r.P != nil {
			out.WriteString(" " + Number(*r.P))
		}
		if r.Shared {
			out.WriteString(" above")
		}
		out.WriteString("\n")
	}
	want := "∧ t all of 0.75\n├─ ∨ x any of 0.75\n│  ├─ ○ s  0.5\n│  └─ ○ a  0.5\n└─ ≥ y 2 of 3 0.75\n   ├─ ∨ x any of 0.75 above\n   ├─ ○ s  0.5\n   └─ ⌂ h on\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	if n := len(tree.Outline(map[string]bool{"x": true, "y": true}, nil)); n != 3 {
		t.Errorf("folded in, the tree has %d rows", n)
	}
}

func TestSVG(t *testing.T) {
	tree := read(t, "s", "top: \"</text><script>alert(1)</script>\"\ngates: {\"</text><script>alert(1)</script>\": {or: [a, b, c]}}\nevents: {a: 0.5, b: {type: undeveloped}, c: false}")
	svg := tree.SVG(3)
	if strings.Contains(svg, "<script") || !strings.Contains(svg, "&lt;script&gt;") {
		t.Errorf("a name became markup: %s", svg)
	}
	if !strings.Contains(svg, "1 more lines are not drawn") {
		t.Error("what is left out is not said")
	}
}
