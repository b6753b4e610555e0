package shell

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// hostile are values that run the attacker's command, or pass something else,
// wherever a value is pasted into the text of a command.
var hostile = []string{
	`a; touch PWN`, `$(touch PWN)`, "`touch PWN`", `a && touch PWN`, `a | touch PWN`,
	`"; touch PWN; "`, `'; touch PWN; '`, `a' $(touch PWN) '`, `a" $(touch PWN) "`, `${PATH}`,
	`a>PWN`, "a\ntouch PWN\n", `*`, `~`, `a b  c`,
	`\`, `!touch PWN`, `a\"; touch PWN; \"`, `{a,$(touch PWN)}`, `a[$(touch PWN)]`,
}

// benign are places where a value can stand safely, each with what it prints for v.
var benign = []struct {
	name, text string
	want       func(v string) string
}{
	{"bare word", `printf '%s' <v>`, same},
	{"double quotes", `printf '%s' "<v>"`, same},
	{"single quotes", `printf '%s' '<v>'`, same},
	{"inside a word", `printf '%s' deployment/<v>`, func(v string) string { return "deployment/" + v }},
	{"inside double quotes", `printf '%s' "pre <v> post"`, func(v string) string { return "pre " + v + " post" }},
	{"inside single quotes", `printf '%s' '{"name":"<v>"}'`, func(v string) string { return `{"name":"` + v + `"}` }},
	{"option with value", `printf '%s' --name=<v>`, func(v string) string { return "--name=" + v }},
	{"substitution", `printf '%s' "$(printf '%s.' <v>)"`, func(v string) string { return v + "." }},
	{"variable", `x=<v>; printf '%s' "$x"`, same},
	{"heredoc", "cat <<END\n<v>\nEND\n", func(v string) string { return v + "\n" }},
	{"here-string", `cat <<<"<v>"`, func(v string) string { return v + "\n" }},
	{"pipe", `printf '%s' <v> | cat`, same},
}

func same(v string) string { return v }

// run runs a command as it would be run, in a fresh folder, and tells what it
// printed and which files it made.
func run(t testing.TB, argv, env []string) (string, []string) {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	out, _ := cmd.Output()
	var files []string
	found, _ := os.ReadDir(dir)
	for _, f := range found {
		files = append(files, f.Name())
	}
	return string(out), files
}

func mustCompile(t testing.TB, text string, params ...Param) *Command {
	t.Helper()
	c, problems := Compile(text, Bash, params)
	if c == nil {
		t.Fatalf("%s: %v", text, problems)
	}
	return c
}

// The matrix: every template with every value passes the value exactly and runs
// nothing else.
func TestR02InjectionMatrix(t *testing.T) {
	if len(benign) != 12 || len(hostile) != 20 {
		t.Fatalf("the matrix is %d × %d", len(benign), len(hostile))
	}
	for _, b := range benign {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			c := mustCompile(t, b.text, Param{Name: "v", Pattern: `(?s).*`})
			for _, v := range hostile {
				env, err := c.Env(map[string]string{"v": v})
				if err != nil {
					t.Fatal(err)
				}
				out, files := run(t, Bash.Argv(c.Text), env)
				if len(files) > 0 {
					t.Errorf("%q made %v", v, files)
				}
				if out != b.want(v) {
					t.Errorf("%q came out as %q", v, out)
				}
			}
		})
	}
}

// The same values pasted into the text do run: the matrix can fail.
func TestR02PastingWouldRun(t *testing.T) {
	pwned := 0
	for _, v := range hostile {
		if _, files := run(t, Bash.Argv(strings.ReplaceAll(benign[0].text, "<v>", v)), nil); slices.Contains(files, "PWN") {
			pwned++
		}
	}
	if pwned < 5 {
		t.Errorf("only %d values are hostile when they are pasted", pwned)
	}
}

