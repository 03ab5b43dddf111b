package sim_test

// networkFaults are those of the network.
func networkFaults() []fault { return nil }
