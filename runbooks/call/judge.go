package call

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"warroom/model"
	"warroom/runbooks"
	"warroom/runbooks/proc"
)

// filled puts values into what is expected: the texts to be found, and values of
// JSON.
func (s *Scope) filled(expect []runbooks.Expect) ([]runbooks.Expect, error) {
	c := &Call{scope: s}
	out := slices.Clone(expect)
	var bad error
	fill := func(t string) string {
		v, err := c.fill(t)
		bad = errors.Join(bad, err)
		return v
	}
	match := func(m *runbooks.Match) *runbooks.Match {
		if m == nil {
			return nil
		}
		n := *m
		n.Contains, n.Word, n.Equals = fill(m.Contains), fill(m.Word), fill(m.Equals)
		return &n
	}
	for i := range out {
		e := &out[i]
		e.Stdout, e.Stderr, e.Body = match(e.Stdout), match(e.Stderr), match(e.Body)
		e.Headers, e.JSON = maps.Clone(e.Headers), maps.Clone(e.JSON)
		for k, m := range e.Headers {
			e.Headers[k] = *match(&m)
		}
		for k, v := range e.JSON {
			if t, ok := v.(string); ok {
				e.JSON[k] = fill(t)
			}
		}
	}
	return out, bad
}

// Judge says for each expectation whether an outcome meets it. What could not be
// looked at, because there was no answer, is inconclusive.
func Judge(expect []runbooks.Expect, o *Outcome) []model.Verdict {
	var out []model.Verdict
	for i := range expect {
		for _, v := range judge(&expect[i], o) {
			if expect[i].Result == "fail" {
				switch v.Result {
				case model.CheckOK:
					v.Result = model.CheckFailed
				case model.CheckFailed:
					v.Result = model.CheckOK
				}
			}
			out = append(out, v)
		}
	}
	return out
}

// Decides reports whether expectations speak of the exit status or the HTTP status.
// Where they do not, a bad one is a failure whatever was printed with it.
func Decides(expect []runbooks.Expect) bool {
	return slices.ContainsFunc(expect, func(e runbooks.Expect) bool {
		return len(e.ExitCode) > 0 || len(e.WarnCode) > 0 || len(e.Status) > 0
	})
}

// Worst is the one result of several: failed before inconclusive before ok.
func Worst(vs []model.Verdict) string {
	worst := model.CheckOK
	for _, v := range vs {
		if v.Result == model.CheckFailed {
			return v.Result
		}
		if v.Result == model.CheckInconclusive {
			worst = v.Result
		}
	}
	return worst
}

func judge(e *runbooks.Expect, o *Outcome) []model.Verdict {
	var out []model.Verdict
	silent := o.Err != nil || o.State == proc.TimedOut || o.State == proc.Lost || o.State == proc.Cancelled
	add := func(name string, ok bool, value string) {
		v := model.Verdict{Name: name, Result: model.CheckFailed, Value: model.Brief(value, 120)}
		switch {
		case silent:
			v.Result = model.CheckInconclusive
		case ok:
			v.Result = model.CheckOK
		}
		out = append(out, v)
	}
	if len(e.ExitCode) > 0 || len(e.WarnCode) > 0 {
		want := append(slices.Clone(e.ExitCode), e.WarnCode...)
		value := strconv.Itoa(o.Exit)
		if o.Signal != "" {
			value = o.Signal
		} else if slices.Contains(e.WarnCode, o.Exit) {
			value += " (warning)"
		}
		add("exit code "+ints(want), slices.Contains(want, o.Exit) && o.Signal == "", value)
	}
	if len(e.Status) > 0 {
		add("status "+ints(e.Status), slices.Contains(e.Status, o.Status), strconv.Itoa(o.Status))
	}
	// Of a text that was cut only what is there is known: what is not found may
	// stand in the rest.
	unknown := func(name string) {
		out = append(out, model.Verdict{Name: name, Result: model.CheckInconclusive, Value: "there was too much of it to keep"})
	}
	text := func(what string, m *runbooks.Match, s string, cut bool) {
		if m == nil {
			return
		}
		ok, why := match(m, s)
		seen := m.NotMatches == "" && m.Equals == "" && m.Empty == nil
		if cut && ok != seen {
			unknown(what + " " + why)
			return
		}
		add(what+" "+why, ok, firstLine(s))
	}
	dropped := o.View.Dropped > 0
	text("output", e.Stdout, o.View.Stdout(), dropped)
	text("errors", e.Stderr, o.View.Stderr(), dropped)
	text("answer", e.Body, o.Body, o.Cut)
	for _, k := range slices.Sorted(maps.Keys(e.Headers)) {
		m := e.Headers[k]
		text("header "+k, &m, o.Header[http.CanonicalHeaderKey(k)], false)
	}
	switch {
	case len(e.JSON) == 0:
	case o.Cut || dropped:
		unknown("JSON")
	default:
		judgeJSON(e.JSON, Source(o), add)
	}
	if e.Number != "" {
		n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(Source(o)), "%"), 64)
		cmp, bad := runbooks.ParseComparison(e.Number)
		switch {
		case err != nil || bad != nil || n != n:
			out = append(out, model.Verdict{Name: "number " + e.Number, Result: model.CheckInconclusive, Value: model.Brief(firstLine(Source(o)), 60)})
		default:
			add("number "+e.Number, cmp.Holds(n), strconv.FormatFloat(n, 'g', 6, 64))
		}
	}
	return out
}

