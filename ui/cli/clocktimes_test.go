package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

func TestClockTimes(t *testing.T) {
	d := model.Doctrine()
	with := func(change func(*model.Rules)) model.Rules { r := d; change(&r); return r }
	for name, c := range map[string]struct {
		text string
		want model.Rules
		err  string
	}{
		"no section":   {text: "user: ana\n", want: d},
		"empty":        {text: "clocks:\n", want: d},
		"one":          {text: "clocks:\n  callout: 15m\n", want: with(func(r *model.Rules) { r.Callout = 15 * time.Minute })},
		"in a line":    {text: "clocks: {callout: none, span: 5}\n", want: with(func(r *model.Rules) { r.Callout, r.Span = 0, 5 })},
		"by severity":  {text: "clocks:\n  respond: {sev-1: 5m, 4: none}\n  every:\n    SEV-3: 1h\n", want: with(func(r *model.Rules) { r.Respond[1], r.Respond[4], r.Every[3] = 5*time.Minute, 0, time.Hour })},
		"none for all": {text: "clocks: {every: none}\n", want: with(func(r *model.Rules) { r.Every = [6]time.Duration{} })},
		"all": {text: "clocks:\n  first_post: 90s\n  relief: 6h\n  plan_b: off\n  review: 2d\n  span: none\n", want: with(func(r *model.Rules) {
			r.FirstPost, r.Relief, r.PlanB, r.Review, r.Span = 90*time.Second, 6*time.Hour, 0, 48*time.Hour, 0
		})},
		"unknown":       {text: "user: ana\nclocks:\n  call_out: 5m\n", err: `c.yaml:3: clocks: there is no setting "call_out": did you mean callout?`},
		"far off":       {text: "clocks:\n  zebra: 5m\n", err: `c.yaml:2: clocks: there is no setting "zebra": there are respond, first_post`},
		"no time":       {text: "clocks:\n  callout: soon\n", err: `c.yaml:2: clocks: callout is "soon": give a time such as 90s, 15m, 4h, 3d, or none`},
		"a bare number": {text: "clocks:\n  callout: 10\n", err: `c.yaml:2: clocks: callout is "10": give a time`},
		"needs a time":  {text: "clocks:\n  review: none\n", err: `c.yaml:2: clocks: review is "none": give a time such as 90s, 15m, 4h, 3d`},
		"too long":      {text: "clocks:\n  review: 91d\n", err: `c.yaml:2: clocks: review is 91d: give one second to 90 days`},
		"too short":     {text: "clocks:\n  review: 0s\n", err: `c.yaml:2: clocks: review is 0s: give one second`},
		"no severity":   {text: "clocks:\n  every:\n    sev-1: 5m\n    sev-9: 5m\n", err: `c.yaml:4: clocks: every: "sev-9" is no severity`},
		"its time":      {text: "clocks:\n  every:\n    sev-1: often\n", err: `c.yaml:3: clocks: every: SEV-1 is "often"`},
		"one for all":   {text: "clocks:\n  every: 5m\n", err: `c.yaml:2: clocks: every: a time for each severity is expected here`},
		"sev twice":     {text: "clocks:\n  every: {1: 5m, sev-1: 6m}\n", err: `c.yaml:2: clocks: every: SEV-1 is given twice`},
		"people":        {text: "clocks:\n  span: many\n", err: `c.yaml:2: clocks: span is "many": give a number of people from 1 to 100, or none`},
		"half a person": {text: "clocks:\n  span: 2.5\n", err: `c.yaml:2: clocks: span is "2.5"`},
		"a list":        {text: "clocks: [1, 2]\n", err: `c.yaml:1: clocks: a list of times is expected here`},
		"a word":        {text: "clocks: fast\n", err: `c.yaml:1: clocks: a list of times is expected here`},
		"deep":          {text: "clocks:\n  callout: {a: b}\n", err: `c.yaml:2: clocks: callout is ""`},
		"twice":         {text: "clocks:\n  callout: 1m\n  callout: 2m\n", err: `c.yaml:3:`},
		"hostile":       {text: "clocks:\n  \"call\\u001bout\": 2m\n", err: `there is no setting "call^[out"`},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "c.yaml")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			conf, err := readConfig(path)
			if c.err != "" {
				if model.CodeOf(err) != model.Invalid || !strings.Contains(err.Error(), c.err) {
					t.Errorf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := (&app{conf: conf}).rules(); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
