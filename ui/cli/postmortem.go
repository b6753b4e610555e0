package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/review"
	"warroom/model/review/faulttree"
	"warroom/ui"
)

// reviewCommands are the postmortem, the whys, fault trees and action items.
func (a *app) reviewCommands(root *cobra.Command) {
	a.postmortem(root)
	a.whys(root)
	a.faultTree(root)
	a.actionItems(root)
}

var postmortemFormats = []string{"markdown", "html", "json"}

func (a *app) postmortem(root *cobra.Command) {
	var format, output, tmpl, tree string
	var public, force bool
	const usage = "postmortem INC"
	c := a.add(root, groupRead, &cobra.Command{
		Use: usage, Short: "The postmortem, as the record and the team have written it",
		Long: "Write the postmortem: facts, timeline, numbers and suggestions from the record, and the sections as the team wrote them. " +
			"A section that nobody has touched begins with what the record knows.\n\n" +
			"With --public internal sections, names, links and the talk of the room are left out.\n\n" +
			"A team's own template is taken from " + review.TemplateMarkdown + " or " + review.TemplateHTML + " in the config folder, or from --template; warroom postmortem template prints the default one.",
		Example: "warroom postmortem INC-20261123 -o review.md\nwarroom postmortem --format html -o review.html\nwarroom postmortem edit\nwarroom postmortem lint\nwarroom postmortem state in_review",
	}, func(ctx context.Context, args []string) error {
		if format == "" {
			format = pick(a.flag.json, "json", "markdown")
		}
		if !slices.Contains(postmortemFormats, format) {
			return model.Errorf(model.Invalid, "%q is no format: give markdown, html or json", model.Brief(format, 30))
		}
		id, err := a.one(ctx, args, usage)
		if err != nil {
			return err
		}
		d, i, err := a.postmortemOf(ctx, id)
		if err != nil {
			return err
		}
		svg := ""
		if tree != "" {
			t, err := readTree(tree, "")
			if err != nil {
				return err
			}
			svg = t.SVG(svgRows)
		} else if t, err := review.FaultTreeOf(i); err == nil && !public {
			svg = t.SVG(svgRows)
		}
		if public {
			d = d.ForPublic(i.People)
		}
		return a.output(output, force, func(w io.Writer) error {
			switch format {
			case "json":
				b, err := encode(d)
				if err != nil {
					return err
				}
				_, err = w.Write(a.safe(b))
				return err
			case "html":
				text, err := teamTemplate(tmpl, review.TemplateHTML)
				if err != nil {
					return err
				}
				return d.HTML(w, text, svg)
			}
			text, err := teamTemplate(tmpl, review.TemplateMarkdown)
			if err != nil {
				return err
			}
			return d.Markdown(w, text)
		})
	}, slotIncident)
	f := c.Flags()
	f.StringVar(&format, "format", "", "markdown, html or json (with --json: json)")
	f.StringVarP(&output, "output", "o", "", "the file to write; - or nothing is standard output")
	f.StringVar(&tmpl, "template", "", "a template of your own")
	f.StringVar(&tree, "tree", "", "a fault tree to draw into the page (YAML or Open-PSA XML)")
	f.BoolVar(&public, "public", false, "what may leave the house: no internal sections, no names")
	f.BoolVar(&force, "force", false, "replace the file if it exists")
	a.words(c, "format", func() []string { return postmortemFormats })
	a.postmortemText(c)
	a.postmortemEdit(c)
	a.postmortemChecks(c)
}

// svgRows bounds the tree that is drawn into a page.
const svgRows = 200

// teamTemplate reads the template that was named, or the team's own from the
// config folder; "" is the default.
func teamTemplate(path, own string) (string, error) {
	if path == "" {
		path = filepath.Join(xdg.ConfigHome, "warroom", own)
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return "", nil
		}
	}
	b, err := readFile(path, "template", 1<<20)
	return string(b), err
}

// readFile reads a file of at most limit bytes.
func readFile(path, what string, limit int64) ([]byte, error) {
	var in io.Reader
	if path == "-" {
		in = os.Stdin
	} else {
		f, err := os.Open(path)
		if errors.Is(err, os.ErrNotExist) {
			return nil, model.Errorf(model.NotFound, "there is no file %s", model.Brief(path, 200))
		}
		if err != nil {
			return nil, model.Wrap(model.Invalid, err, "the %s %s cannot be read", what, model.Brief(path, 200))
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, limit+1))
	switch {
	case err != nil:
		return nil, model.Wrap(model.Invalid, err, "the %s %s cannot be read", what, model.Brief(path, 200))
	case int64(len(b)) > limit:
		return nil, model.Errorf(model.Invalid, "the %s %s is too large: at most %d bytes", what, model.Brief(path, 200), limit)
	}
	return b, nil
}

func readTree(path, top string) (*faulttree.Tree, error) {
	b, err := readFile(path, "fault tree", faulttree.MaxFile)
	if err != nil {
		return nil, err
	}
	return faulttree.Read(filepath.Base(path), b, top)
}

// postmortemOf is the postmortem of an incident, and the incident.
func (a *app) postmortemOf(ctx context.Context, id string) (*review.Document, *model.Incident, error) {
	return ui.ReadPostmortem(ctx, a.store, id, a.rules(), time.Now())
}

