package cli

import (
	"context"
	"maps"
	"slices"
	"time"

	"warroom/model"
	"warroom/model/alert"
	"warroom/runbooks/library"
	"warroom/storage"
)

// alertsRead bounds how many alerts of an incident are looked at for what they have
// in common.
const alertsRead = 200

// alertFacts are the labels that the alerts of an incident agree on, and the
// metrics that they carry. A label that two of them have with different values is
// nobody's: it must not fill in a target. Without a record to ask there are none.
func alertFacts(s *storage.Store, inc *model.Incident) (labels map[string]string, metrics []string) {
	labels = map[string]string{}
	if inc == nil || inc.ID == "" || len(inc.Alerts) == 0 {
		return labels, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	items, err := s.AlertItems(ctx, alert.Pick{Incident: inc.ID, Limit: alertsRead})
	if err != nil {
		return labels, nil
	}
	differ, seen := map[string]bool{}, map[string]bool{}
	for _, it := range items {
		for k, v := range it.Labels {
			if have, ok := labels[k]; ok && have != v {
				differ[k] = true
			}
			labels[k] = v
		}
		for m := range it.Metrics {
			seen[m] = true
		}
	}
	for k := range differ {
		delete(labels, k)
	}
	return labels, slices.Sorted(maps.Keys(seen))
}

// asks is what an incident asks of the library, its alerts looked at.
func asks(s *storage.Store, inc *model.Incident) library.Query {
	q := library.For(inc)
	q.Labels, q.Metrics = alertFacts(s, inc)
	return q
}
