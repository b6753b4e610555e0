package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/runbooks"
	"warroom/runbooks/library"
	"warroom/runbooks/lint"
	"warroom/runbooks/markdown"
)

// importJSON is what became of one document.
type importJSON struct {
	Source   string             `json:"source"`
	File     string             `json:"file,omitempty"` // where it was written
	ID       string             `json:"id,omitempty"`
	Title    string             `json:"title,omitempty"`
	Error    string             `json:"error,omitempty"`
	Skipped  bool               `json:"skipped,omitempty"` // there is nothing to follow in it, or the file is there already
	Stats    *markdown.Stats    `json:"stats,omitempty"`
	Notes    []runbooks.Problem `json:"notes"`
	Errors   int                `json:"lint_errors"`
	Warnings int                `json:"lint_warnings"`
	yaml     []byte
}

func (a *app) importBooks(parent *cobra.Command) {
	var out string
	var force bool
	const usage = "import FILE|DIR [--out DIR]"
	c := a.add(parent, "", &cobra.Command{
		Use: usage, Short: "Make runbooks of Markdown documents, to be reviewed; - reads a pipe",
		Long: "Make runbooks of Markdown documents. Headings become phases, list items and paragraphs steps, blocks and inline code commands; what is written behind a prompt is kept as an example of the output, and <names>, $NAMES and the like become values that are asked.\n\n" +
			"Nothing is lost and nothing is invented: what is not understood stays as text with a note. No command gets a risk, so that each asks before it runs. Review the result.\n\n" +
			"One document is printed; with --out, or for a folder, each is written to a file of its own.",
		Example: "warroom runbook import docs/high-cpu.md | less\nwarroom runbook import docs/runbooks --out ~/.config/warroom/runbooks",
	}, func(_ context.Context, args []string) error {
		if len(args) != 1 {
			return wrongUse("runbook " + usage)
		}
		all, folder, err := a.documents(args[0])
		if err != nil {
			return err
		}
		if folder && out == "" {
			return model.Errorf(model.Invalid, "%s is a folder: say with --out where its runbooks are written", model.Brief(args[0], 200))
		}
		results := make([]importJSON, len(all))
		for i, it := range all {
			results[i] = imported(it)
			if out != "" && results[i].yaml != nil {
				if err := a.shelve(&results[i], out, force); err != nil {
					return err
				}
			}
		}
		if out == "" {
			return a.printImport(results[0])
		}
		return a.importSummary(results, out)
	}, slotFile)
	c.Flags().StringVar(&out, "out", "", "the folder to write to")
	c.Flags().BoolVar(&force, "force", false, "write over runbooks that are there")
}

// documents reads what is to be imported.
func (a *app) documents(arg string) (all []markdown.Imported, folder bool, err error) {
	if arg == "-" {
		data, err := io.ReadAll(io.LimitReader(a.in, markdown.MaxBytes+1))
		if err != nil {
			return nil, false, model.Wrap(model.Internal, err, "the pipe cannot be read")
		}
		r, err := markdown.Import("stdin.md", data)
		return []markdown.Imported{{Path: "stdin.md", Result: r, Err: err}}, false, nil
	}
	if st, err := os.Stat(arg); err == nil && st.IsDir() {
		all, err := markdown.Tree(arg)
		if err == nil && len(all) == 0 {
			err = model.Errorf(model.NotFound, "there is no Markdown document in %s", model.Brief(arg, 200))
		}
		return all, true, err
	}
	data, err := library.ReadFile(arg)
	if err != nil {
		return nil, false, err
	}
	r, err := markdown.Import(filepath.ToSlash(arg), data)
	return []markdown.Imported{{Path: arg, Result: r, Err: err}}, false, nil
}

