package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"warroom/model"
	"warroom/model/comms"
	"warroom/model/strictyaml"
	"warroom/model/triage"
)

// guides are what a team has agreed on before the incident: its triage doctrine
// and its words. What is wrong in a file leaves the built-in in force.
type guides struct {
	doctrine  *triage.Doctrine
	templates []*comms.Template
	faults    []error
}

// triagePath is where a team's triage doctrine is, templatesPath where its
// templates are: beside the config file.
func triagePath() string    { return filepath.Join(filepath.Dir(configPath()), "triage.yaml") }
func templatesPath() string { return filepath.Join(filepath.Dir(configPath()), "templates") }

// maxTemplates bounds how many files of the folder are read.
const maxTemplates = 200

// guides reads the team's files, once.
func (a *app) guides() *guides {
	if a.guide != nil {
		return a.guide
	}
	g := &guides{doctrine: triage.Default()}
	a.guide = g
	if data, ok := g.read(triagePath()); ok {
		if d, err := triage.Parse(triagePath(), data); err != nil {
			g.faults = append(g.faults, model.Errorf(model.Invalid, "%s; the built-in triage stays in force", model.Message(err)))
		} else {
			g.doctrine = d
		}
	}
	var own []*comms.Template
	files, err := os.ReadDir(templatesPath())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		g.faults = append(g.faults, model.Wrap(model.Invalid, err, "the templates in %s cannot be read; the built-in ones stay in force", templatesPath()))
	}
	for n, f := range files {
		name, ok := templateName(f.Name())
		if !ok || f.IsDir() {
			continue
		}
		if n >= maxTemplates {
			g.faults = append(g.faults, model.Errorf(model.Invalid, "%s holds too many files: only the first %d are read", templatesPath(), maxTemplates))
			break
		}
		path := filepath.Join(templatesPath(), f.Name())
		data, ok := g.read(path)
		if !ok {
			continue
		}
		t, err := comms.ParseTemplate(path, name, string(data))
		if err != nil {
			g.faults = append(g.faults, model.Errorf(model.Invalid, "%s; this template is left out", model.Message(err)))
			continue
		}
		t.Own = true
		if slices.ContainsFunc(own, func(o *comms.Template) bool { return o.Name == t.Name }) {
			g.faults = append(g.faults, model.Errorf(model.Invalid, "%s:1:1: there is another file for the template %s; this one is left out", path, t.Name))
			continue
		}
		own = append(own, t)
	}
	g.templates = comms.Merge(own)
	return g
}

// templateName is the name of the template in a file of the folder; false for
// other files, such as those of editors.
func templateName(file string) (string, bool) {
	ext := filepath.Ext(file)
	if strings.HasPrefix(file, ".") || !slices.Contains([]string{".txt", ".md", ".tmpl"}, ext) {
		return "", false
	}
	return strings.ReplaceAll(strings.ToLower(strings.TrimSuffix(file, ext)), "-", "_"), true
}

// read reads a file that may be missing. No more is read than may be parsed.
func (g *guides) read(path string) ([]byte, bool) {
	data, err := readSome(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, false
	}
	if err != nil {
		g.faults = append(g.faults, model.Wrap(model.Invalid, err, "%s cannot be read; the built-in stays in force", path))
		return nil, false
	}
	return data, true
}

// readSome reads at most a byte more of a file than strictyaml accepts, so that
// a file that is too large is refused and not read.
func readSome(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // a pipe would wait for its writer
		return nil, model.Errorf(model.Invalid, "it is no plain file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, strictyaml.MaxBytes+1))
}

// warnGuides says on the error output what is wrong in the team's files.
func (a *app) warnGuides() {
	for _, err := range a.guides().faults {
		a.hint(model.Visible(model.Message(err)))
	}
}

// doctrineOf is the team's doctrine, or the one in a file that was named: then a
// fault in it is an error.
func (a *app) doctrineOf(file string) (*triage.Doctrine, error) {
	if file == "" {
		a.warnGuides()
		return a.guides().doctrine, nil
	}
	data, err := readSome(file)
	if err != nil {
		return nil, model.Wrap(model.Invalid, err, "%s cannot be read", model.Brief(file, 200))
	}
	return triage.Parse(file, data)
}
