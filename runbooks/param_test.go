package runbooks

import (
	"strings"
	"testing"

	"warroom/model"
)

// R6: without a pattern of its own a value is no option, no second line and
// nothing that cannot be seen; a pattern that lets everything through still lets
// none of the latter through.
func TestR06Values(t *testing.T) {
	unseen := []string{"a\nb", "a\rb", "a\tb", "a\x00b", "a\x1b[m", "a\u202eb", "a\u2066b", "a\u200bb", "\u200b", "a\u00adb", "a\u2028b", "a\ue000b", "a\u0085b", "\xff", "a\xffb"}
	for _, v := range append([]string{"", "-n", "--all", "-", "a b", "$(x)", "a;b", "a|b", "`x`", ".a", strings.Repeat("a", 254)}, unseen...) {
		p := Param{Name: "pod"}
		if err := p.Check(v); model.CodeOf(err) != model.Invalid || !strings.Contains(model.Message(err), "pod") {
			t.Errorf("%q: %v", v, err)
		}
	}
	for _, v := range []string{"a", "6", "orders-api", "registry.example:5000/a/b@sha256:00", "a=b,c=d", "10.0.0.1", strings.Repeat("a", 253)} {
		p := Param{Name: "pod"}
		if err := p.Check(v); err != nil {
			t.Errorf("%q: %v", v, err)
		}
	}
	for _, p := range []Param{{Name: "any", Pattern: "(?s).*"}, {Name: "text", Type: TypeText}} {
		for _, v := range unseen {
			if p.Check(v) == nil {
				t.Errorf("%s lets %q through", p.Name, v)
			}
		}
	}
	for _, p := range []Param{{Name: "part", Pattern: "[0-9]+"}, {Name: "one", Pattern: "[0-9]+|x"}} { // all of the value has to match
		for _, v := range []string{"6a", "a6", "-6"} {
			if err := p.Check(v); err == nil || !strings.Contains(err.Error(), p.Pattern) {
				t.Errorf("%s lets %q through: %v", p.Name, v, err)
			}
		}
	}
}
