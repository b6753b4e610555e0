package model

import "slices"

// Since turns a run of events into the entries that somebody who was away has
// to read, in the order of the timeline: each as it stands at the end of the
// run. A correction of an entry within the run is applied to it; one of an
// earlier entry is a line of its own. Milestones that only follow from another
// event are left out.
func Since(events []Event) []Entry {
	var out []Entry
	at := map[int64]int{} // place in out, by seq
	for _, e := range events {
		switch b := e.Body.(type) {
		case *MilestoneMark:
			if b.Auto {
				continue
			}
		case *Amendment:
			if k, ok := at[b.Target]; ok {
				out[k].Amend(b)
				continue
			}
		}
		at[e.Seq] = len(out)
		out = append(out, NewEntry(e))
	}
	slices.SortStableFunc(out, func(a, b Entry) int {
		if a.Pos().Before(b.Pos()) {
			return -1
		}
		return 1
	})
	return out
}
