// Package markdown makes runbooks of documents that people already have.
//
//	document ── front matter, CommonMark parser ──▶ sections by their headings
//	                                                   │
//	   meaning, impact …  ─▶ description               │
//	   diagnosis …        ─▶ steps of phase diagnose   │  one list item, or one paragraph
//	   mitigation …       ─▶ steps of phase mitigate   │  with its fence, is one step
//	   anything else      ─▶ steps in order            ▼
//	                      fences ─▶ commands, examples of output, or text with a note
//	                      <values>, $VALUES … ─▶ params
//
// Two rules stand above all others: nothing is lost, and nothing is invented. What
// is not understood is kept as text with a note; a typo stays as it was written;
// no command gets a risk, so that each asks before it runs. The result is meant to
// be reviewed.
//
// It imports model, runbooks and runbooks/shell. Reading order: import.go,
// section.go, build.go, step.go, prose.go, fence.go, value.go, tree.go.
package markdown
