package output

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

const secret = `hunter2/"x'y z+1`

func redacted(t testing.TB, s *Secrets, pieces ...string) string {
	t.Helper()
	var b strings.Builder
	r := NewRedactor(s, func(p []byte) { b.Write(p) })
	for _, p := range pieces {
		_, _ = r.Write([]byte(p))
	}
	r.Close()
	return b.String()
}

func secrets(t testing.TB, values ...string) *Secrets {
	t.Helper()
	s := &Secrets{}
	for i, v := range values {
		if err := s.Add(fmt.Sprintf("s%d", i), v); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestR34Encodings(t *testing.T) {
	const signs = "??>>~~??>>~~" // in base64 it has signs that the two alphabets write differently
	s := secrets(t, secret, "line one of it\nline two of it", signs)
	quoted, _ := json.Marshal(secret)
	for name, text := range map[string]string{
		"plain": secret, "url": url.QueryEscape(secret), "path": url.PathEscape(secret), "json": string(quoted),
		"shell":         `'` + strings.ReplaceAll(secret, "'", `'\''`) + `'`,
		"printf %q":     backslashed(secret),
		"set -x":        `+ curl -u ` + strings.ReplaceAll(secret, "'", `'\''`),
		"hex":           hex.EncodeToString([]byte(secret)),
		"one line":      "line two of it",
		"both lines":    "line one of it\nline two of it",
		"error text":    `exec: "` + secret + `": no such file`,
		"base64":        base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64 behind": base64.StdEncoding.EncodeToString([]byte("user:" + secret)),
		"base64 beside": base64.StdEncoding.EncodeToString([]byte("ab" + secret + "cd")),
		"base64 url":    base64.RawURLEncoding.EncodeToString([]byte("a" + secret)),
		"signs":         base64.StdEncoding.EncodeToString([]byte(signs)),
		"url signs":     base64.RawURLEncoding.EncodeToString([]byte("a" + signs)),
	} {
		got := redacted(t, s, "before "+text+" behind")
		if !strings.Contains(got, "****(s") || !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " behind") {
			t.Errorf("%s: %q", name, got)
		}
		for _, part := range []string{secret, "hunter2", "line two"} {
			if strings.Contains(got, part) {
				t.Errorf("%s shows %q: %q", name, part, got)
			}
		}
	}
	if err := s.Add("short", "abc12"); err == nil || strings.Contains(err.Error(), "abc12") {
		t.Errorf("a short secret: %v", err)
	}
}

func TestR34EverySplit(t *testing.T) {
	s := secrets(t, "sesame-open", "open-the-door", "line one\nline two\n")
	text := "a sesame-open b sesame-open-the-door c\nsesame-ope line one\nline two\n d AKIAABCDEFGHIJKLMNOP e\nAuthorization: Bearer abcdefghijk\n postgres://u:pa55word@h/d sesame-open"
	want := redacted(t, s, text)
	for _, leak := range []string{"sesame-open", "the-door", "line one\n", "AKIAABC", "abcdefghijk", "pa55word"} {
		if strings.Contains(want, leak) {
			t.Fatalf("shows %q: %s", leak, want)
		}
	}
	for i := range len(text) + 1 {
		if got := redacted(t, s, text[:i], text[i:]); got != want {
			t.Fatalf("cut at %d:\n%s\nwant\n%s", i, got, want)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var pieces []string
		for rest := text; rest != ""; {
			n := min(len(rest), 1+r.IntN(9))
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		if got := redacted(t, s, pieces...); got != want {
			t.Fatalf("%q:\n%s", pieces, got)
		}
	}
}

func TestR34IdleShowsAPromptButNoHalfSecret(t *testing.T) {
	s := secrets(t, "sesame-open")
	var b strings.Builder
	r := NewRedactor(s, func(p []byte) { b.Write(p) })
	_, _ = r.Write([]byte("Password? sesame"))
	r.Idle()
	if b.String() != "Password? " {
		t.Errorf("%q", b.String())
	}
	_, _ = r.Write([]byte("-open and more"))
	r.Idle()
	if got := b.String(); got != "Password? ****(s0) and more" {
		t.Errorf("%q", got)
	}
}

func TestR34PrivateKey(t *testing.T) {
	key := "x\n-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\nMIIEdef\n-----END RSA PRIVATE KEY-----\ny\n"
	for i := range len(key) {
		if got := redacted(t, nil, key[:i], key[i:]); got != "x\n****(private-key)\ny\n" {
			t.Fatalf("cut at %d: %q", i, got)
		}
	}
	if got := redacted(t, &Secrets{NoRules: true}, key); got != key {
		t.Errorf("rules that were taken out still work: %q", got)
	}
}

// Tokens whose form is known are hidden though nobody named them, unless the rules
// are left out.
func TestR34Rules(t *testing.T) {
	for name, c := range map[string]struct{ text, secret string }{
		"aws-key":       {"key AKIAABCDEFGHIJKLMNOP.", "AKIAABCDEFGHIJKLMNOP"},
		"github-token":  {"as ghp_" + strings.Repeat("a1", 18) + " x", strings.Repeat("a1", 18)},
		"slack-token":   {"to xoxb-123456789012-abcdef x", "123456789012"},
		"authorization": {"Authorization: Bearer abc.def-ghi", "abc.def-ghi"},
		"url-password":  {"postgres://u:pa55word@h/d", "pa55word"},
	} {
		if got := redacted(t, nil, c.text); strings.Contains(got, c.secret) || !strings.Contains(got, "****("+name+")") {
			t.Errorf("%s: %q", name, got)
		}
		if got := redacted(t, &Secrets{NoRules: true}, c.text); got != c.text {
			t.Errorf("%s is hidden without rules: %q", name, got)
		}
	}
}

func TestR34PlainTextIsUntouched(t *testing.T) {
	text := "NAME READY\norders-api 4/4\nhttps://x.example/a?b=c#d user@host\n"
	if got := redacted(t, secrets(t, "sesame-open"), text); got != text {
		t.Errorf("%q", got)
	}
}

// What a program may print for a terminal, and what is left of it.
var dirty = []struct{ in, want string }{
	{"plain\n", "plain"},
	{"\x1b[31mred\x1b[0m\n", "red"},
	{"\x1b]0;title\x07a\n", "a"},
	{"\x1b]52;c;ZXZpbA==\x1b\\b\n", "b"},
	{"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n", "link"},
	{"\x1b[?1049h\x1b[2Jalt\x1b[?1000h\n", "alt"},
	{"a\x1b[6nb\n", "ab"},
	{"\x1bPq#0\x1b\\sixel\n", "sixel"},
	{"\x1b_apc\x1b\\c\n", "c"},
	{"10 %\r20 %\r100 %\n", "100 %"},
	{"abc\b\bX\n", "aX"},
	{"a\x00\x07\x0bb\n", "ab"},
	{"a\u202eb\u200bc\u2066d\ufeff\n", "abcd"},
	{"\x9b31mC1\u009b\n", "C1"},
	{"bad \xff\xc3(\xa9 end\n", "bad \ufffd\ufffd(\ufffd end"},
	{"a\tb\r\n", "a\tb"},
}

func TestR31Clean(t *testing.T) {
	if len(dirty) != 16 {
		t.Fatal(len(dirty))
	}
	for _, c := range dirty {
		if got := strings.Join(Clean([]byte(c.in)), "\n"); got != c.want {
			t.Errorf("%q: %q, want %q", c.in, got, c.want)
		}
		var one []string
		cl := NewCleaner(func(l string) { one = append(one, l) })
		for i := range len(c.in) {
			_, _ = cl.Write([]byte{c.in[i]})
		}
		cl.Close()
		if got := strings.Join(one, "\n"); got != c.want {
			t.Errorf("%q byte by byte: %q, want %q", c.in, got, c.want)
		}
	}
	// A text sequence that never ends does not swallow everything.
	long := "\x1b]0;" + strings.Repeat("x", maxSequence) + "\nthe rest\n"
	if got := Clean([]byte(long)); !slices.Contains(got, "the rest") {
		t.Errorf("%q", got[len(got)-1])
	}
}

func FuzzR31Clean(f *testing.F) {
	for _, c := range dirty {
		f.Add([]byte(c.in), 3)
	}
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		whole := Clean(b)
		for _, l := range whole {
			for _, r := range l {
				if r < 0x20 && r != '\t' || r == 0x7f || invisible(r) {
					t.Fatalf("%q lets %U through", b, r)
				}
			}
		}
		var parts []string
		cl := NewCleaner(func(l string) { parts = append(parts, l) })
		k := 0
		if len(b) > 0 {
			k = int(uint(cut) % uint(len(b)))
		}
		_, _ = cl.Write(b[:k])
		_, _ = cl.Write(b[k:])
		cl.Close()
		if !slices.Equal(whole, parts) {
			t.Fatalf("%q cut at %d: %q, whole %q", b, k, parts, whole)
		}
	})
}

func FuzzR34Redact(f *testing.F) {
	f.Add("a sesame-open b", 4)
	s := &Secrets{}
	_ = s.Add("k", "sesame-open")
	f.Fuzz(func(t *testing.T, text string, cut int) {
		k := int(uint(cut) % uint(len(text)+1))
		got := redacted(t, s, text[:k], text[k:])
		if strings.Contains(got, "sesame-open") {
			t.Fatalf("%q cut at %d shows it: %q", text, k, got)
		}
	})
}

func TestR29HeadAndTail(t *testing.T) {
	var file bytes.Buffer
	r := NewRecord(&file, 1<<20)
	line := []byte(strings.Repeat("x", 99) + "\n")
	n := 20000
	for i := range n {
		copy(line, fmt.Sprintf("%08d", i))
		r.Add(Out, time.Time{}, line)
	}
	v := r.View()
	if v.Total != int64(n*100) || v.Dropped != v.Total-HeadKept-TailKept {
		t.Errorf("total %d dropped %d", v.Total, v.Dropped)
	}
	if !strings.HasPrefix(v.Lines[0].Text, "00000000x") || !strings.HasPrefix(v.Lines[len(v.Lines)-1].Text, fmt.Sprintf("%08d", n-1)) {
		t.Errorf("%q … %q", v.Lines[0].Text, v.Lines[len(v.Lines)-1].Text)
	}
	if !slices.ContainsFunc(v.Lines, func(l Line) bool { return l.Text == fmt.Sprintf("… %d bytes not kept …", v.Dropped) }) {
		t.Error("what was dropped is not said")
	}
	if file.Len() != 1<<20 || !v.Unsaved {
		t.Errorf("the file holds %d bytes, full %v", file.Len(), v.Unsaved)
	}
	kept := 0
	for _, p := range append(r.head, r.tail...) {
		kept += cap(p.data)
	}
	if kept > 2*(HeadKept+TailKept) {
		t.Errorf("%d bytes are held", kept)
	}
}

func TestR29OneByteAtATime(t *testing.T) {
	r := NewRecord(nil, 0)
	for i := range 600 << 10 {
		r.Add(Stream(1+i/1000%2), time.Time{}, []byte{'a'})
	}
	if n := len(r.head) + len(r.tail); n > 2000 {
		t.Errorf("%d pieces", n)
	}
	if v := r.View(); v.Total != 600<<10 || v.Out+v.Err != v.Total {
		t.Errorf("%+v", v.Total)
	}
}

func TestR32Binary(t *testing.T) {
	for _, b := range [][]byte{append([]byte("abc"), 0), bytes.Repeat([]byte{0xff, 0xfe, 'a'}, 100)} {
		r := NewRecord(nil, 0)
		r.Add(Out, time.Time{}, b)
		if v := r.View(); !v.Binary || v.Lines[0].Text != fmt.Sprintf("binary, %d bytes", len(b)) {
			t.Errorf("%q: %v", b[:4], v)
		}
	}
	late := append(bytes.Repeat([]byte("x"), 8<<10-1), 0)
	r := NewRecord(nil, 0)
	r.Add(Out, time.Time{}, late)
	if !r.View().Binary {
		t.Error("a NUL at the end of what is looked at is not seen")
	}
	// Text stays text, however it is cut, also where two streams write by turns.
	text := []byte(strings.Repeat("größer als 日本", 10))
	for _, size := range []int{len(text), 7, 2, 1} {
		r := NewRecord(nil, 0)
		for piece := range slices.Chunk(text, size) {
			r.Add(Out, time.Time{}, piece)
			r.Add(Err, time.Time{}, piece)
		}
		if r.View().Binary {
			t.Errorf("text in pieces of %d is taken for binary", size)
		}
	}
}

func TestR33StreamsApart(t *testing.T) {
	r := NewRecord(nil, 0)
	r.Add(Out, time.Time{}, []byte("one\n"))
	r.Add(Err, time.Time{}, []byte("oops\n"))
	r.Add(Out, time.Time{}, []byte("two\n"))
	v := r.View()
	if got := fmt.Sprint(v.Lines); got != "[{1 one} {2 oops} {1 two}]" {
		t.Error(got)
	}
	if v.Stdout() != "one\ntwo\n" || v.Stderr() != "oops\n" || v.Out != 8 || v.Err != 5 {
		t.Errorf("%+v", v)
	}
}

// What a screen does twenty times a second while a program prints: the cost of one
// look at a full record.
func BenchmarkR30View(b *testing.B) {
	r := NewRecord(nil, 0)
	for n := range 100_000 {
		r.Add(Out, time.Time{}, fmt.Appendf(nil, "line %d of a program that prints a lot\n", n))
	}
	for b.Loop() {
		r.View()
	}
}

// A runbook may say how much of an output stays in memory.
func TestR29KeptAsSaid(t *testing.T) {
	r := NewRecord(nil, 0)
	r.Keep(4096)
	for range 100 {
		r.Add(Out, time.Time{}, bytes.Repeat([]byte("0123456789abcde\n"), 64))
	}
	v := r.View()
	if kept := len(v.Stdout()); v.Total != 102400 || v.Dropped != 102400-4096 || kept > 4096+100 || kept < 4096 {
		t.Errorf("%d kept, %d dropped of %d", kept, v.Dropped, v.Total)
	}
}
