// Package review makes the postmortem: from the record of an incident, what
// people wrote into it, and what both together say.
//
// It is pure. It may import package model, its own subpackages, strictyaml and
// the template packages of the standard library.
//
//	Record (incident, timeline, events)
//	     │  Compose: facts, metrics, suggestions, first drafts of each section
//	     ▼
//	  Document ──▶ Markdown · HTML · JSON          template.go, html.go
//	     │ ├─────▶ Public: without internal parts and names
//	     │ ├─────▶ Score: which sections are complete
//	     │ ├─────▶ Lint: sentences that blame, with the reason
//	     │ └─────▶ Judge: action items that can be carried out
//	     ▼
//	  Draft ──▶ a person's editor ──▶ Changes, merged line by line (merge.go)
//
// The five whys are in whys.go, fault trees in the package faulttree. Text is
// what people typed: Markdown of the plain sort (markup.go), in which nothing can
// become HTML or a link that runs something.
//
// Reading order: document.go, compose.go, sections.go, markup.go.
package review
