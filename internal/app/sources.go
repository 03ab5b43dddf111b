package app

import (
	"fmt"
	"time"

	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/adp"
	"github.com/rosterd/rosterd/internal/source/bamboohr"
	"github.com/rosterd/rosterd/internal/source/csv"
	"github.com/rosterd/rosterd/internal/source/deel"
	"github.com/rosterd/rosterd/internal/source/exec"
	"github.com/rosterd/rosterd/internal/source/finch"
	"github.com/rosterd/rosterd/internal/source/gusto"
	"github.com/rosterd/rosterd/internal/source/hibob"
	"github.com/rosterd/rosterd/internal/source/merge"
	"github.com/rosterd/rosterd/internal/source/paychex"
	"github.com/rosterd/rosterd/internal/source/paylocity"
	"github.com/rosterd/rosterd/internal/source/rest"
	"github.com/rosterd/rosterd/internal/source/rippling"
	"github.com/rosterd/rosterd/internal/source/scim"
	"github.com/rosterd/rosterd/internal/source/sql"
	"github.com/rosterd/rosterd/internal/source/ukg"
	"github.com/rosterd/rosterd/internal/source/workday"
	"github.com/rosterd/rosterd/internal/source/xlsx"
)

// SourceTypes is the table of sources: to add one, add its row.
func SourceTypes() []source.Type {
	return []source.Type{
		csv.Type(),
		xlsx.Type(),
		rest.Type(),
		gusto.Type(),
		bamboohr.Type(),
		finch.Type(),
		merge.Type(),
		paychex.Type(),
		paylocity.Type(),
		sql.Type(),
		exec.Type(),
		adp.Type(),
		workday.Type(),
		ukg.Type(),
		rippling.Type(),
		hibob.Type(),
		deel.Type(),
		scim.Type(),
	}
}

// settings are the parts of the file that a run depends on.
func settings(file config.File) (reconcile.Settings, error) {
	zone, err := time.LoadLocation(file.Eligibility.TimeZone)
	if err != nil {
		return reconcile.Settings{}, fmt.Errorf("load eligibility.time_zone: %w", err)
	}
	mappings := map[string]mapping.Config{}
	for _, configured := range file.Sources {
		name := configured.Name
		if by := configured.Join; by.To != "" {
			name = fmt.Sprintf("%s joined to %q on %q by %q", name, by.To, by.On, by.Key) // to join otherwise is to map otherwise
		}
		mappings[name] = configured.Mapping
	}
	names := map[string]string{}
	for _, row := range file.Groups.Map {
		if names[row.ExternalReferenceID] == "" {
			names[row.ExternalReferenceID] = row.Name
		}
	}
	s := reconcile.Settings{
		Zone:          zone,
		MappingHash:   mapping.Hash(mappings, file.Eligibility, file.Vocabulary().Groups),
		Limits:        file.Safety.Limits(),
		Concurrency:   file.Vitable.Concurrency,
		Pace:          reconcile.Pace{Initial: file.Vitable.Poll.Initial, Max: file.Vitable.Poll.Max},
		Deadline:      file.Vitable.Poll.Deadline,
		Settle:        file.Vitable.Settle,
		CreateMissing: file.Groups.CreateMissing,
		Rename:        file.Groups.Rename,
		Names:         names,
	}
	s.Delivery.MaxMembers = file.Vitable.MaxMembers
	s.Delivery.ResubmitUnchanged = file.Vitable.ResubmitUnchanged
	s.Delivery.RetryFailures = file.Vitable.RetryFailures
	return s, nil
}
