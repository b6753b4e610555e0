package runbooks

import (
	"os"
	"testing"
)

func TestEncodeReadsBack(t *testing.T) {
	data, _ := os.ReadFile("library/builtin/http-5xx.yaml")
	b, err := Parse("x", data)
	if err != nil {
		t.Fatal(err)
	}
	out, err := b.Encode("hi")
	if err != nil {
		t.Fatal(err)
	}
	t.Log(string(out))
}
