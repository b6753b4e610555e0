package cli

import (
	"cmp"
	"context"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	sqlite3 "modernc.org/sqlite/lib"

	"warroom/model"
)

// version and commit are set when a release is built:
//
//	go build -ldflags "-X warroom/ui/cli.version=v1.2.3 -X warroom/ui/cli.commit=…"
//
// Otherwise what the Go tool knows about the source is used.
var version, commit string

// buildJSON says what this program was built of.
type buildJSON struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Modified bool   `json:"modified"` // with changes that are not in the commit
	Go       string `json:"go"`
	SQLite   string `json:"sqlite"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

func build() buildJSON {
	b := buildJSON{
		Version: version, Commit: commit, Go: runtime.Version(), SQLite: sqlite3.SQLITE_VERSION,
		OS: runtime.GOOS, Arch: runtime.GOARCH,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		if b.Version == "" && info.Main.Version != "(devel)" {
			b.Version = info.Main.Version
		}
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision" && b.Commit == "":
				b.Commit = s.Value
			case s.Key == "vcs.modified":
				b.Modified = s.Value == "true"
			}
		}
	}
	b.Version = cmp.Or(b.Version, "devel")
	b.Commit = cmp.Or(b.Commit, "unknown")
	return b
}

// String is the version in one word.
func (b buildJSON) String() string { return b.Version }

func (a *app) version(root *cobra.Command) {
	a.add(root, groupCare, &cobra.Command{
		Use: "version", Short: "Print what this program was built of",
	}, func(_ context.Context, args []string) error {
		if len(args) > 0 {
			return wrongUse("version")
		}
		b := build()
		if a.flag.json {
			return a.object(b)
		}
		p := a.page()
		changed := ""
		if b.Modified {
			changed = " with changes"
		}
		p.linef("warroom %s", model.Visible(b.Version))
		p.table(0, [][]cell{
			{{"commit", faint}, c(b.Commit + changed)},
			{{"go", faint}, c(b.Go + " " + b.OS + "/" + b.Arch)},
			{{"sqlite", faint}, c(b.SQLite)},
		})
		return a.send(p)
	})
}