func TestR02Binding(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`echo <v>`, `echo "${WR_V}"`},
		{`echo "<v>"`, `echo "${WR_V}"`},
		{`echo 'a <v>'`, `echo 'a '"${WR_V}"''`},
		{`kubectl scale deployment <v> --replicas=<n-2>`, `kubectl scale deployment "${WR_V}" --replicas="${WR_N_2}"`},
		{"cat <<X\n<v>\nX", "cat <<X\n${WR_V}\nX"},
		{`cat <(echo <v>)`, `cat <(echo "${WR_V}")`},
		{`# about <v>` + "\necho 1", `# about <v>` + "\necho 1"},
		{`echo \<v\>`, `echo \<v\>`},
		{`[[ $x == <v> ]]`, `[[ $x == "${WR_V}" ]]`},
		{`for i in <v> b; do echo "$i"; done`, `for i in "${WR_V}" b; do echo "$i"; done`},
		{`case <v> in a) ;; esac`, `case "${WR_V}" in a) ;; esac`},
		{`kubectl get pod <v> -o jsonpath='{.items[?(@.name=="<v>")]}'`, `kubectl get pod "${WR_V}" -o jsonpath='{.items[?(@.name=="'"${WR_V}"'")]}'`},
	} {
		got := mustCompile(t, c.in, Param{Name: "v"}, Param{Name: "n-2"})
		if got.Text != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.in, got.Text, c.want)
		}
	}
}

func FuzzR02AnyValue(f *testing.F) {
	for _, v := range hostile {
		f.Add(v)
	}
	f.Add("\x01\xff")
	cs := []*Command{}
	for _, b := range benign {
		if !strings.Contains(b.text, "$(") && !strings.Contains(b.text, "cat <<") {
			cs = append(cs, mustCompile(f, strings.ReplaceAll(b.text, "'%s' deployment/", "'%s' "), Param{Name: "v", Pattern: "(?s).*"}))
		}
	}
	f.Fuzz(func(t *testing.T, v string) {
		if v == "" || strings.ContainsRune(v, 0) {
			t.Skip("no value of an environment variable")
		}
		c := cs[len(v)%len(cs)]
		env, err := c.Env(map[string]string{"v": v})
		if err != nil {
			t.Fatal(err)
		}
		out, files := run(t, Bash.Argv(c.Text), env)
		if len(files) > 0 || !strings.Contains(out, v) {
			t.Errorf("%q came out as %q, made %v by %s", v, out, files, c.Text)
		}
	})
}

