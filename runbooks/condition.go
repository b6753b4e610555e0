package runbooks

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"warroom/model"
)

// Condition is what a step's when says: comparisons joined by &&. It is data, not
// code: it calls nothing and cannot loop.
//
//	params.namespace != ""  &&  captured.replicas >= 3
//	params.region == "eu-west-1"
//	steps.restart == "failed"
type Condition struct {
	Terms []Term
}

// Term compares the value that a name stands for with a literal. Text is compared
// as text by == and !=, and as numbers by the rest.
type Term struct {
	Family string // params, captured or steps
	Name   string
	Op     string // == != < <= > >= matches
	Want   string
}

var termRe = regexp.MustCompile(`^(params|captured|steps)\.([A-Za-z0-9_-]+)\s*(==|!=|<=|>=|<|>|matches)\s*(?:"([^"]*)"|'([^']*)'|([-+.\w]+))$`)

// ParseCondition reads a condition.
func ParseCondition(s string) (*Condition, error) {
	c := &Condition{}
	for part := range strings.SplitSeq(s, "&&") {
		m := termRe.FindStringSubmatch(strings.TrimSpace(part))
		if m == nil {
			return nil, model.Errorf(model.Invalid, "%q is no condition: write params.NAME == \"value\", with && between several", model.Brief(strings.TrimSpace(part), 60))
		}
		t := Term{Family: m[1], Name: m[2], Op: m[3], Want: m[4] + m[5] + m[6]}
		switch t.Op {
		case "matches":
			if _, err := regexp.Compile(t.Want); err != nil {
				return nil, model.Errorf(model.Invalid, "the pattern %q cannot be read", model.Brief(t.Want, 60))
			}
		case "==", "!=":
		default:
			if _, err := strconv.ParseFloat(t.Want, 64); err != nil {
				return nil, model.Errorf(model.Invalid, "%s compares numbers, and %q is none", t.Op, model.Brief(t.Want, 40))
			}
		}
		c.Terms = append(c.Terms, t)
	}
	return c, nil
}

// Holds evaluates the condition. value gives what a name stands for; an unknown
// one is the empty text, which is no number, so that every order on it is false.
func (c *Condition) Holds(value func(family, name string) string) bool {
	for _, t := range c.Terms {
		if !t.holds(value(t.Family, t.Name)) {
			return false
		}
	}
	return true
}

func (t Term) holds(have string) bool {
	switch t.Op {
	case "==":
		return have == t.Want
	case "!=":
		return have != t.Want
	case "matches":
		re, err := regexp.Compile(t.Want)
		return err == nil && re.MatchString(have)
	}
	a, err := strconv.ParseFloat(strings.TrimSpace(have), 64)
	b, err2 := strconv.ParseFloat(t.Want, 64)
	if err != nil || err2 != nil {
		return false
	}
	return order(t.Op, a, b)
}

// order compares numbers. Nothing is true of NaN.
func order(op string, a, b float64) bool {
	switch op {
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	case ">=":
		return a >= b
	case "==":
		return a == b
	case "!=":
		return !math.IsNaN(a) && a != b
	}
	return false
}

// Comparison is a bound on a number: "< 0.01", ">= 3", "== 0"; "> 80%" is 80 with
// a unit that is kept for people.
type Comparison struct {
	Op   string // < <= > >= == !=
	Want float64
	Unit string
}

var comparisonRe = regexp.MustCompile(`^(<=|>=|==|!=|<|>|=|≤|≥)?\s*(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*(%|[A-Za-z/]*)$`)

// ParseComparison reads a bound. One without a sign is a lower bound, as in the
// seed's thresholds.
func ParseComparison(s string) (Comparison, error) {
	m := comparisonRe.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return Comparison{}, model.Errorf(model.Invalid, "%q is no comparison: write < 0.01, >= 3 or == 0", model.Brief(s, 40))
	}
	want, err := strconv.ParseFloat(m[2], 64)
	if err != nil {
		return Comparison{}, model.Errorf(model.Invalid, "the number in %q is out of range", model.Brief(s, 40))
	}
	op := map[string]string{"": ">", "=": "==", "≤": "<=", "≥": ">="}[m[1]]
	if op == "" {
		op = m[1]
	}
	return Comparison{op, want, m[3]}, nil
}

// Holds reports whether v keeps within the bound. Nothing holds of NaN.
func (c Comparison) Holds(v float64) bool { return order(c.Op, v, c.Want) }

// String is the form that ParseComparison reads.
func (c Comparison) String() string {
	return c.Op + " " + strconv.FormatFloat(c.Want, 'f', -1, 64) + c.Unit
}
