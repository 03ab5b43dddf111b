package sim_test

// timeFaults are those of the time.
func timeFaults() []fault { return nil }
