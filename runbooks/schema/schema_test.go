package schema

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"warroom/runbooks"
	"warroom/runbooks/library"
)

var update = flag.Bool("update", false, "write the schema anew")

type object = map[string]any

// maker makes the schema of the Go types.
type maker struct {
	defs object
	seen map[reflect.Type]bool
}

// Words that a field may only hold; by Go type and field of YAML.
func allowed() map[string][]string {
	risks := []string{}
	for _, r := range runbooks.Risks {
		risks = append(risks, string(r))
	}
	return map[string][]string{
		"Step.phase": runbooks.Phases, "Param.type": runbooks.ParamTypes, "Action.risk": risks, "RollbackRisk.level": {"mutate", "destructive"},
		"RollbackRisk.data_loss": {"none", "possible", "certain"}, "Strategy.type": runbooks.StrategyTypes, "Strategy.kind": {"RollbackStrategy"}, "Book.kind": {"Runbook"},
		"Book.apiVersion": {"warroom/v1"}, "Strategy.apiVersion": {"warroom/v1"}, "OnFailure.then": runbooks.Thens, "Check.severity": {runbooks.LevelBlock, runbooks.LevelWarn},
		"Move.on_cancel": {runbooks.CancelFinish, runbooks.CancelAsk, runbooks.CancelStop}, "Escalation.from": {"run_start", "declared"}, "Escalation.if": {"not_resolved", "always"},
		"Expect.result": {"pass", "fail"}, "Capture.from": {"stdout", "stderr", "body"}, "Move.from": {"stdout", "stderr", "body"}, "Stop.signal": {"INT", "TERM", "HUP", "QUIT", "KILL"},
		"Exec.shell": {"sh", "bash", "bash-strict"}, "Defaults.shell": {"sh", "bash", "bash-strict"},
	}
}

var required = map[string][]string{
	"Book": {"title", "steps"}, "Step": {"title"}, "Link": {"url"}, "Param": {"name"}, "Escalation": {"after", "contact"}, "Capture": {"name"},
	"HTTP": {"url"}, "Auth": {"secret"}, "Gate": {"checks"}, "Options": {"from", "regex"}, "Retry": {"attempts"}, "Offer": {"offer"},
	"Strategy": {"kind", "id", "type", "title", "risk", "confirm", "lock", "execute", "verify"}, "RollbackRisk": {"level", "reversible"},
}

var text = object{"type": []string{"string", "number", "boolean"}}

func (m *maker) of(t reflect.Type) any {
	switch t {
	case reflect.TypeFor[runbooks.Strings]():
		return object{"oneOf": []any{text, object{"type": "array", "items": text}}}
	case reflect.TypeFor[runbooks.Ints]():
		return object{"oneOf": []any{object{"type": "integer"}, object{"type": "array", "items": object{"type": "integer"}}}}
	case reflect.TypeFor[runbooks.Captures]():
		c := m.of(reflect.TypeFor[runbooks.Capture]())
		return object{"oneOf": []any{c, object{"type": "array", "items": c}}}
	case reflect.TypeFor[runbooks.Duration]():
		return object{"description": "a length of time: 90s, 5m, 1h30m, 30 minutes, 2d", "oneOf": []any{object{"type": "string", "pattern": `^\s*[0-9]+(\.[0-9]+)?\s*[a-zA-Z]*(\s*[0-9]+(\.[0-9]+)?\s*[a-zA-Z]+)*\s*$`}, object{"type": "number", "minimum": 0}}}
	case reflect.TypeFor[runbooks.Size]():
		return object{"description": "a number of bytes: 4096, 64KiB, 1MiB", "type": []string{"string", "integer"}}
	case reflect.TypeFor[runbooks.Risk]():
		return object{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return m.of(t.Elem())
	case reflect.String:
		return text
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Slice:
		return object{"type": "array", "items": m.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": m.of(t.Elem())}
	case reflect.Interface:
		return true
	}
	name := t.Name()
	if !m.seen[t] {
		m.seen[t] = true
		def := object{"type": "object", "additionalProperties": false, "properties": m.fields(t)}
		if r := required[name]; r != nil {
			def["required"] = r
		}
		var out any = def
		switch name { // those that take a word instead
		case "Prerequisite", "OnFailure", "Choice":
			out = object{"oneOf": []any{object{"type": "string"}, def}}
		}
		m.defs[name] = out
	}
	return object{"$ref": "#/$defs/" + name}
}

func (m *maker) fields(t reflect.Type) object {
	out := object{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case !f.IsExported() || name == "-":
		case f.Anonymous:
			for k, v := range m.fields(f.Type) {
				out[k] = v
			}
		default:
			out[name] = m.of(f.Type)
			if words := allowed()[t.Name()+"."+name]; words != nil {
				out[name] = object{"enum": words}
			}
		}
	}
	return out
}

func generate(t *testing.T) []byte {
	m := &maker{object{}, map[reflect.Type]bool{}}
	book, strategy := m.of(reflect.TypeFor[runbooks.Book]()), m.of(reflect.TypeFor[runbooks.Strategy]())
	seed := object{"type": "object", "additionalProperties": false, "required": []string{"runbook"}, "properties": object{"runbook": book}}
	doc := object{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "warroom runbook or rollback strategy",
		"if":   object{"properties": object{"kind": object{"const": "RollbackStrategy"}}, "required": []string{"kind"}},
		"then": strategy,
		"else": object{"if": object{"required": []string{"runbook"}}, "then": seed, "else": book}, "$defs": m.defs,
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestSchemaIsTrue(t *testing.T) {
	want := generate(t)
	if *update {
		if err := os.WriteFile("runbook.schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(JSON(), want) {
		t.Error("the schema differs from the Go types: go test ./runbooks/schema -update")
	}
}

// value is YAML as a JSON validator takes it.
func value(t *testing.T, data []byte) any {
	t.Helper()
	j, err := yaml.YAMLToJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(j))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSON()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("runbook.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("runbook.schema.json")
}

// What is built in and the seed's form validate, and what Parse refuses for its
// shape does not.
func TestSchemaValidates(t *testing.T) {
	s := compiled(t)
	lib := library.Load(nil)
	for _, it := range slices.Concat(lib.Books(), lib.Strategies()) {
		if err := s.Validate(value(t, it.Data)); err != nil {
			t.Errorf("%s: %v", it.Path, err)
		}
	}
	seed, err := os.ReadFile("../testdata/seed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(value(t, seed)); err != nil {
		t.Error(err)
	}
	for name, in := range map[string]string{
		"unknown field": "title: x\nsteps: [{title: y, timout: 3m}]\n",
		"no title":      "steps: [{title: y}]\n",
		"wrong phase":   "title: x\nsteps: [{title: y, phase: later}]\n",
		"map for list":  "title: x\nsteps: {title: y}\n",
		"no lock":       "kind: RollbackStrategy\nid: ab\ntype: cdn\ntitle: x\nrisk: {level: mutate, reversible: false}\nconfirm: {}\nexecute: []\nverify: []\n",
		"in the seed":   "runbook: {title: x, steps: [{title: y, when: 1}], colour: red}\n",
	} {
		if s.Validate(value(t, []byte(in))) == nil {
			t.Errorf("%s: the schema accepts it", name)
		}
		if it, err := library.Read("x.yaml", []byte(in)); err == nil {
			t.Errorf("%s: it is read as %v", name, it.ID)
		}
	}
}
