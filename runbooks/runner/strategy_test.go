//go:build unix

package runner

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/play"
	"warroom/runbooks/library"
)

var update = flag.Bool("update", false, "write the golden files anew")

const theSecret = "sesame-open-9"

// way is one rollback strategy with a world to try it in: programs that stand in
// for the real ones, and what a server answers.
type way struct {
	values  string            // name=value, by blanks; DIR is a folder that exists
	tools   map[string]string // program → script; STATE is a folder of its own
	serve   func(w *world, r *http.Request, body string) (int, string)
	changes []string // everything that changed something, in order
	undo    []string // the same of the undo
	offers  string   // what is offered when the verification fails
}

// world is what stand-ins share.
type world struct {
	mu    sync.Mutex
	on    bool // a flag
	state string
	asked []string
	auth  []string
}

const k8s = `case "$*" in
*"auth can-i"*) echo yes ;;
*dry-run*) echo "image: 1.41" ;;
*"-o yaml"*) echo "image: 1.42" ;;
*revision}*) printf 42 ;;
*paused*) printf false ;;
*"rollout history"*--revision*) echo "image: 1.41" ;;
*"rollout history"*) printf 'REVISION  CHANGE-CAUSE\n41        release 1.41\n42        release 1.42\n' ;;
*"rollout status"*) test ! -e STATE/broken ;;
esac`

const aws = `case "$*" in
*Status*text) echo Deployed ;;
*list-invalidations*) echo None ;;
*create-invalidation*) echo IABCDEF ;;
*get-hosted-zone*) echo example.com. ;;
*"Records[0].Value"*) echo 192.0.2.20 ;;
*"[0].TTL"*) echo 300 ;;
*change-resource-record-sets*) echo /change/C123; echo 192.0.2.10 >STATE/value ;;
*wait*) test ! -e STATE/broken ;;
esac`

// flagged is a server with one flag that is read and set.
func flagged(read string, set func(r *http.Request, body string) (bool, bool)) func(*world, *http.Request, string) (int, string) {
	return func(w *world, r *http.Request, body string) (int, string) {
		if on, ok := set(r, body); ok {
			if w.state != "broken" {
				w.on = on
			}
			return 200, "{}"
		}
		return 200, fmt.Sprintf(read, w.on)
	}
}

