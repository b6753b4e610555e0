package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/runbooks"
	"warroom/runbooks/library"
	"warroom/runbooks/lint"
)

func (a *app) lintBooks(parent *cobra.Command) {
	var strict bool
	var named []string
	const usage = "lint FILE|DIR …"
	c := a.add(parent, "", &cobra.Command{
		Use: usage, Short: "What is wrong with runbooks and strategies, by line; - reads a pipe",
		Long:    "Errors forbid running; warnings are advice. The names of the rules never change, so that a script can count on them. The answer is no (exit status 3) when there is an error, with --strict also when there is a warning.",
		Example: "warroom runbook lint .warroom/runbooks\nwarroom runbook lint new.yaml --strict --json",
	}, func(_ context.Context, args []string) error {
		if len(args) == 0 {
			return wrongUse("runbook " + usage)
		}
		lib := a.shelf(append(slices.Clone(named), folders(args)...))()
		o := lint.Options{Now: time.Now(), Strategy: func(id string) bool {
			it, err := lib.Strategy(id)
			return err == nil && it.ID == id
		}}
		problems := []runbooks.Problem{}
		files := 0
		for _, arg := range args {
			paths := []string{arg}
			if st, err := os.Stat(arg); err == nil && st.IsDir() {
				if paths, err = library.Files(arg, ".yaml", ".yml"); err != nil {
					return model.Wrap(model.Invalid, err, "%s cannot be read", model.Brief(arg, 200))
				}
			}
			for _, path := range paths {
				data, err := a.bookFile(path)
				if err != nil {
					return err
				}
				files++
				problems = append(problems, lint.File(path, data, o)...)
			}
		}
		errs, warnings := lint.Count(problems)
		if err := a.printProblems(problems, files); err != nil {
			return err
		}
		if errs > 0 || strict && warnings > 0 {
			return errNo
		}
		return nil
	}, slotFile)
	c.Flags().BoolVar(&strict, "strict", false, "warnings are a no, too")
	a.bookFolders(c, &named)
}

// folders are the arguments that are folders: strategies in them count as known.
func folders(args []string) []string {
	var out []string
	for _, arg := range args {
		st, err := os.Stat(arg)
		switch {
		case err != nil:
		case st.IsDir():
			out = append(out, arg)
		default:
			out = append(out, filepath.Dir(arg))
		}
	}
	return out
}

func (a *app) bookFile(path string) ([]byte, error) {
	if path != "-" {
		return library.ReadFile(path)
	}
	data, err := io.ReadAll(io.LimitReader(a.in, runbooks.MaxFile+1))
	if err != nil {
		return nil, model.Wrap(model.Internal, err, "the pipe cannot be read")
	}
	return data, nil
}

func (a *app) printProblems(problems []runbooks.Problem, files int) error {
	if a.flag.json {
		return a.object(problems)
	}
	p := a.page()
	for _, q := range problems {
		style := warn
		if q.Level == runbooks.LevelError {
			style = alarm
		}
		p.linef("%s:%d:%d: %s: %s %s", model.Visible(q.File), q.Line, q.Column, p.t.in(style, q.Level), model.Visible(q.Message), p.t.in(faint, "("+q.Rule+")"))
	}
	errs, warnings := lint.Count(problems)
	p.linef("%s: %s, %s", count(files, "file", "files"), count(errs, "error", "errors"), count(warnings, "warning", "warnings"))
	return a.send(p)
}
