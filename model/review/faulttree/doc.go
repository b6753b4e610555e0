// Package faulttree reads, checks and solves fault trees: how likely is the top
// event, which smallest combinations of failures cause it, and which event
// matters most.
//
// It is pure: bytes in, values out. It may import package model and strictyaml.
//
//	YAML (yaml.go) or Open-PSA MEF XML (mef.go)
//	      │
//	      ▼
//	    Tree ── Check (check.go): loops, undefined, duplicate, ranges, with place
//	      │
//	      ├── BDD  (bdd.go)   exact probability, importance
//	      ├── ZBDD (zbdd.go)  minimal cut sets, counted without listing them
//	      ├── MOCUS (mocus.go) the likeliest cut sets, if the two above grow too large
//	      ▼
//	   Result (analyse.go) ── Outline (outline.go): lines to draw, SVG (svg.go)
//
// A fault tree is a graph: an event may stand under several gates. So nothing is
// multiplied up the tree, which would be wrong then; the top event is one
// Boolean function.
//
// Reading order: tree.go, analyse.go, bdd.go, zbdd.go.
package faulttree
