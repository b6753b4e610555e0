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
	values string            // name=value, by blanks; DIR is a folder that exists
	tools  map[string]string // program → script; STATE is a folder of its own
	// serve gives a status, and a body or a header
	serve   func(w *world, r *http.Request, body string) (int, string)
	changes []string          // everything that changed something, in order
	undo    []string          // the same of the undo
	offers  string            // what is offered when the verification fails
	wrong   map[string]string // what the verification may see after a change that went through: see trial.answer
	mute    bool              // the right answer is one without content
}

// world is what stand-ins share.
type world struct {
	mu    sync.Mutex
	on    bool   // a flag
	live  string // a version that was deployed
	says  string // instead of what is so: see trial.answer
	asked []string
	auth  []string
}

// Numbers of revisions and commits stay what they are here when one goes back to
// them, so that the same number means the same content.

const k8s = `all=$*; rev=$(cat STATE/rev 2>/dev/null || echo 42)
case "$all" in
*"auth can-i"*) echo yes ;;
*dry-run*) echo "image: 1.41" ;;
*"rollout undo"*) echo "${all##*--to-revision=}" >STATE/rev ;;
*"-o yaml"*) echo "image: 1.$rev" ;;
*Progressing*) printf 'ReplicaSet "orders-5d59d675%s" has successfully progressed.' "$rev" ;;
*currentPodHash*) printf '5d59d675%s' "$rev" ;;
*revision}*) printf %s "$rev" ;;
*paused*) printf false ;;
*"rollout history"*--revision*) n=${all##*--revision=}; printf 'Pod Template:\n  Labels:\tapp=orders\n\tpod-template-hash=5d59d675%s\n' "$n" ;;
*"rollout history"*) printf 'REVISION  CHANGE-CAUSE\n41        release 1.41\n42        release 1.42\n' ;;
esac`

const aws = `all=$*; record=$(cat STATE/record 2>/dev/null || echo 300 192.0.2.20)
case "$all" in
*list-invalidations*) echo None ;;
*Status*text) echo Deployed ;;
*create-invalidation*) echo IABCDEF ;;
*get-hosted-zone*) echo example.com. ;;
*"Records[0].Value"*) echo "${record#* }" ;;
*"[0].TTL"*) echo "${record% *}" ;;
*list-resource-record-sets*) echo "[$record]" ;;
*change-resource-record-sets*) echo /change/C123; echo "$all" | sed 's/.*"CREATE".*"TTL":\([0-9]*\),.*"Value":"\([^"]*\)".*/\1 \2/' >STATE/record ;;
esac`

// What is said of a Deployment while its rollout is asked for, and then of it.
func rollout(status, then string) string {
	return `case "$*" in "status "*|*" status "*) ` + status + ` ;; *) printf '` + then + `' ;; esac; exit`
}

