package shell

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Programs that read an argument, or their input, as code.
var (
	shells  = []string{"sh", "bash", "zsh", "dash", "ksh", "ash", "fish", "mksh", "csh", "tcsh", "busybox", "pwsh", "powershell"}
	readers = []string{"python", "python2", "python3", "perl", "ruby", "node", "php", "lua", "tclsh", "expect", "osascript", "R", "Rscript"}
	// programFirst take a program as the first argument that is no option.
	programFirst = []string{"awk", "gawk", "mawk", "nawk", "sed", "gsed", "jq", "yq", "bc", "dc", "gdb"}
	databases    = []string{"psql", "mysql", "mariadb", "sqlite3", "mongo", "mongosh", "sqlcmd", "clickhouse-client", "cqlsh", "influx", "redis-cli"}
	remote       = []string{"ssh", "rsh", "mosh", "pdsh", "pssh", "parallel-ssh", "ansible"}
	// wrappers run the command that follows their options.
	wrappers = []string{"sudo", "doas", "env", "nohup", "timeout", "nice", "ionice", "time", "command", "builtin", "exec", "setsid", "stdbuf",
		"xargs", "chroot", "unbuffer", "strace", "ltrace", "nsenter", "unshare", "flock", "chrt", "taskset", "runuser", "systemd-run", "script", "retry"}
	// evaluators read every argument as code or as the name of a variable, whose
	// subscript is code.
	evaluators = []string{"eval", "source", ".", "trap", "unset", "read", "mapfile", "readarray", "declare", "typeset", "let", "alias", "bind",
		"complete", "compgen", "enable", "watch", "parallel", "su", "at", "batch", "getopts", "hash", "local", "nameref", "crontab", "coproc"}
	containers = []string{"docker", "podman", "nerdctl", "crictl", "kubectl", "oc", "lxc", "ctr"}
)

// settings are variables that decide what is run; a value never goes there.
var settings = []string{"PATH", "ENV", "BASH_ENV", "IFS", "PS0", "PS1", "PS2", "PS3", "PS4", "SHELLOPTS", "BASHOPTS", "EDITOR", "VISUAL", "PAGER",
	"SHELL", "GIT_SSH", "NODE_OPTIONS", "RUBYOPT", "RUBYLIB", "CDPATH", "GLOBIGNORE", "HOME", "KUBE_EDITOR", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"}

func (c *compiler) assignable(p Place, a *syntax.Assign) bool {
	c.flows = true
	name := ""
	if a.Name != nil {
		name = a.Name.Value
	}
	deciding := slices.Contains(settings, name) || strings.HasPrefix(name, "LD_") || strings.HasPrefix(name, "DYLD_") ||
		strings.HasPrefix(name, "PYTHON") || strings.HasPrefix(name, "PERL") || strings.HasSuffix(name, "_COMMAND") || strings.HasPrefix(name, "BASH_FUNC")
	switch {
	case name == "" || a.Index != nil:
		c.refuse(p.Start, "unsafe-place", "<%s> would choose which variable is set: name the variable", p.Name)
		return false
	case deciding:
		c.refuse(p.Start, "unsafe-place", "<%s> would set %s, which decides what is run: set it in env of the step", p.Name, name)
		return false
	}
	return true
}

// dangers looks at a node that runs something, for placeholders that reach an
// interpreter through it.
func (c *compiler) dangers(n syntax.Node) {
	switch n := n.(type) {
	case *syntax.CallExpr:
		c.call(n)
	case *syntax.Stmt:
		c.input(n)
	case *syntax.BinaryCmd:
		if n.Op == syntax.Pipe || n.Op == syntax.PipeAll {
			if ps := c.deep(n.X); len(ps) > 0 {
				c.feeds(ps, n.Y)
			}
		}
	case *syntax.DeclClause:
		c.declares(n)
	case *syntax.FuncDecl:
		if len(c.places) > 0 {
			c.flows = true
		}
	}
}

func (c *compiler) declares(n *syntax.DeclClause) {
	plainly := n.Variant.Value == "export" || n.Variant.Value == "local" || n.Variant.Value == "readonly"
	for _, a := range n.Args {
		if a.Naked && a.Name == nil {
			plainly = false // an option, or something computed
		}
	}
	if plainly {
		return
	}
	for _, p := range c.deep(n) {
		c.unsafe(p, harmless, n.Variant.Value)
	}
}

// deep lists the placeholders anywhere below n, heredocs and substitutions
// included.
func (c *compiler) deep(n syntax.Node) []Place {
	if n == nil || len(c.places) == 0 {
		return nil
	}
	var out []Place
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.Lit, *syntax.SglQuoted:
			for _, p := range c.inside(n) {
				if !slices.Contains(out, p) {
					out = append(out, p)
				}
			}
		}
		return true
	})
	return out
}

