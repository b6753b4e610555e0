package markdown

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"warroom/model"
	"warroom/runbooks"
)

// The documents in testdata are each in another style; what became of them is
// compared with what was reviewed once.
func TestGoldenImport(t *testing.T) {
	docs, err := filepath.Glob("testdata/*.md")
	if err != nil || len(docs) == 0 {
		t.Fatal(docs, err)
	}
	for _, path := range docs {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".md"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			r, err := Import(filepath.Base(path), data)
			if err != nil {
				t.Fatal(err)
			}
			out := encoded(t, r)
			var notes strings.Builder
			for _, n := range r.Notes {
				notes.WriteString("# " + n.String() + "\n")
			}
			golden.RequireEqual(t, append(out, notes.String()...))
			nothingLost(t, data, r)
		})
	}
}

func encoded(t *testing.T, r *Result) []byte {
	t.Helper()
	out, err := r.Book.Encode("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := runbooks.Parse("made.yaml", out); err != nil {
		t.Fatalf("the result is not read back: %v\n%s", err, out)
	}
	return out
}

var (
	squashRe = regexp.MustCompile(`[^\pL\pN]+`)
	valueRe  = regexp.MustCompile(`<[^<>\n]*>|\$\{?[A-Za-z_]\w*\}?|\{\{[^}]*\}\}|\{[a-z_-]+\}|\[[A-Z_ -]+\]|\bX{2,}\b|\bx{3,}\b`)
	leadRe   = regexp.MustCompile(`^\s*(?:[-*+]|\d+[.)]|#{1,6})\s+(?:\[[ xX]\]\s+)?`)
)

// nothingLost checks by another way than the importer's own that every line of a
// document is somewhere in what was made of it: the words between its values, in
// order.
func nothingLost(t *testing.T, doc []byte, r *Result) {
	t.Helper()
	var all strings.Builder
	runbooks.Walk(r.Book, func(_, field string, v reflect.Value) {
		if v.Kind() == reflect.String {
			all.WriteString(valueRe.ReplaceAllString(v.String(), " ") + "\n")
		}
	})
	hay := squashRe.ReplaceAllString(strings.ToLower(all.String()), "")
	front, fence := false, false
	for i, l := range strings.Split(strings.ReplaceAll(string(doc), "\r\n", "\n"), "\n") {
		if l == "---" && (i == 0 || front) {
			front = !front
			continue
		}
		if front {
			if title, ok := strings.CutPrefix(l, "title:"); ok {
				l = title
			} else {
				continue
			}
		}
		if t := strings.TrimLeft(l, " >"); strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~") {
			fence = !fence
			continue
		}
		if fence {
			if p := transcript(l); p != nil && p[0].command != "" {
				l = p[0].command
			}
		} else {
			if kind, named := kindOf(leadRe.ReplaceAllString(l, "")); named && kind != describe {
				continue // the phase says it
			}
			l = leadRe.ReplaceAllString(l, "")
		}
		for piece := range strings.SplitSeq(valueRe.ReplaceAllString(l, "\x00"), "\x00") {
			want := squashRe.ReplaceAllString(strings.ToLower(piece), "")
			if want != "" && !strings.Contains(hay, want) {
				t.Errorf("line %d is lost: %q", i+1, l)
				break
			}
		}
	}
}

