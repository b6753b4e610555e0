package main

import (
	"os"
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

// room is the place of a package in the house; false if it has none.
func room(pkg string) (string, bool) {
	for r := pkg; ; r = r[:max(0, strings.LastIndexByte(r, '/'))] {
		if _, ok := arrows[r]; ok && (r != "" || pkg == "") {
			return r, true
		}
		if r == "" {
			return "", false
		}
	}
}

// ours cuts the name of the module from an import path.
func ours(path string) (string, bool) {
	if path == "warroom" {
		return "", true
	}
	return strings.CutPrefix(path, "warroom/")
}

func TestArrows(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		t.Run(goos, func(t *testing.T) {
			cmd := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Deps " "}}`, "./...")
			cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH=amd64", "CGO_ENABLED=0")
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("go list: %v", err)
			}
			seen := map[string]bool{}
			for line := range strings.Lines(string(out)) {
				f := strings.Fields(line)
				pkg, _ := ours(f[0])
				r, ok := room(pkg)
				if !ok {
					t.Errorf("%s is in no room of the house: say in arrows what it may import", f[0])
					continue
				}
				seen[r] = true
				for _, dep := range f[1:] {
					if why := forbidden(pkg, r, dep); why != "" {
						t.Errorf("%s needs %s: %s", f[0], dep, why)
					}
				}
			}
			for _, r := range []string{"model", "storage", "ui", "ui/cli", ""} {
				if !seen[r] {
					t.Errorf("no package of %q was looked at", r)
				}
			}
		})
	}
}

// forbidden says why no package of room r may depend on dep, directly or by way
// of others; "" if it may.
func forbidden(pkg, r, dep string) string {
	of, our := ours(dep)
	if !our {
		if first, _, _ := strings.Cut(dep, "/"); r == "model" && strings.Contains(first, ".") && !pureLibrary(pkg, dep) {
			return "the model needs the standard library, a YAML reader and distributions only"
		}
		return ""
	}
	target, _ := room(of)
	if arrows[r] == nil || target == r || slices.Contains(arrows[r], target) {
		return ""
	}
	return r + " may import only " + strings.Join(append(slices.Clone(arrows[r]), "itself"), ", ")
}

// pureLibraries are what the packages below model may use beside the standard
// library: they compute and touch nothing. model itself needs none of them.
var pureLibraries = []string{"github.com/goccy/go-yaml", "gonum.org/v1/gonum"}

func pureLibrary(pkg, dep string) bool {
	return pkg != "model" && slices.ContainsFunc(pureLibraries, func(l string) bool { return dep == l || strings.HasPrefix(dep, l+"/") })
}

// The rules themselves, so that a slip in them shows.
func TestForbidden(t *testing.T) {
	for _, c := range []struct {
		pkg, dep string
		want     bool
	}{
		{"model", "fmt", false}, {"model", "encoding/json", false}, {"model", "warroom/model/triage", false},
		{"model", "golang.org/x/text/width", true}, {"model", "pgregory.net/rapid", true}, {"model", "warroom/storage", true}, {"model", "warroom/ui", true},
		{"model", "github.com/goccy/go-yaml", true}, {"model/triage", "github.com/goccy/go-yaml/ast", false}, {"model/triage", "github.com/goccy/go-yamlish", true},
		{"model/metrics", "gonum.org/v1/gonum/stat", false}, {"model/metrics", "github.com/spf13/cobra", true},
		{"storage", "warroom/model", false}, {"storage", "warroom/model/alert", false}, {"storage", "modernc.org/sqlite", false},
		{"storage", "warroom/ui", true}, {"storage", "warroom/ui/cli", true}, {"storage", "warroom", true}, {"storage", "warroom/runbooks", true},
		{"ui", "warroom/model", false}, {"ui", "warroom/ui/demo", false}, {"ui", "warroom/storage", true}, {"ui", "warroom/ui/cli", true},
		{"runbooks", "warroom/model", false}, {"runbooks", "warroom/ui", true}, {"integrations", "warroom/ui", true},
		{"ui/cli", "warroom/storage", false}, {"ui/cli", "warroom/ui", false}, {"", "warroom/ui/cli", false},
	} {
		r, _ := room(c.pkg)
		if got := forbidden(c.pkg, r, c.dep); (got != "") != c.want {
			t.Errorf("%q needs %q: %q, forbidden should be %v", c.pkg, c.dep, got, c.want)
		}
	}
	if r, ok := room("ui/demo"); r != "ui" || !ok {
		t.Errorf("ui/demo is in %q", r)
	}
	if r, ok := room("scratch/x"); ok {
		t.Errorf("scratch/x is in %q", r)
	}
}
