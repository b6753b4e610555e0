package main

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"
)

// The scripts in testdata run the real program. Each reads as a description of
// one part of the command line; the commands below are what they need besides
// those of testscript.
func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"warroom": main}) }

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("WARROOM_DB", filepath.Join(e.WorkDir, "war.db"))
			e.Setenv("WARROOM_USER", "ana")
			e.Setenv("TZ", "UTC")
			e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, "config"))
			e.Setenv("XDG_DATA_HOME", filepath.Join(e.WorkDir, "data"))
			e.Setenv("TERM", "xterm-256color")
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return runtime.GOOS != "windows" && os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "capture": capture, "json": jsonOne, "jsonl": jsonLines,
			"clean": clean, "raw": raw, "outside": outside, "fill": fill, "await": await, "tamper": tamper,
		},
	})
}

// exits CODE PROGRAM ARGS… runs a program that must end with that status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		failed, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// capture NAME FILE PATTERN puts what the pattern's group matched into the
// environment.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: capture NAME FILE PATTERN")
	}
	m := regexp.MustCompile(`(?m)` + args[2]).FindStringSubmatch(ts.ReadFile(args[1]))
	if len(m) != 2 {
		ts.Fatalf("%s: no match for %s with one group", args[1], args[2])
	}
	ts.Setenv(args[0], m[1])
}

// json FILE PATH VALUE checks a field of the one document that FILE holds. PATH
// is names and indexes with dots, len the length of a list, . the document; VALUE
// is a pattern for the whole field.
func jsonOne(ts *testscript.TestScript, neg bool, args []string) {
	docs := parse(ts, args)
	if len(docs) != 1 {
		ts.Fatalf("%d lines of JSON, want one document", len(docs))
	}
	field(ts, neg, docs[0], args)
}

// jsonl is json for a stream: the documents, one a line, as a list.
func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	field(ts, neg, parse(ts, args), args)
}

func parse(ts *testscript.TestScript, args []string) []any {
	if len(args) != 3 {
		ts.Fatalf("usage: json|jsonl FILE PATH VALUE")
	}
	docs := []any{}
	sc := bufio.NewScanner(strings.NewReader(ts.ReadFile(args[0])))
	sc.Buffer(nil, 64<<20)
	for sc.Scan() {
		dec := json.NewDecoder(strings.NewReader(sc.Text()))
		dec.UseNumber()
		var v any
		if err := dec.Decode(&v); err != nil {
			ts.Fatalf("%s: %v in %q", args[0], err, sc.Text())
		}
		docs = append(docs, v)
	}
	ts.Check(sc.Err())
	return docs
}

func field(ts *testscript.TestScript, neg bool, v any, args []string) {
	path, want := args[1], args[2]
	for name := range strings.SplitSeq(path, ".") {
		if name == "" {
			continue
		}
		switch x := v.(type) {
		case map[string]any:
			f, ok := x[name]
			if !ok && !neg {
				ts.Fatalf("no field %s of %s", name, path)
			}
			v = f
		case []any:
			if name == "len" {
				v = len(x)
				continue
			}
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(x) {
				ts.Fatalf("no element %s of %s: there are %d", name, path, len(x))
			}
			v = x[i]
		default:
			ts.Fatalf("%s of %s is in no object or list", name, path)
		}
	}
	got, ok := v.(string)
	if !ok {
		b, err := json.Marshal(v)
		ts.Check(err)
		got = string(b)
	}
	if regexp.MustCompile(`(?s)^(?:`+want+`)$`).MatchString(got) == neg {
		ts.Fatalf("%s is %q, want%s %q", path, got, map[bool]string{true: " not"}[neg], want)
	}
}

// clean FILE… checks that a terminal obeys nothing in the files: no control
// character but the line end, no mark of direction, nothing invisible, no byte
// that is not UTF-8.
func clean(ts *testscript.TestScript, neg bool, args []string) {
	for _, file := range args {
		s := ts.ReadFile(file)
		for i := 0; i < len(s); {
			r, n := utf8.DecodeRuneInString(s[i:])
			bad := r == utf8.RuneError && n == 1 || r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
			if bad {
				if neg {
					return
				}
				ts.Fatalf("%s: %q at byte %d in %q", file, s[i:i+n], i, s[max(0, i-20):min(len(s), i+20)])
			}
			i += n
		}
	}
	if neg {
		ts.Fatalf("nothing in %v that a terminal obeys", args)
	}
}

// raw FILE TEXT writes bytes, given with the escapes of a Go string.
func raw(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: raw FILE TEXT")
	}
	s, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(s), 0o600))
}

// fill FILE BEFORE N AFTER writes N letters between two lines.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: fill FILE BEFORE N AFTER")
	}
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(args[1]+"\n"+strings.Repeat("x", n)+"\n"+args[3]+"\n"), 0o600))
}

// await FILE PATTERN waits until the file that a running program writes matches.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await FILE PATTERN")
	}
	re := regexp.MustCompile(`(?m)` + args[1])
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		b, _ := os.ReadFile(ts.MkAbs(args[0]))
		if re.Match(b) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("%s does not match %s after 20 s:\n%s", args[0], args[1], b)
		}
	}
}

// tamper FILE STATEMENT changes a record behind the program's back, as somebody
// would who wants another history.
func tamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tamper FILE STATEMENT")
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: ts.MkAbs(args[0])}).String())
	ts.Check(err)
	defer db.Close()
	rows, err := db.Query(`SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'event'`)
	ts.Check(err)
	var names []string
	for rows.Next() {
		var n string
		ts.Check(rows.Scan(&n))
		names = append(names, n)
	}
	ts.Check(rows.Err())
	rows.Close()
	for _, n := range names {
		_, err := db.Exec(`DROP TRIGGER "` + n + `"`)
		ts.Check(err)
	}
	_, err = db.Exec(args[1])
	ts.Check(err)
}
