package shell

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// Risk is what running a command may do. It is advice: the boundary is the
// person's approval.
type Risk string

// The risks. Unknown asks, like Mutate.
const (
	Read        Risk = "read"
	Mutate      Risk = "mutate"
	Destructive Risk = "destructive"
	RiskUnknown Risk = "unknown"
)

var rank = map[Risk]int{Read: 0, RiskUnknown: 1, Mutate: 2, Destructive: 3}

// verbs classes programs by their first words; "" is the program alone.
var verbs = map[string]map[string]Risk{
	"kubectl": {"get": Read, "describe": Read, "logs": Read, "top": Read, "explain": Read, "version": Read, "cluster-info": Read, "diff": Read, "events": Read,
		"api-resources": Read, "auth": Read, "config": RiskUnknown, "rollout": RiskUnknown, "delete": Destructive, "drain": Destructive,
		"scale": Mutate, "apply": Mutate, "patch": Mutate, "edit": Mutate, "set": Mutate, "cordon": Mutate, "uncordon": Mutate, "label": Mutate,
		"annotate": Mutate, "create": Mutate, "replace": Mutate, "taint": Mutate, "expose": Mutate, "run": Mutate, "autoscale": Mutate},
	"helm":      {"list": Read, "ls": Read, "status": Read, "history": Read, "get": Read, "version": Read, "rollback": Mutate, "upgrade": Mutate, "install": Mutate, "uninstall": Destructive},
	"git":       {"log": Read, "status": Read, "show": Read, "diff": Read, "branch": RiskUnknown, "revert": Mutate, "push": Mutate, "reset": Destructive},
	"systemctl": {"status": Read, "is-active": Read, "list-units": Read, "show": Read, "restart": Mutate, "start": Mutate, "stop": Mutate, "reload": Mutate},
	"docker":    {"ps": Read, "logs": Read, "inspect": Read, "stats": Read, "images": Read, "rm": Destructive, "restart": Mutate, "stop": Mutate, "kill": Mutate},
	"nodetool":  {"status": Read, "info": Read}, "etcdctl": {"endpoint": Read, "get": Read, "del": Destructive},
}

var simple = map[string]Risk{"rm": Destructive, "dd": Destructive, "mkfs": Destructive, "shutdown": Destructive, "reboot": Mutate, "kill": Mutate, "pkill": Mutate, "killall": Mutate, "mv": Mutate, "cp": Mutate, "chmod": Mutate, "chown": Mutate, "truncate": Destructive, "tee": Mutate}

func classifyWords(words []word) Risk {
	if len(words) == 0 || !words[0].static {
		return RiskUnknown
	}
	name := words[0].base()
	if (name == "kubectl" || name == "helm") && dryRun(words[1:]) {
		return Read
	}
	if slices.Contains(wrappers, name) || slices.Contains(shells, name) {
		return RiskUnknown
	}
	if r, ok := simple[name]; ok {
		return r
	}
	if writes(name, words[1:]) {
		if r := verbRisk(name, words); rank[r] > rank[RiskUnknown] {
			return r
		}
		return RiskUnknown
	}
	if slices.Contains(lookers, name) {
		return Read
	}
	return verbRisk(name, words)
}

// verbRisk is the risk of what a program with verbs is told to do.
func verbRisk(name string, words []word) Risk {
	v, ok := verbs[name]
	if !ok {
		return RiskUnknown
	}
	for i, w := range words[1:] {
		if !w.static {
			if i > 0 && words[i].option() {
				continue // the value of an option in front of the verb
			}
			return RiskUnknown
		}
		if w.option() {
			continue
		}
		r, known := v[w.text]
		if !known && i > 0 && words[i].option() {
			continue
		}
		if w.text == "auth" { // reconcile changes what people may do
			if len(words) > i+2 && words[i+2].static && (words[i+2].text == "can-i" || words[i+2].text == "whoami") {
				return Read
			}
			return RiskUnknown
		}
		if w.text == "rollout" && len(words) > i+2 && words[i+2].static {
			switch words[i+2].text {
			case "status", "history":
				return Read
			}
			return Mutate
		}
		if !known {
			return RiskUnknown
		}
		return r
	}
	return RiskUnknown
}

// dryRun reports whether a tool was told to show only what it would do. What
// stands behind -- is for another one.
func dryRun(words []word) bool {
	if k := slices.IndexFunc(words, func(w word) bool { return w.text == "--" }); k >= 0 {
		words = words[:k]
	}
	return slices.ContainsFunc(words, func(w word) bool {
		switch w.text {
		case "--dry-run", "--dry-run=client", "--dry-run=server", "--dry-run=true":
			return w.static
		}
		return false
	})
}

// classify is the highest risk of all that a text calls; output written to a
// file is a change.
func classify(f *syntax.File) Risk {
	top := Read
	raise := func(r Risk) {
		if rank[r] > rank[top] {
			top = r
		}
	}
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CallExpr:
			if len(n.Args) == 0 {
				return true
			}
			words := make([]word, len(n.Args))
			for i, w := range n.Args {
				words[i].text, words[i].static = static(w)
			}
			raise(classifyWords(words))
		case *syntax.Redirect:
			switch n.Op {
			case syntax.RdrOut, syntax.AppOut, syntax.RdrAll, syntax.AppAll, syntax.RdrClob, syntax.RdrInOut:
				if s, ok := static(n.Word); !ok || s != "/dev/null" {
					raise(RiskUnknown)
				}
			}
		}
		return true
	})
	return top
}

// Classify tells the risk of a shell text by the verbs it uses. What it does not
// know is RiskUnknown, and so is text that does not parse.
func Classify(text string, d Dialect) Risk {
	f, err := parse(text, d)
	if err != nil {
		return RiskUnknown
	}
	return classify(f)
}
