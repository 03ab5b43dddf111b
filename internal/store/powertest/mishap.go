package powertest

// Kind is what goes wrong with a disk.
type Kind int

// What goes wrong.
const (
	// Failure is one effect that fails: half of what is written gets through, what is
	// synced is lost in part for good, and what is deleted or truncated stays.
	Failure Kind = iota
	// Broken is a disk on which that effect and everything after it fails.
	Broken
	// Full is a disk on which from then on no file becomes longer or is made.
	Full
	// Lie is a disk that does not sync from then on, and says that it did.
	Lie
	// PowerCut is the power that goes while the effect is under way. Whoever is still
	// there gets errors.
	PowerCut
)

// String is the kind in a few words.
func (k Kind) String() string {
	return [...]string{"an effect fails", "the disk breaks", "the disk is full", "the disk lies", "the power goes"}[k]
}

// Mishap is what goes wrong, and when.
type Mishap struct {
	Kind Kind
	At   int    // the effect, counted from 1; 0: never
	Then func() // called when it does; it may be nil, and must not touch the disk
}

// lot is what becomes of one effect.
type lot int

const (
	done   lot = iota
	failed     // and half done
	full       // failed, where it needs space
	untrue     // said to be done, where it is a sync
	cut        // under way when the power goes
	dark       // after that
)

// fate is how much a power cut leaves of what was not synced.
type fate int

const (
	allLost fate = iota
	allKept
	inOrder   // the older part of it
	scattered // any sectors of it
	fates
)