func TestTranscript(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want []part
	}{
		"no prompt":        {"kubectl get pods", nil},
		"comment":          {"# look\nkubectl get pods", nil},
		"one":              {"$ uptime\nup 3 days", []part{{"uptime", "up 3 days"}}},
		"two":              {"$ a b\nx\n\ny\n$ c d", []part{{"a b", "x\n\ny"}, {"c d", ""}}},
		"backslash":        {"$ kubectl get pods \\\n    -A\nNAME", []part{{"kubectl get pods \\\n    -A", "NAME"}}},
		"second prompt":    {"$ kubectl get pods \\\n> -A\nNAME", []part{{"kubectl get pods \\\n-A", "NAME"}}},
		"open quote":       {"$ echo 'a\nb'\na\nb", []part{{"echo 'a\nb'", "a\nb"}}},
		"heredoc":          {"$ cat <<EOF\nhello\nEOF\nhello", []part{{"cat <<EOF\nhello\nEOF", "hello"}}},
		"user at host":     {"root@db-1:~# df -h\nFilesystem", []part{{"df -h", "Filesystem"}}},
		"brackets":         {"[ana@web ~]$ ls -l\ntotal 0", []part{{"ls -l", "total 0"}}},
		"inside a pod":     {"sh-4.4# ls /\nbin", []part{{"ls /", "bin"}}},
		"root prompt":      {"# systemctl status nginx\nactive", []part{{"systemctl status nginx", "active"}}},
		"output first":     {"Welcome\n$ uptime -p", []part{{"", "Welcome"}, {"uptime -p", ""}}},
		"comment in front": {"# how long\n$ uptime -p\nup", []part{{"# how long\nuptime -p", "up"}}},
		"virtual env":      {"(venv) $ python -V\nPython 3", []part{{"python -V", "Python 3"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := transcript(c.in); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestValues(t *testing.T) {
	for in, want := range map[string]string{
		"kubectl -n <ns> get pods":                                    "kubectl -n <ns> get pods",
		"kubectl -n <value of namespace label from alert> get":        "kubectl -n <namespace> get",
		"kubectl -n $NAMESPACE logs ${POD_NAME}":                      "kubectl -n <namespace> logs <pod-name>",
		"kubectl logs $pod":                                           "kubectl logs <pod>",
		`echo "$POD is down"`:                                         `echo "<pod> is down"`,
		"cat <in.txt >out.txt":                                        "cat <in.txt >out.txt",
		"diff <(a b) <(c d)":                                          "diff <(a b) <(c d)",
		"cat <<EOF\nx\nEOF":                                           "cat <<EOF\nx\nEOF",
		"for p in a b; do echo $p; done":                              "for p in a b; do echo $p; done",
		"X=1; echo $X":                                                "X=1; echo $X",
		"echo $HOME $? $1 $$":                                         "echo $HOME $? $1 $$",
		"awk '{print $1}' $FILE":                                      "awk '{print $1}' <file>",
		"echo ${A:-b} ${#C}":                                          "echo ${A:-b} ${#C}",
		"curl https://host/{service}/health":                          "curl https://host/<service>/health",
		"kubectl get po -o jsonpath='{.items}'":                       "kubectl get po -o jsonpath='{.items}'",
		"echo {a,b} ${c}":                                             "echo {a,b} <c>",
		"kubectl get pod [POD NAME]":                                  "kubectl get pod [POD NAME]",
		"kubectl get pod [POD_NAME]":                                  "kubectl get pod <pod-name>",
		"ls [A-Z]*":                                                   "ls [A-Z]*",
		"kill -9 XXXX":                                                "kill -9 <value>",
		"kubectl -n {{ $labels.namespace }} get":                      "kubectl -n <namespace> get",
		"oc get -o go-template='{{range .items}}x{{end}}'":            "oc get -o go-template='{{range .items}}x{{end}}'",
		"kubectl delete pod <pod-name> --force":                       "kubectl delete pod <pod-name> --force",
		"psql -h <host name (primary)>":                               "psql -h <host-name-primary>",
		"find . -exec grep x {} \\;":                                  "find . -exec grep x {} \\;",
		"systemctl restart <the name of the service to be restarted>": "systemctl restart <service-restarted>",
	} {
		t.Run(in, func(t *testing.T) {
			got, why := (&values{}).rewrite(in, 0)
			if why != "" || got != want {
				t.Errorf("got %q (%s), want %q", got, why, want)
			}
		})
	}
	for in, want := range map[string]string{
		"kubectl get ...":         "left out",
		"kubectl get pods – help": "cannot be seen",
		"echo “hello”":            "cannot be seen",
		"ls\u00a0-l":              "cannot be seen",
		"ls \x1b[31m":             "cannot be seen",
	} {
		if _, why := (&values{}).rewrite(in, 0); !strings.Contains(why, want) {
			t.Errorf("%q: %q, want %q", in, why, want)
		}
	}
}

func TestNotShell(t *testing.T) {
	for _, in := range []string{
		"sum(rate(http_requests_total[5m])) by (job)", `up{job="api"}`, `histogram_quantile(0.99, x)`, "SELECT * FROM t;", "select 1",
		"NAME    READY   STATUS\nweb     1/1     Running", "+----+----+\n| a  | b  |", " id | name\n----+------\n  1 | x", `{"a": 1}`, "apiVersion: v1\nkind: Pod",
	} {
		if notShell(in) == "" {
			t.Errorf("%q is taken for shell", in)
		}
	}
	for _, in := range []string{"kubectl get pods", "sum=1; echo $sum", "time ls", "df -h | sort", "for i in 1 2; do\n  echo $i\ndone"} {
		if why := notShell(in); why != "" {
			t.Errorf("%q is not taken for shell: %s", in, why)
		}
	}
}

func TestIsCommand(t *testing.T) {
	for in, want := range map[string]bool{
		"kubectl get pods": true, "sudo systemctl restart nginx": true, "sudo -u postgres psql -l": true, "./deploy.sh now": true, "/usr/bin/df -h": true, "PGHOST=a psql -l": true,
		"kubectl": false, "NotReady": false, "cluster_health": false, "the file": false, "go to the console": false, "make sure that it is on": false, "top of the page": false, "spec.replicas": false, "http://x/y": false, "": false,
	} {
		if got := isCommand(in); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestSessions(t *testing.T) {
	for in, want := range map[string]bool{
		"ssh db-1": true, "ssh db-1 uptime": false, "kubectl exec -it web -- bash": true, "kubectl exec web -- ls /": false, "oc debug node/a": true, "oc rsh web": true, "docker exec -ti a sh": true,
		"psql -h a": true, "psql -c 'select 1'": false, "sudo su": true, "kubectl get pods": false, "kubectl -n x exec -it y -- ls": false,
	} {
		if got := opensSession(in); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":           {nil, "nothing to follow"},
		"only a title":    {[]byte("---\ntitle: x\n---\n"), "nothing to follow"},
		"not UTF-8":       {[]byte("# \xff"), "not UTF-8"},
		"too large":       {make([]byte, MaxBytes+1), "too large"},
		"only front part": {[]byte("---\n---\n"), "nothing to follow"},
	} {
		if _, err := Import("a.md", c.data); err == nil || !strings.Contains(err.Error(), c.want) || model.CodeOf(err) != model.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTitleAndTrigger(t *testing.T) {
	for name, c := range map[string]struct{ file, doc, title, id, alert string }{
		"front matter wins": {"a/KubePodDown.md", "---\ntitle: Pod down\n---\n# KubePodDown\ntext\n", "Pod down", "kube-pod-down", "KubePodDown"},
		"toml":              {"a.md", "+++\ntitle = \"From toml\"\n+++\ntext\n", "From toml", "book-a", ""},
		"heading":           {"x/y.md", "# Disk is full\n\ntext\n", "Disk is full", "book-y", ""},
		"file name":         {"x/fix_the_disk.md", "text\n", "fix_the_disk", "fix-the-disk", ""},
		"index":             {"x/etcd/_index.md", "text\n", "etcd", "etcd-index", ""},
		"no suffix":         {"x/PrometheusSyncFailed", "## Meaning\n\ntext\n", "PrometheusSyncFailed", "prometheus-sync-failed", "PrometheusSyncFailed"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Import(c.file, []byte(c.doc))
			if err != nil {
				t.Fatal(err)
			}
			alert := ""
			if len(r.Book.Triggers) > 0 {
				alert = r.Book.Triggers[0].Alert
			}
			if r.Book.Title != c.title || r.Book.ID != c.id || alert != c.alert {
				t.Errorf("%q %q %q", r.Book.Title, r.Book.ID, alert)
			}
			encoded(t, r)
		})
	}
}

func TestTreeIDsDiffer(t *testing.T) {
	dir := t.TempDir()
	for _, p := range []string{"a/HighLoad.md", "b/HighLoad.md", "HighLoad.md", "notes.txt", "LICENSE", "b/NoSuffix"} {
		text := "# x\n\nLook.\n"
		if p == "LICENSE" {
			text = "Licence text\n"
		}
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(p)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, p), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	all, err := Tree(dir)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, it := range all {
		if it.Err != nil {
			t.Error(it.Err)
			continue
		}
		ids = append(ids, it.Result.Book.ID)
	}
	slices.Sort(ids)
	if want := []string{"a-high-load", "b-high-load", "high-load", "no-suffix"}; !slices.Equal(ids, want) {
		t.Errorf("%v, want %v", ids, want)
	}
}

// Whatever the document, the importer ends with a sentence or with a runbook that
// is written and read back the same.
func FuzzImport(f *testing.F) {
	docs, _ := filepath.Glob("testdata/*.md")
	for _, d := range docs {
		data, _ := os.ReadFile(d)
		f.Add(data)
	}
	for _, s := range []string{"", "# a\n```sh\n$ x <y z>\n```", "- `kubectl get <a>`\n", "---\ntitle: [\n---\nx", "> ```\n> x\n> ```", "```", "1.\n\n\n-\n", "<details>\n\n```\nls -l\n", "|a|\n|-|\n|`df -h`|", "[1]: x\n\n[1]", "#\n##\n#"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Import("fuzz/Doc.md", data)
		if err != nil {
			return
		}
		out, err := r.Book.Encode("x")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := runbooks.Parse("made.yaml", out); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	})
}
