package shell

import (
	"slices"
	"strings"
)

// lookers are the programs that only look, unless writers says otherwise of how
// they are called.
var lookers = []string{"echo", "printf", "cat", "head", "tail", "grep", "egrep", "sort", "uniq", "wc", "cut", "tr", "ls", "df", "du", "free", "uptime", "ps", "top", "date",
	"dig", "nslookup", "host", "ping", "ss", "netstat", "lsof", "iostat", "vmstat", "mpstat", "sar", "journalctl", "dmesg", "id", "whoami", "hostname", "uname", "stat", "file",
	"true", "false", "test", "[", "sleep", "column", "jq", "who", "w", "getent", "openssl", "pgrep", "nproc", "env", "pwd", "basename", "dirname", "seq", "diff", "cmp", "od", "xxd"}

// writer is how a program that otherwise looks is told to change something.
type writer struct {
	letters string   // its short options that do, which may stand together
	short   []string // one that does, with its value perhaps right behind it
	long    []string
	operand int      // the one from which on something is written or set, from 1; 0: none
	time    bool     // an operand that is a time is a new setting
	looks   []string // the only first words with which it looks; nil: it looks with any
}

var writers = map[string]writer{
	"date":       {short: []string{"-s"}, long: []string{"--set"}, time: true}, // its other short options have words behind them
	"dmesg":      {letters: "CcnDE", long: []string{"--clear", "--read-clear", "--console-level", "--console-off", "--console-on"}},
	"file":       {letters: "C", long: []string{"--compile"}},
	"git":        {long: []string{"--output"}},
	"hostname":   {letters: "Fb", long: []string{"--file", "--boot"}, operand: 1},
	"journalctl": {long: []string{"--vacuum-size", "--vacuum-time", "--vacuum-files", "--rotate", "--flush", "--sync", "--relinquish-var", "--smart-relinquish-var", "--setup-keys", "--update-catalog"}},
	"kubectl":    {long: []string{"--output-directory"}},
	"openssl": {long: []string{"-out", "-keyout", "-CAcreateserial", "-sess_out", "-keylogfile", "-writerand"},
		looks: []string{"s_client", "x509", "version", "verify", "crl", "asn1parse", "ciphers", "ocsp"}}, // most of what it does makes something
	"sar":  {letters: "o"},
	"sort": {letters: "o", long: []string{"--output"}},
	"ss":   {letters: "K", long: []string{"--kill"}},
	"uniq": {operand: 2},
	"xxd":  {letters: "r", long: []string{"-revert"}, operand: 2},
}

// writes reports whether a program that otherwise looks is called so that it may
// change something.
func writes(name string, args []word) bool {
	wr := writers[name]
	if wr.looks != nil && (len(args) == 0 || !slices.Contains(wr.looks, args[0].text)) {
		return true
	}
	operands := 0
	for _, a := range args {
		if !a.static || !a.option() {
			if operands++; operands == wr.operand || wr.time && a.static && isTime(a.text) {
				return true
			}
			continue
		}
		if wr.option(a.text) {
			return true
		}
	}
	return false
}

// option reports whether an option makes the program change something.
func (wr writer) option(text string) bool {
	return slices.ContainsFunc(wr.long, func(l string) bool { return text == l || strings.HasPrefix(text, l+"=") }) ||
		slices.ContainsFunc(wr.short, func(s string) bool { return strings.HasPrefix(text, s) }) ||
		!strings.HasPrefix(text, "--") && strings.ContainsAny(text, wr.letters)
}

// isTime reports whether text can be a time to set: eight digits or more, with
// seconds behind a dot.
func isTime(text string) bool {
	return len(text) >= 8 && strings.Trim(text, "0123456789.") == ""
}