var ways = map[string]way{
	"k8s-undo": {
		values:  "context=prod namespace=shop deployment=orders revision=41",
		tools:   map[string]string{"kubectl": k8s},
		changes: []string{"kubectl [--context][prod][-n][shop][rollout][undo][deployment/orders][--to-revision=41]"},
		undo:    []string{"kubectl [--context][prod][-n][shop][rollout][undo][deployment/orders][--to-revision=42]"},
		offers:  "undo k8s-undo, escalate, rollback helm-rollback",
	},
	"argo-rollouts-undo": {
		values: "context=prod namespace=shop rollout=orders revision=41",
		tools: map[string]string{"kubectl": k8s, "kubectl-argo-rollouts": `case "$1" in
get) echo "revision:41"; echo "revision:42" ;;
abort) exit 1 ;;
status) test ! -e STATE/broken ;;
esac`},
		changes: []string{"kubectl-argo-rollouts [abort][orders][--context][prod][-n][shop]", "kubectl-argo-rollouts [undo][orders][--to-revision=41][--context][prod][-n][shop]"},
		undo:    []string{"kubectl-argo-rollouts [undo][orders][--to-revision=42][--context][prod][-n][shop]"},
		offers:  "undo argo-rollouts-undo, escalate",
	},
	"helm-rollback": {
		values: "context=prod namespace=shop release=orders revision=6",
		tools: map[string]string{"helm": `case "$*" in
status*) if test -e STATE/broken; then s=failed; else s=deployed; fi; printf '{"version": 7, "info": {"status": "%s"}}' "$s" ;;
history*) printf '6\tsuperseded\trelease 6\n7\tdeployed\trelease 7\n' ;;
"get manifest orders --revision 6"*) echo "image: 6" ;;
"get manifest"*) echo "image: 7" ;;
esac`},
		changes: []string{"helm [rollback][orders][6][-n][shop][--kube-context][prod][--wait][--timeout][5m][--cleanup-on-fail]"},
		undo:    []string{"helm [rollback][orders][7][-n][shop][--kube-context][prod][--wait][--timeout][5m]"},
		offers:  "undo helm-rollback, escalate, rollback k8s-undo",
	},
	"db-migrate": {
		values: "path=DIR database=orders dsn=postgres://deploy@db-1/orders target-version=7",
		tools: map[string]string{"migrate": `test "$PGPASSWORD" = ` + theSecret + ` || { echo "no password" >&2; exit 1; }
case "$*" in
*goto*) test -e STATE/broken || echo "$8" >STATE/version ;;
*version) cat STATE/version >&2 2>/dev/null || echo 9 >&2 ;;
esac`},
		changes: []string{"migrate [-path][DIR][-database][postgres://deploy@db-1/orders][-lock-timeout][30][goto][7]"},
		offers:  "escalate",
	},
	"flag-launchdarkly": {
		values: "project=shop environment=production flag=new-checkout",
		serve: flagged(`{"environments": {"production": {"on": %t}}}`, func(r *http.Request, body string) (bool, bool) {
			return strings.Contains(body, "turnFlagOn"), r.Method == "PATCH"
		}),
		changes: []string{`PATCH app.launchdarkly.com/api/v2/flags/shop/new-checkout {"comment":"incident INC-1","environmentKey":"production","instructions":[{"kind":"turnFlagOff"}]}`},
		undo:    []string{`PATCH app.launchdarkly.com/api/v2/flags/shop/new-checkout {"comment":"incident INC-1","environmentKey":"production","instructions":[{"kind":"turnFlagOn"}]}`},
		offers:  "undo flag-launchdarkly, escalate",
	},
	"flag-unleash": {
		values: "unleash=https://unleash.example.com project=default environment=production flag=new-checkout",
		serve: flagged(`{"enabled": %t}`, func(r *http.Request, _ string) (bool, bool) {
			return strings.HasSuffix(r.URL.Path, "/on"), r.Method == "POST"
		}),
		changes: []string{"POST unleash.example.com/api/admin/projects/default/features/new-checkout/environments/production/off "},
		undo:    []string{"POST unleash.example.com/api/admin/projects/default/features/new-checkout/environments/production/on "},
		offers:  "undo flag-unleash, escalate",
	},
	"flag-http": {
		values: "state-url=https://config.example.com/flags/new-checkout flag=new-checkout",
		serve: flagged(`{"enabled": %t}`, func(r *http.Request, body string) (bool, bool) {
			return strings.Contains(body, "true"), r.Method == "PUT"
		}),
		changes: []string{`PUT config.example.com/flags/new-checkout {"enabled":false}`},
		undo:    []string{`PUT config.example.com/flags/new-checkout {"enabled":true}`},
		offers:  "undo flag-http, escalate",
	},
	"cdn-cloudflare-url": {
		values: "zone-id=0123456789abcdef0123456789abcdef url=https://shop.example.com/app.js",
		serve: func(w *world, r *http.Request, _ string) (int, string) {
			if r.Method == "HEAD" && w.state == "broken" {
				return 503, ""
			}
			return 200, `{"success": true, "result": {"name": "example.com"}}`
		},
		changes: []string{`POST api.cloudflare.com/client/v4/zones/0123456789abcdef0123456789abcdef/purge_cache {"files":["https://shop.example.com/app.js"]}`},
		offers:  "escalate, rollback cdn-cloudflare-all",
	},
	"cdn-cloudflare-all": {
		values: "zone-id=0123456789abcdef0123456789abcdef zone=example.com url=https://www.example.com/",
		serve: func(w *world, r *http.Request, _ string) (int, string) {
			if r.Method == "HEAD" && w.state == "broken" {
				return 503, ""
			}
			return 200, `{"success": true, "result": {"name": "example.com"}}`
		},
		changes: []string{`POST api.cloudflare.com/client/v4/zones/0123456789abcdef0123456789abcdef/purge_cache {"purge_everything":true}`},
		offers:  "escalate",
	},
	"cdn-fastly": {
		values: "service-id=SU1Z0isxPaozGVKXdv0eY key=article-1234 url=https://www.example.com/",
		serve: func(w *world, r *http.Request, _ string) (int, string) {
			if r.Method == "HEAD" && w.state == "broken" {
				return 503, ""
			}
			return 200, `{"status": "ok"}`
		},
		changes: []string{"POST api.fastly.com/service/SU1Z0isxPaozGVKXdv0eY/purge/article-1234 "},
		offers:  "escalate",
	},
	"cdn-cloudfront": {
		values:  "distribution=EDFDVBD632BHDS path=/assets/*",
		tools:   map[string]string{"aws": aws},
		changes: []string{"aws [cloudfront][create-invalidation][--distribution-id][EDFDVBD632BHDS][--invalidation-batch][Paths={Quantity=1,Items=[/assets/*]},CallerReference=INC-1-run-1][--query][Invalidation.Id][--output][text]"},
		offers:  "escalate",
	},
	"dns-route53": {
		values: "zone-id=Z0123456789ABC record=shop.example.com type=A value=192.0.2.10 ttl=60",
		tools:  map[string]string{"aws": aws, "dig": `cat STATE/value 2>/dev/null || echo 192.0.2.20`},
		changes: []string{`aws [route53][change-resource-record-sets][--hosted-zone-id][Z0123456789ABC][--change-batch]` +
			`[{"Changes":[{"Action":"DELETE","ResourceRecordSet":{"Name":"shop.example.com","Type":"A","TTL":300,"ResourceRecords":[{"Value":"192.0.2.20"}]}},{"Action":"CREATE","ResourceRecordSet":{"Name":"shop.example.com","Type":"A","TTL":60,"ResourceRecords":[{"Value":"192.0.2.10"}]}}]}][--query][ChangeInfo.Id][--output][text]`},
		undo: []string{`aws [route53][change-resource-record-sets][--hosted-zone-id][Z0123456789ABC][--change-batch]` +
			`[{"Changes":[{"Action":"DELETE","ResourceRecordSet":{"Name":"shop.example.com","Type":"A","TTL":60,"ResourceRecords":[{"Value":"192.0.2.10"}]}},{"Action":"CREATE","ResourceRecordSet":{"Name":"shop.example.com","Type":"A","TTL":300,"ResourceRecords":[{"Value":"192.0.2.20"}]}}]}][--query][ChangeInfo.Id][--output][text]`},
		offers: "undo dns-route53, escalate",
	},
	"dns-nsupdate": {
		values: "server=ns1.example.com zone=example.com record=shop.example.com type=A value=192.0.2.10 ttl=60 keyfile=/etc/warroom/key",
		tools: map[string]string{"nsupdate": `cat >STATE/update; test -e STATE/broken || sed -n 's/^update add .* //p' STATE/update >STATE/value; echo "$(tr '\n' ';' <STATE/update)" >>LOG`,
			"dig": `case "$*" in *comments*) echo ";; flags: qr aa rd; QUERY: 1" ;; *) cat STATE/value 2>/dev/null || echo 192.0.2.20 ;; esac`},
		changes: []string{"nsupdate [-k][/etc/warroom/key]", "server ns1.example.com;zone example.com;prereq yxrrset shop.example.com A 192.0.2.20;update delete shop.example.com A;update add shop.example.com 60 A 192.0.2.10;send;"},
		undo:    []string{"nsupdate [-k][/etc/warroom/key]", "server ns1.example.com;zone example.com;prereq yxrrset shop.example.com A 192.0.2.10;update delete shop.example.com A;update add shop.example.com 60 A 192.0.2.20;send;"},
		offers:  "undo dns-nsupdate, escalate",
	},
	"dns-dnscontrol": {
		values: "folder=DIR commit=0a1b2c3d zone=example.com record=shop.example.com value=192.0.2.10",
		tools: map[string]string{"git": `case "$*" in *rev-parse*) echo 0a1b2c3d4e5f ;; esac`,
			"dnscontrol": `case "$1" in preview) echo "- A shop 192.0.2.20"; echo "+ A shop 192.0.2.10" ;; push) test -e STATE/broken || echo 192.0.2.10 >STATE/value ;; esac`,
			"dig":        `cat STATE/value 2>/dev/null || echo 192.0.2.20`},
		changes: []string{"dnscontrol [push][--domains][example.com]"},
		offers:  "escalate",
	},
	"git-revert": {
		values: "folder=DIR remote=origin branch=main commit=0a1b2c3d",
		tools: map[string]string{"git": `case "$*" in
*abbrev-ref*) echo main ;;
*"log --oneline"*) echo "0a1b2c3d faster checkout" ;;
*"revert --no-edit"*) echo "$5" >STATE/reverted ;;
*"rev-parse HEAD") if test -e STATE/reverted; then echo 9f9f9f9f9f; else echo 0a1b2c3d4e; fi ;;
*ls-remote*) test -e STATE/broken || echo "9f9f9f9f9f	refs/heads/main" ;;
esac`},
		changes: []string{"git [-C][DIR][revert][--no-edit][0a1b2c3d]", "git [-C][DIR][push][origin][HEAD:main]"},
		undo:    []string{"git [-C][DIR][revert][--no-edit][9f9f9f9f9f]", "git [-C][DIR][push][origin][HEAD:main]"},
		offers:  "undo git-revert, escalate",
	},
	"deploy-hook": {
		values: "service=checkout version=v2.31.0 hook-url=https://deploy.example.com/hook version-url=https://checkout.example.com/version",
		serve: func(w *world, r *http.Request, body string) (int, string) {
			if r.Method == "POST" {
				if m := regexp.MustCompile(`"version":"([^"]+)"`).FindStringSubmatch(body); m != nil && w.state != "broken" {
					w.state = m[1]
				}
				return 202, "{}"
			}
			if w.state == "" || w.state == "broken" {
				return 200, `{"version": "v2.32.0"}`
			}
			return 200, `{"version": "` + w.state + `"}`
		},
		changes: []string{`POST deploy.example.com/hook {"reason":"incident INC-1","service":"checkout","version":"v2.31.0"}`},
		undo:    []string{`POST deploy.example.com/hook {"reason":"incident INC-1","service":"checkout","version":"v2.32.0"}`},
		offers:  "undo deploy-hook, escalate",
	},
}

