// Package strictyaml is the one door through which a YAML file that a person
// wrote comes into the program: doctrine, templates, runbooks, rules, trees.
//
// It is pure and imports model and the YAML reader only.
//
//	bytes ──▶ size, UTF-8, depth ──▶ one document, aliases counted ──▶ Doc
//	                                                                    │ Decode
//	                                                                    ▼
//	                                    a typed value, or one sentence with file:line:column
//
// Nothing in a file is guessed or passed over: a field that is not known, a key
// given twice, a second document and a value of the wrong type are errors.
package strictyaml
