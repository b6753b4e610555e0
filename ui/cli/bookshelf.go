package cli

import (
	"context"
	"os"
	"sync"
	"sync/atomic"

	"warroom/runbooks/library"
)

// liveShelf gives the library as its files are now, for a screen that stays open.
// It is read when it is first asked for, so that the first frame does not wait for
// it, and again whenever a file changes, which the channel tells.
func (a *app) liveShelf(ctx context.Context, named ...string) (func() *library.Library, <-chan struct{}) {
	changed := make(chan struct{}, 1)
	var now atomic.Pointer[library.Library]
	begin := sync.OnceFunc(func() {
		work, _ := os.Getwd()
		dirs := library.Dirs(work, named...)
		now.Store(library.Load(dirs))
		// Where changes cannot be seen, what was read stays good.
		go func() {
			_ = library.Watch(ctx, dirs, func(l *library.Library) {
				now.Store(l)
				select {
				case changed <- struct{}{}:
				default: // it is told already
				}
			})
		}()
	})
	return func() *library.Library {
		begin()
		return now.Load()
	}, changed
}
