package runbooks

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// text is a piece of text of a file and the path to it.
type text struct {
	path, text string
}

// Places where a placeholder may stand. Prose may speak of <things> without
// meaning a value.
var filled = map[string]bool{
	"argv": true, "command": true, "script": true, "stdin": true, "env": true, "cwd": true,
	"url": true, "headers": true, "body": true, "link": true, "prompt": true, "type_to_confirm": true,
	"tcp": true, "promql": true, "prometheus": true, "lock": true, "timeline": true,
	"contains": true, "word": true, "equals": true, "json": true,
}

// openFields are maps whose keys the author chooses: all values of one are alike.
var openFields = []string{"env", "headers", "body", "json"}

// Filled reports whether placeholders are filled in the texts of a field of a file.
func Filled(field string) bool { return filled[field] }

// texts are the texts of v in which placeholders are filled in.
func texts(v any) []text {
	var out []text
	walk("$", reflect.ValueOf(v), "", func(path, field string, v reflect.Value) {
		if v.Kind() == reflect.String && filled[field] {
			out = append(out, text{path, v.String()})
		}
	})
	return out
}

// Walk calls f for every value of v, a Book, a Strategy or a part of one, with its
// path in the file ($.steps[0].title) and the name of the field that it is or lies
// in.
func Walk(v any, f func(path, field string, v reflect.Value)) { walk("$", reflect.ValueOf(v), "", f) }

func walk(path string, v reflect.Value, field string, f func(path, field string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walk(path, v.Elem(), field, f)
		}
		return
	}
	f(path, field, v)
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			t := v.Type().Field(i)
			name, _, _ := strings.Cut(t.Tag.Get("yaml"), ",")
			switch {
			case !t.IsExported() || name == "-":
			case t.Anonymous:
				walk(path, v.Field(i), field, f)
			default:
				walk(path+"."+name, v.Field(i), name, f)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i), field, f)
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		for _, k := range keys {
			under := field
			if !slices.Contains(openFields, field) {
				under = fmt.Sprint(k)
			}
			walk(path+"."+fmt.Sprint(k), v.MapIndex(k), under, f)
		}
	}
}

// names are the keys of a set, sorted.
func names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