// trial is a strategy in its world.
type trial struct {
	*scene
	way
	*world
	r     *Runner
	id    string
	dir   string
	state string
}

func newTrial(t *testing.T, id string) *trial {
	t.Helper()
	for _, env := range []string{"MIGRATE_PASSWORD", "LAUNCHDARKLY_ACCESS_TOKEN", "UNLEASH_TOKEN", "FLAG_TOKEN", "CLOUDFLARE_API_TOKEN", "FASTLY_API_TOKEN", "DEPLOY_TOKEN"} {
		t.Setenv(env, theSecret)
	}
	x := &trial{scene: newScene(t, nil), way: ways[id], world: &world{on: true}, id: id, dir: t.TempDir(), state: t.TempDir()}
	for name, script := range x.tools {
		x.stand(name, strings.NewReplacer("STATE", x.state, "LOG", x.log).Replace(script))
	}
	for name, text := range map[string]string{"7_orders.up.sql": "CREATE", "9_lines.down.sql": "DROP TABLE lines;"} {
		if err := os.WriteFile(filepath.Join(x.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	x.r = x.runner("bob")
	x.r.cfg.Library = func() *library.Library { return library.Load(nil) }
	x.r.pace = func(d time.Duration) time.Duration { return min(d, time.Millisecond) }
	if x.serve != nil {
		srv := httptest.NewTLSServer(http.HandlerFunc(x.handle))
		t.Cleanup(srv.Close)
		x.r.cfg.Client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, "tcp", srv.Listener.Addr().String())
			}}}
	}
	return x
}

