package model

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"":                                "",
		"plain ASCII, ~all of it":         "plain ASCII, ~all of it",
		"Zoë 客户 ⏎ «x» 👍":                  "Zoë 客户 ⏎ «x» 👍",
		"שלום عربي":                       "שלום عربي",
		"\x1b[2Jgone":                     "^[[2Jgone",
		"\x1b]52;c;aGk=\a":                "^[]52;c;aGk=^G",
		"a\x00b\rc\x08d\x7f":              "a^@b^Mc^Hd^?",
		"a\tb\nc":                         "a    b↵c",
		"\u009b31m":                       "<U+009B>31m",
		"\u0085":                          "<U+0085>",
		"bad \xff\xc3 bytes":              "bad <ff><c3> bytes",
		"\xc2\x9b as bytes":               "<U+009B> as bytes",
		"\x9b2J":                          "<9b>2J",
		"evil\u202etxt.exe":               "evil<U+202E>txt.exe",
		"\u2066x\u2069\u200f":             "<U+2066>x<U+2069><U+200F>",
		"zero\u200bwidth\u200d":           "zero<U+200B>width<U+200D>",
		"\ufeffbom":                       "<U+FEFF>bom",
		"soft\u00adhyphen":                "soft<U+00AD>hyphen",
		"line\u2028para\u2029":            "line<U+2028>para<U+2029>",
		"\U000e0041tag":                   "<U+E0041>tag",
		"\ue000private":                   "<U+E000>private",
		"\u0378unassigned":                "<U+0378>unassigned",
		"a\u034fb":                        "a<U+034F>b",  // joins invisibly
		"a\U000e0100b":                    "a<U+E0100>b", // a selector that carries hidden data
		"a\u180bb":                        "a<U+180B>b",
		"k\u17b4":                         "k<U+17B4>",
		"\u3164\u2800\u115f":              "<U+3164><U+2800><U+115F>",
		"❤\ufe0f and ☎\ufe0e":             "❤ and ☎",
		"\ufe0f first":                    " first",
		"e\u0301":                         "e\u0301",
		"e\u0301\u0301\u0301\u0301\u0301": "e\u0301\u0301\u0301<U+0301><U+0301>",
		"\u0301alone":                     "<U+0301>alone",
		"e\u0301\ufe0f\u0301\u0301x":      "e\u0301\u0301\u0301x", // what is left out does not count
		"\ufffd":                          "\ufffd",
		"a\u00a0b\u3000c":                 "a\u00a0b\u3000c",
	} {
		if got := Visible(in); got != want {
			t.Errorf("Visible(%+q) = %+q, want %+q", in, got, want)
		}
	}
}

func TestVisibleLines(t *testing.T) {
	got := strings.Join(VisibleLines("a\r\nb\x1b\n\nc\rd"), "|")
	if got != "a|b^[||c^Md" {
		t.Errorf("got %q", got)
	}
}

// harmless fails unless v holds nothing that a terminal obeys, hides or turns
// around.
func harmless(t tester, in, v string) {
	if !utf8.ValidString(v) {
		t.Fatalf("Visible(%+q) = %+q is not UTF-8", in, v)
	}
	marks := 0
	for _, r := range v {
		switch {
		case unicode.IsControl(r),
			unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs),
			unicode.In(r, unicode.Bidi_Control, unicode.Join_Control, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
			t.Fatalf("Visible(%+q) = %+q lets %U through", in, v, r)
		}
		if unicode.In(r, unicode.Mn, unicode.Me) {
			marks++
		} else {
			marks = 0
		}
		if marks > maxMarks {
			t.Fatalf("Visible(%+q) = %+q stacks %d marks", in, v, marks)
		}
	}
}

// hostile draws text that somebody may want to reach a terminal.
func hostile() *rapid.Generator[string] {
	bits := []string{
		"a", "ASCII words ", "é", "客", "👩‍🚒", "\x1b[31m", "\x1b]0;t\a", "\x00", "\r", "\n", "\t", "\x7f", "\x9b", "\xff", "\xc3", "\u009b",
		"\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\ufe0f", "\ufe0e", "\u0301", "\u20dd", "\u034f", "\U000e0100", "\U000e0041",
		"\u2028", "\u00ad", "\ue000", "\u0378", "<U+202E>", "<ff>", "^[", "\ufffd", "\u115f", "\u17b4", "\u2800",
	}
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(
			rapid.SampledFrom(bits),
			rapid.String(),
			rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 4), func(b []byte) string { return string(b) }),
		), 0, 12).Draw(t, "bits"), "")
	})
}

func TestVisibleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := hostile().Draw(t, "text")
		v := Visible(s)
		harmless(t, s, v)
		if again := Visible(v); again != v {
			t.Fatalf("Visible(%+q) = %+q, and of that %+q", s, v, again)
		}
		for _, l := range VisibleLines(s) {
			harmless(t, s, l)
		}
		if valid := Valid(s); !utf8.ValidString(valid) || utf8.ValidString(s) && valid != s || Valid(valid) != valid {
			t.Fatalf("Valid(%+q) = %+q", s, valid)
		}
		ascii := rapid.StringMatching(`[ -~]{0,80}`).Draw(t, "ascii")
		if Visible(ascii) != ascii {
			t.Fatalf("Visible(%q) = %q", ascii, Visible(ascii))
		}
	})
}

// Every single character, alone and between letters: what can be seen stays, all
// else is written out.
func TestVisibleEveryRune(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		blank := unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) || r == 0x2800
		if s := "a" + string(r) + "b"; !blank && (unicode.IsPrint(r) || unicode.Is(unicode.Zs, r)) && Visible(s) != s {
			t.Fatalf("Visible(%+q) = %+q", s, Visible(s))
		}
		for _, s := range []string{string(r), "a" + string(r) + "b"} {
			v := Visible(s)
			harmless(t, s, v)
			if again := Visible(v); again != v {
				t.Fatalf("Visible(%+q) = %+q, and of that %+q", s, v, again)
			}
		}
	}
}

func FuzzVisible(f *testing.F) {
	for _, s := range []string{
		"plain", "\x1b[2J", "a\u202eb", "e\u0301\u0301\u0301\u0301", "\xff\xfe", "\ufe0f\u0301", "<U+202E>", "👩‍🚒", "\x9b", "\u0085", "\U000e0100",
		strings.Repeat("\x80", 300), strings.Repeat("客", 100),
	} {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		v := Visible(s)
		harmless(t, s, v)
		if Visible(v) != v {
			t.Fatalf("Visible is not stable on %+q", s)
		}
		brief(t, s, n%200)
	})
}

// brief checks what holds for every Brief.
func brief(t tester, s string, n int) {
	b := Brief(s, n)
	harmless(t, s, b)
	if got := utf8.RuneCountInString(b); got > max(n, 0) {
		t.Fatalf("Brief(%+q, %d) has %d runes: %+q", s, n, got, b)
	}
	v := Visible(s)
	if utf8.RuneCountInString(v) <= n && len(s) <= 4*n && b != v {
		t.Fatalf("Brief(%+q, %d) = %+q and nothing had to be cut", s, n, b)
	}
	if n > 0 && v != "" && b == "" {
		t.Fatalf("Brief(%+q, %d) shows nothing", s, n)
	}
	if n > 0 && b != v && !strings.HasSuffix(b, "…") {
		t.Fatalf("Brief(%+q, %d) = %+q was cut and does not show it", s, n, b)
	}
}

func TestBrief(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"short", 40, "short"}, {"short", 5, "short"}, {"short", 4, "sho…"}, {"short", 1, "…"}, {"short", 0, ""}, {"short", -3, ""},
		{"客户看到错误", 4, "客户看…"}, {"", 0, ""}, {"", 5, ""}, {"a\nb", 9, "a↵b"}, {"\x1b", 1, "…"}, {"\x1b", 2, "^["},
		{strings.Repeat("客", 1000), 3, "客客…"},
		{strings.Repeat("x", 100) + "客", 1, "…"},
		{strings.Repeat("\x80", 1000), 6, "<80><…"},
		{strings.Repeat("\ufe0f", 1000) + "end", 6, "…"},
	} {
		if got := Brief(c.in, c.n); got != c.want {
			t.Errorf("Brief(%.20q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

func TestBriefProperties(t *testing.T) {
	// The long cut falls on every place of a rune.
	for pad := range 8 {
		brief(t, strings.Repeat("x", pad)+strings.Repeat("👍", 400), 20)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := hostile().Draw(t, "text")
		brief(t, strings.Repeat(s, rapid.IntRange(1, 40).Draw(t, "times")), rapid.IntRange(-2, 90).Draw(t, "n"))
	})
}
