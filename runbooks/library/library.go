package library

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/adrg/xdg"

	"warroom/model"
	"warroom/runbooks"
)

// Origin is where a file of the library comes from.
type Origin string

// The origins, from the farthest to the nearest.
const (
	BuiltIn Origin = "built-in"
	User    Origin = "user"
	Project Origin = "project"
	Folder  Origin = "folder" // named on the command line
)

// Dir is a folder to read.
type Dir struct {
	Path   string
	Origin Origin
}

// Item is one runbook or one strategy with where it came from. Exactly one of
// Book and Strategy is set.
type Item struct {
	Book     *runbooks.Book
	Strategy *runbooks.Strategy
	ID       string
	Title    string
	Origin   Origin
	Path     string   // of its file; builtin/NAME for one that is built in
	Hides    []string // files with the same id that are farther away
	Data     []byte   // the file as it was read
}

// Bad is a file that could not be used. It never keeps the others away.
type Bad struct {
	Path   string
	Origin Origin
	Err    error
}

// Library is what there is, as it was when it was loaded.
type Library struct {
	books, strategies []Item
	bad               []Bad
	dirs              []Dir
}

// Books are the runbooks, by id.
func (l *Library) Books() []Item { return l.books }

// Strategies are the rollback strategies, by id.
func (l *Library) Strategies() []Item { return l.strategies }

// Bad are the files that could not be used.
func (l *Library) Bad() []Bad { return l.bad }

// Dirs are the folders that were read.
func (l *Library) Dirs() []Dir { return l.dirs }

// Find is the runbook with an id, or the only one whose id begins with it.
func (l *Library) Find(id string) (Item, error) { return find(l.books, id, "runbook") }

// Strategy is the rollback strategy with an id, or the only one whose id begins
// with it.
func (l *Library) Strategy(id string) (Item, error) {
	return find(l.strategies, id, "rollback strategy")
}

func find(items []Item, id, what string) (Item, error) {
	var near []Item
	for _, it := range items {
		if it.ID == id {
			return it, nil
		}
		if id != "" && strings.HasPrefix(it.ID, id) {
			near = append(near, it)
		}
	}
	switch len(near) {
	case 0:
		return Item{}, model.Errorf(model.NotFound, "there is no %s %q", what, model.Brief(id, 60))
	case 1:
		return near[0], nil
	}
	ids := make([]string, len(near))
	for i, it := range near {
		ids[i] = it.ID
	}
	return Item{}, model.Errorf(model.Invalid, "%q is the beginning of several: %s", model.Brief(id, 60), model.Brief(strings.Join(ids, ", "), 200))
}

// ProjectFolder is the name of the folder that a project keeps its runbooks in.
var ProjectFolder = filepath.Join(".warroom", "runbooks")

// UserDir is the user's folder of runbooks.
func UserDir() string { return filepath.Join(xdg.ConfigHome, "warroom", "runbooks") }

// Dirs are the folders to read, farthest first: the user's, the project's that
// work lies in, if it has one, and those that were named.
func Dirs(work string, named ...string) []Dir {
	dirs := []Dir{{UserDir(), User}}
	if p := projectDir(work); p != "" {
		dirs = append(dirs, Dir{p, Project})
	}
	for _, n := range named {
		dirs = append(dirs, Dir{n, Folder})
	}
	return dirs
}

// projectDir looks upwards for a project's folder. It goes no further than the
// top of a repository.
func projectDir(work string) string {
	if work == "" {
		return ""
	}
	work, err := filepath.Abs(work)
	if err != nil {
		return ""
	}
	for dir := work; ; dir = filepath.Dir(dir) {
		p := filepath.Join(dir, ProjectFolder)
		if st, err := os.Stat(p); err == nil && st.IsDir() {
			return p
		}
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil || filepath.Dir(dir) == dir {
			return ""
		}
	}
}

// byID sorts items and lets the nearer of two with the same id hide the other. A
// second file of the same origin with the same id is bad.
func byID(items []Item) (out []Item, bad []Bad) {
	rank := map[Origin]int{BuiltIn: 0, User: 1, Project: 2, Folder: 3}
	slices.SortStableFunc(items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(rank[b.Origin], rank[a.Origin]))
	})
	for _, it := range items {
		last := len(out) - 1
		switch {
		case last < 0 || out[last].ID != it.ID:
			out = append(out, it)
		case out[last].Origin == it.Origin:
			bad = append(bad, Bad{it.Path, it.Origin, model.Errorf(model.Conflict, "%s has the id %q that %s has: change one", it.Path, it.ID, out[last].Path)})
		default:
			out[last].Hides = append(out[last].Hides, it.Path)
		}
	}
	return out, bad
}
