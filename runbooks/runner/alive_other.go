//go:build !unix

package runner

// alive is true where it cannot be known.
func alive(int) bool { return true }
