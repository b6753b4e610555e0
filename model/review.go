package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Writeup is the postmortem on its way: how far it is, and what was written. Who
// writes it and by when is in ReviewPlan.
type Writeup struct {
	State    ReviewState     `json:"state,omitempty"` // "": nobody has begun
	Since    time.Time       `json:"since,omitzero"`  // in that state
	Sections []ReviewSection `json:"sections,omitempty"`
	Whys     []Why           `json:"whys,omitempty"`
	LastWhy  int             `json:"last_why,omitempty"` // the highest number given, also of one taken back
	Tree     KeptTree        `json:"tree,omitzero"`
}

// ReviewState is how far a postmortem has come.
type ReviewState string

// The states of a postmortem. Going back is allowed.
const (
	ReviewDraft     ReviewState = "draft"
	ReviewInReview  ReviewState = "in_review"
	ReviewReviewed  ReviewState = "reviewed"
	ReviewPublished ReviewState = "published"
	ReviewClosed    ReviewState = "closed"
)

// ReviewStates lists them in order.
var ReviewStates = []ReviewState{ReviewDraft, ReviewInReview, ReviewReviewed, ReviewPublished, ReviewClosed}

// String is the state in plain words.
func (s ReviewState) String() string {
	if s == "" {
		return "not begun"
	}
	return strings.ReplaceAll(string(s), "_", " ")
}

// Settled reports whether nothing is due any more: published or closed.
func (s ReviewState) Settled() bool { return s == ReviewPublished || s == ReviewClosed }

// ParseReviewState reads a state by name or by an unambiguous beginning.
func ParseReviewState(s string) (ReviewState, error) {
	t := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(s)))
	if st, ok := unique(t, ReviewStates); ok {
		return st, nil
	}
	return "", Errorf(Invalid, "%q is no state of a postmortem: give one of %s", Brief(s, 30), join(ReviewStates))
}

// SectionKey names a section of the postmortem that people write.
type SectionKey string

// The sections that people write, after the seed's template. What the record
// knows better (summary table, timeline, action items) is no section.
const (
	SecProblem    SectionKey = "problem" // what the whys begin with
	SecSummary    SectionKey = "summary"
	SecCustomer   SectionKey = "customer_impact"
	SecTechnical  SectionKey = "technical_impact"
	SecHappened   SectionKey = "what_happened"
	SecWhy        SectionKey = "why_it_happened"
	SecFactors    SectionKey = "contributing_factors"
	SecWell       SectionKey = "went_well"
	SecImprove    SectionKey = "could_be_improved"
	SecLucky      SectionKey = "lucky_factors"
	SecLessons    SectionKey = "lessons_learned"
	SecDocs       SectionKey = "supporting_documentation"
	maxReviewText            = MaxText
)

// SectionKeys lists them in the order of the document.
var SectionKeys = []SectionKey{
	SecProblem, SecSummary, SecCustomer, SecTechnical, SecHappened, SecWhy, SecFactors,
	SecWell, SecImprove, SecLucky, SecLessons, SecDocs,
}

// String is the section in plain words.
func (k SectionKey) String() string { return strings.ReplaceAll(string(k), "_", " ") }

// ParseSectionKey reads a section by name or by an unambiguous beginning.
func ParseSectionKey(s string) (SectionKey, error) {
	t := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(s)))
	if k, ok := unique(t, SectionKeys); ok {
		return k, nil
	}
	return "", Errorf(Invalid, "%q is no section: give one of %s", Brief(s, 40), join(SectionKeys))
}

// ReviewSection is a section as it was last written.
type ReviewSection struct {
	Key  SectionKey `json:"section"`
	Text string     `json:"text"`
	By   string     `json:"by"`
	At   time.Time  `json:"at"`
	Seq  int64      `json:"seq"` // the event that wrote it; what the next edit must name as its base
}

// Section returns a section; its Seq is 0 if nobody has written it.
func (r Writeup) Section(k SectionKey) ReviewSection {
	for _, s := range r.Sections {
		if s.Key == k {
			return s
		}
	}
	return ReviewSection{Key: k}
}

const (
	KindReviewWritten Kind = "review_written"
	KindReviewMoved   Kind = "review_moved"
)

var (
	_ = register(KindReviewWritten, newBody[ReviewWritten])
	_ = register(KindReviewMoved, newBody[ReviewMoved])
)

