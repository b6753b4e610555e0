package main

import (
	"os"
	"strings"
	"testing"

	"warroom/model/outbox"
)

// The outbound.yaml that the README shows can be used as it stands.
func TestOutboundOfTheReadme(t *testing.T) {
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(b), "## The outside\n")
	_, text, _ = strings.Cut(text, "```yaml\n")
	text, _, ok := strings.Cut(text, "```\n")
	if !ok {
		t.Fatal("the README shows no outbound.yaml")
	}
	c, err := outbox.ParseConfig("README.md", []byte(text))
	if err != nil || len(c.Targets) != 7 || len(c.Rules) < 6 {
		t.Errorf("%d targets, %d rules: %v", len(c.Targets), len(c.Rules), err)
	}
}
