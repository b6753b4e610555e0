package library

import (
	"embed"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"warroom/model"
	"warroom/runbooks"
)

//go:embed builtin/*.yaml rollback/*.yaml
var embedded embed.FS

// The bounds of a folder.
const (
	maxFiles = 10_000
	maxDepth = 16
)

// Load reads what is built in and the folders. Nothing that is wrong in one file
// or folder keeps the others away: it is listed in Bad.
func Load(dirs []Dir) *Library {
	in := builtIn()
	l := &Library{books: slices.Clone(in.books), strategies: slices.Clone(in.strategies), bad: slices.Clone(in.bad), dirs: slices.Clone(dirs)}
	for _, d := range dirs {
		paths, err := Files(d.Path, ".yaml", ".yml")
		if err != nil && (d.Origin == Folder || !errors.Is(err, fs.ErrNotExist)) {
			l.bad = append(l.bad, Bad{d.Path, d.Origin, model.Wrap(model.NotFound, err, "the folder of runbooks %s cannot be read", d.Path)})
		}
		for _, p := range paths {
			data, err := ReadFile(p)
			l.add(p, d.Origin, data, err)
		}
	}
	var bad []Bad
	l.books, bad = byID(l.books)
	l.bad = append(l.bad, bad...)
	l.strategies, bad = byID(l.strategies)
	l.bad = append(l.bad, bad...)
	return l
}

// builtIn is what is embedded, read once: it cannot change while the program runs.
var builtIn = sync.OnceValue(func() *Library {
	l := &Library{}
	for _, dir := range []string{"builtin", "rollback"} {
		entries, _ := embedded.ReadDir(dir)
		for _, e := range entries {
			name := dir + "/" + e.Name()
			data, err := embedded.ReadFile(name)
			l.add(name, BuiltIn, data, err)
		}
	}
	return l
})

func (l *Library) add(path string, origin Origin, data []byte, err error) {
	it := Item{Origin: origin, Path: path, Data: data}
	switch {
	case err != nil:
	case runbooks.IsStrategy(data):
		if it.Strategy, err = runbooks.ParseStrategy(path, data); err == nil {
			it.ID, it.Title = it.Strategy.ID, it.Strategy.Title
			l.strategies = append(l.strategies, it)
		}
	default:
		if it.Book, err = runbooks.Parse(path, data); err == nil {
			if it.Book.ID == "" {
				it.Book.ID = IDFromPath(path)
			}
			it.ID, it.Title = it.Book.ID, it.Book.Title
			l.books = append(l.books, it)
		}
	}
	if err != nil {
		l.bad = append(l.bad, Bad{path, origin, err})
	}
}

// ReadFile reads a file of a library. Anything but a file of a sensible size, such
// as a pipe or a device, is refused before it is opened.
func ReadFile(path string) ([]byte, error) {
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, model.Errorf(model.NotFound, "there is no file %s", path)
	case err != nil:
		return nil, model.Wrap(model.Invalid, err, "%s cannot be read", path)
	case !st.Mode().IsRegular():
		return nil, model.Errorf(model.Invalid, "%s is not a file", path)
	case st.Size() > runbooks.MaxFile:
		return nil, model.Errorf(model.Invalid, "%s is too large: %d bytes, at most %d", path, st.Size(), runbooks.MaxFile)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, model.Wrap(model.Invalid, err, "%s cannot be read", path)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, runbooks.MaxFile+1))
	if err != nil {
		return nil, model.Wrap(model.Invalid, err, "%s cannot be read", path)
	}
	return data, nil
}

// Files lists the files below dir that end in one of the suffixes ("" means a name
// without one), sorted. Folders that begin with a dot are left out, and links to
// folders are not followed. What cannot be listed below dir is passed over.
func Files(dir string, suffixes ...string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil && path == dir:
			return err
		case err != nil:
			return fs.SkipDir
		case e.IsDir():
			rel, _ := filepath.Rel(dir, path)
			if path != dir && (strings.HasPrefix(e.Name(), ".") || strings.Count(rel, string(filepath.Separator)) >= maxDepth) {
				return fs.SkipDir
			}
			return nil
		case len(out) >= maxFiles:
			return fs.SkipAll
		}
		if !strings.HasPrefix(e.Name(), ".") && slices.Contains(suffixes, strings.ToLower(filepath.Ext(e.Name()))) {
			out = append(out, path)
		}
		return nil
	})
	slices.Sort(out)
	return out, err
}

// IDFromPath makes an id out of a file's name: small letters, digits and dashes.
func IDFromPath(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	return runbooks.Slug(name)
}

// Read makes an item of one file that belongs to no folder.
func Read(path string, data []byte) (Item, error) {
	l := &Library{}
	l.add(path, Folder, data, nil)
	switch {
	case len(l.bad) > 0:
		return Item{}, l.bad[0].Err
	case len(l.books) > 0:
		return l.books[0], nil
	}
	return l.strategies[0], nil
}