// postmortemText are the commands that write.
func (a *app) postmortemText(parent *cobra.Command) {
	var base int64
	const write = "write INC SECTION TEXT"
	c := a.add(parent, "", &cobra.Command{
		Use: write, Short: "Write a section; TEXT - reads it from standard input",
		Long:        "Write a section: " + sectionWords() + ".\n\nThe text replaces the section. If somebody wrote it since you read it, it is refused and nothing is lost; --base says which text you had read (seq in --json).",
		Example:     "warroom postmortem write lucky_factors \"it was noon\"\ncat story.md | warroom postmortem write what_happened -",
		Annotations: map[string]string{freeText: "text"},
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) < 2 {
			return wrongUse("postmortem " + write)
		}
		key, err := model.ParseSectionKey(rest[0])
		if err != nil {
			return err
		}
		text := strings.Join(rest[1:], " ")
		if text == "-" {
			b, err := io.ReadAll(io.LimitReader(a.in, model.MaxText+1))
			if err != nil {
				return model.Wrap(model.Invalid, err, "standard input cannot be read")
			}
			text = string(b)
		}
		cmd := model.WriteReview{Section: key, Text: text, Base: base}
		if base < 0 {
			i, err := a.store.Incident(ctx, id)
			if err != nil {
				return err
			}
			cmd.Base = i.Writeup.Section(key).Seq
		}
		return a.act(ctx, id, cmd)
	}, slotIncident)
	c.Flags().Int64Var(&base, "base", -1, "the event whose text this replaces; if not said, the newest")

	const state = "state INC STATE [REASON]"
	a.add(parent, "", &cobra.Command{
		Use: state, Short: "Say how far it is: draft, in_review, reviewed, published, closed", Annotations: map[string]string{freeText: "reason"},
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse("postmortem " + state)
		}
		to, err := model.ParseReviewState(rest[0])
		if err != nil {
			return err
		}
		return a.act(ctx, id, model.MoveReview{To: to, Reason: strings.Join(rest[1:], " ")})
	}, slotIncident)

	const importFile = "import INC FILE"
	a.add(parent, "", &cobra.Command{
		Use: importFile, Short: "Take over a postmortem that was written in Markdown elsewhere",
		Long: "Take over the text and the action items of a Markdown file. Headings are known by many names. A section that somebody wrote here already is left alone.",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) != 1 {
			return wrongUse("postmortem " + importFile)
		}
		b, err := readFile(rest[0], "postmortem", 4<<20)
		if err != nil {
			return err
		}
		return a.takeOver(ctx, id, review.Import(string(b)))
	}, slotIncident, slotFile)

	a.add(parent, "", &cobra.Command{Use: "template", Short: "Print the default template, to begin your own"}, func(_ context.Context, args []string) error {
		if len(args) > 0 {
			return wrongUse("postmortem template")
		}
		return a.write([]byte(review.DefaultTemplate))
	})
}

func sectionWords() string {
	var words []string
	for _, k := range model.SectionKeys {
		words = append(words, string(k))
	}
	return strings.Join(words, ", ")
}

type tookOverJSON struct {
	Sections []string `json:"sections"`
	Actions  int      `json:"action_items"`
	Kept     []string `json:"kept"`  // written here already
	Other    []string `json:"other"` // headings that are not known; their text went to the part before
}

func (a *app) takeOver(ctx context.Context, id string, in review.Imported) error {
	i, err := a.store.Incident(ctx, id)
	if err != nil {
		return err
	}
	res := tookOverJSON{Sections: []string{}, Kept: []string{}, Other: list(in.Other)}
	for _, k := range model.SectionKeys {
		text := in.Parts[string(k)]
		if strings.TrimSpace(text) == "" {
			continue
		}
		if i.Writeup.Section(k).Seq > 0 {
			res.Kept = append(res.Kept, string(k))
			continue
		}
		if _, err := a.do(ctx, id, model.WriteReview{Section: k, Text: text}); err != nil {
			return err
		}
		res.Sections = append(res.Sections, string(k))
	}
	for _, it := range in.Actions {
		r, err := a.do(ctx, id, model.AddAction{Title: it.Title, Owner: it.Owner, Priority: model.Priority(it.Priority), Type: model.ActionType(it.Type), Due: model.Date(it.Due), Ticket: it.Ticket})
		if model.CodeOf(err) == model.Conflict {
			continue // it is on the list already
		}
		if err != nil {
			return err
		}
		res.Actions++
		if it.State == model.ItemDone {
			added := r.Incident.Actions[len(r.Incident.Actions)-1]
			if _, err := a.do(ctx, id, model.FinishAction{N: added.N, Result: "done before it was taken over"}); err != nil {
				return err
			}
		}
	}
	if a.flag.json {
		return a.object(res)
	}
	p := a.page()
	p.linef("%d sections and %d action items taken over", len(res.Sections), res.Actions)
	for _, k := range res.Kept {
		a.hint(k + " was written here already and is left as it is")
	}
	for _, h := range res.Other {
		a.hint("the heading " + model.Brief(h, 60) + " is not known: its text stands in the section before")
	}
	return a.send(p)
}
