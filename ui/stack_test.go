package ui

import (
	"reflect"
	"testing"
)

func TestStack(t *testing.T) {
	for name, c := range map[string]struct {
		need   []int
		sel, h int
		want   stacked
	}{
		"none":                   {nil, 0, 5, stacked{}},
		"no room":                {[]int{1}, 0, 0, stacked{}},
		"all fit":                {[]int{1, 2}, 0, 4, stacked{0, []int{1, 2}}},
		"the first gets more":    {[]int{3, 3, 1}, 0, 5, stacked{0, []int{3, 1, 1}}},
		"just one line each":     {[]int{3, 3}, 0, 2, stacked{0, []int{1, 1}}},
		"too many, first chosen": {[]int{2, 2, 2, 2}, 0, 2, stacked{0, []int{1, 1}}},
		"too many, last chosen":  {[]int{2, 2, 2, 2}, 3, 2, stacked{2, []int{1, 1}}},
	} {
		if got := stack(c.need, c.sel, c.h); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	s := stacked{4, []int{1, 3, 1}}
	for y, want := range []int{4, 5, 5, 5, 6, -1} {
		if got := s.row(y); got != want {
			t.Errorf("line %d shows row %d, want %d", y, got, want)
		}
	}
}

// Long rows are read in full where there is room, and the chosen one is always
// to be seen.
func TestBoardRows(t *testing.T) {
	x := sit(t, 200, 60)
	x.declare("api down")
	long := "checkout waits for the replica, which is behind because the stock import locks the rows of orders"
	x.do("bob", "/hypothesis "+long+" LAST")
	x.run(x.a.reload())
	x.sees("LAST")
	for range 60 {
		x.do("bob", "/hypothesis another one")
	}
	x.run(x.a.reload())
	for x.a.focus != paneBoard {
		x.keys("tab")
	}
	for range 60 {
		x.keys("down")
	}
	x.sees("h 61 another one")
}
