package review

import (
	"testing"

	"warroom/model"
)

// What people and tools write stays text, whatever it looks like.
func TestForeignText(t *testing.T) {
	for s, want := range map[string]string{
		"plain text, 100 % (or so)": "plain text, 100 % (or so)",
		"a | b":                     "a &#124; b",
		"<script>":                  "&#60;script>",
		"&lt;":                      "&#38;lt;",
		"[x](javascript:y)":         "&#91;x&#93;(javascript:y)",
		"`rm` *b* _i_ ~s~ \\ # $x$": "&#96;rm&#96; &#42;b&#42; &#95;i&#95; &#126;s&#126; &#92; # &#36;x&#36;",
	} {
		if got := Text(s); got != want {
			t.Errorf("Text(%q) = %q, want %q", s, got, want)
		}
	}
	for _, s := range []string{"esc \x1b[31m nul \x00 cr \r", "two\nlines", "漢字 \u202e", "\xff"} {
		if got, want := Text(s), Text(model.Visible(s)); got != want || model.Visible(got) != got {
			t.Errorf("Text(%q) = %q, want %q", s, got, want)
		}
	}
	if got := Cell("a|\r\nb"); got != "a&#124;<br>b" {
		t.Errorf("cell: %q", got)
	}
	for s, want := range map[string]string{
		"- item": "&#45; item", "+ item": "&#43; item", "1. first": "1&#46; first", "12) x": "12&#41; x",
		"    code": "&nbsp;&nbsp;&nbsp;&nbsp;code", "# h": "&#35; h", "> q": "&#62; q", "3.5 s": "3&#46;5 s", "42": "42", "": "", "   ": "",
	} {
		if got := Line(s); got != want {
			t.Errorf("line %q: %q, want %q", s, got, want)
		}
	}
}
