package outbox

import (
	"regexp"
	"slices"
)

// secrets are the shapes of credentials that people paste into a room by
// mistake. Each keeps group 1, if it has one, in front of the mark.
var secrets = []struct {
	name string
	re   *regexp.Regexp
}{
	{"private key", regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)`)},
	{"Slack token", regexp.MustCompile(`\bx(?:ox[abeoprs]|app)-[0-9A-Za-z-]{10,}`)},
	{"Slack webhook", regexp.MustCompile(`https://hooks\.slack\.com/(?:services|workflows|triggers)/[\w/+-]{20,}`)},
	{"Teams webhook", regexp.MustCompile(`https://[\w.-]+\.(?:webhook\.office|logic\.azure|powerplatform)\.com[^\s"'<>]{20,}`)},
	{"Discord webhook", regexp.MustCompile(`https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/[\w/-]{20,}`)},
	{"Atlassian token", regexp.MustCompile(`\bATATT3[A-Za-z0-9_=-]{20,}`)},
	{"AWS key", regexp.MustCompile(`\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b`)},
	{"AWS secret", regexp.MustCompile(`(?i)(aws_?secret_?(?:access_?)?key\W{1,4})[A-Za-z0-9/+]{40}\b`)},
	{"GitHub token", regexp.MustCompile(`\b(?:gh[opsur]_[A-Za-z0-9]{36,}|github_pat_\w{22,})`)},
	{"GitLab token", regexp.MustCompile(`\bgl(?:pat|dt|rt|ptt)-[\w-]{20,}`)},
	{"Grafana token", regexp.MustCompile(`\bgl(?:sa|c)_[A-Za-z0-9+/=_]{32,}`)},
	{"Google key", regexp.MustCompile(`\bAIza[\w-]{35}`)},
	{"Stripe key", regexp.MustCompile(`\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}`)},
	{"OpenAI key", regexp.MustCompile(`\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{24,}`)},
	{"JWT", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`)},
	{"ntfy token", regexp.MustCompile(`\btk_[a-z0-9]{29}\b`)},
	{"PagerDuty key", regexp.MustCompile(`(?i)((?:pagerduty|routing[_ -]?key|integration[_ -]?key)[^\n]{0,20}?\b)(?:[0-9a-f]{32}|[uy][+_][\w+-]{18})`)},
	{"authorization header", regexp.MustCompile(`(?i)(\bauthorization["']?\s*[:=]\s*["']?(?:(?:bearer|basic|token|oauth|genieKey)\s+)?(?:token=)?)[\w.~+/=-]{8,}`)},
	{"password in an address", regexp.MustCompile(`(\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{0,100}:)[^\s/@]{1,200}(?:@)`)},
	{"password", regexp.MustCompile(`(?i)(\b(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token)["']?\s*[:=]\s*["']?)[^\s"',;]{6,}`)},
}

// hiddenMark stands where a secret was.
const hiddenMark = "[hidden]"

// Redact takes out of a text what looks like a credential, and names the sorts
// that it found. It errs on the side of hiding; Redact of its own result changes
// nothing.
func Redact(text string) (clean string, found []string) {
	for _, s := range secrets {
		if !s.re.MatchString(text) {
			continue
		}
		to := hiddenMark
		if s.re.NumSubexp() > 0 {
			to = "${1}" + hiddenMark
		}
		if s.name == "password in an address" {
			to += "@"
		}
		out := s.re.ReplaceAllString(text, to)
		if out != text && !slices.Contains(found, s.name) {
			found = append(found, s.name)
		}
		text = out
	}
	return text, found
}
