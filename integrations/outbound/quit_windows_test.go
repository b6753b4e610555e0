package outbound_test

// quit does nothing: Windows has no such signal.
func quit() {}
