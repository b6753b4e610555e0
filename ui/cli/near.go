package cli

import (
	"strings"
)

// nearest returns the word that the user probably meant: one that begins with
// what was typed, or the one with the fewest slips from it; "" if none is near.
func nearest(typed string, words []string) string {
	if typed == "" || len(typed) > 40 {
		return ""
	}
	best, least := "", 1+max(1, len(typed)/3)
	for _, w := range words {
		n := slips(typed, w)
		if len(typed) >= 2 && strings.HasPrefix(w, typed) {
			n = 1
		}
		if n < least {
			best, least = w, n
		}
	}
	return best
}

// slips counts the letters to insert, delete, replace or swap with their
// neighbour that make b of a (optimal string alignment).
func slips(a, b string) int {
	s, t := []rune(a), []rune(b)
	d := make([][]int, len(s)+1)
	for i := range d {
		d[i] = make([]int, len(t)+1)
		d[i][0] = i
	}
	for j := range t {
		d[0][j+1] = j + 1
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(s)][len(t)]
}
