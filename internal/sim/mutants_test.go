package sim_test

// mutants are the deliberate bugs: ways in which somebody could lose coverage,
// or rosterd could tell what is not so.
func mutants() []mutant {
	return []mutant{
		{
			"the guard counts absences only", "plan/guard.go",
			"if g.passing(always)+c.Earlier.People > l.allowed(l.MaxRemovals, before) {",
			"if g.passing(absent)+c.Earlier.People > l.allowed(l.MaxRemovals, before) {",
		},
		{
			"each round has a limit of its own", "plan/guard.go",
			"if g.passing(always)+c.Earlier.People > l.allowed(l.MaxRemovals, before) {",
			"if g.passing(always) > l.allowed(l.MaxRemovals, before) {",
		},
		{
			"whom an unknown roster left out does not count for the week", "plan/hold.go",
			"m.in.Recent[d.name] + m.returning(d),",
			"m.in.Recent[d.name],",
		},
		{
			"nor does such a one who is held", "plan/guard.go",
			"recent := c.Recent + g.gone()",
			"recent := c.Recent + 0*g.gone()",
		},
		{
			"no limit for absences", "plan/guard.go",
			"if g.passing(absent)+c.Earlier.Absent > l.allowed(l.MaxAbsent, before) {",
			"if false {",
		},
		{
			"no limit for a run", "plan/make.go",
			"return leaving > 0 && leaving > in.Limits.AllowedInRun(people)",
			"return leaving < 0 && leaving > in.Limits.AllowedInRun(people)",
		},
		{
			"whom a roster without an outcome lets go does not count for the run", "reconcile/tally.go",
			"if before := all[group]; !selected[group] {",
			"if before := all[group]; false {",
		},
		{
			"no limit for a week", "plan/guard.go",
			"rest > 0 && rest+recent > l.allowedRolling(c.Baseline+recent)",
			"rest > 0 && rest > l.allowedRolling(c.Baseline+recent)",
		},
		{
			"an emptied group passes", "plan/guard.go",
			"if c.Remaining == 0 {",
			"if c.Remaining < 0 {",
		},
		{
			"a changed configuration passes", "plan/guard.go",
			"if c.ConfigChanged {",
			"if c.ConfigChanged && false {",
		},
		{
			"another reference_id passes", "plan/guard.go",
			"g.hold(roster.ReasonRekeyed, func(s Suspect) bool { return s.Class == roster.Replaced })",
			"",
		},
		{
			"an invalid row is dropped", "plan/enrolled.go",
			"case problem.Kind != \"\":\n\t\treturn treatment{kind: carryLast, why: roster.CarriedInvalid, problem: problem}\n\tcase isAnotherPerson",
			"case problem.Kind != \"\":\n\t\treturn treatment{kind: leaveOut, class: roster.Ineligible, problem: problem}\n\tcase isAnotherPerson",
		},
		{
			"no grace for the absent", "plan/enrolled.go",
			"case p == nil && missed < limits.AbsencePulls:",
			"case p == nil && missed < limits.AbsencePulls-1:",
		},
		{
			"the row that is left is believed at once", "plan/make.go",
			"p != nil && problem.Kind == \"\" && pulls < grace {",
			"p != nil && problem.Kind == \"\" && pulls < 0*grace {",
		},
		{
			"failed pulls count for the grace", "plan/make.go",
			"case !m.in.CountPull || m.anySource(inDoubt) || m.fromShrunk(d, e):",
			"case !m.in.CountPull || m.fromShrunk(d, e):",
		},
		{
			"repeated runs count for the grace", "plan/make.go",
			"case !m.in.CountPull || m.anySource(inDoubt) || m.fromShrunk(d, e):",
			"case m.anySource(inDoubt) || m.fromShrunk(d, e):",
		},
		{
			"a row without reference_id is nobody's", "plan/make.go",
			"return m.lastSeenIn(d, e, func(source string) bool { return m.census.Nameless[source] > 0 })",
			"return false",
		},
		{
			"a pin is no pin", "store/pin.go",
			"\t\t\tpin.ReferenceID, pin.By, pin.Comment, millis(pin.At))",
			"\t\t\t\"_\"+pin.ReferenceID, pin.By, pin.Comment, millis(pin.At))",
		},
		{
			"a source in doubt feeds its groups", "plan/make.go",
			"return state == roster.SourceBroken || state == roster.SourceOld",
			"return false",
		},
		{
			"people of unknown fate are nobody", "plan/enrolled.go",
			"if len(unknown) == 0 {\n\t\treturn base",
			"if len(unknown) >= 0 {\n\t\treturn base",
		},
		{
			"a first roster needs nobody's approval", "plan/decide.go",
			"if d.state.RestoredAfter == 0 && (d.state.HasBaseline || d.covered > 0 || created) {",
			"if true || created {",
		},
		{
			"what did not change is sent", "plan/decide.go",
			"case delivered.Digest != digest:",
			"case delivered.Digest != \"\":",
		},
		{
			"an approval covers any set", "plan/approval.go",
			"\t\tif !approved[r] {\n\t\t\treturn false",
			"\t\tif !approved[r] {\n\t\t\tcontinue",
		},
		{
			"an approval is for any digest", "store/verdict.go",
			"case roster.HoldOpen, roster.HoldRejected:\n\t\treturn hold.Digest == v.Digest",
			"case roster.HoldOpen, roster.HoldRejected:\n\t\treturn true",
		},
		{
			"moves in any order", "reconcile/deliver.go",
			"for _, loser := range g.After {",
			"for _, loser := range g.After[:0] {",
		},
		{
			"whoever was not let go arrives", "reconcile/deliver.go",
			"entries := plan.Without(all, c.notLetGo(g))",
			"entries := plan.Without(all, nil)",
		},
		{
			"the baseline is written before the outcome", "reconcile/deliver.go",
			"return c.followUp(ctx, sync, first)",
			"_ = first\n\teffect, err := c.r.complete(keep, sync, roster.Outcome{Done: true, CompletedAt: c.r.Now()}, c.mem)\n\tif err != nil {\n\t\treturn c.broken(err)\n\t}\n\tc.mu.Lock()\n\tc.effects[sync.Group] = effect\n\tc.mu.Unlock()\n\treturn deliveryDone",
		},
		{
			"a roster is sent before its intent", "reconcile/deliver.go",
			"id, err := c.r.Store.Intend(keep, sync)",
			"_, _ = c.r.API.Submit(ctx, g.GroupID, members)\n\tid, err := c.r.Store.Intend(keep, sync)",
		},
		{
			"an unknown fate needs no time", "reconcile/recall.go",
			"return max(r.Settings.Settle, usually+usually/4)",
			"return 0 * max(r.Settings.Settle, usually)",
		},
		{
			"a lost answer is taken for a refusal", "reconcile/deliver.go",
			"end.State, failure.Kind = roster.SyncNoAnswer, roster.SyncUnknown",
			"failure.Kind = roster.SyncUnknown",
		},
		{
			"a failed source is no reason to worry", "reconcile/verdict.go",
			"{f.Source, roster.RunSourceFailed, 5, counts(roster.ConcernSource)},",
			"",
		},
		{
			"the clock is always right", "reconcile/clock.go",
			"if !known || ahead.Abs() <= maxSkew {",
			"if !known || ahead.Abs() >= 0 {",
		},
		{
			"an ambiguous roster is sent again", "vitable/classify.go",
			"case k.writes():\n\t\treturn verdict{fate: roster.FateUnknown}",
			"case k.writes():\n\t\treturn verdict{again: true, fate: roster.FateUnknown}",
		},
		{
			"a list is its first page", "vitable/paging.go",
			"w.done = page >= w.frame.pages\n\tif w.done && len(w.items) != w.frame.total {",
			"w.done = true\n\tif len(w.items) > w.frame.total {",
		},
		{
			"requests in flight are forgotten", "store/sync.go",
			"sealed FROM syncs WHERE settled = 0 ORDER BY id",
			"sealed FROM syncs WHERE settled = 0 AND state <> 'submitted' ORDER BY id",
		},
		{
			"anybody may have the lease", "store/lock.go",
			"case errors.Is(err, syscall.EWOULDBLOCK):\n\t\t\treturn errLocked",
			"case errors.Is(err, syscall.EWOULDBLOCK):\n\t\t\treturn nil",
		},
		{
			"commits are not synced", "store/conn.go",
			`pragma{"synchronous", "FULL", "2"},`,
			`pragma{"synchronous", "NORMAL", "1"},`,
		},
		{
			"people lie open in the database", "store/seal.go",
			"return s.aead.Seal(nil, nil, s2.Encode(nil, plain), []byte(about))",
			"return append(s.aead.Seal(nil, nil, s2.Encode(nil, plain), []byte(about)), plain...)",
		},
		{
			"a name stands in the log", "reconcile/deliver.go",
			"c.r.Log.Warn(\"sync not delivered\", zap.String(\"group\", sync.Group),",
			"c.r.Log.Warn(\"sync not delivered\", zap.String(\"first\", sync.Entries[0].Member.FirstName), zap.String(\"group\", sync.Group),",
		},
		{
			"no records are a good pull", "source/judge.go",
			"case report.Seen == 0:",
			"case report.Seen < 0:",
		},
		{
			"a source that shrank is fine", "source/judge.go",
			"case last != nil && shrankBy(last.Records, report.Seen) > limits.MaxShrinkPercent:",
			"case false:",
		},
		{
			"an older file is as good", "source/judge.go",
			"case last != nil && !report.AsOf.IsZero() && report.AsOf.Add(clockSlack).Before(last.AsOf):",
			"case false:",
		},
		{
			"a cut file is whole", "source/judge.go",
			"case last != nil && last.Ending == EndingNewline && report.Ending == EndingOpen:",
			"case false:",
		},
		{
			"a termination acts early", "mapping/standing.go",
			"out := dated && !today.Before(e.outOn(facts.Ended))",
			"out := dated && !today.IsZero()",
		},
		{
			"whoever is offered leaves without being awaited", "plan/neighbours.go",
			"case m.in.Neighbours.Awaits(ref, to):",
			"case true:",
		},
		{
			"a restored group is never the one that was approved", "plan/neighbours.go",
			"case d.state.RestoredAfter > 0:",
			"case d.state.RestoredAfter < 0:",
		},
		{
			"people whom another shard has are sent all the same", "plan/make.go",
			"	if m.elsewhere(p.ReferenceID) {",
			"	if m.elsewhere(p.ReferenceID) && false {",
		},
		{
			"the notice of another shard is believed however old", "shard/notice.go",
			"return n.Until.After(now)",
			"return !n.Until.IsZero()",
		},
		{
			"whoever is let go is told as gone before they are", "reconcile/handover.go",
			"n.Has, n.Doubtful = shard.PeopleOf(append(has, more...)), shard.PeopleOf(append(doubtful, more...))",
			`n.Has, n.Doubtful = shard.PeopleOf(slices.DeleteFunc(append(has, more...), func(ref string) bool {
				return slices.ContainsFunc(a.Plan.Groups, func(g plan.Group) bool {
					return slices.ContainsFunc(g.Removals, func(r roster.Removal) bool { return r.ReferenceID == ref })
				})
			})), shard.PeopleOf(append(doubtful, more...))`,
		},
		{
			"a notice forgets whoever was sent without an answer", "reconcile/handover.go",
			"byGroup[request.Group] = append(byGroup[request.Group], request)",
			"_ = request",
		},
		{
			"nobody waits for a shard that is busy", "reconcile/handover.go",
			"return n.Busy(s.at) && (",
			"return n.Busy(s.at) && false && (",
		},
		{
			"nobody tells that somebody waits for another shard", "reconcile/run.go",
			"c.run.Waiting = len(awaited)+len(offered) > 0",
			"c.run.Waiting = len(awaited)+len(offered) < 0",
		},
		{
			"every group is everybody's", "reconcile/handover.go",
			"return r.Board == nil || r.Shard.Owns(group)",
			"return r.Board == nil || r.Shard.Count > 0",
		},
		{
			"another reference_id at another shard is nobody's", "plan/make.go",
			"if m.arrived(p) ||",
			"if !m.in.owns(p.Group) ||",
		},
	}
}
