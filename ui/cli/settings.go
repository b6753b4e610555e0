package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"warroom/model"
	"warroom/ui"
)

// What a setting that is switched may be.
var (
	onOff       = []string{"on", "off"}
	notifyWords = []string{ui.NotifyOn, ui.NotifyOff, ui.NotifyBell}
)

// checkScreen checks the settings of the screen. at gives the place of a setting
// in the file.
func (c *config) checkScreen(at func(key string) string) error {
	if err := ui.CheckTheme(c.Theme); err != nil {
		return model.Errorf(model.Invalid, "%s: %s", at("theme"), sentence(err))
	}
	for _, s := range []struct {
		name  string
		value *string
		words []string
	}{{"mouse", &c.Mouse, onOff}, {"hints", &c.Hints, onOff}, {"notify", &c.Notify, notifyWords}} {
		switch *s.value {
		case "true", "yes":
			*s.value = "on"
		case "false", "no":
			*s.value = "off"
		}
		if *s.value != "" && !slices.Contains(s.words, *s.value) {
			return model.Errorf(model.Invalid, "%s: %s is %q: give %s", at(s.name), s.name, model.Brief(*s.value, 40), strings.Join(s.words, " or "))
		}
	}
	if err := ui.CheckLayout(c.Layout); err != nil {
		return model.Errorf(model.Invalid, "%s: %s", at("layout"), sentence(err))
	}
	_, err := ui.Keys(c.Keys)
	return err
}

// furnish gives the screen its settings.
func (a *app) furnish(c *ui.Config) {
	c.Layout = a.conf.Layout
	c.Postmortem = func(name string) (string, error) { return teamTemplate("", name) }
	c.Theme, c.Keys, c.Notify, c.NoMouse = a.conf.Theme, a.conf.Keys, a.conf.Notify, a.conf.Mouse == "off"
	if a.conf.Hints != "off" {
		c.Hints = readHints(hintsPath())
	}
}

// choose lets the flags have their way over the file.
func (a *app) choose() error {
	a.conf.Theme = cmp.Or(a.flag.theme, a.conf.Theme)
	a.conf.Layout = cmp.Or(a.flag.layout, a.conf.Layout)
	if err := ui.CheckLayout(a.flag.layout); err != nil {
		return err
	}
	return ui.CheckTheme(a.flag.theme)
}

// bindings are the keys of the config file, by action.
type bindings []ui.Binding

// badLine is something wrong in the config file that the YAML reader does not
// know of.
type badLine struct {
	line int
	what string
}

func (b *badLine) Error() string { return b.what }

// UnmarshalYAML reads an action and its key, or its keys, a line each, and keeps
// the lines.
func (b *bindings) UnmarshalYAML(n ast.Node) error {
	pairs, ok := pairsOf(n)
	if !ok {
		return &badLine{lineOfNode(n), "keys: a list of actions is expected here, such as: undo: [Z]"}
	}
	for _, p := range pairs {
		one := ui.Binding{Action: p.Key.GetToken().Value, At: fmt.Sprint(lineOfNode(p.Key))}
		values := []ast.Node{p.Value}
		if list, ok := p.Value.(*ast.SequenceNode); ok {
			values = list.Values
		} else if _, empty := p.Value.(*ast.NullNode); empty {
			values = nil
		}
		for _, v := range values {
			s, ok := v.(ast.ScalarNode)
			if !ok {
				return &badLine{lineOfNode(v), "keys: " + model.Brief(one.Action, 40) + ": a key is expected here, such as ctrl+k"}
			}
			one.Keys = append(one.Keys, scalar(s))
		}
		*b = append(*b, one)
	}
	return nil
}

// scalar is what a person wrote, be it text or what YAML takes for a number.
func scalar(n ast.ScalarNode) string {
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value
	}
	return n.GetToken().Value
}

func lineOfNode(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 1
}

// placed puts the file in front of the lines.
func (b bindings) placed(path string) {
	for i := range b {
		b[i].At = path + ":" + b[i].At
	}
}

// lineFault words a badLine; "" if err is none.
func lineFault(path string, err error) error {
	if b, ok := errors.AsType[*badLine](err); ok {
		return model.Errorf(model.Invalid, "%s:%d: %s", path, b.line, b.what)
	}
	return nil
}