// Places that are code are refused, and compile with a pattern that lets only
// harmless values through.
func TestR03UnsafePlaces(t *testing.T) {
	for _, c := range []struct {
		text    string
		pattern string // with which it compiles; "" for never
		col     int    // of the problem; 0: not looked at
	}{
		{`bash -c 'echo <v>'`, `^[a-z0-9-]+$`, 15},
		{`sh -c "echo <v>"`, `^[a-z0-9-]+$`, 13},
		{`sudo bash -lc "echo <v>"`, `^[a-z]+$`, 0},
		{`env A=1 sh -c "echo <v>"`, `^[a-z]+$`, 0},
		{`/bin/sh -c "echo <v>"`, `^[a-z]+$`, 0},
		{`s"h" -c "echo <v>"`, `^[a-z]+$`, 0},
		{`eval "echo <v>"`, `^[a-z]+$`, 12},
		{`echo x | xargs sh -c "echo <v>"`, `^[a-z]+$`, 0},
		{`echo <v> | xargs sh -c 'echo "$0"'`, `^[a-z]+$`, 0},
		{`find . -exec sh -c "echo <v>" \;`, `^[a-z]+$`, 0},
		{`awk '/<v>/ {print}'`, `^[a-z]+$`, 7},
		{`awk -v x=<v> '{print x}'`, `^[a-z]+$`, 0},
		{`sed -e 's/a/<v>/'`, `^[a-z]+$`, 0},
		{`sed 's/a/<v>/' f`, `^[a-z]+$`, 0},
		{`perl -e 'print "<v>"'`, `^[a-z]+$`, 0},
		{`perl -ne 'print' <v>`, `^[a-z]+$`, 0},
		{`ruby -e 'puts "<v>"'`, `^[a-z]+$`, 0},
		{`node -e 'console.log("<v>")'`, `^[a-z]+$`, 0},
		{`zsh -c "echo <v>"`, `^[a-z]+$`, 0},
		{`mysql -e "select '<v>'"`, `^[a-z]+$`, 0},
		{`echo <v> | xargs awk`, `^[a-z]+$`, 0},
		{`echo <v> | xargs $RUN`, `^[a-z]+$`, 0},
		{`python3 -c "print('<v>')"`, `^[a-z]+$`, 0},
		{`psql -c "select '<v>'"`, `^[a-z]+$`, 0},
		{`ssh web1 "systemctl restart <v>"`, `^[a-z]+$`, 0},
		{`ssh web1 systemctl restart <v>`, `^[a-z]+$`, 0},
		{`ssh -o ProxyCommand=<v> web1`, `^[a-z]+$`, 0},
		{`kubectl exec pod -- sh -c "echo <v>"`, `^[a-z]+$`, 0},
		{`docker exec c python -c "<v>"`, `^[a-z]+$`, 0},
		{`echo $((<v>+1))`, `^[0-9]+$`, 9},
		{`((x=<v>))`, `^[0-9]+$`, 0},
		{`[[ <v> -eq 1 ]]`, `^[0-9]+$`, 4},
		{`let x=<v>`, `^[0-9]+$`, 0},
		{`declare -i x=<v>`, `^[0-9]+$`, 0},
		{`echo <v> | sh`, `^[a-z]+$`, 0},
		{"bash <<X\necho <v>\nX", `^[a-z]+$`, 0},
		{`bash <<<"echo <v>"`, `^[a-z]+$`, 0},
		{`source <(echo <v>)`, `^[a-z]+$`, 0},
		{`trap 'echo <v>' EXIT`, `^[a-z]+$`, 0},
		{`unset <v>`, `^[a-z]+$`, 0},
		{`printf -v <v> x`, `^[a-z]+$`, 0},
		{`test -v <v>`, `^[a-z]+$`, 0},
		{`watch echo <v>`, `^[a-z]+$`, 0},
		{`$RUN echo <v>`, `^[a-z]+$`, 0},
		{`x=<v>; echo $((x+1))`, `^[0-9]+$`, 0},
		{`x=<v>; eval "$x"`, `^[0-9]+$`, 0},
		{`f() { sh -c "$1"; }; f <v>`, `^[0-9]+$`, 0},
		{`read x <<<"<v>"; [[ $x -eq 1 ]]`, `^[0-9]+$`, 0},
		{`for i in <v>; do bash -c "$i"; done`, `^[0-9]+$`, 0},
		{`<v> --version`, ``, 1},
		{`sudo <v>`, ``, 0},
		{`echo hi > <v>`, ``, 11},
		{`cat < <v>`, ``, 0},
		{"cat <<'X'\n<v>\nX", ``, 1},
		{"cat <<\\X\n<v>\nX", ``, 1},
		{`echo $'<v>'`, ``, 0},
		{`echo $"<v>"`, ``, 0},
		{`echo $<v>`, ``, 0},
		{"echo `echo <v>`", ``, 0},
		{`echo ${x:-<v>}`, ``, 0},
		{`PATH=<v> ls`, ``, 0},
		{`LD_PRELOAD=<v> ls`, ``, 0},
		{`PS4=<v>; set -x; ls`, ``, 0},
		{`a[<v>]=1`, ``, 0},
	} {
		got, problems := Compile(c.text, Bash, []Param{{Name: "v"}})
		if got != nil {
			t.Errorf("%s compiles to %s", c.text, got.Text)
			continue
		}
		i := slices.IndexFunc(problems, func(p Problem) bool { return !p.Warning })
		if p := problems[i]; p.Rule != "unsafe-place" || c.col > 0 && p.Col != c.col || p.Line < 1 || !strings.Contains(p.Message, "<v>") {
			t.Errorf("%s: %v", c.text, problems)
		}
		if c.pattern != "" {
			if got, problems = Compile(c.text, Bash, []Param{{Name: "v", Pattern: c.pattern}}); got == nil {
				t.Errorf("%s with %s: %v", c.text, c.pattern, problems)
			}
		}
		for _, loose := range []string{`^.*$`, `[a-z]+`, `^[a-z]+`, `^a$|b`, `^[a-z;]+$`, `(?m)^[0-9]+$`, `^[^;]+$`, `^\S+$`, `[a-z]+$`, `^[a-z\x{100}-\x{2000}]+$`, `^[0-9(-)]+$`, `(?i)^k+$`, `[0-9]+$`, `^[a-\x{ffff}]+$`} {
			if got, _ := Compile(c.text, Bash, []Param{{Name: "v", Pattern: loose}}); got != nil {
				t.Errorf("%s compiles with the pattern %s", c.text, loose)
			}
		}
	}
}

