package runbooks

import (
	"bytes"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"

	"warroom/model"
)

// Encode writes the runbook as YAML that Parse reads back into the same runbook.
// head stands above it as a comment.
func (b *Book) Encode(head string) ([]byte, error) {
	out, err := encode(b, yaml.UseLiteralStyleIfMultiline(true))
	if err == nil && b.same(out) {
		return comment(head, out), nil
	}
	// Some texts survive only in quotes: trailing blanks, tabs in front, controls.
	out, err = encode(b, yaml.JSON())
	if err != nil {
		return nil, err
	}
	if !b.same(out) {
		return nil, model.Errorf(model.Invalid, "%s cannot be written as YAML that reads back the same", model.Brief(b.Title, 60))
	}
	return comment(head, out), nil
}

func encode(v any, opt yaml.EncodeOption) ([]byte, error) {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out, opt, yaml.Indent(2), yaml.IndentSequence(true))
	if err := enc.Encode(v); err != nil {
		return nil, model.Wrap(model.Internal, err, "the runbook cannot be written as YAML")
	}
	return out.Bytes(), nil
}

// same reports whether data reads back as b.
func (b *Book) same(data []byte) bool {
	back, _, err := Read(b.File, data)
	if err != nil {
		return false
	}
	want := *b
	want.Steps = append([]Step(nil), b.Steps...)
	want.Params = append([]Param(nil), b.Params...)
	want.complete()
	want.File, want.Hash, want.place = "", "", nil
	back.File, back.Hash, back.place = "", "", nil
	return reflect.DeepEqual(&want, back)
}

func comment(head string, body []byte) []byte {
	var out bytes.Buffer
	for line := range strings.Lines(head) {
		out.WriteString(strings.TrimRight("# "+model.Visible(strings.TrimRight(line, "\n")), " ") + "\n")
	}
	out.Write(body)
	return out.Bytes()
}
