package alert

import (
	"strconv"
	"strings"
)

// A PromQL expression is read only so far as Lint needs it: into tokens, with
// what is inside which function or aggregation. No value is ever computed.

type tokenKind int

const (
	tokWord   tokenKind = iota // a name or keyword
	tokNumber                  // 5, 0.5, 1e3, also 5m
	tokString
	tokSelect // {…}, whole
	tokRange  // […], whole
	tokOp
	tokOpen
	tokClose
	tokComma
)

type token struct {
	kind tokenKind
	text string
	deep int // parentheses open around it
}

// scan cuts an expression into tokens. fault says in words what is broken; "" if
// nothing is.
func scan(s string) (out []token, fault string) {
	deep := 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '#':
			for i < len(s) && s[i] != '\n' {
				i++
			}
		case c == '"' || c == '\'' || c == '`':
			n := quoted(s[i:])
			if n < 0 {
				return out, "a quotation mark is never closed"
			}
			out = append(out, token{tokString, s[i : i+n], deep})
			i += n
		case c == '{' || c == '[':
			n := enclosed(s[i:])
			if n < 0 {
				return out, "a " + string(c) + " is never closed"
			}
			kind := tokSelect
			if c == '[' {
				kind = tokRange
			}
			out = append(out, token{kind, s[i : i+n], deep})
			i += n
		case c == '(':
			out = append(out, token{tokOpen, "(", deep})
			deep++
			i++
		case c == ')':
			if deep--; deep < 0 {
				return out, "there is a ) too many"
			}
			out = append(out, token{tokClose, ")", deep})
			i++
		case c == ',':
			out = append(out, token{tokComma, ",", deep})
			i++
		case wordByte(c) && (c < '0' || c > '9'):
			n := 1
			for i+n < len(s) && (wordByte(s[i+n]) || s[i+n] == ':') {
				n++
			}
			out = append(out, token{tokWord, s[i : i+n], deep})
			i += n
		case c >= '0' && c <= '9' || c == '.':
			n := 1
			for i+n < len(s) && (wordByte(s[i+n]) || s[i+n] == '.' || (s[i+n] == '+' || s[i+n] == '-') && (s[i+n-1] == 'e' || s[i+n-1] == 'E')) {
				n++
			}
			out = append(out, token{tokNumber, s[i : i+n], deep})
			i += n
		case strings.IndexByte("=!<>+-*/%^@", c) >= 0:
			n := 1
			if i+1 < len(s) && s[i+1] == '=' || c == '=' && i+1 < len(s) && s[i+1] == '~' || c == '!' && i+1 < len(s) && s[i+1] == '~' {
				n = 2
			}
			out = append(out, token{tokOp, s[i : i+n], deep})
			i += n
		case c == '}' || c == ']':
			return out, "there is a " + string(c) + " too many"
		default:
			return out, "there is a character that PromQL does not know: " + cutRunes(s[i:], 8)
		}
	}
	if deep > 0 {
		return out, "a ( is never closed"
	}
	if len(out) == 0 {
		return out, "it is empty"
	}
	return out, ""
}

func wordByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == ':'
}

// quoted is the length of the quoted text that s begins with; -1 if it does not
// end.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && s[0] != '`':
			i++
		case s[i] == s[0]:
			return i + 1
		}
	}
	return -1
}

// enclosed is the length of the {…} or […] that s begins with.
func enclosed(s string) int {
	end := byte('}')
	if s[0] == '[' {
		end = ']'
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"', '\'', '`':
			n := quoted(s[i:])
			if n < 0 {
				return -1
			}
			i += n - 1
		case end:
			return i + 1
		}
	}
	return -1
}

var aggregations = map[string]bool{
	"sum": true, "min": true, "max": true, "avg": true, "group": true, "stddev": true, "stdvar": true, "count": true,
	"count_values": true, "bottomk": true, "topk": true, "quantile": true, "limitk": true, "limit_ratio": true,
}

var keywords = map[string]bool{
	"and": true, "or": true, "unless": true, "by": true, "without": true, "on": true, "ignoring": true, "group_left": true,
	"group_right": true, "bool": true, "offset": true, "atan2": true, "inf": true, "nan": true, "start": true, "end": true,
}

// shape is what Lint wants to know about an expression.
type shape struct {
	compares  bool // a comparison that can leave series out
	boolean   bool // a comparison with bool, which leaves none out
	absent    bool
	constant  bool // no series at all: vector(1)
	smoothed  bool // over a range of five minutes or more
	rawCount  string
	bounds    []string        // numbers compared with
	metrics   []string        // metric names, in order
	kept      map[string]bool // labels that survive; nil: all do
	dropped   map[string]bool // with without(…): labels that do not
	matched   map[string]bool // labels that a selector fixes with =
	functions map[string]bool
}

// frame is an open parenthesis: of a function, an aggregation or neither.
type frame struct {
	fn  string
	agg bool
}

