package runbooks

import (
	"os"
	"testing"
)

func TestSeedLoadsUnchanged(t *testing.T) {
	data, err := os.ReadFile("testdata/seed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse("seed.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", b)
}
