package model

import (
	"strings"
	"testing"
)

func TestMask(t *testing.T) {
	for _, c := range []struct{ in, secret string }{
		{"use " + "AKIA" + "IOSFODNN7EXAMPLE for now", "IOSFODNN7EXAMPLE"},
		{"gh" + "p_0123456789abcdefghijABCDEFGHIJ0123456789 works", "0123456789abcdefghij"},
		{"xox" + "b-123456789012-abcdefABCDEF", "abcdefABCDEF"},
		{"sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc", "4eC39Hq"},
		{"psql postgres://ops:hunter2!@db1/orders", "hunter2!"},
		{"curl -H 'Authorization: Bearer abcdef0123456789'", "abcdef0123456789"},
		{"password=Tr0ub4dor&3 was set", "Tr0ub4dor"},
		{`"DB_PASSWORD": "s3cr3t-value"`, "s3cr3t-value"},
		{"export STRIPE_API_KEY=abc123def456", "abc123def456"},
		{"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P", "dozjgNryP4J3"},
		{"-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY----- in the log", "MIIEow"},
		{"-----BEGIN PRIVATE KEY-----\nMIIEow cut off", "MIIEow"},
	} {
		got, n := Mask(c.in)
		if n == 0 || strings.Contains(got, c.secret) || !strings.Contains(got, "masked]") {
			t.Errorf("%q became %q", c.in, got)
		}
		if again, m := Mask(got); m != 0 || again != got {
			t.Errorf("masked twice: %q", again)
		}
	}
}

// What people say about secrets is not one.
func TestMaskLeavesWordsAlone(t *testing.T) {
	for _, s := range []string{
		"password: reset mail is not sent", "the token: expired at 14:03", "secret: nobody knows",
		"rotate API_KEY=$API_KEY first", "password=<password>", "token = ${TOKEN}", "see https://wiki/auth:token/page",
		"user ana@example.com reports 503", "error rate 21 % on /checkout", "INC-20261123-091204", "commit 8213b1602259304a987a6cf2f7df46da297fdf89",
		"lag is 340 s; pwd: /var/lib", "bearer of bad news", "http://localhost:8080/@me",
	} {
		if got, n := Mask(s); n != 0 || got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

// A secret never reaches an event, whichever command carries it.
func TestMaskedBeforeWritten(t *testing.T) {
	const pass = "hunter2x9"
	text := "login with password=" + pass
	for name, c := range map[string]Command{
		"note": AddNote{Text: text}, "order": GiveOrder{Person: "bob", Task: text}, "why": SetSeverity{To: 1, Reason: text},
		"hypothesis": StateHypothesis{Text: text}, "temporary": AddMitigation{Text: text}, "size-up": Size{Symptoms: &text},
		"description": Describe{Description: &text}, "title": Describe{Title: &text}, "amendment": Amend{Seq: 3, Text: &text},
	} {
		b := open(t, Declare{})
		if _, err := b.do("ana", AddNote{Text: "a line"}); err != nil {
			t.Fatal(err)
		}
		drafts, err := c.Decide(b.scene("ana"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, d := range drafts {
			raw, err := EncodeBody(d.Body)
			if err != nil || strings.Contains(string(raw), pass) {
				t.Errorf("%s writes %s (%v)", name, raw, err)
			}
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add("password=abc123 AKIAIOSFODNN7EXAMPLE postgres://a:b1@c")
	f.Fuzz(func(t *testing.T, s string) {
		got, n := Mask(s)
		if n == 0 && got != s {
			t.Errorf("nothing masked, yet %q became %q", s, got)
		}
	})
}
