package outbox

import (
	"strings"
	"testing"
)

// The samples are put together here, so that no scanner takes this file for a leak.
func samples() map[string]string {
	x := func(parts ...string) string { return strings.Join(parts, "") }
	return map[string]string{
		"private key":              x("-----BEGIN RSA PRIV", "ATE KEY-----\nMIIEvQIBADANCANARY\n-----END RSA PRIV", "ATE KEY-----"),
		"Slack token":              x("xo", "xb-1234567890-CANARYabcdefg"),
		"Slack webhook":            x("https://hooks.sl", "ack.com/services/T00000000/B00000000/CANARYXXXXXXXX"),
		"Atlassian token":          x("ATAT", "T3xFfGF0CANARYCANARYCANARY12"),
		"AWS key":                  x("AKI", "ACANARYCANARYCANA"),
		"GitHub token":             x("gh", "p_CANARY0123456789012345678901234567890"),
		"GitLab token":             x("glp", "at-CANARY01234567890123"),
		"Google key":               x("AI", "zaCANARY01234567890123456789012345678"),
		"JWT":                      x("ey", "JhbGciOiJCANARY.eyJzdWIiOiJDQU5BUlki.CANARYsignature"),
		"PagerDuty key":            x("pagerduty key is ", "0123456789abcdef0123456789abcdef"),
		"authorization header":     x("Authoriz", "ation: Bearer CANARYCANARY"),
		"password in an address":   x("postgres://app:CANARY", "pw@db/orders"),
		"password":                 x("pass", "word=CANARYhunter2"),
		"authorization header ":    x(`curl -H "Authoriz`, `ation: Token token=CANARYCANARY"`),
		"password in an address\t": x("https://bob:CANARY", "secret@grafana.example/d/1"),
	}
}

func TestRedact(t *testing.T) {
	for name, s := range samples() {
		text := "before " + s + " after"
		clean, found := Redact(text)
		if strings.Contains(clean, "CANARY") || strings.Contains(clean, "0123456789abcdef") || !strings.HasPrefix(clean, "before ") || len(found) == 0 {
			t.Errorf("%s: %q, found %v", name, clean, found)
		} else if found[0] != strings.TrimSpace(name) {
			t.Errorf("%s was taken for a %s", name, found[0])
		}
		if again, more := Redact(clean); again != clean || more != nil {
			t.Errorf("%s: again %q %v", name, again, more)
		}
	}
	for _, s := range []string{
		"db primary is back", "INC-20261125-140000", "commit 0123456789abcdef0123456789abcdef01234567", "see https://grafana.example/d/abc?orgId=1",
		"replica lag 340 s at 10:00", "the password field is empty", "ann@example.com wrote", "sk-1 is a SKU",
	} {
		if clean, found := Redact(s); clean != s || found != nil {
			t.Errorf("%q became %q (%v)", s, clean, found)
		}
	}
}

func FuzzRedact(f *testing.F) {
	for _, s := range samples() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		clean, _ := Redact(s)
		if again, _ := Redact(clean); again != clean {
			t.Errorf("%q → %q → %q", s, clean, again)
		}
	})
}
