package upkeep

// own is nothing: files belong to the owner of their folder there.
func own(string, ...string) error { return nil }
