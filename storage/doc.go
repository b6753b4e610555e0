// Package storage keeps the record: all events of all incidents in one SQLite
// file that any number of processes on one machine share.
//
// It may import model and, of the outside, the SQLite driver and the watcher of
// folders. Nothing but SQLite ever opens the database files: closing any other
// descriptor of them would drop SQLite's locks.
//
//	model.Request
//	    │ Do
//	    ▼
//	gate ▸ BEGIN IMMEDIATE ▸ snapshot ▸ Decide ▸ Seal ▸ event, projections ▸ COMMIT
//	(whose                                                                     │
//	 turn it is;                                                  one byte to the bell
//	 advisory)                                                                 │
//	                every process: bell or tick ▸ data_version ▸ events after the cursor
//	                                                                           │
//	                                                           Watch: batches, Reset, Err
//
// Only the table event is the record. The others are projections of it, written
// in the same transaction, which Rebuild makes anew:
//
//	incident   a row for lists       snapshot  the fold, so that Do never replays
//	entry      the timeline's order  amendment which event corrects which entry
//	entry_text the words, by FTS5       term    the words themselves, for beginnings
//	indexed    how far entry_text goes  pending earlier entries corrected since
//
// Beside warroom.db lie SQLite's -wal and -shm, warroom.db-gate, where writers
// stand in line, and warroom.db-bell, the folder that readers watch.
//
// Reading order: store.go, conn.go, write.go, do.go, watch.go.
package storage
