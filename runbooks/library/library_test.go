package library

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/alert"
	"warroom/runbooks/lint"
)

// What is built in is what people imitate, so it is linted without a warning.
func TestBuiltInIsClean(t *testing.T) {
	l := Load(nil)
	for _, b := range l.Bad() {
		t.Error(b.Err)
	}
	known := func(id string) bool { it, err := l.Strategy(id); return err == nil && it.ID == id }
	for _, it := range slices.Concat(l.Books(), l.Strategies()) {
		for _, p := range lint.File(it.Path, it.Data, lint.Options{Now: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Strategy: known}) {
			t.Error(p)
		}
		if name := "/" + it.ID + ".yaml"; !strings.HasSuffix(it.Path, name) {
			t.Errorf("%s holds %s", it.Path, it.ID)
		}
	}
	if n := len(l.Books()); n < 12 {
		t.Errorf("%d runbooks are built in, want at least 12", n)
	}
	types := map[string]bool{}
	for _, it := range l.Strategies() {
		types[it.Strategy.Type] = true
	}
	for _, want := range []string{"kubernetes", "helm", "database", "feature_flag", "cdn", "dns", "git", "custom"} {
		if !types[want] {
			t.Errorf("no strategy of type %s is built in", want)
		}
	}
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func book(id, title string) string {
	return "id: " + id + "\ntitle: " + title + "\nsteps: [{title: Look}]\n"
}

func TestOneBadFileHidesNothing(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.yaml", book("first", "First"))
	write(t, dir, "sub/b.yml", book("second", "Second"))
	write(t, dir, "bad.yaml", "title: [")
	write(t, dir, "empty.yaml", "")
	write(t, dir, "twice.yaml", book("first", "Again"))
	write(t, dir, ".hidden/c.yaml", book("hidden", "Hidden"))
	write(t, dir, "huge.yaml", strings.Repeat("#", 2<<20))
	write(t, dir, "notes.txt", "no runbook")
	write(t, dir, "no-id.yaml", "title: Named by its file\nsteps: [{title: Look}]\n")
	l := Load([]Dir{{dir, Folder}, {filepath.Join(dir, "nowhere"), Folder}, {filepath.Join(dir, "nowhere"), User}})
	for _, id := range []string{"first", "second", "no-id", "high-cpu"} {
		if _, err := l.Find(id); err != nil {
			t.Error(err)
		}
	}
	if _, err := l.Find("hidden"); model.CodeOf(err) != model.NotFound {
		t.Errorf("a hidden folder was read: %v", err)
	}
	var bad []string
	for _, b := range l.Bad() {
		bad = append(bad, filepath.Base(b.Path))
	}
	slices.Sort(bad)
	if want := "bad.yaml empty.yaml huge.yaml nowhere twice.yaml"; strings.Join(bad, " ") != want {
		t.Errorf("bad files are %q, want %q", bad, want)
	}
}

func TestNearerOneCounts(t *testing.T) {
	user, project := t.TempDir(), t.TempDir()
	write(t, user, "cpu.yaml", book("high-cpu", "The user's"))
	write(t, project, "cpu.yaml", book("high-cpu", "The project's"))
	l := Load([]Dir{{user, User}, {project, Project}})
	it, err := l.Find("high-cpu")
	if err != nil || it.Title != "The project's" || it.Origin != Project || len(it.Hides) != 2 {
		t.Errorf("%+v, %v", it, err)
	}
	// What is built in is not changed by that.
	if it, _ := Load(nil).Find("high-cpu"); it.Origin != BuiltIn || len(it.Hides) != 0 {
		t.Errorf("built in: %s hides %v", it.Origin, it.Hides)
	}
}

func TestFindByBeginning(t *testing.T) {
	l := Load(nil)
	if it, err := l.Find("replication"); err != nil || it.ID != "replication-lag" {
		t.Errorf("%s, %v", it.ID, err)
	}
	if _, err := l.Find("high-"); model.CodeOf(err) != model.Invalid || !strings.Contains(err.Error(), "high-cpu, high-latency") {
		t.Errorf("%v", err)
	}
	if _, err := l.Find(""); model.CodeOf(err) != model.NotFound {
		t.Errorf("%v", err)
	}
}

func TestProjectFolderIsFoundUpwards(t *testing.T) {
	top := t.TempDir()
	write(t, top, ".warroom/runbooks/a.yaml", book("above", "Above"))
	repo := filepath.Join(top, "repo")
	write(t, repo, ".git/HEAD", "")
	write(t, repo, "src/deep/x", "")
	if got := projectDir(filepath.Join(repo, "src", "deep")); got != "" {
		t.Errorf("it looked beyond the repository: %s", got)
	}
	write(t, repo, ".warroom/runbooks/a.yaml", book("inside", "Inside"))
	if got := projectDir(filepath.Join(repo, "src", "deep")); got != filepath.Join(repo, ".warroom", "runbooks") {
		t.Errorf("found %q", got)
	}
}

func TestSuggest(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.yaml", "id: payments-only\ntitle: Payments\nservices: [payments, 'pay-*']\nseverity: [1]\nsteps: [{title: x}]\n")
	write(t, dir, "b.yaml", "id: by-alert\ntitle: Named\ntriggers: [{alert: QueueStuck}]\nservices: [other]\nsteps: [{title: x}]\n")
	write(t, dir, "c.yaml", "id: by-label\ntitle: Labelled\ntriggers: [{labels: {team: 'core-*'}}]\nsteps: [{title: x}]\n")
	write(t, dir, "d.yaml", "id: imported\ntitle: From a page\nsource: {path: docs/KubePodCrashLooping.md}\nsteps: [{title: x}]\n")
	write(t, dir, "e.yaml", "id: first-hour\ntitle: What everybody does\nseverity: [2]\nsteps: [{title: x}]\n")
	l := Load([]Dir{{dir, Folder}})
	first := func(q Query) string {
		if m := l.Suggest(q); len(m) > 0 {
			if len(m[0].Reason) == 0 {
				t.Errorf("%s is suggested without a reason", m[0].Item.ID)
			}
			return m[0].Item.ID
		}
		return ""
	}
	for name, c := range map[string]struct {
		q    Query
		want string
	}{
		"nothing is known":        {Query{}, ""},
		"severity alone":          {Query{Severity: 1}, ""}, // of what names something else, too
		"nothing but a severity":  {Query{Severity: 2, Text: "zzz"}, "first-hour"},
		"another severity":        {Query{Severity: 3, Text: "zzz"}, ""},
		"alert by name":           {Query{Alerts: []string{"QueueStuck"}, Text: "disk full", Services: []string{"shop"}}, "by-alert"},
		"alert by pattern":        {Query{Alerts: []string{"HostHighCPULoad"}}, "high-cpu"},
		"metric of the seed":      {Query{Metrics: []string{"cpu_usage"}}, "high-cpu"},
		"service":                 {Query{Services: []string{"pay-api"}, Severity: 1}, "payments-only"},
		"service, other severity": {Query{Services: []string{"pay-api"}, Severity: 4}, ""},
		"labels":                  {Query{Labels: map[string]string{"team": "core-db"}}, "by-label"},
		"words":                   {Query{Text: "TLS certificates of the shop have expired"}, "certificate-expiry"},
		"words in the plural":     {Query{Text: "Two replicas lag"}, "replication-lag"},
		"common words":            {Query{Text: "the system is down for the service"}, ""},
		"page of an alert":        {Query{Pages: []string{"https://runbooks.example.com/kubernetes/KubePodCrashLooping/#meaning"}}, "imported"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := first(c.q); got != c.want {
				t.Errorf("first is %q, want %q", got, c.want)
			}
		})
	}
}

