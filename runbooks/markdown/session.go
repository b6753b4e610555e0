package markdown

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"warroom/runbooks/shell"
)

// interactive reports whether a command needs the terminal.
func interactive(text string) bool {
	return slices.ContainsFunc(shell.Words(text, shell.Bash), func(w []string) bool { return session(w) || screen(w) })
}

// opensSession reports whether what is typed after a command goes to another place.
func opensSession(text string) bool {
	return slices.ContainsFunc(shell.Words(text, shell.Bash), session)
}

// session reports whether a call opens a shell or a prompt somewhere.
func session(w []string) bool {
	name, args := program(w)
	plain := operands(args)
	switch name {
	case "kubectl", "oc":
		if len(plain) == 0 {
			return false
		}
		switch plain[0] {
		case "exec", "debug", "attach", "run":
			tty := slices.ContainsFunc(args, func(a string) bool {
				return a == "-it" || a == "-ti" || a == "-t" || a == "--tty" || a == "-i"
			})
			dash := slices.Index(args, "--")
			shellLast := len(args) > 0 && isShell(args[len(args)-1])
			return tty && (dash < 0 || shellLast) || plain[0] == "debug" && dash < 0
		case "rsh":
			return len(plain) < 3
		}
	case "docker", "podman", "nerdctl", "crictl":
		return len(plain) > 0 && plain[0] == "exec" && len(args) > 0 && isShell(args[len(args)-1])
	case "ssh":
		return len(plain) == 1
	case "chroot", "nsenter":
		return len(plain) < 2
	case "su":
		return !slices.Contains(args, "-c")
	case "psql", "mysql", "mongo", "mongosh", "redis-cli", "sqlite3", "cqlsh":
		return !slices.ContainsFunc(args, func(a string) bool {
			return a == "-c" || a == "-e" || a == "-f" || a == "-l" || a == "--eval" || strings.HasPrefix(a, "--command") || strings.HasPrefix(a, "--execute") || strings.HasPrefix(a, "--file")
		}) && !(name == "redis-cli" && len(plain) > 0) && !(name == "sqlite3" && len(plain) > 1)
	case "bash", "sh", "zsh":
		return len(args) == 0 || len(args) == 1 && args[0] == "-l"
	}
	return false
}

// screen reports whether a call draws on the terminal or waits for keys.
func screen(w []string) bool {
	name, args := program(w)
	switch name {
	case "vi", "vim", "nano", "emacs", "less", "more", "htop", "iotop", "watch", "visudo", "k9s":
		return true
	case "top":
		return !slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "-") && strings.Contains(a, "b") })
	case "kubectl", "oc":
		plain := operands(args)
		return len(plain) > 0 && plain[0] == "edit"
	case "crontab":
		return slices.Contains(args, "-e")
	case "systemctl":
		return slices.Contains(args, "edit")
	}
	return false
}

func isShell(s string) bool {
	switch path.Base(s) {
	case "sh", "bash", "zsh", "ash", "dash", "ksh":
		return true
	}
	return false
}

// program is the name of what is called, behind sudo.
func program(w []string) (string, []string) {
	for len(w) > 1 && w[0] == "sudo" {
		w = w[1:]
		for len(w) > 1 && strings.HasPrefix(w[0], "-") {
			if w[0] == "-u" && len(w) > 2 {
				w = w[1:]
			}
			w = w[1:]
		}
	}
	if len(w) == 0 {
		return "", nil
	}
	return path.Base(w[0]), w[1:]
}

// operands are the words that are neither options nor the values of the usual ones.
func operands(args []string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "--":
			return out
		case a == "-n" || a == "--namespace" || a == "-c" || a == "--container" || a == "--context" || a == "-i" && i+1 < len(args) && strings.Contains(args[i+1], "/") || a == "-p" || a == "-l" || a == "-o" || a == "-h" || a == "-U" || a == "-d":
			i++
		case strings.HasPrefix(a, "-"):
		default:
			out = append(out, a)
		}
	}
	return out
}

