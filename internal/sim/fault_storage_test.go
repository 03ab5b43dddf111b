package sim_test

// storageFaults are those of the storage.
func storageFaults() []fault { return nil }