func TestForIncident(t *testing.T) {
	i := &model.Incident{Title: "Slow", Services: []string{"shop"}, Severity: 2, Alerts: []model.AttachedAlert{
		{AlertLine: model.AlertLine{Rule: "HighLatency", Title: "p99", Runbook: "https://x/y"}},
		{AlertLine: model.AlertLine{Rule: "DiskFull"}, Detached: time.Unix(1, 0)},
	}}
	q := For(i)
	if !slices.Equal(q.Alerts, []string{"HighLatency", "p99"}) || len(q.Pages) != 1 || q.Severity != 2 {
		t.Errorf("%+v", q)
	}
}

func TestSearch(t *testing.T) {
	l := Load(nil)
	ids := func(text string) (out []string) {
		for _, m := range l.Search(text) {
			out = append(out, m.Item.ID)
		}
		return out
	}
	if got := ids(""); len(got) != len(l.Books()) {
		t.Errorf("an empty search finds %d of %d", len(got), len(l.Books()))
	}
	for text, want := range map[string]string{"lag": "replication-lag", "LAG postgres": "replication-lag", "oomkilled": "memory-pressure", "certifcate": "certificate-expiry"} {
		if got := ids(text); len(got) == 0 || got[0] != want {
			t.Errorf("%q finds %v, want %s first", text, got, want)
		}
	}
	if got := ids("lag"); slices.Contains(got, "bad-deploy") {
		t.Errorf("lag is found in flag: %v", got)
	}
	if got := ids("zzzz qqqq"); len(got) != 0 {
		t.Errorf("nonsense finds %v", got)
	}
}