// imported writes one document as YAML and lints it.
func imported(it markdown.Imported) importJSON {
	out := importJSON{Source: it.Path, Notes: []runbooks.Problem{}}
	if it.Err != nil {
		out.Error, out.Skipped = model.Message(it.Err), markdown.Nothing(it.Err)
		return out
	}
	b := it.Result.Book
	out.ID, out.Title, out.Stats = b.ID, b.Title, &it.Result.Stats
	out.Notes = append(out.Notes, it.Result.Notes...)
	head := "Imported from " + it.Path + ". Review it: no command has a risk yet, so each asks before it runs."
	for _, n := range it.Result.Notes {
		head += fmt.Sprintf("\nline %d: %s", n.Line, n.Message)
	}
	data, err := b.Encode(head)
	if err != nil {
		out.Error = model.Message(err)
		return out
	}
	out.yaml = data
	out.Errors, out.Warnings = lint.Count(lint.File(it.Path, data, lint.Options{}))
	return out
}

// shelve writes a runbook. One that is there already is left alone and said.
func (a *app) shelve(r *importJSON, dir string, force bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return model.Wrap(model.Invalid, err, "the folder %s cannot be made", model.Brief(dir, 200))
	}
	path := filepath.Join(dir, r.ID+".yaml")
	err := a.output(path, force, func(w io.Writer) error { _, err := w.Write(r.yaml); return err })
	if model.CodeOf(err) == model.Conflict {
		if old, rerr := library.ReadFile(path); rerr == nil && bytes.Equal(old, r.yaml) {
			r.File = path // as it would be written
			return nil
		}
		r.Error, r.Skipped = model.Message(err), true
		return nil
	}
	if err == nil {
		r.File = path
	}
	return err
}

// printImport prints the one runbook that was made.
func (a *app) printImport(r importJSON) error {
	if r.Error != "" {
		return model.Errorf(model.Invalid, "%s", r.Error)
	}
	if a.flag.json {
		return a.object(struct {
			importJSON
			YAML string `json:"yaml"`
		}{r, string(r.yaml)})
	}
	if !a.term.tty {
		return a.write(r.yaml)
	}
	p := a.page()
	for _, l := range model.VisibleLines(strings.TrimRight(string(r.yaml), "\n")) {
		p.line(l)
	}
	return a.send(p)
}

// importSummary says what became of a folder.
func (a *app) importSummary(results []importJSON, dir string) error {
	if a.flag.json {
		return a.object(results)
	}
	var sum markdown.Stats
	written, skipped, failed, errs := 0, 0, 0, 0
	p := a.page()
	for _, r := range results {
		switch {
		case r.Skipped:
			skipped++
			p.linef("%s  %s", p.t.in(faint, "left out"), model.Visible(r.Error))
		case r.Error != "":
			failed++
			p.linef("%s  %s", p.t.in(alarm, "failed"), model.Visible(r.Error))
		default:
			written++
			errs += r.Errors
			sum.Add(*r.Stats)
			for _, n := range r.Notes {
				p.linef("%s:%d:%d: %s %s", model.Visible(n.File), n.Line, n.Column, model.Visible(n.Message), p.t.in(faint, "("+n.Rule+")"))
			}
		}
	}
	p.linef("%s written to %s, %d left out, %d failed", count(written, "runbook", "runbooks"), model.Visible(dir), skipped, failed)
	p.linef("%s, %s, %s (%d from blocks, %d from inline code)", count(sum.Steps, "step", "steps"), count(sum.Params, "value", "values"), count(sum.Commands, "command", "commands"), sum.Commands-sum.Inline, sum.Inline)
	p.linef("%d of %s became commands, the rest stays as text with a note", sum.FromShell, count(sum.Shell, "block of shell", "blocks of shell"))
	if errs > 0 {
		p.linef("%s of lint to settle before running: warroom runbook lint %s", count(errs, "error", "errors"), model.Visible(dir))
	}
	if err := a.send(p); err != nil {
		return err
	}
	if failed > 0 || slices.ContainsFunc(results, func(r importJSON) bool { return r.Skipped && r.ID != "" }) {
		return errNo
	}
	return nil
}
