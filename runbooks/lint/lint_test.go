package lint

import (
	"os"
	"testing"
)

func TestSeed(t *testing.T) {
	data, err := os.ReadFile("../testdata/seed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range File("seed.yaml", data, Options{}) {
		t.Log(p)
	}
}