// flagged is a server with one flag that is read and set.
func flagged(read string, set func(r *http.Request, body string) (bool, bool)) func(*world, *http.Request, string) (int, string) {
	return func(w *world, r *http.Request, body string) (int, string) {
		if on, ok := set(r, body); ok {
			w.on = on
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
		wrong: map[string]string{
			"it is stuck":        `case "$*" in *" status "*) echo 'error: deployment "orders" exceeded its progress deadline' >&2; exit 1 ;; esac`,
			"another image":      rollout(`echo 'deployment "orders" successfully rolled out'; exit`, `ReplicaSet "orders-5d59d67542" has successfully progressed.`),
			"another deployment": rollout("exit", `ReplicaSet "old-orders-5d59d67541" has successfully progressed.`),
		},
		offers: "undo k8s-undo, escalate, rollback helm-rollback context=prod namespace=shop",
	},
	"argo-rollouts-undo": {
		values: "context=prod namespace=shop rollout=orders revision=41",
		tools: map[string]string{"kubectl": k8s, "kubectl-argo-rollouts": `case "$1" in
get) echo "revision:41"; echo "revision:42" ;;
abort) exit 1 ;;
undo) echo "${3#*=}" >STATE/rev ;;
esac`},
		changes: []string{"kubectl-argo-rollouts [abort][orders][--context][prod][-n][shop]", "kubectl-argo-rollouts [undo][orders][--to-revision=41][--context][prod][-n][shop]"},
		undo:    []string{"kubectl-argo-rollouts [undo][orders][--to-revision=42][--context][prod][-n][shop]"},
		wrong: map[string]string{
			"degraded":                  `case "$*" in status*) echo "Degraded - ProgressDeadlineExceeded"; exit 1 ;; esac`,
			"the revision it came from": rollout("echo Healthy", "5d59d67542"),
		},
		offers: "undo argo-rollouts-undo, escalate",
	},
	"helm-rollback": {
		values: "context=prod namespace=shop release=orders revision=6",
		tools: map[string]string{"helm": `rev=$(cat STATE/rev 2>/dev/null); test -n "$rev" && why="Rollback to $rev" || { rev=7; why="Upgrade complete"; }
case "$*" in
*dry-run*) ;;
rollback*) echo "$3" >STATE/rev ;;
status*) printf '{"version": %s, "info": {"status": "deployed", "description": "%s"}}' "$rev" "$why" ;;
history*) printf '6\tsuperseded\trelease 6\n7\tdeployed\trelease 7\n' ;;
"get manifest orders --revision 6"*) echo "image: 6" ;;
"get "*) echo "image: $rev" ;;
esac`},
		changes: []string{"helm [rollback][orders][6][-n][shop][--kube-context][prod][--wait][--timeout][5m][--cleanup-on-fail]"},
		undo:    []string{"helm [rollback][orders][7][-n][shop][--kube-context][prod][--wait][--timeout][5m]"},
		wrong: map[string]string{
			"it failed":                 `echo '{"version": 8, "info": {"status": "failed", "description": "Rollback to 6"}}'; exit`,
			"the revision it came from": `echo '{"version": 7, "info": {"status": "deployed", "description": "Upgrade complete"}}'; exit`,
			"another revision":          `echo '{"version": 8, "info": {"status": "deployed", "description": "Rollback to 61"}}'; exit`,
		},
		offers: "undo helm-rollback, escalate, rollback k8s-undo context=prod namespace=shop",
	},
	"db-migrate": {
		values: "path=DIR database=orders dsn=postgres://deploy@db-1/orders target-version=7",
		tools: map[string]string{"migrate": `test "$PGPASSWORD" = ` + theSecret + ` || { echo "no password" >&2; exit 1; }
case "$*" in
*goto*) echo "$8" >STATE/version ;;
*version) cat STATE/version >&2 2>/dev/null || echo 9 >&2 ;;
esac`},
		changes: []string{"migrate [-path][DIR][-database][postgres://deploy@db-1/orders][-lock-timeout][30][goto][7]"},
		wrong:   map[string]string{"the version it came from": "echo 9 >&2; exit", "another with the same digit": "echo 17 >&2; exit", "dirty": "echo '7 (dirty)' >&2; exit"},
		offers:  "escalate",
	},
	"flag-launchdarkly": {
		values: "project=shop environment=production flag=new-checkout",
		serve: flagged(`{"environments": {"production": {"on": %t}}}`, func(r *http.Request, body string) (bool, bool) {
			return strings.Contains(body, "turnFlagOn"), r.Method == "PATCH"
		}),
		changes: []string{`PATCH app.launchdarkly.com/api/v2/flags/shop/new-checkout {"comment":"incident INC-1","environmentKey":"production","instructions":[{"kind":"turnFlagOff"}]}`},
		undo:    []string{`PATCH app.launchdarkly.com/api/v2/flags/shop/new-checkout {"comment":"incident INC-1","environmentKey":"production","instructions":[{"kind":"turnFlagOn"}]}`},
		wrong:   map[string]string{"still on": `200 {"environments": {"production": {"on": true}}}`, "another answer": `200 {"message": "approval required"}`},
		offers:  "undo flag-launchdarkly, escalate",
	},
	"flag-unleash": {
		values: "unleash=https://unleash.example.com project=default environment=production flag=new-checkout",
		serve: flagged(`{"enabled": %t}`, func(r *http.Request, _ string) (bool, bool) {
			return strings.HasSuffix(r.URL.Path, "/on"), r.Method == "POST"
		}),
		changes: []string{"POST unleash.example.com/api/admin/projects/default/features/new-checkout/environments/production/off "},
		undo:    []string{"POST unleash.example.com/api/admin/projects/default/features/new-checkout/environments/production/on "},
		wrong:   map[string]string{"still on": `200 {"enabled": true}`, "another answer": `200 {"message": "in review"}`},
		offers:  "undo flag-unleash, escalate",
	},
	"flag-http": {
		values: "state-url=https://config.example.com/flags/new-checkout flag=new-checkout",
		serve: flagged(`{"enabled": %t}`, func(r *http.Request, body string) (bool, bool) {
			return strings.Contains(body, "true"), r.Method == "PUT"
		}),
		changes: []string{`PUT config.example.com/flags/new-checkout {"enabled":false}`},
		undo:    []string{`PUT config.example.com/flags/new-checkout {"enabled":true}`},
		wrong:   map[string]string{"still on": `200 {"enabled": true}`, "another answer": `200 {"message": "in review"}`},
		offers:  "undo flag-http, escalate",
	},
	"cdn-cloudflare-url": {
		values: "zone-id=0123456789abcdef0123456789abcdef url=https://shop.example.com/app.js",
		serve: func(_ *world, r *http.Request, _ string) (int, string) {
			if r.Method == "HEAD" {
				return 200, "CF-Cache-Status: MISS"
			}
			return 200, `{"success": true, "result": {"name": "example.com"}}`
		},
		changes: []string{`POST api.cloudflare.com/client/v4/zones/0123456789abcdef0123456789abcdef/purge_cache {"files":["https://shop.example.com/app.js"]}`},
		wrong:   map[string]string{"the origin fails": "503", "it is gone": "404", "the old object": "200 CF-Cache-Status: STALE", "not from Cloudflare": "200 Server: nginx"},
		offers:  "escalate, rollback cdn-cloudflare-all url=https://shop.example.com/app.js zone-id=0123456789abcdef0123456789abcdef",
	},
	"cdn-cloudflare-all": {
		values: "zone-id=0123456789abcdef0123456789abcdef zone=example.com url=https://www.example.com/",
		serve: func(*world, *http.Request, string) (int, string) {
			return 200, `{"success": true, "result": {"name": "example.com"}}`
		},
		changes: []string{`POST api.cloudflare.com/client/v4/zones/0123456789abcdef0123456789abcdef/purge_cache {"purge_everything":true}`},
		wrong:   map[string]string{"the origin fails": "503", "it is gone": "404"},
		mute:    true,
		offers:  "escalate",
	},
	"cdn-fastly": {
		values:  "service-id=SU1Z0isxPaozGVKXdv0eY key=article-1234 url=https://www.example.com/",
		serve:   func(*world, *http.Request, string) (int, string) { return 200, `{"status": "ok"}` },
		changes: []string{"POST api.fastly.com/service/SU1Z0isxPaozGVKXdv0eY/purge/article-1234 "},
		wrong:   map[string]string{"the origin fails": "503", "it is gone": "404"},
		mute:    true,
		offers:  "escalate",
	},
	"cdn-cloudfront": {
		values:  "distribution=EDFDVBD632BHDS path=/assets/*",
		tools:   map[string]string{"aws": aws},
		changes: []string{"aws [cloudfront][create-invalidation][--distribution-id][EDFDVBD632BHDS][--invalidation-batch][Paths={Quantity=1,Items=[/assets/*]},CallerReference=INC-1-run-1][--query][Invalidation.Id][--output][text]"},
		wrong:   map[string]string{"still under way": `echo "Waiter InvalidationCompleted failed: Max attempts exceeded" >&2; exit 255`},
		mute:    true,
		offers:  "escalate",
	},
	"dns-route53": {
		values: "zone-id=Z0123456789ABC record=shop.example.com type=A value=192.0.2.10 ttl=60",
		tools:  map[string]string{"aws": aws, "dig": `cut -d' ' -f2 STATE/record 2>/dev/null || echo 192.0.2.20`},
		changes: []string{`aws [route53][change-resource-record-sets][--hosted-zone-id][Z0123456789ABC][--change-batch]` +
			`[{"Changes":[{"Action":"DELETE","ResourceRecordSet":{"Name":"shop.example.com","Type":"A","TTL":300,"ResourceRecords":[{"Value":"192.0.2.20"}]}},{"Action":"CREATE","ResourceRecordSet":{"Name":"shop.example.com","Type":"A","TTL":60,"ResourceRecords":[{"Value":"192.0.2.10"}]}}]}][--query][ChangeInfo.Id][--output][text]`},
		undo: []string{`aws [route53][change-resource-record-sets][--hosted-zone-id][Z0123456789ABC][--change-batch]` +
			`[{"Changes":[{"Action":"DELETE","ResourceRecordSet":{"Name":"shop.example.com","Type":"A","TTL":60,"ResourceRecords":[{"Value":"192.0.2.10"}]}},{"Action":"CREATE","ResourceRecordSet":{"Name":"shop.example.com","Type":"A","TTL":300,"ResourceRecords":[{"Value":"192.0.2.20"}]}}]}][--query][ChangeInfo.Id][--output][text]`},
		wrong: map[string]string{
			"not in sync":         `case "$*" in *wait*) echo "Waiter ResourceRecordSetsChanged failed: Max attempts exceeded" >&2; exit 255 ;; esac`,
			"the old record":      "case $1 in route53) ;; *) echo 192.0.2.20 ;; esac; exit",
			"one that is longer":  "case $1 in route53) ;; *) echo 192.0.2.100 ;; esac; exit",
			"no resolver answers": "case $1 in route53) ;; *) echo ';; no servers could be reached'; exit 9 ;; esac; exit",
		},
		offers: "undo dns-route53, escalate",
	},
	"dns-nsupdate": {
		values: "server=ns1.example.com zone=example.com record=shop.example.com type=A value=192.0.2.10 ttl=60 keyfile=/etc/warroom/key",
		tools: map[string]string{"nsupdate": `cat >STATE/update; sed -n 's/^update add [^ ]* \([0-9]*\) [A-Z]* /\1 /p' STATE/update >STATE/record; echo "$(tr '\n' ';' <STATE/update)" >>LOG`,
			"dig": `record=$(cat STATE/record 2>/dev/null || echo 300 192.0.2.20)
case "$*" in
*comments*) echo ";; flags: qr aa rd; QUERY: 1" ;;
*answer*) printf 'shop.example.com.\t%s\tIN\tA\t%s\n' $record ;;
*) echo "${record#* }" ;;
esac`},
		changes: []string{"nsupdate [-k][/etc/warroom/key]", "server ns1.example.com;zone example.com;prereq yxrrset shop.example.com A 192.0.2.20;update delete shop.example.com A;update add shop.example.com 60 A 192.0.2.10;send;"},
		undo:    []string{"nsupdate [-k][/etc/warroom/key]", "server ns1.example.com;zone example.com;prereq yxrrset shop.example.com A 192.0.2.10;update delete shop.example.com A;update add shop.example.com 300 A 192.0.2.20;send;"},
		wrong:   map[string]string{"the old record": "echo 192.0.2.20; exit", "one that is longer": "echo 192.0.2.100; exit", "no server answers": "echo ';; no servers could be reached'; exit 9"},
		offers:  "undo dns-nsupdate, escalate",
	},
	"dns-dnscontrol": {
		values: "folder=DIR commit=0a1b2c3d zone=example.com record=shop.example.com value=192.0.2.10",
		tools: map[string]string{"git": `case "$*" in *rev-parse*) echo 0a1b2c3d4e5f ;; esac`,
			"dnscontrol": `case "$1" in preview) echo "- A shop 192.0.2.20"; echo "+ A shop 192.0.2.10" ;; push) echo 192.0.2.10 >STATE/value ;; esac`,
			"dig":        `cat STATE/value 2>/dev/null || echo 192.0.2.20`},
		changes: []string{"dnscontrol [push][--domains][example.com]"},
		wrong:   map[string]string{"the old record": "echo 192.0.2.20; exit", "one that is longer": "echo 192.0.2.100; exit", "no resolver answers": "echo ';; no servers could be reached'; exit 9"},
		offers:  "escalate",
	},
	"git-revert": {
		values: "folder=DIR remote=origin branch=main commit=0a1b2c3d",
		tools: map[string]string{"git": `case "$*" in
*abbrev-ref*) echo main ;;
*"log --oneline"*) echo "0a1b2c3d faster checkout" ;;
*"revert --no-edit 9f"*) rm STATE/reverted ;;
*"revert --no-edit"*) touch STATE/reverted ;;
*"rev-parse HEAD") if test -e STATE/reverted; then echo 9f9f9f9f9f; else echo 0a1b2c3d4e; fi ;;
*ls-remote*) echo "9f9f9f9f9f	refs/heads/main" ;;
esac`},
		changes: []string{"git [-C][DIR][revert][--no-edit][0a1b2c3d]", "git [-C][DIR][push][origin][HEAD:main]"},
		undo:    []string{"git [-C][DIR][revert][--no-edit][9f9f9f9f9f]", "git [-C][DIR][push][origin][HEAD:main]"},
		wrong:   map[string]string{"the remote is as it was": "echo '0a1b2c3d4e	refs/heads/main'; exit", "a commit of somebody else": "echo '7e7e7e7e7e	refs/heads/main'; exit"},
		offers:  "undo git-revert, escalate",
	},
	"deploy-hook": {
		values: "service=checkout version=v2.31.0 hook-url=https://deploy.example.com/hook version-url=https://checkout.example.com/version",
		serve: func(w *world, r *http.Request, body string) (int, string) {
			if r.Method == "POST" {
				if m := regexp.MustCompile(`"version":"([^"]+)"`).FindStringSubmatch(body); m != nil {
					w.live = m[1]
				}
				return 202, "{}"
			}
			return 200, `{"version": "` + w.live + `"}`
		},
		changes: []string{`POST deploy.example.com/hook {"reason":"incident INC-1","service":"checkout","version":"v2.31.0"}`},
		undo:    []string{`POST deploy.example.com/hook {"reason":"incident INC-1","service":"checkout","version":"v2.32.0"}`},
		wrong:   map[string]string{"the version it came from": `200 {"version": "v2.32.0"}`, "one that is longer": `200 {"version": "v2.31.0-rc1"}`},
		offers:  "undo deploy-hook, escalate",
	},
}
