package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Who may import whom of our own packages; everything may import what lies
// inside itself. The command line and main wire, so they may import all.
var arrows = map[string][]string{
	"model":        {},
	"storage":      {"model"},
	"runbooks":     {"model"},
	"integrations": {"model"},
	"ui":           {"model"},
	"ui/cli":       nil,
	"":             nil,
}

func TestArrows(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		pkg := strings.TrimPrefix(strings.TrimPrefix(f[0], "warroom"), "/")
		room := pkg
		for _, ok := arrows[room]; !ok && room != ""; _, ok = arrows[room] {
			room = room[:max(0, strings.LastIndexByte(room, '/'))]
		}
		if room == "" && pkg != "" {
			t.Errorf("%s is in no room of the house: say in arrows what it may import", f[0])
			continue
		}
		seen++
		if arrows[room] == nil {
			continue
		}
		for _, i := range f[1:] {
			of, ours := strings.CutPrefix(i, "warroom/")
			inside := of == room || strings.HasPrefix(of, room+"/")
			if ours && !inside && !slices.Contains(arrows[room], of) && !slices.ContainsFunc(arrows[room], func(a string) bool { return strings.HasPrefix(of, a+"/") }) {
				t.Errorf("%s imports %s, and may import only %v", f[0], i, arrows[room])
			}
			if room == "model" && !ours && strings.Contains(i, ".") {
				t.Errorf("%s imports %s: the model needs the standard library only", f[0], i)
			}
		}
	}
	if seen < 4 {
		t.Errorf("only %d packages looked at", seen)
	}
}
