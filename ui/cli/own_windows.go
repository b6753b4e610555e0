package cli

// ownOnly is settled by the rights of the folder here.
func ownOnly(string) error { return nil }
