package sim_test

// vitableFaults are those of the vitable.
func vitableFaults() []fault { return nil }