// ReviewWritten is a new text of a section. Base is the event whose text it
// replaces, 0 for the first.
type ReviewWritten struct {
	Section SectionKey `json:"section"`
	Line    string     `json:"text"`
	Base    int64      `json:"base"`
}

func (b *ReviewWritten) Text() string {
	if b.Line == "" {
		return fmt.Sprintf("postmortem: emptied %s", b.Section)
	}
	first, _, _ := strings.Cut(strings.TrimSpace(b.Line), "\n")
	return fmt.Sprintf("postmortem: %s: %s", b.Section, first)
}
func (b *ReviewWritten) Important() bool { return false }

func (b *ReviewWritten) fold(i *Incident, e Event) {
	s := ReviewSection{b.Section, b.Line, e.Actor, e.At, e.Seq}
	if i.Writeup.State == "" {
		i.Writeup.State, i.Writeup.Since = ReviewDraft, e.At
	}
	for k := range i.Writeup.Sections {
		if i.Writeup.Sections[k].Key == b.Section {
			i.Writeup.Sections[k] = s
			return
		}
	}
	i.Writeup.Sections = append(i.Writeup.Sections, s)
}

// ReviewMoved says how far the postmortem is.
type ReviewMoved struct {
	From   ReviewState `json:"from,omitempty"`
	To     ReviewState `json:"to"`
	Reason string      `json:"reason,omitempty"`
}

func (b *ReviewMoved) Text() string {
	return fmt.Sprintf("postmortem %s", b.To) + because(b.Reason)
}
func (b *ReviewMoved) Important() bool { return b.To == ReviewPublished }

func (b *ReviewMoved) fold(i *Incident, e Event) { i.Writeup.State, i.Writeup.Since = b.To, e.At }

// WriteReview writes a section. Base is the Seq of the text that the writer had
// before the eyes, so that nobody's words are lost without a word.
type WriteReview struct {
	Section SectionKey
	Text    string
	Base    int64
}

// Decide refuses an unknown section, a text that is there already, and one that
// was written on top of an older one: the caller still has its text and can read
// the newer one from the incident.
func (c WriteReview) Decide(s Scene) ([]Draft, error) {
	if !slices.Contains(SectionKeys, c.Section) {
		return nil, Errorf(Invalid, "%q is no section: give one of %s", Brief(string(c.Section), 40), join(SectionKeys))
	}
	text := strings.TrimRight(strings.ReplaceAll(Valid(c.Text), "\r\n", "\n"), " \t\n")
	if len(text) > maxReviewText {
		return nil, Errorf(Invalid, "the section is too long: %d bytes, at most %d; put the rest in a file and name it", len(text), maxReviewText)
	}
	now := s.Incident.Writeup.Section(c.Section)
	if now.Seq != c.Base {
		return nil, Errorf(Conflict, "%s was written by %s meanwhile (#%d): read that text and write again; yours was not written", c.Section, now.By, now.Seq)
	}
	if now.Text == text && now.Seq != 0 { // before the first, emptying says that what the record drafted is not wanted
		return nil, Errorf(Conflict, "nothing would change")
	}
	return []Draft{{Kind: KindReviewWritten, Body: &ReviewWritten{c.Section, text, c.Base}}}, nil
}

// MoveReview says how far the postmortem is.
type MoveReview struct {
	To     ReviewState
	Reason string
}

// Decide refuses the state that it has. Publishing reaches the milestone.
func (c MoveReview) Decide(s Scene) ([]Draft, error) {
	if !slices.Contains(ReviewStates, c.To) {
		return nil, Errorf(Invalid, "%q is no state of a postmortem: give one of %s", Brief(string(c.To), 30), join(ReviewStates))
	}
	from := s.Incident.Writeup.State
	if from == c.To {
		return nil, Errorf(Conflict, "the postmortem is %s already", c.To)
	}
	if s.Incident.Status.Live() && c.To.Settled() {
		return nil, Errorf(Conflict, "%s is still going on: resolve it before its postmortem is %s", s.Incident.ID, c.To)
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	drafts := []Draft{{Kind: KindReviewMoved, Body: &ReviewMoved{from, c.To, reason}}}
	if c.To == ReviewPublished {
		drafts = append(drafts, s.reach(PostmortemPublished, Millis(s.Now), s.next())...)
	}
	return drafts, nil
}
