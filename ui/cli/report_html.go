package cli

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"io"
	"maps"
	"slices"

	"warroom/model"
	"warroom/ui/chart"
)

// reportStyle is the only style of the page; its digest is in the policy, so
// that nothing else that may have come in with a name is obeyed.
const reportStyle = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{margin-bottom:0}h2{margin-top:2.5rem}.note{opacity:.7}
table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top;border-bottom:1px solid #8884}
svg{max-width:100%;height:auto}figure{margin:0}
@media print{h2{break-after:avoid}figure{break-inside:avoid}}`

func policy() string {
	sum := sha256.Sum256([]byte(reportStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

var reportPage = template.Must(template.New("report").Funcs(template.FuncMap{"visible": model.Visible, "value": value}).Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{{.Policy}}">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><title>Incident report</title><style>{{.Style}}</style></head>
<body><h1>Incident report</h1><p class="note">{{visible .Period}}. {{visible .Below}}.</p>
{{range .Sentences}}<p>{{visible .}}</p>
{{end}}<h2>What it says</h2><ol>{{range .Findings}}<li>{{visible .Text}}</li>{{end}}</ol>
<h2>In numbers</h2><table>{{range .Facts}}<tr><td>{{visible (index . 0)}}</td><td>{{visible (index . 1)}}</td></tr>{{end}}</table>
{{range .Charts}}<h2>{{.Title}}</h2><figure>{{.Drawing}}<figcaption class="note">{{visible .Note}}</figcaption></figure>
{{end}}<h2>By the plain rules</h2>{{if .Plain}}<ul>{{range .Plain}}<li>{{visible .}}</li>{{end}}</ul>{{else}}<p>They recommend nothing.</p>{{end}}
{{if .Differences}}<p>Where the plain rules mislead here:</p><table><tr><th>field</th><th>plain</th><th>here</th><th>why</th></tr>
{{range .Differences}}<tr><td>{{.Field}}</td><td>{{visible (value .Plain)}}</td><td>{{visible (value .Here)}}</td><td>{{visible .Why}}</td></tr>{{end}}</table>{{end}}
<h2>What the words mean</h2><table>{{range .Terms}}<tr><td>{{index . 0}}</td><td>{{index . 1}}</td></tr>{{end}}</table>
</body></html>
`))

// html writes the report as one page that needs nothing else and runs nothing.
func (r *analysis) html(w io.Writer) error {
	type drawing struct {
		Title, Note string
		Drawing     template.HTML // made by package chart, which escapes every name
	}
	var charts []drawing
	r.each(func(k *chart.Chart) {
		charts = append(charts, drawing{k.Title, k.Note(), template.HTML(k.SVG(chartWidth, chartHeight, false))})
	})
	var words [][2]string
	for _, k := range terms() {
		words = append(words, [2]string{k, definitions[k]})
	}
	err := reportPage.Execute(w, map[string]any{
		"Policy": policy(), "Style": template.CSS(reportStyle), "Period": r.period(), "Below": chart.Below(r.stats), "Sentences": r.sentences(),
		"Findings": r.stats.Findings, "Facts": r.facts(), "Charts": charts, "Plain": r.plain.Recommendations, "Differences": r.plain.Differences, "Terms": words,
	})
	if err != nil {
		return model.Wrap(model.Internal, err, "the report cannot be written")
	}
	return nil
}

// terms are the defined words in order.
func terms() []string { return slices.Sorted(maps.Keys(definitions)) }
