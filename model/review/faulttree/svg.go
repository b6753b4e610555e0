package faulttree

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"

	"warroom/model"
)

// SVG draws the tree from left to right as a picture that stands alone: no
// script, no style sheet, no font from elsewhere. Colours come from currentColor,
// so that it fits a light and a dark page and a printer. limit bounds the lines
// drawn; what is left out is said in the picture.
func (t *Tree) SVG(limit int) string {
	rows := t.Outline(nil, t.Likelihoods())
	more := 0
	if len(rows) > limit {
		rows, more = rows[:limit], len(rows)-limit
	}
	const line, step, left = 26, 24, 12
	wide := 0
	texts := make([]string, len(rows))
	for k, r := range rows {
		texts[k] = model.Brief(r.Text, 70)
		if r.Gate != "" {
			texts[k] += " · " + r.Gate
		}
		if r.Shared {
			texts[k] += " (as above)"
		}
		if r.P != nil {
			texts[k] += " · " + Number(*r.P)
		}
		wide = max(wide, left+r.Depth*step+24+8*utf8.RuneCountInString(texts[k]))
	}
	high := line*(len(rows)+1) + 8
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" font-family="system-ui, sans-serif" font-size="14" fill="currentColor">`,
		wide, high, wide, high)
	fmt.Fprintf(&b, "<title>%s</title>", html.EscapeString("Fault tree: "+model.Visible(t.Words(t.Top))))
	last := make([]int, 0, 16) // y of the latest node of each depth
	for k, r := range rows {
		x, y := left+r.Depth*step, line*(k+1)-6
		last = append(last[:min(len(last), r.Depth)], y)
		if r.Depth > 0 {
			px, py := left+(r.Depth-1)*step, last[r.Depth-1]
			fmt.Fprintf(&b, `<path d="M%d %dV%dH%d" fill="none" stroke="currentColor" stroke-opacity="0.4"/>`, px, py+9, y, x-9)
		}
		b.WriteString(shape(t, r, x, y))
		fmt.Fprintf(&b, `<text x="%d" y="%d">%s</text>`, x+16, y+5, html.EscapeString(texts[k]))
	}
	if more > 0 {
		fmt.Fprintf(&b, `<text x="%d" y="%d" opacity="0.6">%d more lines are not drawn</text>`, left, line*(len(rows)+1)-6, more)
	}
	b.WriteString("</svg>")
	return b.String()
}

// shape is the symbol of a node around x, y.
func shape(t *Tree, r Row, x, y int) string {
	const style = `fill="none" stroke="currentColor" stroke-width="1.5"`
	if e, ok := t.Event(r.ID); ok {
		switch e.Kind {
		case Undeveloped:
			return fmt.Sprintf(`<path d="M%d %dl8 8l-8 8l-8 -8z" %s/>`, x, y-8, style)
		case Conditioning:
			return fmt.Sprintf(`<ellipse cx="%d" cy="%d" rx="9" ry="6" %s/>`, x, y, style)
		case House:
			return fmt.Sprintf(`<path d="M%d %dv-8l7 -6l7 6v8z" %s/>`, x-7, y+7, style)
		}
		return fmt.Sprintf(`<circle cx="%d" cy="%d" r="7" %s/>`, x, y, style)
	}
	g, _ := t.Gate(r.ID)
	switch g.Op {
	case And, Inhibit, PriorityAnd, Nand:
		return fmt.Sprintf(`<path d="M%d %dv-7a7 7 0 0 1 14 0v7z" %s/>`, x-7, y+7, style)
	case Transfer:
		return fmt.Sprintf(`<path d="M%d %dl8 14h-16z" %s/>`, x, y-7, style)
	case Pass:
		return fmt.Sprintf(`<rect x="%d" y="%d" width="14" height="12" %s/>`, x-7, y-6, style)
	}
	return fmt.Sprintf(`<path d="M%d %dq0 -10 7 -15q7 5 7 15q-7 -5 -14 0z" %s/>`, x-7, y+8, style)
}
