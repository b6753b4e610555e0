package review

import (
	"strings"

	"warroom/model"
)

// Part is a part of the postmortem: its place in the template, the headings it
// is known by elsewhere, and what it is asked for.
type Part struct {
	Key     model.SectionKey // "" for a part that the record writes
	ID      string           // as in JSON and for templates
	Title   string
	Ask     string   // what belongs here, in one line
	Known   []string // other headings for the same, lower case
	Weight  int      // in the score
	Private bool     // left out of the public version
}

// Ids of the parts that the record writes.
const (
	PartFacts    = "facts"
	PartTimeline = "timeline"
	PartActions  = "action_items"
)

// Parts lists every part in the order of the document. Synonyms are those that
// published postmortems use.
var Parts = []Part{
	{ID: PartFacts, Title: "Incident Summary", Known: []string{"incident details", "overview", "metadata", "incident info", "status", "metrics", "statistics", "response analysis"}, Weight: 1},
	{Key: model.SecSummary, Title: "Summary", Ask: "What happened, to whom, for how long, in three sentences that a customer could read",
		Known: []string{"executive summary", "tl;dr", "tldr", "abstract", "synopsis", "incident summary", "high-level summary"}, Weight: 2},
	{ID: PartTimeline, Title: "Timeline", Known: []string{"timeline of events", "chronology", "sequence of events", "incident timeline", "what happened when", "events"}, Weight: 2},
	{Key: model.SecCustomer, Title: "Customer Impact", Ask: "How many users, which errors they saw, what it meant for the business",
		Known: []string{"impact", "user impact", "business impact", "impact on users", "impact analysis", "customer impact and scope", "who was affected"}, Weight: 2},
	{Key: model.SecTechnical, Title: "Technical Impact", Ask: "Which services were degraded, whether data was lost, which objectives were missed",
		Known: []string{"technical details", "affected services", "services affected", "system impact", "slo impact", "sla impact"}, Weight: 1},
	{Key: model.SecHappened, Title: "What Happened", Ask: "The story as those in it saw it at the time: what they knew, what they tried",
		Known: []string{"description", "incident description", "narrative", "what went wrong", "background", "detailed description", "details", "incident"}, Weight: 2},
	{Key: model.SecWhy, Title: "Why It Happened", Ask: "The conditions that made it possible, several of them",
		Known: []string{"root cause", "root causes", "root cause analysis", "cause", "causes", "analysis", "trigger", "root cause and trigger", "five whys", "5 whys", "why"}, Weight: 2},
	{Key: model.SecFactors, Title: "Contributing Factors", Ask: "Tick what applies",
		Known: []string{"contributing causes", "factors", "contributors", "contributing conditions"}, Weight: 1},
	{Key: model.SecWell, Title: "What Went Well", Ask: "What helped: tools, habits, people's moves",
		Known: []string{"went well", "what worked", "what worked well", "things that went well", "positives", "what we did well"}, Weight: 1, Private: true},
	{Key: model.SecImprove, Title: "What Could Be Improved", Ask: "What made it harder than it had to be",
		Known: []string{"what went poorly", "what went badly", "what didn't go well", "improvements", "what could have gone better", "areas for improvement", "things that went poorly", "what didn't go so well", "where we got stuck"}, Weight: 1, Private: true},
	{Key: model.SecLucky, Title: "Lucky Factors", Ask: "What could have made it worse but did not",
		Known: []string{"where we got lucky", "lucky", "luck", "got lucky", "where we were lucky", "what we got lucky with"}, Weight: 1, Private: true},
	{ID: PartActions, Title: "Action Items", Known: []string{"actions", "follow-ups", "follow ups", "followups", "follow up actions", "follow-up actions", "next steps", "corrective actions", "remediation", "remediation items", "preventive measures", "preventative measures", "todo", "todos", "tasks", "improvement actions", "action plan"}, Weight: 2},
	{Key: model.SecLessons, Title: "Lessons Learned", Ask: "What you know now and did not know before",
		Known: []string{"lessons", "learnings", "key learnings", "takeaways", "what we learned", "key takeaways"}, Weight: 1},
	{Key: model.SecDocs, Title: "Supporting Documentation", Ask: "Links to logs, graphs, runbooks",
		Known: []string{"links", "references", "supporting information", "appendix", "resources", "related links", "documentation", "supporting docs"}, Weight: 1, Private: true},
}

// PartOf finds the part that a heading stands for: by its title, its key or a
// synonym, whatever the case, numbers in front or signs around it.
func PartOf(heading string) (Part, bool) {
	h := plainHeading(heading)
	if h == "" {
		return Part{}, false
	}
	for _, p := range Parts {
		if h == strings.ToLower(p.Title) || h == strings.ReplaceAll(string(p.Key), "_", " ") || h == strings.ReplaceAll(p.ID, "_", " ") {
			return p, true
		}
	}
	for _, p := range Parts {
		for _, k := range p.Known {
			if h == k {
				return p, true
			}
		}
	}
	return Part{}, false
}

// PartFor returns the part of a section that people write.
func PartFor(k model.SectionKey) Part {
	for _, p := range Parts {
		if p.Key == k {
			return p
		}
	}
	return Part{Key: k, Title: k.String()}
}

func plainHeading(h string) string {
	h = strings.ToLower(model.Visible(h))
	h = strings.Trim(h, " #*_:\t0123456789.)-—?!")
	return strings.Join(strings.Fields(h), " ")
}

// Factors is the checklist of contributing factors, with the words that speak
// for each in the record.
var Factors = []struct {
	Title string
	words []string
}{
	{"Recent deployment", []string{"deploy", "release", "rollout", "rolled out"}},
	{"Configuration change", []string{"config", "feature flag", "flag ", "setting", "migration"}},
	{"Infrastructure issue", []string{"disk", "node ", "network", "hardware", "dns", "host ", "memory", "cpu"}},
	{"Dependency failure", []string{"dependency", "upstream", "provider", "third party", "third-party", "vendor"}},
	{"Traffic spike", []string{"traffic", "spike", "load ", "surge", "retries"}},
}
