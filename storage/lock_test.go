package storage

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"warroom/model"
)

// One target is rolled back by one run at a time, whoever is faster: looking and
// taking it are one transaction, over all open incidents.
func TestOneRollbackOfATarget(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	stores := []*Store{openStore(t, path, Options{}), openStore(t, path, Options{})}
	const rooms = 8
	ids := make([]string, rooms)
	for k := range ids {
		ids[k] = declare(t, stores[0], fmt.Sprintf("incident %d", k))
	}
	start := model.StartRun{Book: "k8s-undo", Title: "Back", Rollback: true, Lock: "k8s/prod/shop/orders",
		Steps: []model.RunStep{{ID: "execute", Title: "Roll back", Actions: []model.RunAction{{Text: "undo", Kind: "command"}}}}}
	errs := make([]error, rooms)
	var wg sync.WaitGroup
	for k := range ids {
		wg.Go(func() {
			_, errs[k] = stores[k%2].Do(bg, ids[k], model.Request{Actor: fmt.Sprintf("person-%d", k), Command: start})
		})
	}
	wg.Wait()
	holder := -1
	for k, err := range errs {
		if err == nil {
			if holder >= 0 {
				t.Fatalf("%d and %d both hold the target", holder, k)
			}
			holder = k
		}
	}
	if holder < 0 {
		t.Fatal(errs)
	}
	for k, err := range errs {
		if want := fmt.Sprintf("by person-%d already, run 1 of %s", holder, ids[holder]); k != holder && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%d: %v", k, err)
		}
	}
	// It is free again when the run, or the whole incident, is over.
	do(t, stores[0], ids[holder], "ann", model.EndRun{N: 1, Outcome: model.RunDeclined})
	other := ids[(holder+1)%rooms]
	do(t, stores[1], other, "ann", start)
	_, err := stores[0].Do(bg, ids[holder], model.Request{Actor: "bob", Command: start})
	refused(t, err, model.Conflict, "run 1 of "+other)
	do(t, stores[1], other, "ann", model.SetStatus{To: model.Canceled, Reason: "a false alarm"})
	do(t, stores[0], ids[holder], "bob", start)
}
