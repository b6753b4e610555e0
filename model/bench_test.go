package model

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// history is a long, busy incident of about n events.
func history(t tester, n int) *book {
	b := open(t, Declare{Severity: 2, Services: []string{"checkout"}})
	b.line(t, "ana", "/take")
	for len(b.events) < n {
		k := len(b.events)
		b.tick(time.Second)
		who := []string{"ana", "bob", "carol", "dana", "erin"}[k%5]
		switch k % 20 {
		case 3:
			b.line(t, "ana", fmt.Sprintf("@%s look at shard %d 3m", who, k))
		case 9:
			if k := len(b.inc.Orders); k > 0 && b.inc.Orders[k-1].Pending() {
				b.line(t, who, fmt.Sprintf("/done %d looks fine", k))
			} else {
				b.line(t, who, "nothing to do")
			}
		case 13:
			b.line(t, who, "/sev "+[]string{"1", "2"}[k/20%2])
		default:
			b.line(t, who, fmt.Sprintf("finding: lag of shard %d is %d s, error rate 0.%d %%", k%32, k%340, k%10))
		}
	}
	return b
}

func BenchmarkFold10k(b *testing.B) {
	h := history(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		if i := refold(h.events); i.Seq < 10_000 {
			b.Fatal(i.Seq)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(h.events)), "ns/event")
}

// What a store does to read the same events: decode each body, then fold.
func BenchmarkDecodeAndFold10k(b *testing.B) {
	h := history(b, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		i := &Incident{}
		for _, e := range h.events {
			e.Body = DecodeBody(e.Kind, e.Raw)
			i.Apply(e)
		}
	}
}

func BenchmarkSnapshot10k(b *testing.B) {
	data, err := json.Marshal(history(b, 10_000).inc)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var i Incident
		if err := json.Unmarshal(data, &i); err != nil {
			b.Fatal(err)
		}
	}
}

// The rail is worked out on every message that reaches the screen.
func BenchmarkClocks1000Orders(b *testing.B) {
	h := open(b, Declare{Severity: 1})
	h.line(b, "ana", "/take")
	for n := range 1000 {
		h.must(b, "ana", GiveOrder{Person: fmt.Sprint("p", n%40), Task: fmt.Sprint("look at shard ", n), For: time.Duration(1+n*7919%3600) * time.Second})
	}
	h.must(b, "ana", SetSeverity{To: 2})
	r := Doctrine()
	b.ReportAllocs()
	for b.Loop() {
		if cs := h.inc.Clocks(r, h.now); len(cs) != 1002 {
			b.Fatal(len(cs))
		}
	}
}

func BenchmarkAdvise1000Orders(b *testing.B) {
	h := open(b, Declare{Severity: 1})
	for n := range 1000 {
		h.must(b, "ana", GiveOrder{Person: fmt.Sprint("p", n%40), Task: "look"})
	}
	r := Doctrine()
	b.ReportAllocs()
	for b.Loop() {
		if len(h.inc.Advise(r, h.now)) == 0 {
			b.Fatal("no advice")
		}
	}
}

func BenchmarkVisible(b *testing.B) {
	ascii := strings.Repeat("lag is 340 s on shard 7, ", 8)
	hostile := strings.Repeat("\x1b[31mX\u202e\xffe\u0301\u200b客", 13)
	for name, s := range map[string]string{"ascii": ascii[:200], "hostile": hostile[:200]} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				Visible(s)
			}
		})
	}
}

func BenchmarkBrief10MB(b *testing.B) {
	s := strings.Repeat("客", 10<<20/3)
	b.ReportAllocs()
	for b.Loop() {
		Brief(s, 40)
	}
}

func BenchmarkCompose(b *testing.B) {
	for name, line := range map[string]string{
		"note": "lag is falling, 80 s now", "full": "-7m ! finding: lag is 340 s", "order": "@bob check replica lag in 3m", "slash": "/status mitigated traffic moved",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Compose(line, noon, time.UTC); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSealAndCheck(b *testing.B) {
	l := Link{Incident: "INC-20261123-120000", Seq: 7, ID: testID(7), Salt: testSalt(7), Recorded: noon, Actor: "ana"}
	b.ReportAllocs()
	for b.Loop() {
		e, err := Seal(Draft{Kind: KindNote, Body: &Note{Line: "lag is falling, 80 s now"}}, l)
		if err != nil || e.Check(l.Prev) != "" {
			b.Fatal(err)
		}
	}
}
