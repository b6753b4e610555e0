package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/play"
)

// valueForm asks for values; what cannot be used is said before anything begins.
func (a *App) valueForm(name string, values []play.Value, done func(map[string]string) tea.Cmd) *form {
	var fields []field
	var names []string
	for _, v := range values {
		if v.Secret {
			continue
		}
		help := v.Help
		if help == "" && v.Type != "string" {
			help = typeWords[v.Type]
		}
		if len(v.Choices) > 0 {
			help = strings.Join(v.Choices, ", ")
		}
		if v.Value != "" && v.Problem != "" {
			help = v.Problem
		}
		fields = append(fields, valueField(v, help))
		names = append(names, v.Name)
	}
	if len(fields) == 0 {
		return newForm(name, []field{textField("nothing to fill in", "", "", "enter goes on")}, func(a *App, _ []string) (tea.Cmd, error) { return done(nil), nil })
	}
	return newForm(name, fields, func(a *App, v []string) (tea.Cmd, error) {
		out := map[string]string{}
		for k, n := range names {
			if v[k] != "" && v[k] != unset {
				out[n] = v[k]
			}
		}
		f := a.dialogs
		if len(f) > 0 { // there is no answer to wait for
			a.dialogs = f[:len(f)-1]
		}
		return done(out), nil
	})
}

// typeWords say what a value of a type looks like.
var typeWords = map[string]string{
	"text": "one line", "int": "a whole number", "bool": "true or false", "duration": "a time as in 90s or 5m",
	"k8s_name": "as Kubernetes names things: small letters, digits, -", "hostname": "a host name", "url": "an address with https://", "path": "a path",
}

// unset is the choice of nothing, so that no value is given by not looking.
const unset = "—"

// valueField is a pick where there are a few values to pick from, and a line to
// type into otherwise.
func valueField(v play.Value, help string) field {
	f := textField(model.Visible(v.Label), v.Value, "", model.Visible(help))
	n := 0
	for _, c := range v.Choices {
		if n += width(c) + 2; c != model.Visible(c) {
			return f
		}
	}
	if len(v.Choices) == 0 || n > 40 {
		return f
	}
	f.choices = append([]string{unset}, v.Choices...)
	f.help = "← → or a letter chooses"
	f.chosen = max(0, slices.Index(f.choices, v.Value))
	return f
}

func (a *App) bookValues() {
	a.askValues("Values: asked once, used everywhere", a.books().plan.Values)
}

// bookFill asks for what an action still waits for.
func (a *App) bookFill(names []string) {
	var open []play.Value
	for _, v := range a.books().plan.Values {
		if slices.Contains(names, v.Name) && !v.Secret {
			open = append(open, v)
		}
	}
	if len(open) == 0 {
		a.say(warning, "not filled in: "+model.Visible(strings.Join(names, ", ")))
		return
	}
	a.askValues("Needed here, asked once", open)
}

func (a *App) askValues(name string, values []play.Value) {
	n := a.books().run
	a.open(a.valueForm(name, values, func(v map[string]string) tea.Cmd {
		if len(v) == 0 {
			return nil
		}
		return a.do(model.SetRunValues{N: n, Values: v}, "")
	}))
}

func (d *booksDesk) valueLines(a *App, w int) []string {
	if d.plan == nil {
		return nil
	}
	th := a.theme
	var out []string
	for _, v := range d.plan.Values {
		val := segs{{model.Visible(v.Value) + " ", ""}}
		switch {
		case v.Secret && v.Known:
			val = segs{{"secret, known ", th.dim}}
		case v.Problem != "" && v.Value == "":
			val = segs{{"… ", th.warn}}
		case v.Problem != "":
			val = segs{{cut(model.Visible(v.Value), w/3) + " ✗ ", th.alarm}}
		case v.From != "" && v.From != "typed":
			val = segs{{model.Visible(v.Value), ""}, {" (" + model.Visible(v.From) + ") ", th.dim}}
		}
		out = append(out, spread(w, segs{{" " + model.Visible(v.Name), th.dim}}, val))
		if len(out) == 6 && len(d.plan.Values) > 7 {
			return append(out, segs{{fmt.Sprintf(" and %d more: %s", len(d.plan.Values)-6, a.key("book.values")), th.dim}}.fit(w))
		}
	}
	return out
}