// stand makes a program that writes down its name and arguments.
func (x *trial) stand(name, script string) {
	x.t.Helper()
	text := "#!/bin/sh\n{ printf '%s ' " + name + "; printf '[%s]' \"$@\"; echo; } >>'" + x.log + "'\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(x.bin, name), []byte(text), 0o700); err != nil {
		x.t.Fatal(err)
	}
}

func (x *trial) handle(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.asked = append(x.asked, r.Method+" "+r.Host+r.URL.Path+" "+string(body))
	x.auth = append(x.auth, r.Header.Get("Authorization")+r.Header.Get("Fastly-Key"))
	code, text := x.serve(x.world, r, string(body))
	w.WriteHeader(code)
	io.WriteString(w, text)
}

func (x *trial) given() map[string]string {
	out := map[string]string{}
	for _, kv := range strings.Fields(x.values) {
		k, v, _ := strings.Cut(kv, "=")
		out[k] = strings.ReplaceAll(v, "DIR", x.dir)
	}
	return out
}

var looks = regexp.MustCompile(`can-i|\[get\]|\[history\]|\[status\]|dry-run|\[version\]$|\[get-|\[list-|\[wait\]|^dig |rev-parse|--porcelain|merge-base|\[log\]|\[diff\]|\[show\]|ls-remote|\[check\]|\[preview\]|^(?:GET|HEAD) `)

