package review

import (
	"fmt"
	"html"
	"html/template"
	"strings"
	"time"

	"warroom/model"
)

// stretch is a piece of the time between two milestones.
type stretch struct {
	from, to model.Milestone
	words    string
	class    string
}

// stretches in the order in which they follow each other; one whose ends are not
// known is left out.
var stretches = []stretch{
	{model.ImpactStarted, model.Detected, "not seen yet", "undetected"},
	{model.Detected, model.Acknowledged, "waiting", "waiting"},
	{model.Acknowledged, model.WasIdentified, "investigating", "investigating"},
	{model.WasIdentified, model.WasMitigated, "mitigating", "mitigating"},
	{model.WasMitigated, model.WasResolved, "recovering", "recovering"},
}

// Chart draws the timeline: the stretches between milestones, the milestones, the
// updates, what was important, and how much was written when. Everything in it is
// also in the tables, so that it may be skipped.
func (d *Document) Chart() template.HTML {
	from, to, ok := d.bounds()
	if !ok {
		return ""
	}
	const wide, left, right = 960, 92, 20
	span := to.Sub(from)
	x := func(t time.Time) float64 {
		return left + (wide-left-right)*float64(t.Sub(from))/float64(span)
	}
	at := map[model.Milestone]time.Time{}
	for _, m := range d.Milestones {
		if m.At != nil {
			at[m.Name] = *m.At
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart" viewBox="0 0 %d 236" role="img" aria-labelledby="chart-title"><title id="chart-title">Timeline of %s, UTC</title>`, wide, html.EscapeString(model.Visible(d.ID)))
	label := func(y int, s string) {
		fmt.Fprintf(&b, `<text class="lane" x="%d" y="%d">%s</text>`, left-10, y, s)
	}
	label(34, "Phases")
	drawn := false
	for _, s := range stretches {
		a, ok1 := at[s.from]
		z, ok2 := at[s.to]
		if !ok1 || !ok2 || !z.After(a) {
			continue
		}
		drawn = true
		w := x(z) - x(a)
		fmt.Fprintf(&b, `<rect class="%s" x="%.1f" y="18" width="%.1f" height="26"><title>%s: %s</title></rect>`, s.class, x(a), w, s.words, model.Span(z.Sub(a)))
		if w > 8*float64(len(s.words)) {
			fmt.Fprintf(&b, `<text class="in" x="%.1f" y="35">%s</text>`, x(a)+6, s.words)
		}
	}
	if !drawn {
		fmt.Fprintf(&b, `<rect class="investigating" x="%d" y="18" width="%d" height="26"/>`, left, wide-left-right)
	}
	label(74, "Milestones")
	var used [3]float64 // how far the words of each row reach
	for k := range used {
		used[k] = left - 30
	}
	for _, m := range d.Milestones {
		if m.At == nil || m.At.Before(from) || m.At.After(to) {
			continue
		}
		px, words := x(*m.At), m.Name.String()
		long := 6.4 * float64(len(words))
		start, anchor := px-4, "start"
		if px+long > wide-4 {
			start, anchor = px+4-long, "end"
		}
		row := 0
		for row < len(used) && used[row] > start {
			row++
		}
		when := html.EscapeString(words) + " " + m.At.UTC().Format("15:04:05")
		if row == len(used) { // no room for the words: they are in the table
			fmt.Fprintf(&b, `<path class="tick" d="M%.1f 46V60"><title>%s</title></path>`, px, when)
			continue
		}
		used[row] = start + long + 8
		y := 66 + 16*row
		fmt.Fprintf(&b, `<path class="tick" d="M%.1f 46V%d"/><text class="name" text-anchor="%s" x="%.1f" y="%d">%s<title>%s</title></text>`,
			px, y-6, anchor, px+map[string]float64{"start": -4, "end": 4}[anchor], y+4, html.EscapeString(words), when)
	}
	label(132, "Updates")
	for _, u := range d.Updates {
		if u.At.Before(from) || u.At.After(to) {
			continue
		}
		class := "update"
		if u.Late != nil && *u.Late > 0 {
			class = "update late"
		}
		fmt.Fprintf(&b, `<rect class="%s" x="%.1f" y="121" width="9" height="13" rx="1.5"/>`, class, x(u.At)-4.5)
	}
	label(156, "Important")
	dots := 0
	for _, e := range d.Timeline {
		if e.Important && !e.At.Before(from) && !e.At.After(to) && dots < 400 {
			dots++
			fmt.Fprintf(&b, `<circle class="dot" cx="%.1f" cy="151" r="4.5"/>`, x(e.At))
		}
	}
	if !d.Public {
		label(196, "Entries")
		const buckets = 80
		var n [buckets]int
		most := 0
		for _, e := range d.Timeline {
			if e.At.Before(from) || e.At.After(to) {
				continue
			}
			k := min(buckets-1, int(buckets*float64(e.At.Sub(from))/float64(span)))
			n[k]++
			most = max(most, n[k])
		}
		bw := float64(wide-left-right) / buckets
		for k, v := range n {
			if v > 0 {
				h := 36 * float64(v) / float64(most)
				fmt.Fprintf(&b, `<rect class="bar" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, left+bw*float64(k)+0.5, 204-h, bw-1, h)
			}
		}
	}
	step := axisStep(span)
	form := "15:04"
	if span > 36*time.Hour {
		form = "02 Jan"
	}
	fmt.Fprintf(&b, `<path class="axis" d="M%d 206H%d"/>`, left, wide-right)
	for t := from.Truncate(step).Add(step); !t.After(to); t = t.Add(step) {
		fmt.Fprintf(&b, `<path class="axis" d="M%.1f 206v4"/><text class="time" x="%.1f" y="224">%s</text>`, x(t), x(t), t.UTC().Format(form))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// bounds are the first and the last moment to draw, with a little air.
func (d *Document) bounds() (from, to time.Time, ok bool) {
	take := func(t time.Time) {
		if from.IsZero() || t.Before(from) {
			from = t
		}
		if t.After(to) {
			to = t
		}
	}
	for _, m := range d.Milestones {
		// What comes days after is not what was fought.
		if m.At != nil && m.Name != model.PostmortemPublished && m.Name != model.WasClosed {
			take(*m.At)
		}
	}
	if from.IsZero() || d.Live || !to.After(from) {
		for _, e := range d.Timeline {
			take(e.At)
		}
	}
	if from.IsZero() || !to.After(from) {
		return from, to, false
	}
	air := to.Sub(from) / 40
	return from.Add(-air), to.Add(air), true
}

// axisStep is a round time of which about eight fit into span.
func axisStep(span time.Duration) time.Duration {
	for _, s := range []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour,
		2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 48 * time.Hour, 7 * 24 * time.Hour} {
		if span/s <= 9 {
			return s
		}
	}
	return max(24*time.Hour, (span / 8).Truncate(24*time.Hour))
}

// Bars draws the durations between milestones, as far as they are known.
func (d *Document) Bars() template.HTML {
	type bar struct {
		name string
		m    *int
	}
	var known []bar
	most := 0
	for _, x := range []bar{{"To detect", d.Metrics.Detect}, {"To acknowledge", d.Metrics.Ack}, {"To mitigate", d.Metrics.Mitigate}, {"To resolve", d.Metrics.Resolve}, {"Customer impact", d.Metrics.Customer}} {
		if x.m != nil {
			known = append(known, x)
			most = max(most, *x.m)
		}
	}
	if most == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="chart" viewBox="0 0 960 %d" role="img"><title>Durations</title>`, 26*len(known)+4)
	for k, x := range known {
		w := 640 * float64(*x.m) / float64(most)
		fmt.Fprintf(&b, `<text class="lane" x="132" y="%d">%s</text><rect class="bar" x="142" y="%d" width="%.1f" height="16"/><text class="value" x="%.1f" y="%d">%s</text>`,
			26*k+18, x.name, 26*k+5, max(1, w), 150+w, 26*k+18, Duration(x.m))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}
