package chart

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/metrics"
)

// CSV writes the numbers of the chart, a cell a row. A name that a spreadsheet
// would take for a formula gets an apostrophe before it.
func (c *Chart) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	num := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	r := c.r
	rows := [][]string{}
	put := func(cells ...string) {
		for i := range cells {
			cells[i] = harmless(cells[i])
		}
		rows = append(rows, cells)
	}
	stamp := func(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339Nano) }
	switch c.Name {
	case "length":
		put("from_minutes", "to_minutes", "incidents")
		for _, b := range r.Buckets {
			to := ""
			if b.High >= 0 {
				to = num(b.High)
			}
			put(num(b.Low), to, fmt.Sprint(b.N))
		}
	case "weeks":
		put("week_from", "incidents", "minutes", "whole")
		for _, k := range r.Weeks {
			put(k.From.Format(time.RFC3339), fmt.Sprint(k.N), num(k.Minutes), fmt.Sprint(k.Whole))
		}
	case "heat":
		put("weekday", "hour", "incidents")
		for d, row := range r.Calendar.Heat {
			for h, k := range row {
				put(metrics.Weekday(d), fmt.Sprint(h), fmt.Sprint(k))
			}
		}
	case "where", "severity":
		put("name", "incidents", "minutes", "median_minutes", "share_of_minutes")
		for _, p := range c.parts() {
			median := ""
			if p.Median.Known() {
				median = num(*p.Median.Value)
			}
			put(p.Name, fmt.Sprint(p.N), num(p.Minutes), median, num(p.Share))
		}
	case "causes":
		put("word", "incidents")
		for _, k := range r.Causes {
			put(k.Word, fmt.Sprint(k.N))
		}
	case "control", "strip":
		put("start", "minutes", "outside")
		all := r.Points
		if c.Name == "control" {
			all = r.Control.Points
		}
		for _, p := range all {
			put(stamp(p.Start), num(p.Minutes), fmt.Sprint(p.Out))
		}
	case "survival":
		put("minutes", "share", "low", "high", "at_risk", "ended")
		for _, s := range r.Survival.Steps {
			put(num(s.Minutes), num(s.Share), num(s.Low), num(s.High), fmt.Sprint(s.AtRisk), fmt.Sprint(s.Ended))
		}
	case "conduct":
		put("what", "value", "low", "high", "n", "unit")
		for _, h := range c.habits() {
			value, low, high, unit := "", "", "", "minutes"
			if h.share {
				unit = "share"
			}
			if h.n.Known() {
				value = num(*h.n.Value)
			}
			if h.n.Range != nil {
				low, high = num(h.n.Range.Low), num(h.n.Range.High)
			}
			put(h.name, value, low, high, fmt.Sprint(h.n.N), unit)
		}
	case "stages":
		put("incident", "until", "minutes")
		for _, b := range r.Bars {
			for _, s := range b.Stages {
				put(b.ID, string(s.To), num(s.Minutes))
			}
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return model.Wrap(model.Internal, err, "the numbers cannot be written")
	}
	return nil
}

func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		if _, err := strconv.ParseFloat(s, 64); err != nil {
			return "'" + s
		}
	}
	return s
}
