package sim_test

// sourceFaults are those of the source.
func sourceFaults() []fault { return nil }