// changed is everything that was not just a look, in order.
func (x *trial) changed() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var out []string
	for l := range strings.Lines(x.scene.calls()) {
		if l = strings.TrimRight(l, "\n"); !looks.MatchString(l) {
			out = append(out, strings.ReplaceAll(l, x.dir, "DIR"))
		}
	}
	for _, l := range x.asked {
		if !looks.MatchString(l) {
			out = append(out, l)
		}
	}
	return out
}

func (x *trial) forget() {
	x.mu.Lock()
	defer x.mu.Unlock()
	_ = os.Remove(x.log)
	x.asked = nil
}

// step carries out one step: what a machine does runs as it was shown, a person
// says yes to the rest.
func (x *trial) step(n int, id string) model.ActionState {
	x.t.Helper()
	p, err := x.r.Current(x.inc(), n)
	if err != nil {
		x.t.Fatal(err)
	}
	for _, s := range p.Steps {
		if s.ID != id {
			continue
		}
		for k := range s.Actions {
			p, _ := x.r.Current(x.inc(), n)
			s, a, _ := at(p, id, k)
			if !a.Runs() {
				x.must("bob", model.MarkAction{N: n, Step: id, Action: k, State: model.ActionDone})
				continue
			}
			if a.Blocked != "" {
				x.t.Fatalf("%s %d is blocked: %s", id, k+1, a.Blocked)
			}
			j, err := x.r.Execute(context.Background(), play.Point{Incident: x.scene.id, Run: n, Step: id, Action: k}, a.Hash, false)
			if err != nil {
				x.t.Fatalf("%s %d: %v", id, k+1, err)
			}
			<-j.Done()
			e, _ := j.End()
			run, _ := x.inc().Run(n)
			if st, _ := run.Step(id); a.Hash != "" && a.Kind != "check" && st.Actions[k].Hash != a.Hash {
				x.t.Errorf("%s %d: the record has another digest than was shown", s.ID, k+1)
			}
			if e.State != model.ActionSucceeded {
				return e.State
			}
		}
	}
	return model.ActionSucceeded
}

func at(p *play.Plan, id string, k int) (play.Step, play.Action, bool) {
	for _, s := range p.Steps {
		if s.ID == id && k < len(s.Actions) {
			return s, s.Actions[k], true
		}
	}
	return play.Step{}, play.Action{}, false
}

func (x *trial) approve(n int) {
	x.t.Helper()
	p, _ := x.r.Current(x.inc(), n)
	s, _, _ := at(p, executeStep, 0)
	for k := range s.Approval.Required {
		x.must([]string{"bob", "ana"}[k], model.ApproveStep{N: n, Step: executeStep, Hash: s.Approval.Hash, Typed: s.Approval.Type})
	}
}

// execute tries to execute the first move, which has to be refused.
func (x *trial) refuse(n int, when string) {
	x.t.Helper()
	_, err := x.r.Execute(context.Background(), play.Point{Incident: x.scene.id, Run: n, Step: executeStep, Action: 0}, "", false)
	if err == nil {
		x.t.Fatalf("executed %s", when)
	}
	if c := x.changed(); len(c) > 0 {
		x.t.Fatalf("%s: something was changed: %q", when, c)
	}
}

