package inbound

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"warroom/model"
)

// skew is how old a signed time may be.
const skew = 5 * time.Minute

// Auth is what a source proves itself with: any one of its secrets, so that two
// can be in force while one is changed for the other. Without any, everybody may
// post, which is allowed on a loopback address only.
type Auth struct{ Secrets [][]byte }

var errAuth = model.Errorf(model.Invalid, "the secret or the signature is missing or wrong")

// signatures are the headers in which tools sign, and how the digest is found in
// their value.
var signatures = []struct {
	header string
	cut    func(string) []string
}{
	{"X-Pagerduty-Signature", func(v string) []string { return prefixed(v, "v1=") }},
	{"Sentry-Hook-Signature", func(v string) []string { return []string{v} }},
	{"X-Grafana-Alerting-Signature", func(v string) []string { return []string{v} }},
	{"X-Hub-Signature-256", func(v string) []string { return prefixed(v, "sha256=") }},
	{"X-Warroom-Signature", func(v string) []string { return prefixed(v, "sha256=") }},
}

func prefixed(v, prefix string) []string {
	var out []string
	for s := range strings.SplitSeq(v, ",") {
		if d, ok := strings.CutPrefix(strings.TrimSpace(s), prefix); ok {
			out = append(out, d)
		}
	}
	return out
}

// Check says whether a request comes from who knows a secret. The signature is
// checked over the bytes as they came, before anything is read from them. A
// signature that is there has to be right: no other proof makes up for it.
func (a Auth) Check(r *http.Request, body []byte, now time.Time) error {
	if len(a.Secrets) == 0 {
		return nil
	}
	for _, s := range signatures {
		v := r.Header.Get(s.header)
		if v == "" {
			continue
		}
		stamp := r.Header.Get("X-Grafana-Alerting-Timestamp")
		if stamp == "" {
			stamp = r.Header.Get("X-Warroom-Timestamp")
		}
		if stamp != "" && !fresh(stamp, now) {
			return errAuth
		}
		for _, d := range s.cut(v) {
			want, err := hex.DecodeString(strings.TrimSpace(d))
			if err != nil {
				continue
			}
			for _, secret := range a.Secrets {
				mac := hmac.New(sha256.New, secret)
				if stamp != "" {
					mac.Write([]byte(stamp + ":"))
				}
				mac.Write(body)
				if hmac.Equal(mac.Sum(nil), want) {
					return nil
				}
			}
		}
		return errAuth
	}
	ok := 0
	for _, given := range tokens(r) {
		g := sha256.Sum256([]byte(given)) // equal lengths, so that time tells nothing
		for _, secret := range a.Secrets {
			w := sha256.Sum256(secret)
			ok |= subtle.ConstantTimeCompare(g[:], w[:])
		}
	}
	if ok == 1 {
		return nil
	}
	return errAuth
}

// tokens are the places where a plain secret may stand.
func tokens(r *http.Request) []string {
	var out []string
	if t, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		out = append(out, strings.TrimSpace(t))
	}
	if _, p, ok := r.BasicAuth(); ok {
		out = append(out, p)
	}
	if t := r.Header.Get("X-Warroom-Token"); t != "" {
		out = append(out, t)
	}
	if t := r.URL.Query().Get("token"); t != "" {
		out = append(out, t)
	}
	return out
}

func fresh(stamp string, now time.Time) bool {
	n, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return false
	}
	if n > 1e11 {
		n /= 1000
	}
	return now.Sub(time.Unix(n, 0)).Abs() <= skew
}
