package sim_test

// compoundFaults are those of the compound.
func compoundFaults() []fault { return nil }
