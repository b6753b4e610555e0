package outbound

import (
	"strings"

	"warroom/model"
)

// Atlassian Document Format is a tree, so that nothing in a text can be taken for
// formatting: what people wrote is only ever the text of a leaf.

type adfNode struct {
	Type    string    `json:"type"`
	Version int       `json:"version,omitempty"`
	Text    string    `json:"text,omitempty"`
	Marks   []adfMark `json:"marks,omitempty"`
	Content []adfNode `json:"content,omitempty"`
}

type adfMark struct {
	Type  string            `json:"type"`
	Attrs map[string]string `json:"attrs,omitempty"`
}

// adf makes a document of text, a paragraph for each line.
func adf(text string) adfNode {
	doc := adfNode{Type: "doc", Version: 1}
	for line := range strings.Lines(model.Valid(text)) {
		p := adfNode{Type: "paragraph"}
		if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) != "" {
			p.Content = []adfNode{{Type: "text", Text: line}}
		}
		doc.Content = append(doc.Content, p)
	}
	if len(doc.Content) == 0 {
		doc.Content = []adfNode{{Type: "paragraph"}}
	}
	return doc
}

// adfText is the text of a document, for comparing.
func (n adfNode) plain() string {
	var b strings.Builder
	for i, c := range n.Content {
		if n.Type == "doc" && i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(c.plain())
	}
	return b.String() + n.Text
}
