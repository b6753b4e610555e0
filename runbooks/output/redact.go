package output

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"warroom/model"
)

// MinSecret is the shortest value in bytes that can be hidden: a shorter one
// would turn half of every output into stars.
const MinSecret = 6

// Secrets are the texts that must not be shown. The zero value hides nothing but
// what the rules find; it must not be changed while a Redactor reads it.
type Secrets struct {
	needles []needle
	longest int
	NoRules bool // leave out the patterns of well-known tokens
}

type needle struct {
	text []byte
	mark []byte
}

// Add registers a value under a name, in every form in which programs commonly
// print it: as it is, each of its lines, base64 at the three alignments, URL- and
// JSON-escaped, quoted for a shell, in hexadecimal. A value that is too short is
// refused.
func (s *Secrets) Add(name, value string) error {
	if len(value) < MinSecret {
		return model.Errorf(model.Invalid, "the secret %s is shorter than %d bytes: it cannot be hidden in output, use a longer one", model.Brief(name, 60), MinSecret)
	}
	mark := []byte("****(" + model.Brief(name, 40) + ")")
	for _, f := range forms(value) {
		if len(f) < MinSecret || slices.ContainsFunc(s.needles, func(n needle) bool { return string(n.text) == f }) {
			continue
		}
		s.needles = append(s.needles, needle{[]byte(f), mark})
		s.longest = max(s.longest, len(f))
	}
	return nil
}

func forms(v string) []string {
	out := []string{v}
	for _, l := range strings.Split(v, "\n") {
		out = append(out, strings.TrimSuffix(l, "\r"))
	}
	for _, t := range slices.Clone(out) {
		quoted, _ := json.Marshal(t)
		out = append(out, url.QueryEscape(t), url.PathEscape(t), string(quoted[1:len(quoted)-1]), strings.ReplaceAll(t, "'", `'\''`), fmt.Sprintf("%q", t)[1:len(fmt.Sprintf("%q", t))-1], backslashed(t), hex.EncodeToString([]byte(t)), strings.ToUpper(hex.EncodeToString([]byte(t))))
		var plain bytes.Buffer
		enc := json.NewEncoder(&plain)
		enc.SetEscapeHTML(false)
		if enc.Encode(t) == nil {
			out = append(out, strings.TrimSpace(plain.String())[1:plain.Len()-2])
		}
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			for k := range 3 {
				if len(t) < 6 {
					continue
				}
				// Only the letters that depend on the value alone: those at the edges
				// also depend on what stands beside it.
				full := e.EncodeToString([]byte(strings.Repeat("\x00", k) + t))
				skip := (k*8 + 5) / 6
				bits := (k + len(t)) * 8
				out = append(out, full[skip:bits/6])
			}
		}
	}
	return out
}

// backslashed is what printf %q of a shell prints.
func backslashed(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_./:=@%+,-", c) >= 0 || c >= 0x80) {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// rule finds tokens whose form is known, in one line.
type rule struct {
	hints []string // one of them is in every match; makes looking cheap
	re    *regexp.Regexp
	mark  string
	group int // what is replaced; 0: all
}

var rules = []rule{
	{[]string{"AKIA", "ASIA"}, regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`), "aws-key", 0},
	{[]string{"ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat_"}, regexp.MustCompile(`\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})`), "github-token", 0},
	{[]string{"xox"}, regexp.MustCompile(`\bxox[abeprs]-[A-Za-z0-9-]{10,}`), "slack-token", 0},
	{[]string{"uthorization", "UTHORIZATION"}, regexp.MustCompile(`(?i)authorization["']?\s*[:=]\s*["']?((?:bearer|basic|token|digest)?\s*[^\s"',;]{6,})`), "authorization", 1},
	{[]string{"://"}, regexp.MustCompile(`://[^\s/@:]*:([^\s/@]{1,256})@`), "url-password", 1},
}

var (
	pemBegin = []byte("-----BEGIN ")
	pemEnd   = []byte("-----END ")
	private  = []byte("PRIVATE KEY")
)

// Redactor hides secrets in a stream, however it is cut into pieces.
type Redactor struct {
	s    *Secrets
	held []byte
	pem  bool // inside a private key
	out  func([]byte)
}

// maxLine is how much of a line that has not ended is held back for the rules.
const maxLine = 8 << 10

// NewRedactor hands redacted text to out, which must not keep the slice.
func NewRedactor(s *Secrets, out func([]byte)) *Redactor {
	if s == nil {
		s = &Secrets{}
	}
	return &Redactor{s: s, out: out}
}

// Write takes the next piece of the stream. It never fails.
func (r *Redactor) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 { // bounded pieces, so that holding back costs no copies of much
		k := min(len(p), 64<<10)
		r.held = append(r.held, p[:k]...)
		p = p[k:]
		r.pass(r.keepLine())
	}
	return n, nil
}