// Every strategy: nothing is changed before the yes, whenever one declines; then
// exactly what was shown; then it is looked whether it worked; then the way back.
func TestRollbackFromEndToEnd(t *testing.T) {
	for _, it := range library.Load(nil).Strategies() {
		t.Run(it.ID, func(t *testing.T) {
			if _, ok := ways[it.ID]; !ok {
				t.Fatal("this strategy has no trial")
			}
			x := newTrial(t, it.ID)
			ref := play.Ref{ID: it.ID, Rollback: true}
			// At every point before the yes nothing can be executed.
			n := x.begin(x.r, ref, x.given())
			for _, s := range []string{"guards", "capture", "preview"} {
				x.refuse(n, "before "+s)
				if st := x.step(n, s); st != model.ActionSucceeded {
					run, _ := x.inc().Run(n)
					t.Fatalf("%s: %s: %+v", s, st, run.Steps)
				}
			}
			x.refuse(n, "without the yes")
			// A second room on the same target is refused with the holder's name.
			other := x.runner("carol")
			other.cfg.Library = x.r.cfg.Library
			if _, err := x.store.Do(context.Background(), "INC-2", model.Request{Actor: "carol", Command: model.Declare{Title: "another"}}); err != nil {
				t.Fatal(err)
			}
			if _, err := other.Begin(context.Background(), "INC-2", ref, x.given()); err == nil || !strings.Contains(err.Error(), "is being rolled back by bob already, run 1 of INC-1") {
				t.Fatalf("a second rollback of the same target: %v", err)
			}
			// Carried out.
			x.approve(n)
			if st := x.step(n, executeStep); st != model.ActionSucceeded {
				t.Fatalf("execute: %s\n%s", st, x.store.dump())
			}
			if c := x.changed(); !slices.Equal(c, x.changes) {
				t.Errorf("changed\n%q, want\n%q", c, x.changes)
			}
			if st := x.step(n, verifyStep); st != model.ActionSucceeded {
				run, _ := x.inc().Run(n)
				t.Fatalf("verify: %s: %+v", st, run.Steps[len(run.Steps)-1])
			}
			x.must("bob", model.EndRun{N: n, Outcome: model.RunFinished})
			if c := x.changed(); !slices.Equal(c, x.changes) {
				t.Errorf("looking whether it worked changed %q", c)
			}
			want := strings.Fields(it.Strategy.Timeline)[0] // its sentence, with values
			if d := x.store.dump(); !strings.Contains(d, `action {"text":"`+want) || strings.Contains(d[strings.Index(d, `action {"text":"`+want):], `"text":"`+it.Strategy.Timeline+`"`) {
				t.Errorf("the timeline does not say it:\n%s", d)
			}
			x.back(ref, n, it.Strategy.Risk.Reversible)
			x.secretIsNowhere()
		})
	}
}

// back takes the rollback back, or cannot.
func (x *trial) back(ref play.Ref, n int, reversible bool) {
	x.t.Helper()
	x.forget()
	ref.Undo = n
	if !reversible {
		if _, err := x.r.Begin(context.Background(), x.scene.id, ref, nil); err == nil {
			x.t.Error("what cannot be undone was undone")
		}
		return
	}
	u := x.begin(x.r, ref, nil)
	x.refuse(u, "an undo without the yes")
	x.approve(u)
	if st := x.step(u, executeStep); st != model.ActionSucceeded {
		x.t.Fatalf("undo: %s", st)
	}
	if c := x.changed(); !slices.Equal(c, x.undo) {
		x.t.Errorf("the undo changed\n%q, want\n%q", c, x.undo)
	}
}

func (x *trial) secretIsNowhere() {
	x.t.Helper()
	if strings.Contains(x.store.dump()+x.scene.calls(), theSecret) {
		x.t.Error("the secret is in the record or in an argument")
	}
	for _, a := range x.auth {
		if a != "" && !strings.Contains(a, theSecret) {
			x.t.Errorf("the server was asked with %q", a)
		}
	}
	_ = filepath.WalkDir(filepath.Dir(x.books), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Dir(path) != x.bin {
			if b, _ := os.ReadFile(path); strings.Contains(string(b), theSecret) {
				x.t.Errorf("%s holds the secret", path)
			}
		}
		return nil
	})
}

// Declining ends it, and the target is free again.
func TestDeclinedRollback(t *testing.T) {
	x := newTrial(t, "flag-http")
	n := x.begin(x.r, play.Ref{ID: "flag-http", Rollback: true}, x.given())
	x.step(n, "guards")
	x.must("bob", model.EndRun{N: n, Outcome: model.RunDeclined})
	x.refuse(n, "after it was declined")
	x.begin(x.r, play.Ref{ID: "flag-http", Rollback: true}, x.given())
}

