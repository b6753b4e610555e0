// Package chart draws what package metrics found, as lines of a terminal and as
// SVG, from the same numbers. It is pure and may import model and the standard
// library.
//
//	metrics.Report ──▶ Chart.Lines(w, h, selected) ──▶ []Line   spans with a tone; ui styles them
//	               └─▶ Chart.SVG(w, h)             ──▶ a drawing for reports and files
//
// A chart has cells: a bar, a point, an hour of a weekday. Cells can be walked
// through; each says what it is and which incidents are behind it. Nothing is
// told by colour alone: lines have letters, signs and shades.
//
// Reading order: chart.go, text.go, bars.go, heat.go, scatter.go, svg.go.
package chart