func read(toks []token) shape {
	sh := shape{constant: true, functions: map[string]bool{}, matched: map[string]bool{}}
	var stack []frame
	union, without := map[string]bool{}, map[string]bool{}
	bare, anyAgg, anyWithout := false, false, false
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		switch t.kind {
		case tokOpen:
			f := frame{}
			if i > 0 && toks[i-1].kind == tokWord && !keywords[strings.ToLower(toks[i-1].text)] {
				f.fn = strings.ToLower(toks[i-1].text)
				f.agg = aggregations[f.fn]
			} else if i > 0 && toks[i-1].kind == tokClose { // sum by (x) (…)
				f.fn = afterList(toks, i-1)
				f.agg = f.fn != ""
			}
			if f.fn != "" {
				sh.functions[f.fn] = true
			}
			stack = append(stack, f)
		case tokClose:
			if len(stack) > 0 {
				stack = stack[:len(stack)-1]
			}
		case tokRange:
			if long(t.text) {
				sh.smoothed = true
			}
		case tokSelect:
			for _, k := range equalities(t.text) {
				sh.matched[k] = true
			}
			if i == 0 || toks[i-1].kind != tokWord || keywords[toks[i-1].text] { // {__name__="x"}
				sh.constant = false
				bare = bare || !aggregated(stack)
			}
		case tokOp:
			switch t.text {
			case "==", "!=", ">", "<", ">=", "<=":
				if i+1 < len(toks) && strings.EqualFold(toks[i+1].text, "bool") {
					sh.boolean = true
					break
				}
				sh.compares = true
				for _, k := range []int{i + 1, i - 1} {
					if k >= 0 && k < len(toks) && toks[k].kind == tokNumber {
						sh.bounds = append(sh.bounds, toks[k].text)
					}
				}
			}
		case tokWord:
			low := strings.ToLower(t.text)
			next := token{}
			if i+1 < len(toks) {
				next = toks[i+1]
			}
			switch {
			case low == "absent" || low == "absent_over_time":
				sh.absent = true
			case (low == "and" || low == "or" || low == "unless") && len(stack) >= 0:
				// set operators compare nothing themselves
			case low == "by" || low == "without" || low == "on" || low == "ignoring" || low == "group_left" || low == "group_right":
				if next.kind != tokOpen {
					break
				}
				k := i + 2
				for ; k < len(toks) && toks[k].kind != tokClose; k++ {
					if toks[k].kind == tokWord {
						switch low {
						case "by", "on", "group_left", "group_right":
							union[toks[k].text] = true
						case "without":
							without[toks[k].text] = true
						}
					}
				}
				anyWithout = anyWithout || low == "without"
				i = k
			case keywords[low]:
			case next.kind == tokOpen:
				anyAgg = anyAgg || aggregations[low]
			case aggregations[low] && next.kind == tokWord: // sum by (…)
				anyAgg = true
			default:
				sh.metrics = append(sh.metrics, t.text)
				sh.constant = false
				if !aggregated(stack) {
					bare = true
				}
				if strings.HasSuffix(t.text, "_total") && !counted(stack) && sh.rawCount == "" {
					sh.rawCount = t.text
				}
			}
		case tokString:
			if len(stack) > 0 { // count_values("x", …), label_replace(v, "x", …): names of new labels
				union[strings.Trim(t.text, "\"'`")] = true
			}
		}
	}
	if anyAgg && !bare && !sh.constant {
		if anyWithout {
			sh.dropped = without
		} else {
			sh.kept = union
		}
	}
	if sh.absent && !sh.compares {
		sh.kept, sh.dropped = sh.matched, nil
	}
	return sh
}

// afterList names the aggregation whose list of by or without was closed at i,
// so that the parenthesis that follows belongs to it.
func afterList(toks []token, i int) string {
	for k := i - 1; k > 1; k-- {
		if toks[k].kind == tokOpen && toks[k].deep == toks[i].deep {
			if w := strings.ToLower(toks[k-1].text); w == "by" || w == "without" {
				return strings.ToLower(toks[k-2].text)
			}
			return ""
		}
	}
	return ""
}

func aggregated(stack []frame) bool {
	for _, f := range stack {
		if f.agg {
			return true
		}
	}
	return false
}

// counted reports whether a counter here is looked at as a rate, or only for
// being there.
func counted(stack []frame) bool {
	for _, f := range stack {
		switch f.fn {
		case "rate", "increase", "irate", "changes", "resets", "absent", "absent_over_time", "deriv", "delta", "idelta", "timestamp", "count", "group", "present_over_time", "count_over_time":
			return true
		}
	}
	return false
}

// equalities lists the labels that a selector fixes.
func equalities(sel string) []string {
	var out []string
	for i := 1; i < len(sel); i++ {
		if !wordByte(sel[i]) {
			if sel[i] == '"' || sel[i] == '\'' || sel[i] == '`' {
				n := quoted(sel[i:])
				if n < 0 {
					return out
				}
				i += n - 1
			}
			continue
		}
		n := i
		for n < len(sel) && wordByte(sel[n]) {
			n++
		}
		name := sel[i:n]
		rest := strings.TrimLeft(sel[n:], " ")
		if strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "=~") {
			out = append(out, name)
		}
		i = n - 1
	}
	return out
}

// long reports whether a range spans five minutes or more.
func long(r string) bool {
	r = strings.Trim(r, "[]")
	if i := strings.IndexByte(r, ':'); i >= 0 {
		r = r[:i]
	}
	d, ok := promDuration(r)
	return ok && d >= 300
}

// promDuration reads 1h30m, in seconds.
func promDuration(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	total := 0.0
	if s == "" {
		return 0, false
	}
	if s == "0" {
		return 0, true
	}
	for s != "" {
		i := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		n, err := strconv.ParseFloat(s[:i], 64)
		if err != nil {
			return 0, false
		}
		s = s[i:]
		unit := 0.0
		for _, u := range []struct {
			name string
			sec  float64
		}{{"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}, {"y", 31536000}} {
			if strings.HasPrefix(s, u.name) {
				unit, s = u.sec, s[len(u.name):]
				break
			}
		}
		if unit == 0 {
			return 0, false
		}
		total += n * unit
	}
	return total, true
}
