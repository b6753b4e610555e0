package output

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// full is a disk that takes a few bytes and no more.
type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.left {
		return 0, errors.New("no space left on device")
	}
	f.left -= len(p)
	return len(p), nil
}

// The figures are those of the rule: nobody makes them larger by the way.
func TestR29Figures(t *testing.T) {
	if HeadKept != 64<<10 || TailKept != 192<<10 || FileKept != 64<<20 {
		t.Error(HeadKept, TailKept, FileKept)
	}
}

// One piece larger than everything that is kept counts as many small ones do.
func TestR29OneHugePiece(t *testing.T) {
	r := NewRecord(nil, 0)
	for n := range 3 {
		r.Add(Out, time.Time{}, bytes.Repeat([]byte(fmt.Sprintf("%07d\n", n)), 1<<17))
	}
	v := r.View()
	if v.Total != 3<<20 || v.Dropped != v.Total-HeadKept-TailKept || v.Lines[0].Text != "0000000" || v.Lines[len(v.Lines)-1].Text != "0000002" {
		t.Errorf("%d dropped of %d", v.Dropped, v.Total)
	}
}

// A file that cannot be written never fails the step: the output goes on, and the
// reason is told.
func TestR29FullDisk(t *testing.T) {
	r := NewRecord(&full{8}, 1<<20)
	for range 4 {
		r.Add(Out, time.Time{}, []byte("12345\n"))
	}
	v := r.View()
	if v.FileErr == nil || v.Total != 24 || v.Stdout() != strings.Repeat("12345\n", 4) {
		t.Errorf("%+v", v)
	}
}

func TestR32WhereItIs(t *testing.T) {
	data := []byte("abc\x00")
	path := filepath.Join(t.TempDir(), "out")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, c := range map[string]struct {
		r    *Record
		want string
	}{
		"kept":             {NewRecord(f, 1<<10), "binary, 4 bytes, saved as " + path},
		"nowhere":          {NewRecord(nil, 0), "binary, 4 bytes"},
		"no room for it":   {NewRecord(f, -1), "binary, 4 bytes"},
		"it has no name":   {NewRecord(&bytes.Buffer{}, 1<<10), "binary, 4 bytes"},
		"the disk is full": {NewRecord(&full{}, 1<<10), "binary, 4 bytes"},
	} {
		c.r.Add(Out, time.Time{}, data)
		if v := c.r.View(); len(v.Lines) != 1 || v.Lines[0].Text != c.want {
			t.Errorf("%s: %v", name, v.Lines)
		}
	}
}

// Each rule for well-known tokens finds its own, and nothing else of the line.
func TestR34Tokens(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"AWS":           {"key AKIAABCDEFGHIJKLMNOP.", "key ****(aws-key)."},
		"AWS, session":  {"ASIAABCDEFGHIJKLMNOP", "****(aws-key)"},
		"GitHub":        {"ghp_" + strings.Repeat("a1", 18) + " x", "****(github-token) x"},
		"GitHub server": {"ghs_" + strings.Repeat("a1", 18), "****(github-token)"},
		"GitHub, fine":  {"github_pat_" + strings.Repeat("a_", 20), "****(github-token)"},
		"Slack":         {"t=xoxb-1234567890-abc;", "t=****(slack-token);"},
		"bearer":        {"Authorization: Bearer abc.def-ghi", "Authorization: ****(authorization)"},
		"in capitals":   {"AUTHORIZATION: token abcdefgh", "AUTHORIZATION: ****(authorization)"},
		"in JSON":       {`{"authorization": "abcdefgh"}`, `{"authorization": "****(authorization)"}`},
		"URL":           {"postgres://app:pa55w@db/x", "postgres://app:****(url-password)@db/x"},
		"URL, no name":  {"redis://:pa55w@db", "redis://:****(url-password)@db"},
		"key":           {"-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\nx", "****(private-key)\nx"},
		"key, one line": {"-----BEGIN PRIVATE KEY-----MII-----END PRIVATE KEY-----\nx", "****(private-key)\nx"},
		"certificate":   {"-----BEGIN CERTIFICATE-----\nMII\n", "-----BEGIN CERTIFICATE-----\nMII\n"},
		"none":          {"AKIA is a prefix, xoxb- too: https://a/b:c@d", "AKIA is a prefix, xoxb- too: https://a/b:c@d"},
	} {
		if got := redacted(t, nil, c.in); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Forms of a secret that a program may print though nobody wrote it so.
func TestR34MoreForms(t *testing.T) {
	s := secrets(t, "first line of it\r\nsecond line of it\r\n", "a<b>&c \"d\"", "\xc3\xbcber/geheim")
	for name, text := range map[string]string{
		"a line without its end":  "second line of it",
		"JSON, as Go writes it":   `a\u003cb\u003e\u0026c \"d\"`,
		"JSON, as others do":      `a<b>&c \"d\"`,
		"hexadecimal in capitals": "613C623E2663202264" + "22",
		"octets of a URL":         "%C3%BCber%2Fgeheim",
	} {
		if got := redacted(t, s, "x "+text+" y"); !strings.Contains(got, "****(s") || !strings.HasPrefix(got, "x ****") {
			t.Errorf("%s: %q", name, got)
		}
	}
}
