package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// HoldDigest names what an approval is about: the group, exactly these people
// with these classes, and the configuration. For a no_baseline hold, roster
// are the reference_ids that would be sent.
func HoldDigest(group, configHash string, removals []roster.Removal, rosterRefs []string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q\n", group, configHash)
	for _, r := range removals {
		fmt.Fprintf(h, "- %q %s\n", r.ReferenceID, r.Class)
	}
	for _, ref := range rosterRefs {
		fmt.Fprintf(h, "+ %q\n", ref)
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

// covers reports whether an approved hold lets these removals through: it has
// not lapsed, was given under the same configuration, and names every one of
// them with the same class. A smaller set passes, a bigger or other one not.
func covers(hold roster.Hold, configHash string, removals []roster.Removal, now time.Time) bool {
	if !live(hold, configHash, now) {
		return false
	}
	approved := named(hold)
	for _, r := range removals {
		if !approved[r] {
			return false
		}
	}
	return true
}

// named is the set of a hold.
func named(hold roster.Hold) map[roster.Removal]bool {
	set := make(map[roster.Removal]bool, len(hold.Removals))
	for _, r := range hold.Removals {
		set[r] = true
	}
	return set
}

// adopts reports whether an approved no_baseline hold lets this roster be the
// first: everybody whom the approver saw in it is still there, or waits for a group
// that has them to let them go.
func adopts(hold roster.Hold, configHash string, entries []roster.Enrolled, waiting []string, now time.Time) bool {
	if !live(hold, configHash, now) || hold.Reason != roster.ReasonNoBaseline {
		return false
	}
	have := make(map[string]bool, len(entries)+len(waiting))
	for i := range entries {
		have[entries[i].Member.ReferenceID] = true
	}
	for _, ref := range waiting {
		have[ref] = true
	}
	for _, ref := range hold.Roster {
		if !have[ref] {
			return false
		}
	}
	return true
}

func live(hold roster.Hold, configHash string, now time.Time) bool {
	return hold.State == roster.HoldApproved && hold.ConfigHash == configHash && now.Before(hold.ExpiresAt)
}
