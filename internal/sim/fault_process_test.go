package sim_test

// processFaults are those of the process.
func processFaults() []fault { return nil }