// static gives the text of a word that holds nothing computed; false otherwise.
func static(w *syntax.Word) (string, bool) {
	var b strings.Builder
	var add func(parts []syntax.WordPart) bool
	add = func(parts []syntax.WordPart) bool {
		for _, p := range parts {
			switch p := p.(type) {
			case *syntax.Lit:
				b.WriteString(strings.ReplaceAll(p.Value, `\`, ""))
			case *syntax.SglQuoted:
				b.WriteString(p.Value)
			case *syntax.DblQuoted:
				if !add(p.Parts) {
					return false
				}
			default:
				return false
			}
		}
		return true
	}
	ok := add(w.Parts)
	return b.String(), ok && !strings.ContainsRune(b.String(), mask)
}

// call refuses placeholders among the arguments of a program that would read
// them as code.
func (c *compiler) call(n *syntax.CallExpr) {
	words := make([]word, len(n.Args))
	any := false
	for i, w := range n.Args {
		words[i].text, words[i].static = static(w)
		words[i].places = c.deep(w)
		any = any || len(words[i].places) > 0
	}
	if any {
		for _, d := range dangersOf(words) {
			c.unsafe(d.place, d.allowed, d.where)
		}
	}
}

// duration reports whether s is the time that timeout and nice take.
func duration(s string) bool {
	return s != "" && strings.Trim(strings.TrimRight(s, "smhd"), digits+".") == "" && strings.ContainsAny(s, digits)
}

// word is an argument as far as it is known before anything runs.
type word struct {
	text   string
	static bool
	places []Place
}

func (w word) base() string {
	if !w.static {
		return ""
	}
	return path.Base(w.text)
}
func (w word) option() bool { return w.static && strings.HasPrefix(w.text, "-") && w.text != "-" }

type danger struct {
	place   Place
	allowed string
	where   string
}

// dangersOf finds the placeholders that some program of a command line would
// read as code. It serves shell text and argv alike.
func dangersOf(words []word) []danger {
	var out []danger
	mark := func(ws []word, allowed, where string) {
		for _, w := range ws {
			for _, p := range w.places {
				out = append(out, danger{p, allowed, where})
			}
		}
	}
	if len(words) == 0 {
		return nil
	}
	if !words[0].static {
		mark(words[1:], harmless, "an argument of a command that is not known before it runs")
	}
	seen := map[int]bool{}
	for i := range words {
		if !commandAt(words, i) || seen[i] {
			continue
		}
		seen[i] = true
		name, rest := words[i].base(), words[i+1:]
		switch {
		case slices.Contains(wrappers, name):
			for _, w := range rest {
				if len(w.places) > 0 {
					mark([]word{w}, "", "the place of the command behind "+name)
				}
				if w.static && !w.option() && !strings.Contains(w.text, "=") && !duration(w.text) {
					break
				}
			}
		case slices.Contains(evaluators, name):
			mark(rest, harmless, "an argument of "+name)
		case slices.Contains(shells, name) || interpreter(name):
			markCode(rest, name, mark)
		case slices.Contains(programFirst, name):
			markProgram(rest, name, mark)
		case slices.Contains(databases, name):
			for k, w := range rest {
				code := k > 0 && rest[k-1].static && codeOption(rest[k-1].text) || strings.HasPrefix(w.text, "-c") || strings.HasPrefix(w.text, "-e") ||
					strings.HasPrefix(w.text, "--command") || strings.HasPrefix(w.text, "--execute") || strings.HasPrefix(w.text, "--eval") || strings.HasPrefix(w.text, "-q") ||
					name == "sqlite3" && k > 0 || name == "redis-cli" && k > 0 && rest[k-1].base() == "EVAL" || strings.Contains(w.text, " ")
				if code {
					mark([]word{w}, harmless, "a query of "+name)
				}
			}
		case slices.Contains(remote, name):
			host := false
			for k, w := range rest {
				if host {
					mark([]word{w}, harmless, "a command that "+name+" runs in another shell")
				} else if strings.HasPrefix(w.text, "-o") && len(w.places) > 0 || k > 0 && rest[k-1].static && rest[k-1].text == "-o" {
					mark([]word{w}, harmless, "an option of "+name+" that may name a command")
				} else if !w.option() && (k == 0 || !takesValue(rest[k-1])) {
					host = true
				}
			}
		case name == "test" || name == "[":
			for k, w := range rest {
				if k > 0 && rest[k-1].static && (rest[k-1].text == "-v" || rest[k-1].text == "-R") {
					mark([]word{w}, harmless, "the name of a variable")
				}
			}
		case name == "printf":
			if len(rest) > 1 && rest[0].static && strings.HasPrefix(rest[0].text, "-v") {
				mark(rest[:2], harmless, "the name of a variable")
			}
		}
	}
	return out
}

// commandAt reports whether word i may name a program: the first word, the one
// behind a wrapper, a --, -exec, or inside a container; a shell's name counts
// wherever it stands.
func commandAt(words []word, i int) bool {
	w := words[i]
	if !w.static || w.text == "" {
		return false
	}
	if i == 0 || slices.Contains(shells, w.base()) {
		return true
	}
	prev := words[i-1]
	if prev.static && slices.Contains([]string{"--", "-exec", "-execdir", "-ok", "-okdir"}, prev.text) {
		return true
	}
	for k := range i {
		if slices.Contains(wrappers, words[k].base()) && commandAt(words, k) {
			return true
		}
	}
	if slices.Contains(containers, words[0].base()) && !slices.Contains([]string{"kubectl", "oc"}, words[0].base()) {
		for _, w := range words[1:i] {
			if w.static && (w.text == "exec" || w.text == "run") {
				return true
			}
		}
	}
	return false
}

func interpreter(name string) bool {
	return slices.Contains(readers, strings.TrimRight(name, digits+".")) || slices.Contains(readers, name)
}

// codeOption reports whether an option takes code: -c, -e, or a bundle with one
// of them, as in perl -ne.
func codeOption(s string) bool {
	if strings.HasPrefix(s, "--") {
		name, _, _ := strings.Cut(s[2:], "=")
		return slices.Contains([]string{"command", "eval", "execute", "expression", "print", "run", "query", "init-command", "rcfile", "init-file"}, name)
	}
	return len(s) > 1 && s[0] == '-' && strings.ContainsAny(s[1:], "ceErpn")
}

// takesValue guesses whether an option of ssh is followed by its value.
func takesValue(w word) bool {
	return w.static && len(w.text) == 2 && w.text[0] == '-' && strings.Contains("bcDEeFIiJLlmOopQRSWw", w.text[1:])
}

func markCode(rest []word, name string, mark func([]word, string, string)) {
	for k, w := range rest {
		if w.static && codeOption(w.text) {
			mark(rest[k:], harmless, "code for "+name)
			return
		}
		if len(w.places) > 0 && (strings.HasPrefix(w.text, "-") || k == 0 || rest[k-1].option()) {
			mark(rest[k:k+1], harmless, "the program that "+name+" reads")
		}
		if w.static && !w.option() {
			return // a script of its own, with arguments
		}
	}
}

func markProgram(rest []word, name string, mark func([]word, string, string)) {
	for _, w := range rest {
		if w.static && (strings.HasPrefix(w.text, "-e") || strings.HasPrefix(w.text, "-f") || strings.HasPrefix(w.text, "--expression") || strings.HasPrefix(w.text, "--file")) {
			mark(rest, harmless, "a program for "+name)
			return
		}
	}
	for k, w := range rest {
		if k > 0 && (name == "jq" || name == "yq") && rest[max(0, k-2)].static && rest[max(0, k-2)].text == "--arg" {
			continue // jq's own way of passing a value
		}
		mark(rest[k:k+1], harmless, "a program for "+name)
		if w.static && !w.option() && !(k > 0 && rest[k-1].static && (rest[k-1].text == "-v" || rest[k-1].text == "-F" || rest[k-1].text == "--arg" || k > 1 && rest[k-2].static && rest[k-2].text == "--arg")) {
			return
		}
	}
}

// input refuses a heredoc or here-string that feeds an interpreter.
func (c *compiler) input(n *syntax.Stmt) {
	for _, r := range n.Redirs {
		if r.Op != syntax.Hdoc && r.Op != syntax.DashHdoc && r.Op != syntax.WordHdoc && r.Op != syntax.RdrIn {
			continue
		}
		var ps []Place
		if r.Hdoc != nil {
			ps = c.deep(r.Hdoc)
		}
		if r.Word != nil {
			ps = append(ps, c.deep(r.Word)...)
		}
		if len(ps) > 0 && n.Cmd != nil {
			c.feeds(ps, n.Cmd)
		}
	}
}

// feeds refuses placeholders whose text reaches the standard input of something
// that reads it as code.
func (c *compiler) feeds(ps []Place, into syntax.Node) {
	syntax.Walk(into, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok {
			return true
		}
		words := make([]word, len(call.Args))
		for i, w := range call.Args {
			words[i].text, words[i].static = static(w)
		}
		for i, w := range words {
			if i == 0 && !w.static {
				c.each(ps, "the input of a command that is not known before it runs")
			}
			if !commandAt(words, i) {
				continue
			}
			switch name := w.base(); {
			case name == "read" || name == "mapfile" || name == "readarray" || name == "set":
				c.flows = true
			case slices.Contains(shells, name), slices.Contains(remote, name), slices.Contains(databases, name), interpreter(name),
				name == "xargs" && len(words) > i+1 && slices.ContainsFunc(words[i+1:], func(w word) bool {
					return !w.static || slices.Contains(shells, w.base()) || slices.Contains(evaluators, w.base()) || slices.Contains(remote, w.base()) || interpreter(w.base()) || slices.Contains(programFirst, w.base())
				}),
				slices.Contains(evaluators, name), name == "bc" || name == "dc" || name == "gdb":
				c.each(ps, "the input of "+name)
			}
		}
		return true
	})
}

func (c *compiler) each(ps []Place, where string) {
	for _, p := range ps {
		c.unsafe(p, harmless, where)
	}
}

// tainted refuses a text in which a value goes into a variable while something
// else of the text reads variables as code: which one, is not followed.
func (c *compiler) tainted() {
	if !c.flows || len(c.places) == 0 {
		return
	}
	what := ""
	syntax.Walk(c.file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.LetClause, *syntax.CStyleLoop:
			what = "arithmetic"
		case *syntax.DeclClause:
			for _, a := range n.Args {
				if a.Naked && a.Name == nil {
					what = n.Variant.Value + " with an option"
				}
			}
		case *syntax.BinaryTest:
			switch n.Op {
			case syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
				what = "a comparison of numbers in [[ ]]"
			}
		case *syntax.UnaryTest:
			if n.Op == syntax.TsVarSet || n.Op == syntax.TsRefVar {
				what = "a test for a variable"
			}
		case *syntax.ParamExp:
			if n.Excl || n.Index != nil || n.Slice != nil || n.Exp != nil && n.Exp.Op == syntax.OtherParamOps {
				what = "an expansion that is evaluated again"
			}
		case *syntax.CallExpr:
			if s := reads(n); s != "" {
				what = s
			}
		}
		return true
	})
	if what != "" {
		for _, p := range c.places {
			c.unsafe(p, digits, "a variable, and the text holds "+what)
		}
	}
}

// reads says whether a call evaluates something that is computed.
func reads(n *syntax.CallExpr) string {
	if len(n.Args) == 0 {
		return ""
	}
	computed := false
	words := make([]word, len(n.Args))
	for i, w := range n.Args {
		words[i].text, words[i].static = static(w)
		computed = computed || !words[i].static
	}
	if !words[0].static {
		return "a command that is not known before it runs"
	}
	for i, w := range words {
		if !commandAt(words, i) {
			continue
		}
		name := w.base()
		if slices.Contains([]string{"eval", "trap", "unset", "source", ".", "watch", "parallel", "su", "let"}, name) ||
			computed && (slices.Contains(shells, name) || interpreter(name) || slices.Contains(programFirst, name) || slices.Contains(databases, name) || slices.Contains(remote, name)) ||
			slices.Contains(shells, name) && len(words) == i+1 ||
			name == "xargs" && slices.ContainsFunc(words, func(w word) bool { return slices.Contains(shells, w.base()) }) {
			return name
		}
		if (name == "test" || name == "[") && slices.ContainsFunc(words, func(w word) bool { return w.text == "-v" || w.text == "-R" }) {
			return "a test for a variable"
		}
	}
	return ""
}
