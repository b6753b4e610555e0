package shell

import "mvdan.cc/sh/v3/syntax"

// Words lists the calls that a shell text makes, each as its words; a word whose
// text is only known at run time is "". Everything that looks like a placeholder
// is taken for one. A text that does not parse makes no calls.
func Words(text string, d Dialect) [][]string {
	masked := []byte(text)
	for _, p := range Find(text) {
		copy(masked[p.Start:p.End], maskOf(p.End-p.Start))
	}
	f, err := parse(string(masked), d)
	if err != nil {
		return nil
	}
	var calls [][]string
	syntax.Walk(f, func(n syntax.Node) bool {
		if c, ok := n.(*syntax.CallExpr); ok && len(c.Args) > 0 {
			words := make([]string, len(c.Args))
			for i, w := range c.Args {
				words[i], _ = static(w)
			}
			calls = append(calls, words)
		}
		return true
	})
	return calls
}
