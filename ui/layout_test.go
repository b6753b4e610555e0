package ui

import (
	"fmt"
	"image"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
)

// picture draws a layout with a letter for each part, so that a change of the
// layout can be seen in a diff.
func picture(l layout) string {
	cells := make([][]byte, l.h)
	for y := range cells {
		cells[y] = []byte(strings.Repeat(".", l.w))
	}
	draw := func(r image.Rectangle, c byte) {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				if cells[y][x] != '.' {
					cells[y][x] = '#' // two parts on one cell
					continue
				}
				cells[y][x] = c
			}
		}
	}
	draw(l.header, 'h')
	draw(l.tabs, 't')
	for p, c := range []byte("TRDSBA") {
		draw(l.panes[p], c)
	}
	draw(l.composer, 'i')
	draw(l.status, 's')
	var b strings.Builder
	for _, row := range cells {
		b.Write(row)
		b.WriteByte('\n')
	}
	return b.String()
}

func TestArrangePictures(t *testing.T) {
	for _, s := range []image.Point{{40, 10}, {80, 24}, {100, 28}, {120, 40}, {200, 60}} {
		t.Run(fmt.Sprintf("%dx%d", s.X, s.Y), func(t *testing.T) {
			golden.RequireEqual(t, picture(arrange(s.X, s.Y, screenRoom, true, paneTimeline, false, 1, [paneCount]int{0, 7, 4, 8, 5}, stationCommander)))
		})
	}
}

// Every station has its own picture at both wide sizes, with and without a pane in
// focus that it leaves out otherwise.
func TestStationPictures(t *testing.T) {
	for at := range stationCount {
		for _, s := range []image.Point{{100, 28}, {120, 40}, {200, 60}} {
			for _, focus := range []pane{paneTimeline, paneDue} {
				t.Run(fmt.Sprintf("%s/%dx%d/%s", at, s.X, s.Y, focus), func(t *testing.T) {
					l := arrange(s.X, s.Y, screenRoom, true, focus, false, 1, [paneCount]int{0, 7, 6, 14, 9}, at)
					if l.panes[focus].Empty() {
						t.Errorf("%s is in focus and not shown", focus)
					}
					golden.RequireEqual(t, picture(l))
				})
			}
		}
	}
}

// Whatever the size, parts never overlap and never leave the window.
func TestArrangeStaysInside(t *testing.T) {
	for w := range 210 {
		for h := range 70 {
			for _, s := range []screen{screenRoom, screenIncidents} {
				for _, zoom := range []bool{false, true} {
					for compose := 1; compose <= 9; compose += 4 {
						l := arrange(w, h, s, s != screenIncidents, pane((w+h)%int(paneCount)), zoom, compose, [paneCount]int{0, w % 15, h % 20, w % 11, h % 9}, station((w+3*h)%int(stationCount)))
						if l.tiny {
							if w >= minWidth && h >= minHeight {
								t.Fatalf("%dx%d is not tiny", w, h)
							}
							continue
						}
						win := image.Rect(0, 0, w, h)
						parts := append([]image.Rectangle{l.header, l.tabs, l.composer, l.status}, l.panes[:]...)
						for i, r := range parts {
							if !r.Empty() && !r.In(win) {
								t.Fatalf("%dx%d screen %d zoom %v: part %d %v leaves the window", w, h, s, zoom, i, r)
							}
							for k, q := range parts[:i] {
								if r.Overlaps(q) {
									t.Fatalf("%dx%d screen %d zoom %v: parts %d %v and %d %v overlap", w, h, s, zoom, i, r, k, q)
								}
							}
						}
						if s == screenRoom && l.composer.Empty() {
							t.Fatalf("%dx%d: no input", w, h)
						}
					}
				}
			}
		}
	}
}
