package cli

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/comms"
)

type messageJSON struct {
	Template string         `json:"template"`
	Text     string         `json:"text"`
	Audience []string       `json:"audience"`
	Remarks  []comms.Remark `json:"remarks"`
}

// filling are the flags with which a template is filled.
type filling struct {
	vars []string
	file string
	next string
}

func (w *filling) flags(c *cobra.Command) {
	c.Flags().StringArrayVar(&w.vars, "var", nil, "a field of the template, NAME=VALUE; may be repeated")
	c.Flags().StringVar(&w.file, "file", "", "the template in this file instead of a named one")
	c.Flags().StringVar(&w.next, "next", "", "when the next update comes: 20m")
}

// fields reads --var.
func (w *filling) fields() (comms.Fields, error) {
	f := comms.Fields{}
	for _, v := range w.vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, model.Errorf(model.Invalid, "%q is no field: give NAME=VALUE", model.Brief(v, 60))
		}
		f[strings.TrimSpace(name)] = value
	}
	return f, nil
}

// template finds the template that was named, or reads that of --file.
func (a *app) template(w filling, name string) (*comms.Template, error) {
	if w.file == "" {
		a.warnGuides()
		return comms.Find(a.guides().templates, name)
	}
	data, err := readSome(w.file)
	if err != nil {
		return nil, model.Wrap(model.Invalid, err, "%s cannot be read", model.Brief(w.file, 200))
	}
	name, ok := templateName(filepath.Base(w.file))
	if !ok {
		return nil, model.Errorf(model.Invalid, "%s is no template: give a file that ends in .txt, .md or .tmpl", model.Brief(w.file, 200))
	}
	return comms.ParseTemplate(w.file, name, string(data))
}

// fill writes the message: what is known of the incident, and over it what was
// given.
func (a *app) fill(t *comms.Template, i *model.Incident, w filling) (string, error) {
	given, err := w.fields()
	if err != nil {
		return "", err
	}
	next, err := spanOf(w.next)
	if err != nil {
		return "", err
	}
	f, now := comms.Fields{}, time.Now()
	var promised time.Time
	if next > 0 {
		promised = now.Add(next)
	}
	if i != nil {
		if promised.IsZero() {
			promised = a.nextUpdate(i, t.Audience, now)
		}
		f = comms.Facts(i, t.Audience, promised, now, a.zone)
	} else if !promised.IsZero() {
		f["next_update"] = comms.Moment(promised, now, a.zone)
	}
	for k, v := range given {
		f[k] = v
	}
	text, err := t.Fill(f)
	if missing := t.Missing(f); len(missing) > 0 {
		var ask []string
		for _, m := range missing {
			ask = append(ask, "--var "+m+"=…")
		}
		return "", model.Errorf(model.Invalid, "%s cannot be written yet: give %s", t.Name, strings.Join(ask, " "))
	}
	return text, err
}

// nextUpdate is when the next update after one sent now would be due.
func (a *app) nextUpdate(i *model.Incident, to model.Audience, now time.Time) time.Time {
	if in := i.NextIn(a.rules(), to, now); in > 0 {
		return now.Add(in)
	}
	return time.Time{}
}

func (a *app) writeMessage(root *cobra.Command) {
	var w filling
	const usage = "message INC TEMPLATE [--var FIELD=VALUE …]"
	c := a.add(root, groupAct, &cobra.Command{
		Use: usage, Short: "Write a message from a template, ready to be pasted",
		Long: "Write a message from a template, filled with what is known of the incident. What is missing is asked for and never printed as a blank. " +
			"With --var and without an incident, only what is given is used. Without a template, list them. Nothing is sent or recorded: warroom update does that.",
		Example: "warroom message initial\nwarroom message INC-20261123 customer_facing --var issue_description=\"failed payments\"\nwarroom message --var severity=SEV-1 --var service=checkout … initial",
	}, func(ctx context.Context, args []string) error {
		var i *model.Incident
		rest := args
		if len(args) > 0 && isID(args[0]) || len(w.vars) == 0 && (len(args) > 0 || w.file != "") {
			id, more, err := a.incident(ctx, args)
			if err != nil {
				return err
			}
			if i, err = a.store.Incident(ctx, id); err != nil {
				return err
			}
			rest = more
		}
		if len(rest) == 0 && w.file == "" {
			return a.templates()
		}
		if len(rest) > 1 || w.file != "" && len(rest) > 0 {
			return wrongUse(usage)
		}
		name := ""
		if len(rest) > 0 {
			name = rest[0]
		}
		t, err := a.template(w, name)
		if err != nil {
			return err
		}
		text, err := a.fill(t, i, w)
		if err != nil {
			return err
		}
		var sev model.Severity
		var about comms.Context
		if i != nil {
			sev, about = i.Severity, comms.ContextOf(i)
		}
		if fields, _ := w.fields(); fields["severity"] != "" {
			if s, err := model.ParseSeverity(fields["severity"]); err == nil {
				sev = s
			}
		}
		v := messageJSON{t.Name, text, comms.Stakeholders(a.guides().doctrine, t, sev), []comms.Remark{}}
		if t.Audience.Outward() {
			v.Remarks = list(comms.Check(text, about))
		}
		if a.flag.json {
			return a.object(v)
		}
		for _, r := range v.Remarks {
			a.hint(model.Visible(r.String()))
		}
		p := a.page()
		for _, l := range model.VisibleLines(text) {
			p.line(l)
		}
		return a.send(p)
	}, slotIncident)
	w.flags(c)
	c.ValidArgsFunction = a.anyOf(a.templateWords)
}

func (a *app) templateWords() []string {
	var out []string
	for _, t := range a.guides().templates {
		out = append(out, t.Name+"\tfor "+string(t.Audience))
	}
	return out
}

type templateJSON struct {
	Name     string         `json:"template"`
	Title    string         `json:"title"`
	Audience model.Audience `json:"audience"`
	Fields   []string       `json:"fields"`
	Optional []string       `json:"optional"`
	Own      bool           `json:"own"`
	Text     string         `json:"text"`
}

// templates lists them.
func (a *app) templates() error {
	a.warnGuides()
	all := a.guides().templates
	if a.flag.json {
		out := []templateJSON{}
		for _, t := range all {
			out = append(out, templateJSON{t.Name, t.Title, t.Audience, list(t.Fields), list(t.Optional), t.Own, t.Text})
		}
		return a.object(out)
	}
	var rows [][]cell
	for _, t := range all {
		rows = append(rows, []cell{{t.Name, strong}, c("for " + string(t.Audience)), {model.Visible(strings.Join(slices.Concat(t.Fields, t.Optional), ", ")), faint}})
	}
	p := a.page()
	p.table(0, rows)
	return a.send(p)
}
