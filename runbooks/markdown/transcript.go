package markdown

import (
	"regexp"
	"slices"
	"strings"
)

// part is a command and what the author saw after it.
type part struct{ command, output string }

var (
	promptRe = regexp.MustCompile(`^\s*(?:\([^)\s]{1,40}\)\s*)?(?:` +
		`[$%]|` + // $ command
		`(?:sh|bash|ash|zsh)-\d[\d.]*[$#]|` + // sh-4.4#
		`\[?[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+(?:[: ][^\]$#]{0,60})?\]?\s?[$#%]|` + // user@host:~$
		`[A-Za-z0-9_.-]+:[~/][^\s$#]*[$#]` + // host:~#
		`)\s+(\S.*)$`)
	whereRe = regexp.MustCompile(`(?m)^\s*\[?([A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+)[^\]$#\n]{0,60}\]?\s?[$#%]\s`)
	rootRe  = regexp.MustCompile(`^#\s(\S.*)$`)
	moreRe  = regexp.MustCompile(`^\s*>\s?(.*)$`)
	sqlRe   = regexp.MustCompile(`(?is)^\s*(?:select|insert\s+into|update\s+\S+\s+set|delete\s+from|alter\s+(?:table|system|role|user|database)|create\s+(?:table|index|unique|role|user|database|extension)|drop\s+(?:table|index|database)|with\s+\w+\s+as|vacuum|explain|show\s+\w+|grant|revoke|truncate|reindex|analyze)\b`)
	promRe  = regexp.MustCompile(`(?s)^\s*(?:(?:sum|avg|max|min|count|topk|bottomk|rate|irate|increase|histogram_quantile|absent|absent_over_time|label_replace|predict_linear|quantile|stddev|changes|delta|deriv|time|vector|sort|sort_desc|avg_over_time|max_over_time|min_over_time)\s*(?:by\s*\([^)]*\)\s*|without\s*\([^)]*\)\s*)?\(|[a-zA-Z_:][a-zA-Z0-9_:]*\s*\{[^}]*(?:=|!)[~=]?\s*["'])`)
	metaRe  = regexp.MustCompile(`(?m)^(?:[A-Z][A-Z0-9()/_-]+\s{2,}){1,}[A-Z][A-Z0-9()/_-]+\s*$`)
	frameRe = regexp.MustCompile(`(?m)^\s*(?:\+[-+=]{3,}\+?|\|.*\|\s*$|[-=]{3,}[-+ ]*[-=]{3,}\s*$|\(\d+ rows?\)\s*$)`)
)

// transcript splits a block in which commands stand behind a prompt, each followed
// by its output; nil if there is no prompt. Prompt lines are commands with the
// lines that continue them, and all else is output.
func transcript(body string) []part {
	lines := strings.Split(body, "\n")
	prompted := func(l string) (string, bool) {
		if m := promptRe.FindStringSubmatch(l); m != nil {
			return m[1], true
		}
		return "", false
	}
	root := false
	if !slices.ContainsFunc(lines, func(l string) bool { _, ok := prompted(l); return ok }) {
		// # is a prompt only where a known command follows it; else it begins a
		// comment.
		root = len(lines) > 0 && slices.ContainsFunc(lines, func(l string) bool {
			m := rootRe.FindStringSubmatch(l)
			return m != nil && isCommand(m[1])
		}) && !slices.ContainsFunc(lines, isCommand)
		if !root {
			return nil
		}
		prompted = func(l string) (string, bool) {
			if m := rootRe.FindStringSubmatch(l); m != nil && isCommand(m[1]) {
				return m[1], true
			}
			return "", false
		}
	}
	var out []part
	cur := part{}
	have := false
	for i := 0; i < len(lines); i++ {
		cmd, ok := prompted(lines[i])
		if !ok {
			if strings.HasPrefix(strings.TrimSpace(lines[i]), "#") && strings.TrimSpace(cur.output) == "" && next(lines[i:], prompted) {
				// A comment right in front of a command belongs to it.
				if have {
					out = append(out, cur)
				}
				cur, have = part{command: strings.TrimSpace(lines[i])}, true
				continue
			}
			if cur.output != "" || strings.TrimSpace(lines[i]) != "" {
				cur.output += lines[i] + "\n"
				have = true
			}
			continue
		}
		if have && !(comments(cur.command) && cur.output == "" && cur.command != "") {
			out = append(out, cur)
			cur = part{}
		} else if cur.command != "" {
			cmd = cur.command + "\n" + cmd
		}
		cur, have = part{command: cmd}, true
		// Lines that continue it: after a backslash, or behind a second prompt,
		// or until quotes are closed.
		for i+1 < len(lines) {
			nextLine := lines[i+1]
			if _, isPrompt := prompted(nextLine); isPrompt {
				break
			}
			switch {
			case strings.HasSuffix(strings.TrimRight(cur.command, " "), `\`):
				if m := moreRe.FindStringSubmatch(nextLine); m != nil {
					nextLine = m[1]
				}
			case !parses(cur.command) && open(cur.command, lines[i+1:], prompted):
				if m := moreRe.FindStringSubmatch(nextLine); m != nil {
					nextLine = m[1]
				}
			default:
				nextLine = ""
			}
			if nextLine == "" && lines[i+1] != "" && !strings.HasSuffix(strings.TrimRight(cur.command, " "), `\`) {
				break
			}
			if nextLine == "" && lines[i+1] == "" {
				break
			}
			cur.command += "\n" + nextLine
			i++
		}
	}
	if have {
		out = append(out, cur)
	}
	for i := range out {
		out[i].output = strings.Trim(out[i].output, "\n")
	}
	return out
}

// next reports whether the next line that is no comment is behind a prompt.
func next(lines []string, prompted func(string) (string, bool)) bool {
	for _, l := range lines {
		if strings.HasPrefix(strings.TrimSpace(l), "#") {
			continue
		}
		_, ok := prompted(l)
		return ok
	}
	return false
}

// open reports whether the lines that follow complete a command that cannot be read
// by itself, such as one with an open quote.
func open(cmd string, lines []string, prompted func(string) (string, bool)) bool {
	for i, l := range lines {
		if _, ok := prompted(l); ok || i == maxMore {
			return false
		}
		if m := moreRe.FindStringSubmatch(l); m != nil {
			l = m[1]
		}
		cmd += "\n" + l
		if parses(cmd) {
			return true
		}
	}
	return false
}