// keepLine is how much at the end is a line that has not ended.
func (r *Redactor) keepLine() int {
	if r.s.NoRules {
		return 0
	}
	return min(len(r.held)-1-bytes.LastIndexByte(r.held, '\n'), maxLine)
}

// Idle hands on what is held back because its line has not ended, after the
// program has been silent for a while. What may be half of a secret stays.
func (r *Redactor) Idle() { r.pass(0) }

// Close hands on everything: the stream has ended.
func (r *Redactor) Close() {
	r.emit(len(r.held), r.marks(len(r.held)))
}

// pass hands on what can be: all but the last keep bytes, and all but the
// beginning of a secret at the end.
func (r *Redactor) pass(keep int) {
	if len(r.held) == 0 {
		return
	}
	upto := min(len(r.held)-keep, r.prefix())
	marks := r.marks(len(r.held))
	for changed := true; changed; { // a mark is handed on whole
		changed = false
		for _, m := range marks {
			if m.start < upto && upto < m.end {
				upto, changed = m.start, true
			}
		}
	}
	if upto > 0 {
		r.emit(upto, marks)
	}
}

// prefix is where the longest beginning of a secret stands at the end.
func (r *Redactor) prefix() int {
	from := max(0, len(r.held)-r.s.longest+1)
	best := len(r.held)
	for _, n := range r.s.needles {
		tail := r.held[max(from, len(r.held)-len(n.text)+1):]
		for i := 0; i < len(tail); i++ {
			j := bytes.IndexByte(tail[i:], n.text[0])
			if j < 0 {
				break
			}
			i += j
			if bytes.HasPrefix(n.text, tail[i:]) {
				best = min(best, len(r.held)-len(tail)+i)
				break
			}
		}
	}
	return best
}

type mark struct {
	start, end int
	text       []byte
}

// marks finds everything to be hidden in the first n held bytes, in order, not
// overlapping.
func (r *Redactor) marks(n int) []mark {
	var out []mark
	b := r.held[:n]
	for _, nd := range r.s.needles {
		for at := 0; ; {
			i := bytes.Index(b[at:], nd.text)
			if i < 0 {
				break
			}
			out = append(out, mark{at + i, at + i + len(nd.text), nd.mark})
			at += i + 1
		}
	}
	if !r.s.NoRules {
		out = append(out, byRules(b)...)
	}
	if len(out) == 0 {
		return nil
	}
	slices.SortFunc(out, func(x, y mark) int {
		if x.start != y.start {
			return x.start - y.start
		}
		return y.end - x.end
	})
	merged := out[:1]
	for _, m := range out[1:] {
		if last := &merged[len(merged)-1]; m.start < last.end {
			last.end = max(last.end, m.end)
		} else {
			merged = append(merged, m)
		}
	}
	return merged
}

func byRules(b []byte) []mark {
	var out []mark
	for _, rl := range rules {
		if !slices.ContainsFunc(rl.hints, func(h string) bool { return bytes.Contains(b, []byte(h)) }) {
			continue
		}
		for _, m := range rl.re.FindAllSubmatchIndex(b, -1) {
			out = append(out, mark{m[2*rl.group], m[2*rl.group+1], []byte("****(" + rl.mark + ")")})
		}
	}
	return out
}

// emit hands on the first n held bytes with marks in place of secrets, and a
// private key as one mark.
func (r *Redactor) emit(n int, marks []mark) {
	var b []byte
	if len(marks) == 0 {
		b = r.held[:n]
	} else {
		at := 0
		for _, m := range marks {
			if m.start >= n {
				break
			}
			b = append(b, r.held[at:m.start]...)
			b = append(b, m.text...)
			at = min(m.end, n)
		}
		b = append(b, r.held[at:n]...)
	}
	if !r.s.NoRules && (r.pem || bytes.Contains(b, pemBegin)) {
		b = r.withoutKeys(b)
	}
	if len(b) > 0 {
		r.out(b)
	}
	r.held = append(r.held[:0], r.held[n:]...)
}

func (r *Redactor) withoutKeys(b []byte) []byte {
	var out []byte
	for line := range bytes.SplitAfterSeq(b, []byte("\n")) {
		switch {
		case r.pem:
			if bytes.Contains(line, pemEnd) {
				r.pem = false
			}
		case bytes.Contains(line, pemBegin) && bytes.Contains(line, private):
			i := bytes.Index(line, pemBegin)
			out = append(append(out, line[:i]...), "****(private-key)\n"...)
			r.pem = !bytes.Contains(line, pemEnd)
		default:
			out = append(out, line...)
		}
	}
	return out
}

// Safe hides the secrets in a text that is whole: a command, an error. A nil
// Secrets hides what the rules find.
func (s *Secrets) Safe(text string) string {
	var b strings.Builder
	r := NewRedactor(s, func(p []byte) { b.Write(p) })
	_, _ = r.Write([]byte(text))
	r.Close()
	return b.String()
}