// A change is seen: a new file, a better one, one that goes, and a folder that was
// not there at first.
func TestWatch(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "later", "runbooks")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	seen := make(chan *Library, 100)
	done := make(chan error, 1)
	go func() { done <- Watch(ctx, []Dir{{dir, User}}, func(l *Library) { seen <- l }) }()
	await := func(what string, ok func(*Library) bool) {
		t.Helper()
		for {
			select {
			case l := <-seen:
				if ok(l) {
					return
				}
			case <-ctx.Done():
				t.Fatalf("not seen: %s", what)
			}
		}
	}
	has := func(id string) func(*Library) bool {
		return func(l *Library) bool { it, err := l.Find(id); return err == nil && it.ID == id }
	}
	await("what is there", has("high-cpu"))
	path := write(t, dir, "mine.yaml", book("mine", "Mine"))
	await("a new folder with a file", has("mine"))
	write(t, dir, "mine.yaml", "title: [")
	await("a file that became bad", func(l *Library) bool { return len(l.Bad()) == 1 && !has("mine")(l) })
	write(t, dir, "deep/er/other.yaml", book("other", "Other"))
	await("a folder in the folder", has("other"))
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	await("a file that went", func(l *Library) bool { return len(l.Bad()) == 0 })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// What alerts tell is asked with, beside what the incident tells.
func TestSuggestForAlerts(t *testing.T) {
	l := Load(nil)
	first := func(q Query) string {
		if m := l.Suggest(q); len(m) > 0 {
			return m[0].Item.ID + ": " + strings.Join(m[0].Reason, ", ")
		}
		return ""
	}
	for _, c := range []struct {
		a    alert.Alert
		want string
	}{
		{alert.Alert{Rule: "HighErrorRate", Title: "Checkout fails"}, "http-5xx: alert HighErrorRate"},
		{alert.Alert{Title: "x", Metrics: map[string]any{"replication_lag": 90.0}}, "replication-lag: metric replication_lag > 60s"},
		{alert.Alert{Title: "a thing", Service: "checkout", Severity: 2}, ""},
	} {
		if got := first(Query{}.With([]alert.Alert{c.a})); got != c.want {
			t.Errorf("%+v: %q, want %q", c.a, got, c.want)
		}
	}
	base := Query{Labels: map[string]string{"a": "1"}, Severity: 3}
	q := base.With([]alert.Alert{{Labels: map[string]string{"a": "2", "b": "2"}, Severity: 1, Service: "s", RunbookURL: "u"}, {Labels: map[string]string{"b": "3"}, Service: "s"}})
	if q.Labels["a"] != "1" || q.Labels["b"] != "2" || q.Severity != 3 || len(q.Services) != 1 || len(q.Pages) != 1 || len(base.Labels) != 1 {
		t.Errorf("%+v from %+v", q, base)
	}
	if q := (Query{}).With([]alert.Alert{{Severity: 4}, {Severity: 2}, {}}); q.Severity != 2 {
		t.Errorf("the worst is %v", q.Severity)
	}
}