// A verification that fails leads to offers and to nothing else.
func TestFailedVerificationOnlyOffers(t *testing.T) {
	for id, w := range ways {
		t.Run(id, func(t *testing.T) {
			x := newTrial(t, id)
			x.world.state = "broken"
			if err := os.WriteFile(filepath.Join(x.state, "broken"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if id == "dns-route53" {
				x.stand("dig", "echo 192.0.2.20")
			}
			n := x.begin(x.r, play.Ref{ID: id, Rollback: true}, x.given())
			run, _ := x.inc().Run(n)
			for _, s := range run.Steps {
				for k := range s.Actions {
					if s.ID == "guards" || s.ID == "preview" {
						x.must("bob", model.MarkAction{N: n, Step: s.ID, Action: k, State: model.ActionDone})
					}
				}
			}
			x.step(n, "capture")
			x.approve(n)
			x.step(n, executeStep)
			before := x.changed()
			if st := x.step(n, verifyStep); st != model.ActionFailed {
				t.Fatalf("verify: %s", st)
			}
			if c := x.changed(); !slices.Equal(c, before) {
				t.Errorf("a failed verification changed something: %q", c[len(before):])
			}
			offers, err := x.r.Offers(x.inc(), n)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, o := range offers {
				got = append(got, strings.TrimSpace(o.Kind+" "+o.ID))
			}
			if s := strings.Join(got, ", "); s != w.offers {
				t.Errorf("offers %s, want %s", s, w.offers)
			}
		})
	}
}

// What is shown before a rollback begins, of every strategy.
func TestGoldenPlan(t *testing.T) {
	for id := range ways {
		t.Run(id, func(t *testing.T) {
			x := newTrial(t, id)
			p, err := x.r.Plan(x.inc(), play.Ref{ID: id, Rollback: true}, x.given())
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.ReplaceAll(text(p), x.dir, "DIR"))
			if c := x.scene.calls(); c != "" || len(x.asked) > 0 {
				t.Errorf("the plan ran something: %s%q", c, x.asked)
			}
		})
	}
}

func golden(t *testing.T, got string) {
	t.Helper()
	path := filepath.Join("testdata", t.Name()+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s is not what it was (%v):\n%s", path, err, got)
	}
}

// text is a plan as plain lines.
func text(p *play.Plan) string {
	var b strings.Builder
	line := func(indent int, format string, args ...any) {
		s := strings.TrimRight(fmt.Sprintf(format, args...), " \n")
		for l := range strings.SplitSeq(s, "\n") {
			b.WriteString(strings.TrimRight(strings.Repeat("  ", indent)+l, " ") + "\n")
		}
	}
	line(0, "%s: %s", p.ID, p.Title)
	if p.Lock != "" {
		line(0, "target %s", p.Lock)
	}
	for _, n := range p.Notes {
		line(0, "note: %s", n)
	}
	if p.Irrevocable != "" {
		line(0, "note: %s", p.Irrevocable)
	}
	for _, v := range p.Values {
		switch {
		case v.Secret:
			line(1, "%s = (secret, from %s)", v.Name, v.From)
		default:
			line(1, "%s = %s (%s) %s", v.Name, v.Value, v.From, v.Problem)
		}
	}
	for _, s := range p.Steps {
		line(0, "%d %s", s.Number, s.Title)
		if s.Off != "" {
			line(1, "does not apply: %s", s.Off)
		}
		if a := s.Approval; a != nil {
			line(1, "asks %d, typing %s, within %s: %s", a.Required, a.Type, a.Expires, strings.Join(a.Show, ", "))
			if a.Prompt != "" {
				line(1, "%s", a.Prompt)
			}
		}
		for _, a := range s.Actions {
			line(1, "- %s [%s %s]", a.Text, a.Kind, a.Risk)
			if a.Command != "" {
				line(3, "%s", a.Command)
			}
			for _, v := range a.Bound {
				line(4, "%s", v)
			}
			for _, w := range []struct{ k, v string }{{"blocked", a.Blocked}, {"done when", a.Criteria}, {"expects", strings.Join(a.Expect, "; ")},
				{"verify", strings.Join(a.Verify, ", ")}, {"preview", a.Preview}, {"undo", a.Undo}, {"if it fails", a.Then}} {
				if w.v != "" {
					line(2, "%s: %s", w.k, w.v)
				}
			}
		}
	}
	for _, u := range p.Undo {
		line(0, "undo: %s", u)
	}
	return b.String()
}
