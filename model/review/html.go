package review

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
	"time"

	"warroom/model"
)

// The page and its style. The style's digest is in the page's security policy,
// which allows nothing else: no script, no picture, no font, no request.
var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
)

// styleHash is the digest of the style as the policy names it.
func styleHash() string {
	sum := sha256.Sum256([]byte(pageCSS))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// page is what the template of the page gets.
type page struct {
	*Document
	Style     template.CSS
	StyleHash string
	Form      string // of times in the timeline
	FaultTree template.HTML
}

var htmlFuncs = template.FuncMap{
	"text": model.Visible, "duration": Duration, "utc": utc,
	"lines":   model.VisibleLines,
	"join":    func(s []string) string { return model.Visible(strings.Join(s, ", ")) },
	"section": func(d page, k string) template.HTML { return d.htmlSection(model.SectionKey(k)) },
	"has":     func(d page, k string) bool { return strings.TrimSpace(d.Section(model.SectionKey(k)).Text) != "" },
	"clock":   func(d page, t time.Time) string { return t.UTC().Format(d.Form) },
	"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"safe":    safe,
	"written": func(kind string) bool { return kind != string(model.KindNote) && model.Kind(kind).Written() },
	"indent":  func(level int) int { return min(level, 9) },
}

func (d *Document) htmlSection(k model.SectionKey) template.HTML {
	h := HTMLOf(d.Section(k).Text, 3)
	if h == "" {
		return `<p class="none">Nothing written yet.</p>`
	}
	return h
}

// HTML writes d as one page that needs nothing else: styles and drawings are in
// it, and it runs nothing. tmpl is a team's own template of html/template with the
// same functions; "" is the default. tree is an SVG made by package faulttree, or
// "".
func (d *Document) HTML(w io.Writer, tmpl, tree string) error {
	if tmpl == "" {
		tmpl = pageHTML
	}
	t, err := template.New("page").Funcs(htmlFuncs).Parse(tmpl)
	if err != nil {
		return model.Errorf(model.Invalid, "the template of the page cannot be read: %s", model.Brief(err.Error(), 200))
	}
	p := page{Document: d, Style: template.CSS(pageCSS), StyleHash: styleHash(), Form: "15:04", FaultTree: template.HTML(tree)}
	if n := len(d.Timeline); n > 0 && d.Timeline[0].At.UTC().Format("2006-01-02") != d.Timeline[n-1].At.UTC().Format("2006-01-02") {
		p.Form = "2006-01-02 15:04"
	}
	var b bounded
	if err := t.Execute(&b, p); err != nil {
		return model.Errorf(model.Invalid, "the template of the page cannot be filled in: %s", model.Brief(err.Error(), 200))
	}
	_, err = w.Write(b.Bytes())
	return err
}
