package model

import "strings"

// KindDetectionSet records how an incident came to be known.
const KindDetectionSet Kind = "detection_set"

var _ = register(KindDetectionSet, newBody[DetectionSet])

// Detection is how an incident came to be known. "" is unknown.
type Detection string

// The kinds of detection.
const (
	ByMonitoring Detection = "automated_monitoring" // an alert of a monitoring system
	ByCustomer   Detection = "customer_report"      // tickets, social media
	ByTeam       Detection = "internal_discovery"   // somebody of ours noticed
	BySynthetic  Detection = "synthetic_monitoring" // an automated journey of a user
)

// Detections lists them in the order of the specification.
var Detections = []Detection{ByMonitoring, ByCustomer, ByTeam, BySynthetic}

// Words is the kind in plain words.
func (d Detection) Words() string {
	if d == "" {
		return "unknown"
	}
	return strings.ReplaceAll(string(d), "_", " ")
}

// ParseDetection reads a kind by name, by an unambiguous beginning, or by the
// word that people say for it.
func ParseDetection(s string) (Detection, error) {
	t := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(s)))
	switch t {
	case "monitoring", "alert":
		t = string(ByMonitoring)
	case "us", "team":
		t = string(ByTeam)
	}
	if d, ok := unique(t, Detections); ok {
		return d, nil
	}
	return "", Errorf(Invalid, "%q is no kind of detection: give one of %s", Brief(s, 40), join(Detections))
}

// DetectionSet says how the incident came to be known.
type DetectionSet struct {
	By  Detection `json:"detection"`
	Was Detection `json:"was,omitempty"`
}

func (b *DetectionSet) Text() string    { return "detected by " + b.By.Words() }
func (b *DetectionSet) Important() bool { return false }

func (b *DetectionSet) fold(i *Incident, _ Event) { i.Detection = b.By }

// SetDetection says or corrects how the incident came to be known.
type SetDetection struct{ By Detection }

// Decide refuses what is no kind of detection, and what is said already.
func (c SetDetection) Decide(s Scene) ([]Draft, error) {
	d, err := ParseDetection(string(c.By))
	if err != nil {
		return nil, err
	}
	if d == s.Incident.Detection {
		return nil, Errorf(Conflict, "%s was detected by %s already", s.Incident.ID, d.Words())
	}
	return []Draft{{Kind: KindDetectionSet, Body: &DetectionSet{d, s.Incident.Detection}}}, nil
}