// What looks dangerous and is not stays possible.
func TestR03SafeNeighbours(t *testing.T) {
	for _, text := range []string{
		`kubectl get pods -n <v> | awk '{print $1}'`,
		`kubectl get pods -n <v> | sort | head -1 | xargs -n1 echo`,
		`kubectl exec <v> -- sh -c 'cat /proc/loadavg'`,
		`kubectl describe node <v>`,
		`ssh <v> uptime`, `ssh -p 22 admin@<v> uptime`,
		`python3 check.py <v>`, `bash check.sh <v>`,
		`sed -n '1,10p' <v>`, `awk '{print $1}' <v>`,
		`jq --arg x <v> '.a == $x' file`,
		`psql -h <v> -U app -c 'select 1'`,
		`x=<v>; kubectl get ns "$x"`,
		`export X=<v>`,
		`sudo systemctl restart <v>`, `timeout 5 ping -c1 <v>`,
		`[ <v> = a ] && echo yes`,
		`curl -s http://<v>/healthz | grep -q ok`,
	} {
		if c, problems := Compile(text, Bash, []Param{{Name: "v"}}); c == nil {
			t.Errorf("%s: %v", text, problems)
		}
	}
}

func TestR04OnlyDeclaredNames(t *testing.T) {
	for _, text := range []string{"cat <file.txt >out.txt", "sort <in.txt>out.txt", "diff <(ls a) <(ls b)", "cat <<END\nx\nEND", "cat < in >out", "tr a b <in"} {
		c, problems := Compile(text, Bash, []Param{{Name: "v"}, {Name: "in"}, {Name: "file"}})
		if c == nil || c.Text != text || len(c.Params) > 0 || len(problems) > 0 {
			t.Errorf("%s: %v %v", text, c, problems)
		}
	}
	c, problems := Compile("kubectl delete pod <pod-name> --force", Bash, []Param{{Name: "v"}})
	if c == nil || c.Text != "kubectl delete pod <pod-name> --force" || len(c.Params) > 0 || len(problems) != 1 || problems[0].Rule != "no-parameter" || !problems[0].Warning || problems[0].Col != 20 {
		t.Errorf("%v %v", c, problems)
	}
}

func TestR05UnfilledStartsNothing(t *testing.T) {
	c := mustCompile(t, "kubectl delete pod <pod-name> --force", Param{Name: "pod-name"})
	for _, values := range []map[string]string{nil, {"pod-name": ""}, {"other": "x"}} {
		if env, err := c.Env(values); err == nil || !strings.Contains(err.Error(), "<pod-name>") || env != nil {
			t.Errorf("%v: %v %v", values, env, err)
		}
	}
	a, _ := CompileArgv([]string{"kubectl", "delete", "pod", "<pod-name>"}, []Param{{Name: "pod-name"}})
	if argv, err := a.Fill(nil); err == nil || argv != nil {
		t.Errorf("%v %v", argv, err)
	}
	// What the shell would have made of it: a file called --force.
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pod-name"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", "-c", "cat pod <pod-name> --force")
	cmd.Dir = dir
	_ = cmd.Run()
	if _, err := os.Stat(filepath.Join(dir, "--force")); err != nil {
		t.Errorf("the trap is none: %v", err)
	}
}

func TestR07ShownAsItBinds(t *testing.T) {
	c := mustCompile(t, "kubectl delete pod <pod>", Param{Name: "pod"})
	if c.Text != `kubectl delete pod "${WR_POD}"` {
		t.Error(c.Text)
	}
}

func TestR01Argv(t *testing.T) {
	a, problems := CompileArgv([]string{"printf", "%s", "<v>", "deployment/<v>"}, []Param{{Name: "v"}})
	if a == nil {
		t.Fatal(problems)
	}
	argv, err := a.Fill(map[string]string{"v": "a; touch PWN"})
	if err != nil {
		t.Fatal(err)
	}
	out, files := run(t, argv, nil)
	if out != "a; touch PWNdeployment/a; touch PWN" || len(files) > 0 {
		t.Errorf("%q %v", out, files)
	}
	for _, bad := range [][]string{{"sh", "-c", "echo <v>"}, {"<v>"}, {"ssh", "h", "ls <v>"}, {"sudo", "<v>"}, {}, {""}} {
		if a, _ := CompileArgv(bad, []Param{{Name: "v"}}); a != nil {
			t.Errorf("%q compiles", bad)
		}
	}
	if got := Quote([]string{"a", "b c", "", "it's", "$x"}); got != `a 'b c' '' 'it'\''s' '$x'` {
		t.Error(got)
	}
}

func TestR14SecretsNeverInArgv(t *testing.T) {
	if a, problems := CompileArgv([]string{"curl", "-H", "Authorization: <t>"}, []Param{{Name: "t", Secret: true}}); a != nil || problems[0].Rule != "secret-argument" {
		t.Error(problems)
	}
}

