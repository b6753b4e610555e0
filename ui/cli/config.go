package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"

	"warroom/model"
)

// config is the config file: defaults for the flags of the same name. It holds
// no secrets.
type config struct {
	User   string     `yaml:"user"`
	DB     string     `yaml:"db"`
	Zone   string     `yaml:"zone"`
	Theme  string     `yaml:"theme"`
	Mouse  string     `yaml:"mouse"`  // on, off
	Notify string     `yaml:"notify"` // on, off, bell
	Hints  string     `yaml:"hints"`  // on, off
	Keys   bindings   `yaml:"keys"`
	Layout string     `yaml:"layout"` // auto, plain, or a role
	Clocks clockTimes `yaml:"clocks"`
}

// The zones a config file may name.
const (
	zoneUTC   = "utc"
	zoneLocal = "local"
)

// maxConfig bounds what is read of a config file, in bytes.
const maxConfig = 1 << 20

// configPath is where the config file is, if there is one.
func configPath() string { return filepath.Join(xdg.ConfigHome, "warroom", "config.yaml") }

// readConfig reads the file at path; a missing one is empty. What is wrong in it
// is reported with file and line.
func readConfig(path string) (config, error) {
	var c config
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, model.Wrap(model.Invalid, err, "the config file cannot be read")
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	switch {
	case err != nil:
		return c, model.Wrap(model.Invalid, err, "the config file %s cannot be read", path)
	case len(data) > maxConfig:
		return c, model.Errorf(model.Invalid, "the config file %s is larger than a megabyte: that cannot be right", path)
	}
	err = yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&c)
	if err != nil && !errors.Is(err, io.EOF) { // an empty file is fine
		return c, inConfig(path, err)
	}
	switch c.Zone {
	case "", zoneUTC, zoneLocal:
	default:
		return c, model.Errorf(model.Invalid, "%s:%d: zone is %q: give utc or local", path, lineOf(data, "zone"), model.Brief(c.Zone, 40))
	}
	c.Keys.placed(path)
	if err := c.checkScreen(func(key string) string { return fmt.Sprintf("%s:%d", path, lineOf(data, key)) }); err != nil {
		return c, err
	}
	if c.DB, err = atHome(c.DB); err != nil {
		return c, model.Errorf(model.Invalid, "%s:%d: %s", path, lineOf(data, "db"), err)
	}
	return c, nil
}

// inConfig words an error of the YAML reader.
func inConfig(path string, err error) error {
	if fault := lineFault(path, err); fault != nil {
		return fault
	}
	var at *token.Token
	what := "this cannot be read"
	var unknown *yaml.UnknownFieldError
	var twice *yaml.DuplicateKeyError
	var kind *yaml.TypeError
	var node *yaml.UnexpectedNodeTypeError
	var syntax *yaml.SyntaxError
	switch {
	case errors.As(err, &unknown):
		at = unknown.Token
		what = fmt.Sprintf("there is no setting %q", model.Brief(at.Value, 40))
		if best := nearest(at.Value, settings); best != "" {
			what += ": did you mean " + best + "?"
		} else {
			what += ": there are " + strings.Join(settings, ", ")
		}
	case errors.As(err, &twice):
		at = twice.Token
		what = fmt.Sprintf("%q is given twice", model.Brief(at.Value, 40))
	case errors.As(err, &kind):
		at = kind.Token
		what = fmt.Sprintf("%q is not the text that is expected here", model.Brief(at.Value, 40))
	case errors.As(err, &node):
		at = node.Token
		what = "a list of settings is expected here, such as: zone: utc"
	case errors.As(err, &syntax):
		at = syntax.Token
		what = "this cannot be read: " + model.Brief(syntax.Message, 200)
	}
	if at == nil || at.Position == nil {
		return model.Wrap(model.Invalid, err, "%s: %s", path, what)
	}
	return model.Errorf(model.Invalid, "%s:%d: %s", path, at.Position.Line, what)
}

// settings are the keys of the config file.
var settings = []string{"user", "db", "zone", "theme", "mouse", "notify", "hints", "keys", "layout", "clocks"}

// lineOf finds the line of a top-level key.
func lineOf(data []byte, key string) int {
	for i, l := range strings.Split(string(data), "\n") {
		if name, _, ok := strings.Cut(l, ":"); ok && strings.Trim(strings.TrimSpace(name), `"'`) == key {
			return i + 1
		}
	}
	return 1
}

// atHome expands ~/ in a path, which no shell does in a file. A path relative to
// whatever folder one happens to be in would open another record each time.
func atHome(p string) (string, error) {
	if p == "" || strings.Contains(p, "://") || filepath.IsAbs(p) {
		return p, nil
	}
	if rest, ok := strings.CutPrefix(p, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		return filepath.Join(home, rest), nil
	}
	return "", fmt.Errorf("db is %q: give a path from the root, or one that begins with ~/", model.Brief(p, 60))
}
