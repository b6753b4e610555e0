package triage

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"warroom/model"
)

// Threshold is a bound that an observation is compared with: "> 10%", "> 5s",
// ">= 1000".
type Threshold struct {
	Op    string  // >, >=, <, <=
	Value float64 // in the base unit: per cent, seconds, pieces, bytes
	Unit  string  // as written: %, s, ms … or ""
	text  string
}

func (t Threshold) String() string { return t.text }

// Words is the threshold in a sentence: over 10%.
func (t Threshold) Words() string {
	word := map[string]string{">": "over", ">=": "at least", "<": "under", "<=": "at most"}[t.Op]
	return word + " " + strings.TrimSpace(strings.TrimLeft(t.text, "<>= "))
}

var (
	boundText = regexp.MustCompile(`^\s*(>=|<=|>|<)\s*(.+)$`)
	valueText = regexp.MustCompile(`^([+-]?(?:\d[\d_,' ]*)?(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)\s*([^\d\s][^\d]*)?$`)
)

// unit is what a unit measures and how many base units it is.
type unit struct {
	of    string
	times float64
}

var units = map[string]unit{
	"": {"", 1}, "%": {"%", 1}, "percent": {"%", 1}, "per cent": {"%", 1},
	"ns": {"time", 1e-9}, "us": {"time", 1e-6}, "µs": {"time", 1e-6}, "ms": {"time", 1e-3},
	"s": {"time", 1}, "sec": {"time", 1}, "seconds": {"time", 1},
	"m": {"time", 60}, "min": {"time", 60}, "minutes": {"time", 60}, "h": {"time", 3600}, "hours": {"time", 3600},
	"k": {"", 1e3}, "thousand": {"", 1e3}, "mio": {"", 1e6}, "million": {"", 1e6},
	"b": {"bytes", 1}, "kb": {"bytes", 1e3}, "mb": {"bytes", 1e6}, "gb": {"bytes", 1e9}, "tb": {"bytes", 1e12},
	"kib": {"bytes", 1 << 10}, "mib": {"bytes", 1 << 20}, "gib": {"bytes", 1 << 30},
}

// ParseThreshold reads a bound.
func ParseThreshold(s string) (Threshold, error) {
	m := boundText.FindStringSubmatch(s)
	if m == nil {
		return Threshold{}, model.Errorf(model.Invalid, "%q is no threshold: give a comparison and a number, such as \"> 10%%\"", model.Brief(s, 40))
	}
	v, u, err := quantity(m[2], "")
	if err != nil {
		return Threshold{}, err
	}
	return Threshold{Op: m[1], Value: v, Unit: u, text: strings.Join(strings.Fields(s), " ")}, nil
}

// quantity reads a number with a unit into base units; without a unit it is in
// the unit given.
func quantity(s, in string) (float64, string, error) {
	m := valueText.FindStringSubmatch(strings.TrimSpace(s))
	bad := func() error {
		example := "10" + in
		return model.Errorf(model.Invalid, "%q is no number with a unit: give for example %s", model.Brief(s, 40), example)
	}
	if m == nil {
		return 0, "", bad()
	}
	v, err := strconv.ParseFloat(strings.NewReplacer("_", "", ",", "", "'", "", " ", "").Replace(m[1]), 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return 0, "", bad()
	}
	name := strings.ToLower(strings.TrimSpace(m[2]))
	if name == "" {
		name = in
	}
	u, ok := units[name]
	if !ok {
		return 0, "", model.Errorf(model.Invalid, "%q has a unit that is not known: use %%, ms, s, min, h, k, million, KB, MB or GB, or none", model.Brief(s, 40))
	}
	return v * u.times, name, nil
}

// Met reports whether an observed value meets the threshold. A value without a
// unit is in the threshold's; one that measures something else is refused.
func (t Threshold) Met(value string) (bool, error) {
	v, u, err := quantity(value, t.Unit)
	if err != nil {
		return false, err
	}
	if units[u].of != units[t.Unit].of {
		return false, model.Errorf(model.Invalid, "%q cannot be compared with %q: give it in the same unit", model.Brief(value, 40), t.text)
	}
	if v < 0 {
		return false, model.Errorf(model.Invalid, "%q is below zero", model.Brief(value, 40))
	}
	switch t.Op {
	case ">":
		return v > t.Value, nil
	case ">=":
		return v >= t.Value, nil
	case "<":
		return v < t.Value, nil
	}
	return v <= t.Value, nil
}

// parseModifier reads "+1" (one severity worse), "+0" or 2. Nothing observed can
// make an incident milder.
func parseModifier(v any) (int, error) {
	s := strings.TrimSpace(fmt.Sprint(v))
	n, err := strconv.Atoi(strings.TrimPrefix(s, "+"))
	if err != nil || v == nil || n < 0 || n > 4 || strings.HasPrefix(s, "+-") {
		return 0, model.Errorf(model.Invalid, "%q is no modifier: give \"+0\" to \"+4\", the number of severities it makes worse", model.Brief(s, 20))
	}
	return n, nil
}
