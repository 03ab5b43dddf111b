package store

import "github.com/rosterd/rosterd/internal/roster"

// What is written together is said in package roster.
type (
	// Sweep is roster.Sweep.
	Sweep = roster.Sweep
	// PlanRecord is roster.PlanRecord.
	PlanRecord = roster.PlanRecord
	// NonDelivery is roster.NonDelivery.
	NonDelivery = roster.NonDelivery
	// Completion is roster.Completion.
	Completion = roster.Completion
)
