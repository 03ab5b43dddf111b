package config

import (
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // so that a zone is judged alike on every machine

	"go.yaml.in/yaml/v4"

	"github.com/rosterd/rosterd/internal/mapping"
)

// check finds what no single value shows.
func (d *decoder) check(f File) {
	d.unread = slices.Clone(d.faults)
	d.checkPoll(f.Vitable.Poll)
	d.checkPlans(f.Plans)
	d.checkGroups(f.Groups.Map)
	d.checkEligibility(f.Eligibility)
	first := map[string]int{}
	for i, s := range f.Sources {
		at := "sources[" + strconv.Itoa(i) + "]"
		if earlier, taken := first[s.Name]; taken && s.Name != "" {
			d.doubt(at+".name", "is the name of sources[%d] too; every source needs its own", earlier)
		} else {
			first[s.Name] = i
		}
		d.checkSource(at, s, f)
		d.checkJoin(at, s, f)
	}
	d.checkSenders(f.Notify)
}

// checkSenders asks the senders' own settings, and for names that tell them apart.
func (d *decoder) checkSenders(senders []Sender) {
	first := map[string]int{}
	for i, s := range senders {
		at := "notify[" + strconv.Itoa(i) + "]"
		if earlier, taken := first[s.Name]; taken && s.Name != "" {
			d.doubt(at+".name", "is the name of notify[%d] too; every sender needs its own", earlier)
		} else {
			first[s.Name] = i
		}
		if s.Settings == nil {
			continue
		}
		for _, fault := range s.Settings.Faults() {
			d.doubt(join(at, fault.Key), "%s", fault.Detail)
		}
	}
}

// checkJoin asks that a source either says who exists, or completes one that does.
func (d *decoder) checkJoin(at string, s Source, f File) {
	if s.Join == (Join{}) {
		if kind, known := typeNamed(d.types, s.Type); known && kind.Completes {
			d.doubt(join(at, "join"), "is missing: a source of type %s completes another one, and knows nothing of who is employed", s.Type)
		}
		return
	}
	to := slices.IndexFunc(f.Sources, func(other Source) bool { return other.Name == s.Join.To })
	switch {
	case to < 0 || s.Join.To == s.Name:
		d.doubt(join(at, "join.to"), "expected the name of another source")
	case f.Sources[to].Join != (Join{}):
		d.doubt(join(at, "join.to"), "that source completes another one itself; join this one to that")
	}
	if len(s.Mapping.Fields) > 0 || !s.Mapping.Include.IsZero() || !s.Mapping.Terminated.IsZero() {
		d.doubt(join(at, "fields"), "a source that is joined has no mapping; the one that it completes reads its columns as %s.COLUMN", s.Name)
	}
}

// doubt notes a fault of meaning at a path, unless what stands there could not
// even be read: then it would only repeat that.
func (d *decoder) doubt(at, format string, args ...any) {
	for _, known := range d.unread {
		if known.Key == at || inside(at, known.Key) {
			return
		}
	}
	d.fault(d.place(at), at, format, args...)
}

// inside reports whether a path leads into what stands at another one.
func inside(path, outer string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && outer != "" && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "["))
}

// place returns where a path stands, or else the nearest thing around it.
func (d *decoder) place(at string) *yaml.Node {
	for {
		if n, ok := d.places[at]; ok {
			return n
		}
		at = at[:max(0, strings.LastIndexAny(at, ".["))]
	}
}

func (d *decoder) checkPoll(p Poll) {
	if p.Initial > p.Max {
		d.doubt("vitable.poll.initial", "is longer than vitable.poll.max")
	}
	if p.Max > p.Deadline {
		d.doubt("vitable.poll.max", "is longer than vitable.poll.deadline")
	}
}

// folded is the form in which codes and group keys are compared.
func folded(key string) string { return strings.ToLower(strings.TrimSpace(key)) }

// checkPlans refuses codes that the mapping could not tell apart.
func (d *decoder) checkPlans(plans map[string]string) {
	seen := map[string]string{}
	for code, id := range plans {
		if strings.TrimSpace(id) == "" {
			d.doubt(join("plans", code), "expected a plan_id")
		}
		if other, taken := seen[folded(code)]; taken {
			// Named by the greater of the two, so that map order does not show.
			d.doubt(join("plans", max(code, other)), "differs from another code only in case or blanks, and these do not count")
		}
		seen[folded(code)] = code
	}
}

// checkGroups refuses keys that the mapping could not tell apart, and two names
// for one group: each run would rename it back.
func (d *decoder) checkGroups(rows []GroupRow) {
	keys, names := map[string]int{}, map[string]int{}
	for i, row := range rows {
		at := "groups.map[" + strconv.Itoa(i) + "]"
		if first, taken := keys[folded(row.Key)]; taken && row.Key != "" {
			d.doubt(at+".key", "is the key of groups.map[%d] too; case and blanks around do not count", first)
		} else {
			keys[folded(row.Key)] = i
		}
		if row.Name == "" || row.ExternalReferenceID == "" {
			continue
		}
		if first, named := names[row.ExternalReferenceID]; !named {
			names[row.ExternalReferenceID] = i
		} else if rows[first].Name != row.Name {
			d.doubt(at+".name", "differs from the name that groups.map[%d] gives to the same external_reference_id", first)
		}
	}
}

// checkEligibility asks for a zone that means the same everywhere, which Local
// does not, and for what the mapping asks for.
func (d *decoder) checkEligibility(e mapping.Eligibility) {
	if _, err := time.LoadLocation(e.TimeZone); err != nil || strings.EqualFold(e.TimeZone, "local") {
		d.doubt("eligibility.time_zone", "expected an IANA time zone such as America/New_York")
	}
	for _, fault := range e.Faults() {
		d.doubt(join("eligibility", fault.Key), "%s", fault.Detail)
	}
}

// checkSource asks the packages that will use the settings.
func (d *decoder) checkSource(at string, s Source, f File) {
	switch {
	case s.Join != (Join{}): // it has none, see checkJoin
	case len(s.Mapping.Fields) == 0:
		d.doubt(join(at, "fields"), "is missing, and no preset brings them")
	default:
		for _, fault := range s.Mapping.Faults(f.Eligibility) {
			d.doubt(join(at, fault.Key), "%s", fault.Detail)
		}
	}
	if s.Settings == nil {
		return
	}
	for _, fault := range s.Settings.Faults() {
		d.doubt(join(at, fault.Key), "%s", fault.Detail)
	}
}