// Source is the text that an outcome is judged by: the body of an answer, or what
// was printed.
func Source(o *Outcome) string {
	if o.Status != 0 {
		return o.Body
	}
	return o.View.Stdout()
}

func judgeJSON(want map[string]any, text string, add func(string, bool, string)) {
	var doc any
	bad := json.Unmarshal([]byte(text), &doc) != nil
	for _, path := range slices.Sorted(maps.Keys(want)) {
		p, err := runbooks.ParseJSONPath(path)
		if bad || err != nil {
			add(path, false, "no JSON")
			continue
		}
		have, ok := p.In(doc)
		if !ok {
			add(path, false, "not there")
			continue
		}
		add(fmt.Sprintf("%s is %v", path, want[path]), equal(have, want[path]), fmt.Sprint(have))
	}
}

// equal compares a JSON value with one of a file: a text such as "< 5" is a bound.
func equal(have, want any) bool {
	if s, ok := want.(string); ok {
		if n, isNumber := have.(float64); isNumber && strings.ContainsAny(s[:min(1, len(s))], "<>=!") {
			c, err := runbooks.ParseComparison(s)
			return err == nil && c.Holds(n)
		}
		return fmt.Sprint(have) == s
	}
	if n, ok := have.(float64); ok {
		w, err := strconv.ParseFloat(fmt.Sprint(want), 64)
		return err == nil && n == w
	}
	return fmt.Sprint(have) == fmt.Sprint(want)
}

func match(m *runbooks.Match, s string) (bool, string) {
	re := func(p string) bool {
		r, err := regexp.Compile(p)
		return err == nil && r.MatchString(s)
	}
	ok, why := true, []string{}
	if m.Matches != "" {
		ok, why = ok && re(m.Matches), append(why, "matches "+m.Matches)
	}
	if m.NotMatches != "" {
		_, err := regexp.Compile(m.NotMatches)
		ok, why = ok && err == nil && !re(m.NotMatches), append(why, "has no "+m.NotMatches)
	}
	if m.Contains != "" {
		ok, why = ok && strings.Contains(s, m.Contains), append(why, "holds "+m.Contains)
	}
	if m.Word != "" {
		bare := func(w string) string { return strings.TrimSuffix(w, ".") } // of a name in the DNS
		ok = ok && slices.ContainsFunc(strings.Fields(s), func(w string) bool { return bare(w) == bare(m.Word) })
		why = append(why, "has the word "+m.Word)
	}
	if m.Equals != "" {
		ok, why = ok && strings.TrimSpace(s) == m.Equals, append(why, "is "+m.Equals)
	}
	if m.Empty != nil {
		ok = ok && (strings.TrimSpace(s) == "") == *m.Empty
		why = append(why, map[bool]string{true: "is empty", false: "is not empty"}[*m.Empty])
	}
	return ok, strings.Join(why, ", ")
}

func ints(list []int) string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = strconv.Itoa(n)
	}
	return strings.Join(out, " or ")
}

func firstLine(s string) string {
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			return l
		}
	}
	return ""
}

// Capture cuts what a capture names out of an outcome; false if it is not there.
func Capture(c *runbooks.Capture, o *Outcome) (string, bool) {
	s := Source(o)
	switch c.From {
	case "stderr":
		s = o.View.Stderr()
	case "body":
		s = o.Body
	}
	if c.JSON != "" {
		var doc any
		p, err := runbooks.ParseJSONPath(c.JSON)
		if err != nil || json.Unmarshal([]byte(s), &doc) != nil {
			return "", false
		}
		v, ok := p.In(doc)
		if !ok {
			return "", false
		}
		switch v := v.(type) {
		case string:
			s = v
		default:
			b, _ := json.Marshal(v)
			s = string(b)
		}
	}
	if c.Regex != "" {
		re, err := regexp.Compile(c.Regex)
		if err != nil {
			return "", false
		}
		m := re.FindStringSubmatch(s)
		switch {
		case m == nil:
			return "", false
		case len(m) > 1:
			s = m[1]
		default:
			s = m[0]
		}
	}
	if c.Trim == nil || *c.Trim {
		s = strings.TrimSpace(s)
	}
	limit := int(c.Max)
	if limit <= 0 {
		limit = 4 << 10
	}
	if len(s) > limit {
		return "", false // half of a value is a wrong value
	}
	return s, s != ""
}