func TestR24Risk(t *testing.T) {
	for _, c := range []struct {
		text string
		want Risk
	}{
		{"kubectl get pods", Read}, {"kubectl --context x -n y get pods | grep a", Read}, {"kubectl delete pod x", Destructive},
		{"kubectl rollout status deploy/x", Read}, {"kubectl rollout undo deploy/x", Mutate}, {`x=rm; $x -rf /`, RiskUnknown},
		{"rm -rf x", Destructive}, {"bash -c 'rm -rf x'", RiskUnknown}, {"env rm x", RiskUnknown}, {"xargs rm", RiskUnknown},
		{"echo hi", Read}, {"echo hi > f", RiskUnknown}, {"echo hi 2>/dev/null", Read}, {"mytool go", RiskUnknown}, {"if", RiskUnknown},
		{"echo $(rm x)", Destructive}, {"kubectl scale deployment a --replicas=1", Mutate},
		// What looks by its name and changes something by how it is called.
		{"date", Read}, {"date -u +%s", Read}, {"date -Iseconds", Read}, {"date -d '1 hour ago' +%F", Read}, {"date -s 12:00", RiskUnknown}, {"date -s12:00", RiskUnknown}, {"date --set=12:00", RiskUnknown}, {"date 112612002026", RiskUnknown},
		{"hostname", Read}, {"hostname -f", Read}, {"hostname db-2", RiskUnknown}, {"hostname -F f", RiskUnknown},
		{"dmesg -T | tail", Read}, {"dmesg -C", RiskUnknown}, {"dmesg --clear", RiskUnknown},
		{"journalctl -u x --since -1h", Read}, {"journalctl --vacuum-size=1G", RiskUnknown}, {"journalctl --rotate", RiskUnknown},
		{"sort -rn f", Read}, {"sort -o f f", RiskUnknown}, {"sort -rno f g", RiskUnknown}, {"sort --output=f g", RiskUnknown},
		{"uniq -c f", Read}, {"uniq f g", RiskUnknown}, {"ss -tlnp", Read}, {"ss -K dst 192.0.2.1", RiskUnknown},
		{"openssl s_client -connect a:443", Read}, {"openssl x509 -noout -dates -in f", Read}, {"openssl x509 -in f -out g", RiskUnknown}, {"openssl genrsa 4096", RiskUnknown}, {"openssl", RiskUnknown},
		{"xxd f", Read}, {"xxd -r f", RiskUnknown}, {"xxd f g", RiskUnknown}, {"awk '{system(\"rm x\")}'", RiskUnknown},
		{"git log -3", Read}, {"git diff --output=f", RiskUnknown}, {"git reset --hard --output=f", Destructive},
		{"kubectl auth can-i get pods", Read}, {"kubectl auth reconcile -f f", RiskUnknown}, {"kubectl cluster-info", Read}, {"kubectl cluster-info dump --output-directory=d", RiskUnknown},
		{"kubectl delete pod x --dry-run=client", Read}, {"kubectl exec x -- tool rm --dry-run", RiskUnknown}, {"kubectl delete pod x --dry-run=none", Destructive},
	} {
		if got := Classify(c.text, Bash); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}

func TestOneVariableForTwoIsRefused(t *testing.T) {
	c, problems := Compile("echo <a-b> <a_b>", Bash, []Param{{Name: "a-b"}, {Name: "a_b"}})
	if c != nil || problems[0].Rule != "same-variable" {
		t.Errorf("%v %v", c, problems)
	}
}

func TestUnparsable(t *testing.T) {
	c, problems := Compile("echo ok\nif then <v>", Bash, []Param{{Name: "v"}})
	if c != nil || len(problems) != 1 || problems[0].Rule != "unparsable" || problems[0].Line != 2 {
		t.Errorf("%v %v", c, problems)
	}
	if c, _ := Compile("diff <(a) b", POSIX, nil); c != nil {
		t.Error("sh has no process substitution")
	}
	if got := fmt.Sprint(Strict.Argv("x")); !strings.Contains(got, "pipefail") {
		t.Error(got)
	}
}

// R23: the shell's syntax is read by a library; its interpreter, which cannot stop
// what a command starts, runs nothing here.
func TestR23OnlySyntaxIsUsed(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			if name := strings.Trim(i.Path.Value, `"`); strings.HasPrefix(name, "mvdan.cc/sh/") {
				if seen++; !strings.HasSuffix(name, "/syntax") {
					t.Errorf("%s imports %s", path, name)
				}
			}
		}
		return nil
	})
	if err != nil || seen == 0 {
		t.Fatalf("%d imports: %v", seen, err)
	}
}
