//go:build unix

package runner

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
)

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
