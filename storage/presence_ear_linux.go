package storage

import (
	"bytes"
	"encoding/binary"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// earHearsDeath: the kernel closes the files of a process that dies, and that is
// heard like any other closing.
const earHearsDeath = true

// ear hears what happens in a folder. It asks the kernel itself, since the
// package that does so for the bell does not tell of files being closed.
type ear struct {
	heard chan sound // closed when nothing more can be heard
	f     *os.File
	quit  chan struct{}
	once  sync.Once
}

func listen(dir string) (*ear, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "inotify")
	const mask = unix.IN_MODIFY | unix.IN_CLOSE_WRITE | unix.IN_DELETE | unix.IN_MOVED_TO | unix.IN_MOVED_FROM |
		unix.IN_DELETE_SELF | unix.IN_MOVE_SELF | unix.IN_ONLYDIR | unix.IN_DONT_FOLLOW | unix.IN_EXCL_UNLINK
	if _, err := unix.InotifyAddWatch(fd, dir, mask); err != nil {
		f.Close()
		return nil, err
	}
	e := &ear{heard: make(chan sound), f: f, quit: make(chan struct{})}
	go e.run()
	return e, nil
}

func (e *ear) run() {
	defer close(e.heard)
	buf := make([]byte, 4096) // at least one event fits: its name has at most 255 bytes
	for {
		n, err := e.f.Read(buf)
		if err != nil {
			return
		}
		for b := buf[:n]; len(b) >= unix.SizeofInotifyEvent; {
			mask := binary.NativeEndian.Uint32(b[4:])
			end := unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(b[12:]))
			if end > len(b) {
				break
			}
			name, _, _ := bytes.Cut(b[unix.SizeofInotifyEvent:end], []byte{0})
			b = b[end:]
			if mask&unix.IN_IGNORED != 0 {
				return
			}
			if len(name) > 0 && !isSeat(string(name)) {
				continue
			}
			select { // without a name: the folder itself, or more than the kernel could keep
			case e.heard <- sound{string(name), mask&unix.IN_CLOSE_WRITE != 0}:
			case <-e.quit:
				return
			}
		}
	}
}

func (e *ear) close() {
	e.once.Do(func() {
		close(e.quit)
		e.f.Close()
	})
}
