//go:build !windows

package outbound

// exposed says that the rights of a file tell who may read it.
const exposed = true
