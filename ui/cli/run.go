package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/color"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"charm.land/fang/v2"
	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"warroom/model"
)

// The exit statuses, which scripts depend on.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2 // bad usage or bad input
	exitNo          = 3 // the answer is no: an audit or a check found something
	exitNotFound    = 4
	exitInterrupted = 130
)

// Errors that are outcomes rather than failures.
var (
	// errNo says that the answer, already printed, is no.
	errNo = errors.New("the answer is no")
	// errGone says that whoever read the output has closed it.
	errGone = errors.New("the reader of the output is gone")
)

// Run carries out one command line, without the program's name, and returns the
// exit status. It ends early, with exitInterrupted, when ctx is canceled.
func Run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	a := &app{in: in, out: out, errOut: errOut, zone: time.Local}
	a.flag.noColor = asked(args, "--no-color") || asked(args, "--accessible") || os.Getenv("NO_COLOR") != "" || os.Getenv("ACCESSIBLE") != ""
	if a.flag.noColor {
		// The libraries below take only some values of NO_COLOR for a yes.
		os.Setenv("NO_COLOR", "1")
	}
	a.term = terminal(out, a.flag.noColor)
	root := a.root()
	a.flag.json = asked(args, "--json") // before parsing, whose errors are printed in that style
	root.SetArgs(shield(args))
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := a.finish(a.execute(ctx, root))
	a.report(ctx, err)
	return exitCode(ctx, err)
}

// execute runs the command line. fang dresses the help; before it does, it asks
// the terminal for its background colour, which a dumb terminal shows as garbage
// and never answers. There cobra's plain help serves better anyway.
func (a *app) execute(ctx context.Context, root *cobra.Command) error {
	v := build()
	if a.term.tty && a.term.dumb {
		root.SilenceErrors, root.SilenceUsage = true, true
		root.Version = v.String()
		return root.ExecuteContext(ctx)
	}
	return fang.Execute(ctx, root,
		fang.WithVersion(v.Version), fang.WithCommit(v.Commit),
		fang.WithColorSchemeFunc(sixteen),
		fang.WithErrorHandler(func(io.Writer, fang.Styles, error) {}))
}

// finish closes the record and returns the first thing that went wrong. The
// handlers leave their error in a.fail instead of returning it through fang:
// before fang prints one it asks the terminal for its background colour, which
// swallows what is being typed and takes seconds where nobody answers.
func (a *app) finish(err error) error {
	var closing error
	if a.store != nil {
		closing = a.store.Close()
		a.store = nil
	}
	switch {
	case a.fail != nil:
		return a.fail
	case err != nil: // from cobra itself
		return model.Errorf(model.Invalid, "%s", err)
	}
	return closing
}

// exitCode is the exit status for err.
func exitCode(ctx context.Context, err error) int {
	switch {
	case err == nil, errors.Is(err, errGone):
		return exitDone
	case errors.Is(err, errNo):
		return exitNo
	case interrupted(ctx, err):
		return exitInterrupted
	}
	switch model.CodeOf(err) {
	case model.Invalid:
		return exitUsage
	case model.NotFound:
		return exitNotFound
	}
	return exitFailed
}

func interrupted(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, ctx.Err()) || model.CodeOf(err) == model.Internal)
}

// problem is an error as --json prints it.
type problem struct {
	Code    model.Code `json:"code"`
	Message string     `json:"message"`
	Cause   string     `json:"cause,omitempty"`
}

func problemOf(err error) problem {
	p := problem{Code: model.CodeOf(err), Message: model.Message(err)}
	if e, ok := errors.AsType[*model.Error](err); ok && e.Err != nil {
		p.Cause = e.Err.Error()
	}
	return p
}

// report says on stderr what went wrong. Outcomes that were printed already, and
// an interrupt by the user, need no words.
func (a *app) report(ctx context.Context, err error) {
	if err == nil || errors.Is(err, errGone) || errors.Is(err, errNo) || interrupted(ctx, err) {
		return
	}
	a.complain(0, err)
}

// complain writes one error to stderr; line is that of the input, 0 for none.
func (a *app) complain(line int, err error) {
	p := problemOf(err)
	if a.flag.json {
		enc := json.NewEncoder(a.errOut)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(struct {
			Line  int     `json:"line,omitempty"`
			Error problem `json:"error"`
		}{line, p})
		return
	}
	where := "warroom: "
	if line > 0 {
		where = fmt.Sprintf("line %d: ", line)
	}
	fmt.Fprintln(a.errOut, where+strings.Join(model.VisibleLines(p.Message), "\n"))
	if p.Cause != "" {
		fmt.Fprintln(a.errOut, "  because: "+model.Visible(p.Cause))
	}
}

// write sends finished bytes to stdout in one piece.
func (a *app) write(b []byte) error {
	_, err := a.out.Write(b)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EPIPE):
		return errGone
	}
	return model.Wrap(model.Internal, err, "the output could not be written")
}

// asked reports whether a flag without value was given.
func asked(args []string, flag string) bool {
	for _, s := range args {
		switch s {
		case "--":
			return false
		case flag, flag + "=true":
			return true
		}
	}
	return false
}

// A time such as -7m looks like a flag. No argument can contain a NUL, so one in
// front keeps such a time from being parsed as a flag; unshield takes it away.
const guard = "\x00"

func shield(args []string) []string {
	out := slices.Clone(args)
	for i, s := range out {
		if span, ok := strings.CutPrefix(s, "-"); ok {
			if _, ok := model.ParseSpan(span); ok {
				out[i] = guard + s
			}
		}
	}
	return out
}

func unshield(s string) string { return strings.TrimPrefix(s, guard) }

// sixteen colours the help with the terminal's own palette.
func sixteen(lipgloss.LightDarkFunc) fang.ColorScheme {
	plain := lipgloss.NoColor{}
	return fang.ColorScheme{
		Base: plain, Title: lipgloss.Cyan, Description: plain, Codeblock: plain,
		Program: lipgloss.Cyan, Command: lipgloss.Cyan, DimmedArgument: lipgloss.BrightBlack,
		Comment: lipgloss.BrightBlack, Flag: lipgloss.Green, FlagDefault: lipgloss.BrightBlack,
		QuotedString: lipgloss.Yellow, Argument: plain, Help: plain, Dash: plain,
		ErrorHeader: [2]color.Color{lipgloss.Black, lipgloss.Red}, ErrorDetails: lipgloss.Red,
	}
}
