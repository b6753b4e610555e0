package inbound

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/alert"
)

// Limits on what is read at once.
const (
	MaxBody   = 1 << 20  // bytes of a request
	MaxFile   = 64 << 20 // bytes of a file
	MaxAlerts = 10_000   // alerts in one payload
)

// Reading is what a payload holds.
type Reading struct {
	Format string // alertmanager, grafana, …
	Alerts []alert.Alert
	Aside  []alert.Aside // parts that could not be read, with the reason
	Note   string        // what the payload was, if it told of no alert
	most   int           // alerts that may be in it
}

func (r *Reading) aside(v any, err error) {
	b, _ := json.Marshal(v)
	r.Aside = append(r.Aside, alert.Aside{Source: r.Format, Reason: model.Message(err), Size: len(b), Body: b})
}

func (r *Reading) add(a alert.Alert) error { r.Alerts = append(r.Alerts, a); return nil }

// format is one tool's way to tell of alerts.
type format struct {
	name string
	is   func(top object, h http.Header) bool
	read func(r *Reading, top object, h http.Header) error
}

// formats are asked in this order; the generic one takes what is left.
var formats []format

func init() { // a variable would refer to itself: SNS and CloudEvents carry others
	formats = []format{
		{"sns", isSNS, readSNS},
		{"cloudevents", isCloudEvent, readCloudEvent},
		{"pagerduty", isPagerDuty, readPagerDuty},
		{"grafana", isGrafana, readGrafana},
		{"alertmanager", isAlertmanager, readAlertmanager},
		{"opsgenie", isOpsgenie, readOpsgenie},
		{"sentry", isSentry, readSentry},
		{"kuma", isKuma, readKuma},
		{"datadog", isDatadog, readDatadog},
		{"generic", isGeneric, readGeneric},
	}
}

// Formats are the names of all formats that are recognised.
func Formats() []string {
	var out []string
	for _, f := range formats {
		out = append(out, f.name)
	}
	return out
}

// Read reads a payload: of one of the formats, which it recognises by itself, a
// list of them, or one a line. h are the headers of the request it came with, if
// any; now is when it came. An error means that nothing of it could be read.
func Read(body []byte, h http.Header, now time.Time) (Reading, error) {
	return read(body, h, now, MaxAlerts)
}

// ReadFile reads a file as Read does a payload, but as many alerts as it holds.
func ReadFile(body []byte, now time.Time) (Reading, error) {
	if len(body) > MaxFile {
		return Reading{}, model.Errorf(model.Invalid, "the file is larger than %d MB: split it", MaxFile>>20)
	}
	return read(body, nil, now, MaxFile)
}

func read(body []byte, h http.Header, now time.Time, most int) (Reading, error) {
	r := Reading{most: most}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(body)) == 0 {
		return r, model.Wrap(model.Invalid, errSyntax, "the payload is empty")
	}
	top, err := decode(body)
	if err != nil {
		if lines, ok := jsonLines(body); ok {
			return readLines(lines, h, now, most)
		}
		return r, err
	}
	if err := r.take(top, h, 0); err != nil {
		return Reading{Format: r.Format}, err
	}
	return r.tidy(now)
}

// tidy brings all alerts into the limits.
func (r Reading) tidy(now time.Time) (Reading, error) {
	for i := range r.Alerts {
		a := &r.Alerts[i]
		if a.Source == "" {
			a.Source = r.Format
		}
		a.Tidy(now)
	}
	for i := range r.Aside {
		r.Aside[i].Received = now
	}
	if len(r.Alerts) == 0 && len(r.Aside) == 0 && r.Note == "" {
		r.Note = "no alerts in it"
	}
	return r, nil
}

// take reads a decoded document.
func (r *Reading) take(top any, h http.Header, level int) error {
	switch v := top.(type) {
	case []any:
		if len(v) > r.most {
			return tooMany(len(v))
		}
		if level > 0 {
			return model.Errorf(model.Invalid, "a list in a list tells of no alert")
		}
		for _, one := range v {
			if err := r.take(one, h, level+1); err != nil {
				r.aside(one, err)
			}
		}
		if len(v) > 0 && len(r.Alerts) == 0 && r.Note == "" && len(r.Aside) == len(v) {
			return model.Errorf(model.Invalid, "nothing in the list tells of an alert: %s", r.Aside[0].Reason)
		}
		return nil
	case object:
		if requests := v.list("requests"); requests != nil && level == 0 { // requests as a listener kept them
			for _, one := range requests {
				q, _ := one.(object)
				sub := http.Header{}
				for k, s := range q.obj("headers") {
					sub.Set(k, scalar(s))
				}
				if err := r.take(q["body"], sub, level+1); err != nil {
					r.aside(one, err)
				}
			}
			return nil
		}
		for _, f := range formats {
			if f.is(v, h) {
				r.Format = f.name
				n := len(r.Alerts)
				if err := f.read(r, v, h); err != nil {
					r.Alerts = r.Alerts[:n]
					return err
				}
				for i := n; i < len(r.Alerts); i++ {
					if r.Alerts[i].Source == "" {
						r.Alerts[i].Source = f.name
					}
				}
				if len(r.Alerts) > r.most {
					return tooMany(len(r.Alerts))
				}
				return nil
			}
		}
		return model.Errorf(model.Invalid, "this is no payload we know, and it has neither title nor message: send at least {\"title\": …}")
	}
	return wrongType("the payload", top, "an object or a list")
}

func tooMany(n int) error {
	return model.Wrap(model.Invalid, errMany, "%d alerts in one payload, at most %d: send them in parts (Alertmanager: max_alerts)", n, MaxAlerts)
}

// jsonLines cuts a body into lines if at least half of the first ones are
// documents each: a damaged line among them does not hide the others.
func jsonLines(body []byte) ([][]byte, bool) {
	lines := bytes.Split(bytes.TrimSpace(body), []byte("\n"))
	if len(lines) < 2 {
		return nil, false
	}
	whole, seen := 0, 0
	for _, l := range lines {
		if l = bytes.TrimSpace(l); len(l) == 0 {
			continue
		}
		if l[0] == '{' && l[len(l)-1] == '}' {
			whole++
		}
		if seen++; seen == 10 {
			break
		}
	}
	return lines, 2*whole >= seen
}

func readLines(lines [][]byte, h http.Header, now time.Time, most int) (Reading, error) {
	r := Reading{most: most}
	for n, l := range lines {
		if len(bytes.TrimSpace(l)) == 0 {
			continue
		}
		v, err := decode(l)
		if err == nil {
			err = r.take(v, h, 1)
		}
		if err != nil {
			if len(r.Aside) < r.most {
				r.Aside = append(r.Aside, alert.Aside{Source: "jsonl", Reason: "line " + itoa(n+1) + ": " + model.Message(err), Size: len(l), Body: bytes.Clone(l)})
			}
		}
	}
	if len(r.Alerts) == 0 && len(r.Aside) > 0 {
		return r, model.Errorf(model.Invalid, "no line tells of an alert: %s", r.Aside[0].Reason)
	}
	return r.tidy(now)
}

// digest names a payload that brings no id of its own by what it says.
func digest(v any) string {
	b, _ := json.Marshal(v) // keys are sorted
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// first gives the first text that is not blank.
func first(s ...string) string {
	for _, x := range s {
		if strings.TrimSpace(x) != "" {
			return x
		}
	}
	return ""
}
