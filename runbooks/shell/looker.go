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

// writer is how a program that otherwise looks is told to change something: by
// letters of its short options, by its long ones, or by more operands than so many.
type writer struct {
	letters  string
	long     []string
	operands int // more than these: a file that is written, or a new setting; 0: any number looks
}

var writers = map[string]writer{
	"date":       {long: []string{"--set", "-s"}}, // its short options have words behind them
	"dmesg":      {letters: "CcnDE", long: []string{"--clear", "--read-clear", "--console-level", "--console-off", "--console-on"}},
	"file":       {letters: "C", long: []string{"--compile"}},
	"git":        {long: []string{"--output"}},
	"hostname":   {letters: "Fb", long: []string{"--file", "--boot"}},
	"journalctl": {long: []string{"--vacuum-size", "--vacuum-time", "--vacuum-files", "--rotate", "--flush", "--sync", "--relinquish-var", "--smart-relinquish-var", "--setup-keys", "--update-catalog"}},
	"kubectl":    {long: []string{"--output-directory"}},
	"openssl":    {long: []string{"-out", "-keyout", "-CAcreateserial", "-sess_out", "-keylogfile", "-writerand"}},
	"sar":        {letters: "o"},
	"sort":       {letters: "o", long: []string{"--output"}},
	"ss":         {letters: "K", long: []string{"--kill"}},
	"uniq":       {operands: 1},
	"xxd":        {letters: "r", long: []string{"-revert"}, operands: 1},
}

// writes reports whether a program that otherwise looks is called so that it may
// change something.
func writes(name string, args []word) bool {
	wr := writers[name]
	operands := 0
	for _, a := range args {
		switch {
		case !a.static || !a.option():
			operands++
			if name == "date" && !strings.HasPrefix(a.text, "+") && a.static && len(a.text) >= 8 && strings.Trim(a.text, "0123456789.") == "" {
				return true // the time that it is to be
			}
		case slices.ContainsFunc(wr.long, func(l string) bool {
			return a.text == l || strings.HasPrefix(a.text, l+"=") || l == "-s" && strings.HasPrefix(a.text, l)
		}):
			return true
		case !strings.HasPrefix(a.text, "--") && strings.ContainsAny(a.text, wr.letters) && wr.letters != "":
			return true
		}
	}
	switch name {
	case "openssl": // most of what it does makes something
		return len(args) == 0 || !slices.Contains([]string{"s_client", "x509", "version", "verify", "crl", "asn1parse", "ciphers", "ocsp"}, args[0].text)
	case "hostname":
		return operands > 0
	}
	return wr.operands > 0 && operands > wr.operands
}
