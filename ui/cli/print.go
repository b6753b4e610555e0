package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	xterm "github.com/charmbracelet/x/term"

	"warroom/model"
)

// term is what is known about where the output goes.
type term struct {
	tty    bool
	dumb   bool // it knows no escape sequences
	colour bool
	width  int // cells; 0 if unbounded, as in a pipe
	height int // lines
}

// terminal looks at out and the environment.
func terminal(out io.Writer, noColour bool) term {
	f, ok := out.(*os.File)
	if !ok || !xterm.IsTerminal(f.Fd()) {
		return term{}
	}
	t := term{tty: true, width: 80, height: 24}
	if w, h, err := xterm.GetSize(f.Fd()); err == nil && w > 0 && h > 0 {
		t.width, t.height = w, h
	}
	name := os.Getenv("TERM")
	t.dumb = name == "dumb" || name == "" && runtime.GOOS != "windows"
	t.colour = !noColour && !t.dumb
	return t
}

// Styles, in the terminal's own sixteen colours.
var (
	faint  = lipgloss.NewStyle().Faint(true)
	strong = lipgloss.NewStyle().Bold(true)
	good   = lipgloss.NewStyle().Foreground(lipgloss.Green)
	warn   = lipgloss.NewStyle().Foreground(lipgloss.Yellow)
	alarm  = lipgloss.NewStyle().Foreground(lipgloss.Red).Bold(true)
	badge  = alarm.Reverse(true)
	gone   = faint.Strikethrough(true)
	normal = lipgloss.NewStyle()
)

// severities styles each severity; its glyph and words say the same.
var severities = [6]lipgloss.Style{strong, badge, alarm, warn, normal, faint}

// in styles a finished piece of text, where there is colour.
func (t term) in(s lipgloss.Style, text string) string {
	if !t.colour || text == "" {
		return text
	}
	return s.Render(text)
}

func severityStyle(s model.Severity) lipgloss.Style {
	if !s.Valid() {
		s = 0
	}
	return severities[s]
}

// severityText is glyph, name and word: ▲ SEV-2 major.
func severityText(s model.Severity) string { return s.Glyph() + " " + s.String() + " " + s.Word() }

func (t term) severity(s model.Severity) string { return t.in(severityStyle(s), severityText(s)) }

// cut shortens a piece of plain text to n cells, where the width is bounded.
func (t term) cut(s string, n int) string {
	if t.width == 0 {
		return s
	}
	return ansi.Truncate(s, max(n, 8), "…")
}

// wrap breaks text into lines of n cells, where the width is bounded.
func (t term) wrap(s string, n int) []string {
	if t.width == 0 {
		return []string{s}
	}
	return strings.Split(ansi.Wrap(s, max(n, 20), ""), "\n")
}

// page collects human output, so that a command writes it in one piece.
type page struct {
	t term
	b bytes.Buffer
}

func (a *app) page() *page { return &page{t: a.term} }

func (p *page) line(parts ...string) { p.b.WriteString(strings.Join(parts, "") + "\n") }

func (p *page) linef(format string, args ...any) { fmt.Fprintf(&p.b, format+"\n", args...) }

// send writes the page to stdout.
func (a *app) send(p *page) error {
	if p.b.Len() == 0 {
		return nil
	}
	return a.write(p.b.Bytes())
}

// cell is a piece of a table: text that is safe to show, and its style.
type cell struct {
	text  string
	style lipgloss.Style
}

func c(text string) cell { return cell{text, normal} }

// table lays rows out in columns two blanks apart. The last column takes what
// room is left and is cut there; indent blanks stand before each row.
func (p *page) table(indent int, rows [][]cell) {
	var widths []int
	for _, r := range rows {
		for i, c := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], ansi.StringWidth(c.text))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		b.WriteString(strings.Repeat(" ", indent))
		at := indent
		for i, c := range r {
			if i == len(r)-1 {
				b.WriteString(p.t.in(c.style, p.t.cut(c.text, p.t.width-at)))
				break
			}
			b.WriteString(p.t.in(c.style, c.text))
			b.WriteString(strings.Repeat(" ", widths[i]-ansi.StringWidth(c.text)+2))
			at += widths[i] + 2
		}
		p.line(strings.TrimRight(b.String(), " "))
	}
}

// stamp shows a moment with its zone; "unknown" for none.
func (a *app) stamp(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.In(a.zone).Format("2006-01-02 15:04:05 MST")
}

// zoneName names the zone of times shown, as it is at t.
func (a *app) zoneName(t time.Time) string { return t.In(a.zone).Format("MST") }

// encode writes v as one line of JSON.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // the body of an event must keep its bytes
	if err := enc.Encode(v); err != nil {
		return nil, model.Wrap(model.Internal, err, "a %T cannot be written as JSON", v)
	}
	return b.Bytes(), nil
}

// object prints v as one line of JSON.
func (a *app) object(v any) error {
	b, err := encode(v)
	if err != nil {
		return err
	}
	return a.write(a.safe(b))
}

// safe escapes, in JSON that goes to a terminal, the characters that JSON allows
// as they are and a terminal may obey: DEL, C1 controls, marks of direction and
// other invisible ones. It means the same; in a pipe the bytes stay as they are.
func (a *app) safe(b []byte) []byte {
	if !a.term.tty {
		return b
	}
	return escapeHidden(b)
}

func escapeHidden(b []byte) []byte {
	var out []byte
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r >= 0x7f && (r <= 0x9f || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)) {
			if out == nil {
				out = append(out, b[:i]...)
			}
			if r > 0xffff {
				r -= 0x10000
				out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
			} else {
				out = fmt.Appendf(out, `\u%04x`, r)
			}
		} else if out != nil {
			out = append(out, b[i:i+n]...)
		}
		i += n
	}
	if out == nil {
		return b
	}
	return out
}

// count words a number of things.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
