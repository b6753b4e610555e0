package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/adrg/xdg"

	"warroom/model"
	"warroom/model/comms"
	"warroom/model/triage"
)

// Whatever stands in a team's file, the program opens at once with the built-in
// doctrine and says in one sentence where the fault is.
func TestFaultyGuides(t *testing.T) {
	was := xdg.ConfigHome
	t.Cleanup(func() { xdg.ConfigHome = was })
	xdg.ConfigHome = t.TempDir()
	if err := os.MkdirAll(templatesPath(), 0o700); err != nil {
		t.Fatal(err)
	}
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for k := 'b'; k <= 'h'; k++ {
		prev := string(k - 1)
		bomb += string(k) + ": &" + string(k) + " [" + strings.TrimSuffix(strings.Repeat("*"+prev+",", 9), ",") + "]\n"
	}
	placed := regexp.MustCompile(`triage\.yaml:[1-9]\d*:[1-9]\d*: .*; the built-in triage stays in force$`)
	for name, text := range map[string]string{
		"unknown field": "criterias: []\n", "duplicate key": "updates: []\nupdates: []\n", "wrong type": "criteria: 7\n",
		"second document": "updates: []\n---\nupdates: []\n", "alias bomb": bomb, "not UTF-8": "criteria: \xff\xfe\n",
		"50 MB": "", "not closed": "criteria: [", "a level without a score": "criteria:\n  - {name: a, levels: [{name: b, score: 1}, {name: c}]}\n",
		"a severity without requirements": "severities:\n  - {severity: SEV-1}\n", "escape codes": "\x1b[2J: 1\n",
	} {
		if err := os.WriteFile(triagePath(), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if name == "50 MB" {
			if err := os.Truncate(triagePath(), 50<<20); err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		g := (&app{}).guides()
		if took := time.Since(began); took > 5*time.Second { // a second on a quiet machine
			t.Errorf("%s took %v", name, took)
		}
		if g.doctrine != triage.Default() || len(g.templates) != len(comms.Default()) {
			t.Errorf("%s: the built-in is not in force", name)
		}
		if len(g.faults) != 1 {
			t.Errorf("%s: %v", name, g.faults)
			continue
		}
		if msg := model.Message(g.faults[0]); !placed.MatchString(msg) || strings.ContainsAny(msg, "\n\x1b") || len(msg) > 500 {
			t.Errorf("%s: %q", name, msg)
		}
	}
	if err := os.Remove(triagePath()); err != nil {
		t.Fatal(err)
	}

	// A template with a fault is left out, its neighbours are taken.
	for name, text := range map[string]string{"update.txt": "{progres}\n", "handoff.txt": "To {commander}: {progress}\n", "notes.txt~": "{nothing}"} {
		if err := os.WriteFile(filepath.Join(templatesPath(), name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	g := (&app{}).guides()
	if len(g.faults) != 1 || !strings.Contains(model.Message(g.faults[0]), "update.txt:1:1: {progres} is no field: did you mean progress?; this template is left out") {
		t.Errorf("%v", g.faults)
	}
	if tp, err := comms.Find(g.templates, "update"); err != nil || tp.Own {
		t.Errorf("%+v %v", tp, err)
	}
	if tp, err := comms.Find(g.templates, "handoff"); err != nil || !tp.Own {
		t.Errorf("%+v %v", tp, err)
	}
}