// together puts assignments that stand alone in front of the commands of the same
// block that use them, since each command runs in a shell of its own.
func together(blocks []part) []part {
	var out []part
	var set []part
	for _, b := range blocks {
		if assigns(b.command) && b.output == "" {
			set = append(set, b)
			continue
		}
		if b.command != "" {
			var head []string
			for _, s := range set {
				if name, _, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(s.command), "export "), "="); ok && uses(b.command, name) {
					head = append(head, s.command)
				}
			}
			if len(head) > 0 {
				b.command = strings.Join(append(head, b.command), "\n")
			}
		}
		out = append(out, b)
	}
	// An assignment that nothing uses is still said.
	for _, s := range set {
		if !slices.ContainsFunc(out, func(b part) bool { return strings.Contains(b.command, s.command) }) {
			out = append([]part{s}, out...)
		}
	}
	return out
}

// assigns reports whether a command does nothing but set one variable.
func assigns(command string) bool {
	masked, why := (&values{}).rewrite(command, 0)
	if why != "" || strings.Contains(command, "\n") {
		return false
	}
	f, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(mask(masked)), "")
	if err != nil || len(f.Stmts) != 1 {
		return false
	}
	switch c := f.Stmts[0].Cmd.(type) {
	case *syntax.CallExpr:
		return len(c.Args) == 0 && len(c.Assigns) == 1
	case *syntax.DeclClause:
		return c.Variant.Value == "export" && len(c.Args) == 1 && c.Args[0].Value != nil
	}
	return false
}

// uses reports whether a command reads a variable.
func uses(command, name string) bool {
	if name == "" {
		return false
	}
	return strings.Contains(command, "$"+name) || strings.Contains(command, "${"+name)
}

// headed splits a block without prompts into its commands in front and the output
// below them, which begins behind an empty line or a line of dots; nil if it is not
// such a block.
func headed(body string) []part {
	lines := strings.Split(body, "\n")
	for i := 1; i < len(lines); i++ {
		t := strings.TrimSpace(lines[i])
		rest := strings.Join(lines[i:], "\n")
		if t != "" && t != "..." && t != "…" && !metaRe.MatchString(lines[i]) && !frameRe.MatchString(lines[i]) {
			continue
		}
		head := strings.TrimRight(strings.Join(lines[:i], "\n"), "\n ")
		if !looksLikeShell(head) {
			return nil
		}
		if t == "" && notShell(rest) == "" && slices.ContainsFunc(lines[i:], begun) {
			continue
		}
		return []part{{head, strings.Trim(rest, "\n")}}
	}
	return nil
}

// begun reports whether a line may begin a command, a comment or a part of a script.
func begun(l string) bool {
	t := strings.TrimSpace(l)
	if t == "" {
		return false
	}
	switch first, _, _ := strings.Cut(t, " "); first {
	case "for", "if", "while", "do", "done", "then", "else", "fi", "case", "esac", "{", "}", "function", "exit", "return":
		return true
	}
	return t[0] == '#' || isCommand(t) || assignRe.MatchString(t) || known[strings.Fields(t)[0]] || strings.HasSuffix(t, `\\`)
}

// apart cuts a command behind what opens a session: the lines below are typed on the
// other side.
func apart(blocks []part) []part {
	var out []part
	for _, b := range blocks {
		head, rest := cutSession(b.command)
		if rest == "" {
			out = append(out, b)
			continue
		}
		out = append(out, part{head, ""}, part{rest, b.output})
	}
	return out
}

// cutSession splits a text behind the first statement that opens a session; rest is
// empty if none does or nothing follows.
func cutSession(text string) (head, rest string) {
	masked, _ := (&values{}).rewrite(text, 0)
	if strings.Count(masked, "\n") != strings.Count(text, "\n") || !strings.Contains(text, "\n") {
		return text, ""
	}
	f, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(mask(masked)), "")
	if err != nil {
		return text, ""
	}
	lines := strings.Split(masked, "\n")
	original := strings.Split(text, "\n")
	for i, st := range f.Stmts[:max(len(f.Stmts)-1, 0)] {
		from, to := int(st.Pos().Line()), int(st.End().Line())
		if from < 1 || to > len(lines) || int(f.Stmts[i+1].Pos().Line()) <= to {
			continue
		}
		if opensSession(strings.Join(lines[from-1:to], "\n")) {
			return strings.Join(original[:to], "\n"), strings.TrimSpace(strings.Join(original[to:], "\n"))
		}
	}
	return text, ""
}
