// Package ui is the war room on the screen: one Bubble Tea program over the
// record. It imports model and nothing else of ours; what it needs of the store
// it declares itself, as the small interface Store.
//
//	key ──▶ App.Update ──▶ dialog? text field? ──▶ action (actions.go)
//	                                                  │ builds a model.Command
//	                                                  ▼
//	            queue (send.go), one at a time ──▶ Store.Do ──▶ doneMsg
//	                                                               │ events
//	other terminals ──▶ Store.Watch ──▶ changeMsg ─────────────────┤
//	                                                               ▼
//	                             fold into the room, timeline, list; then View
//
// Only App is a tea.Model. Panes are plain structs that App calls: they hold
// state and give lines of text. arrange (layout.go) is a pure function from the
// size of the window to rectangles. Whatever takes time is a tea.Cmd that ends in
// one named message; Update never waits.
//
// Reading order: layout.go, actions.go, app.go, timeline.go, composer.go.
package ui
