package review

import "strings"

// Merge puts two edits of the same text together, line by line: mine and theirs
// both began with base. Where both changed the same lines it keeps both, between
// marks, and reports false.
func Merge(base, mine, theirs string) (merged string, clean bool) {
	switch {
	case mine == theirs, theirs == base:
		return mine, true
	case mine == base:
		return theirs, true
	}
	b, m, t := lines(base), lines(mine), lines(theirs)
	if len(b)+len(m)+len(t) > 6000 {
		return conflict(m, t), false
	}
	am, at := align(b, m), align(b, t)
	var out []string
	clean = true
	i, j, k := 0, 0, 0 // in base, mine, theirs
	for i <= len(b) {
		// A line of base that both kept is a fixed point.
		n := i
		for n < len(b) && (am[n] < 0 || at[n] < 0) {
			n++
		}
		toM, toT := len(m), len(t)
		if n < len(b) {
			toM, toT = am[n], at[n]
		}
		chunkB, chunkM, chunkT := b[i:n], m[j:toM], t[k:toT]
		switch {
		case equal(chunkM, chunkT), equal(chunkT, chunkB):
			out = append(out, chunkM...)
		case equal(chunkM, chunkB):
			out = append(out, chunkT...)
		default:
			out = append(out, conflict(chunkM, chunkT))
			clean = false
		}
		if n == len(b) {
			break
		}
		out = append(out, b[n])
		i, j, k = n+1, toM+1, toT+1
	}
	return strings.Join(out, "\n"), clean
}

// The marks around lines that two people changed.
const (
	markMine   = "<<<<<<< yours"
	markMiddle = "======="
	markTheirs = ">>>>>>> written meanwhile"
)

func conflict(mine, theirs []string) string {
	return strings.Join(append(append(append(append([]string{markMine}, mine...), markMiddle), theirs...), markTheirs), "\n")
}

// Conflicted reports whether a text still has the marks of a conflict.
func Conflicted(text string) bool {
	for l := range strings.Lines(text) {
		if strings.TrimSpace(l) == markMine || strings.TrimSpace(l) == markTheirs {
			return true
		}
	}
	return false
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for k := range a {
		if a[k] != b[k] {
			return false
		}
	}
	return true
}

// align says for each line of a which line of b it is, -1 for none: a longest
// common subsequence.
func align(a, b []string) []int {
	w := len(b) + 1
	long := make([]int32, (len(a)+1)*w)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				long[i*w+j] = long[(i+1)*w+j+1] + 1
			} else {
				long[i*w+j] = max(long[(i+1)*w+j], long[i*w+j+1])
			}
		}
	}
	out := make([]int, len(a))
	for i, j := 0, 0; i < len(a); i++ {
		out[i] = -1
		for j < len(b) && a[i] != b[j] && long[i*w+j+1] >= long[(i+1)*w+j] {
			j++
		}
		if j < len(b) && a[i] == b[j] {
			out[i] = j
			j++
		}
	}
	return out
}
