package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// faultCases are files that are wrong, and what is said about them.
func faultCases() []faultCase {
	return []faultCase{
		{"empty file", "", []string{"1: the file is empty"}},
		{"only remarks", "# nothing\n", []string{"1: the file is empty"}},
		{"null", "null\n", []string{"1: the file is empty"}},
		{"a list", "- version: 1\n", []string{"1: expected keys with values"}},
		{"no YAML", "version: 1\nsources: [\n", []string{"3: not readable as YAML: did not find expected node content"}},
		{"a tab", "version: 1\nvitable:\n\tsettle: 1m\n", []string{"3: not readable as YAML"}},
		{"no UTF-8", "version: 1\nplans: \xff\n", []string{"2: not readable as YAML: expected UTF-8 text"}},
		{"a control character", "version: 1\nplans: \x01\n", []string{"2: not readable as YAML: expected UTF-8 text"}},
		{"an alias to nothing", "version: *x\n", []string{"1: not readable as YAML: an alias without its anchor"}},
		{"two documents", valid + "---\nversion: 1\n", []string{"7: a second document starts here"}},
		{"a broken second document", valid + "---\nversion: [\n", []string{"9: not readable as YAML"}},
		{"nothing required", "groups: {}\n", []string{"1: sources: is missing", "1: version: is missing"}},
		{"another version", strings.Replace(valid, "1", "2", 1), []string{"1: version: expected a whole number: 1"}},
		{"no sources", "version: 1\nsources: []\n", []string{"2: sources: expected a list of at least 1"}},
		{"empty value", valid + "plans:\n", []string{"7: plans: is empty"}},

		{"unknown key", valid + "safetyy: {}\n", []string{"7: safetyy: is no key of this section; did you mean safety?"}},
		{"unknown key, nothing near", valid + "groups: {zzzzzzzzz: 1}\n", []string{"7: groups.zzzzzzzzz: is no key of this section; known here: create_missing, rename, map"}},
		{"unknown key that could be anything", valid + "? \"a\\nb\"\n: 1\n", []string{"7: expected a key of 1 to 128 characters"}},
		{"key written twice", valid + "groups: {rename: true,\n  rename: false}\n", []string{"8: groups.rename: is written twice, first at line 7"}},
		{"key written twice in a map", valid + "plans: {A: p, A: q}\n", []string{"7: plans.A: is written twice, first at line 7"}},
		{"a list as a key", valid + "? [a]\n: b\n", []string{"7: expected a key of 1 to 128 characters"}},
		{"anchor", valid + "groups: &g {rename: true}\n", []string{"7: groups: anchors and aliases are not used here"}},
		{"alias", valid + "plans: {A: &x p, B: *x}\n", []string{"7: plans.A: anchors and aliases", "7: plans.B: anchors and aliases"}},
		{"merge key", valid + "plans:\n  <<: {A: p}\n", []string{"8: plans: merge keys (<<) are not used here"}},
		{"tag", valid + "plans: {A: !!str 5}\n", []string{"7: plans.A: tags (!) are not used here"}},

		{"text for a number", valid + "vitable: {concurrency: \"8\"}\n", []string{"7: vitable.concurrency: expected a whole number of at least 1"}},
		{"fraction for a whole number", valid + "vitable: {max_members: 1.5}\n", []string{"7: vitable.max_members: expected a whole number"}},
		{"hexadecimal", valid + "vitable: {max_members: 0x10}\n", []string{"7: vitable.max_members: expected a whole number"}},
		{"padded number", valid + "vitable: {max_members: 010}\n", []string{"7: vitable.max_members: expected a whole number"}},
		{"huge number", valid + "vitable: {max_members: 99999999999999999999}\n", []string{"7: vitable.max_members: expected a whole number"}},
		{"no concurrency", valid + "vitable: {concurrency: 0}\n", []string{"7: vitable.concurrency: expected a whole number of at least 1"}},
		{"yes for true", valid + "groups: {rename: yes}\n", []string{"7: groups.rename: expected true or false"}},
		{"section for a word", valid + "vitable: {phone_format: {a: b}}\n", []string{"7: vitable.phone_format: expected one of national, e164"}},
		{"unknown word", valid + "vitable: {phone_format: National}\n", []string{"7: vitable.phone_format: expected one of national, e164"}},
		{"word for a list", valid + "groups: {map: x}\n", []string{"7: groups.map: expected a list"}},
		{"list for a section", valid + "groups: [x]\n", []string{"7: groups: expected keys with values"}},
		{"number without unit", valid + "vitable: {settle: 30}\n", []string{"7: vitable.settle: expected a duration such as 90s, 15m or 48h"}},
		{"days", valid + "vitable: {settle: 2d}\n", []string{"7: vitable.settle: expected a duration"}},
		{"negative duration", valid + "vitable: {settle: -2m}\n", []string{"7: vitable.settle: expected a duration"}},
		{"list for a duration", valid + "vitable: {settle: [1m]}\n", []string{"7: vitable.settle: expected a duration"}},
		{"approvals that lapse at once", valid + "safety: {approval_ttl: 0s}\n", []string{"7: safety.approval_ttl: expected a duration such as 90s, 15m or 48h, at least 1s"}},
		{"approvals that never lapse", valid + "safety: {approval_ttl: none}\n", []string{"7: safety.approval_ttl: expected a duration"}},

		{"joined to nobody", valid + "  - {name: more, type: payroll, host: h, join: {to: nobody, on: id}}\n", []string{"7: sources[1].join.to: expected the name of another source"}},
		{"joined to itself", valid + "  - {name: more, type: payroll, host: h, join: {to: more, on: id}}\n", []string{"7: sources[1].join.to: expected the name of another source"}},
		{"joined without a key", valid + "  - {name: more, type: payroll, host: h, join: {to: hq}}\n", []string{"7: sources[1].join.on: is missing"}},
		{"joined to what is joined", valid + "  - {name: more, type: payroll, host: h, join: {to: hq, on: id}}\n  - {name: yet, type: payroll, host: h, join: {to: more, on: id}}\n", []string{"8: sources[2].join.to: that source completes another one itself"}},
		{"joined with a mapping", valid + "  - {name: more, type: payroll, host: h, join: {to: hq, on: id}, fields: " + fields + "}\n", []string{"7: sources[1].fields: a source that is joined has no mapping"}},
		{"a directory that decides who exists", valid + "  - {name: more, type: directory, host: h, fields: " + fields + "}\n", []string{"7: sources[1].join: is missing: a source of type directory completes another one"}},

		{"NaN", valid + "safety: {max_run_percent: .nan}\n", []string{"7: safety.max_run_percent: expected a number from 0 to 100, or the word none"}},
		{"infinite", valid + "safety: {max_run_percent: .inf}\n", []string{"7: safety.max_run_percent: expected a number from 0 to 100"}},
		{"infinite rate", valid + "vitable: {requests_per_second: .inf}\n", []string{"7: vitable.requests_per_second: expected a number of at least 0"}},
		{"beyond every number", valid + "vitable: {requests_per_second: 1e999}\n", []string{"7: vitable.requests_per_second: expected a number of at least 0"}},
		{"negative percent", valid + "safety: {max_shrink_percent: -1}\n", []string{"7: safety.max_shrink_percent: expected a number from 0 to 100"}},
		{"over 100 percent", valid + "safety: {max_absent: {percent: 100.1}}\n", []string{"7: safety.max_absent.percent: expected a number from 0 to 100"}},
		{"percent sign", valid + "safety: {rolling: {percent: 20%}}\n", []string{"7: safety.rolling.percent: expected a number from 0 to 100"}},
		{"negative count", valid + "safety: {max_removals: {count: -1}}\n", []string{"7: safety.max_removals.count: expected a whole number of at least 0, or the word none"}},
		{"none where a limit must stay", valid + "safety: {absence_grace: {pulls: none}}\n", []string{"7: safety.absence_grace.pulls: expected a whole number of at least 1"}},
		{"none for a whole limit", valid + "safety: {max_removals: none}\n", []string{"7: safety.max_removals: expected keys with values"}},

		{
			"polls in the wrong order", valid + "vitable:\n  poll:\n    initial: 2m\n    max: 1m\n    deadline: 30s\n",
			[]string{"9: vitable.poll.initial: is longer than vitable.poll.max", "10: vitable.poll.max: is longer than vitable.poll.deadline"},
		},
		{"plan without id", valid + "plans: {A: \" \"}\n", []string{"7: plans.A: expected a plan_id"}},
		{"plan codes that are one", valid + "plans: {gold: a, GOLD: b}\n", []string{"7: plans.gold: differs from another code only in case or blanks"}},
		{
			"group keys that are one", valid + "groups:\n  map:\n    - {key: A, external_reference_id: x}\n    - {key: ' a', external_reference_id: y}\n",
			[]string{"10: groups.map[1].key: is the key of groups.map[0] too"},
		},
		{
			"two names for one group", valid + "groups:\n  map:\n    - {key: A, external_reference_id: x, name: One}\n    - {key: B, external_reference_id: x, name: Two}\n",
			[]string{"10: groups.map[1].name: differs from the name that groups.map[0] gives"},
		},
		{"group row without its keys", valid + "groups: {map: [{name: x}]}\n", []string{"7: groups.map[0].external_reference_id: is missing", "7: groups.map[0].key: is missing"}},
		{
			"group name that is too long", valid + "groups: {map: [{key: a, external_reference_id: b, name: " + strings.Repeat("é", 256) + "}]}\n",
			[]string{"7: groups.map[0].name: expected a text of at most 255 characters"},
		},
		{"unknown time zone", valid + "eligibility: {time_zone: Mars/Olympus}\n", []string{"7: eligibility.time_zone: expected an IANA time zone"}},
		{"the zone of the machine", valid + "eligibility: {time_zone: Local}\n", []string{"7: eligibility.time_zone: expected an IANA time zone"}},
		{"blank time zone", valid + "eligibility: {time_zone: \"\"}\n", []string{"7: eligibility.time_zone: expected a text that is not blank"}},
		{"unknown end of coverage", valid + "eligibility: {coverage_ends: never}\n", []string{"7: eligibility.coverage_ends: expected one of termination_date, end_of_month"}},
		{"two waiting periods", valid + "eligibility: {waiting_period: {days: 0, months: 0}}\n", []string{"7: eligibility.waiting_period: expected either days or months"}},
		{"no waiting period", valid + "eligibility: {waiting_period: {then: first_of_month}}\n", []string{"6: sources[0].fields.hire_date: is missing", "7: eligibility.waiting_period: expected either days or months"}},
		{"a bare number of days", valid + "eligibility: {waiting_period: 30}\n", []string{"7: eligibility.waiting_period: expected none, {days: 30} or {months: 1}"}},
		{"waiting without a hire date", valid + "eligibility: {waiting_period: {days: 30}}\n", []string{"6: sources[0].fields.hire_date: is missing: the waiting period counts from it"}},
		{"unknown sender", valid + "notify:\n  - {name: ops, type: slak}\n", []string{"8: notify[0].type: is no type of sender; did you mean slack?"}},
		{"a sender without a type", valid + "notify:\n  - {name: ops}\n", []string{"8: notify[0].type: is missing"}},
		{"a sender without its keys", valid + "notify:\n  - {name: ops, type: slack}\n", []string{"8: notify[0].url: is missing"}},
		{"a key of another sender", valid + "notify:\n  - {name: ops, type: slack, url: {env: A}, host: x}\n", []string{"8: notify[0].host: is no key of this section"}},
		{"a secret in the file", valid + "notify:\n  - {name: ops, type: slack, url: vit_apk_CANARY}\n", []string{"8: notify[0].url: expected keys with values"}},
		{"a secret from two places", valid + "notify:\n  - {name: ops, type: slack, url: {env: A, file: b}}\n", []string{"8: notify[0].url: expected {env: NAME} or {file: PATH}"}},
		{"a webhook in the clear", valid + "notify:\n  - {name: ops, type: webhook, url: \"http://x.example\", secret: {env: A}}\n", []string{"8: notify[0].url: expected https, or http on this machine"}},
		{"reminders without a pause", valid + "notify:\n  - {name: ops, type: alertmanager, url: \"https://x\", renotify: 1s}\n", []string{"8: notify[0].renotify: expected a duration"}},
		{"a mail to nobody", valid + "notify:\n  - {name: ops, type: smtp, host: mx, from: a@x.example, to: []}\n", []string{"8: notify[0].to: expected a list of at least 1"}},
		{"two senders of one name", valid + "notify:\n  - {name: ops, type: slack, url: {env: A}}\n  - {name: ops, type: slack, url: {env: B}}\n", []string{"9: notify[1].name: is the name of notify[0] too"}},
		{"a word for senders", valid + "notify: ops\n", []string{"7: notify: expected a list"}},

		{"source name with capitals", strings.Replace(valid, "hq", "HQ", 1), []string{"3: sources[0].name: expected 1 to 63 small letters, digits and dashes"}},
		{"unknown type", strings.Replace(valid, ": payroll", ": payrol", 1), []string{"4: sources[0].type: is no type of source; did you mean payroll?"}},
		{"no type", strings.Replace(valid, "    type: payroll\n", "", 1), []string{"3: sources[0].type: is missing"}},
		{"source that is no section", "version: 1\nsources: [x]\n", []string{"2: sources[0]: expected keys with values"}},
		{"key that only another type has", valid + "    path: x\n", []string{"7: sources[0].path: is no key of this section"}},
		{"two sources of one name", valid + "  - {name: hq, type: payroll, host: b, fields: " + fields + "}\n", []string{"7: sources[1].name: is the name of sources[0] too"}},
		{"setting that its type refuses", strings.Replace(valid, "pay.example", `""`, 1), []string{"5: sources[0].host: name the host"}},
		{"nested setting that its type refuses", valid + "    proxy:\n      port: 13\n", []string{"8: sources[0].proxy.port: 13 is taken"}},
		{"setting that cannot be read is reported once", strings.Replace(valid, "pay.example", `[a]`, 1), []string{"5: sources[0].host: expected a text"}},
		{"setting outside its range", valid + "    pages: 10\n    rate: 2.5\n    timeout: 1ms\n    region: north\n", []string{
			"7: sources[0].pages: expected a whole number from 1 to 9", "8: sources[0].rate: expected a number from 0 to 2",
			"9: sources[0].timeout: expected a duration such as 90s, 15m or 48h, at least 1s", "10: sources[0].region: expected one of east, west",
		}},
		{"any age in figures", valid + "    max_age: 0s\n", []string{"7: sources[0].max_age: expected a duration such as 90s, 15m or 48h, at least 1ms, or the word none"}},

		{"no fields", strings.Replace(valid, "    fields: "+fields, "", 1), []string{"3: sources[0].fields: is missing"}},
		{"field that nobody has", strings.Replace(valid, "phone: tel", "phone: tel, fone: tel", 1), []string{"6: sources[0].fields.fone: is no field of a person"}},
		{"field that is missing", strings.Replace(valid, "phone: tel, ", "", 1), []string{"6: sources[0].fields.phone: is missing"}},
		{"field that is a list", strings.Replace(valid, "phone: tel", "phone: [tel]", 1), []string{"6: sources[0].fields.phone: expected a column, or {column, format}, {value} or {cel, format}"}},
		{"field with a blank column", strings.Replace(valid, "phone: tel", "phone: ' '", 1), []string{"6: sources[0].fields.phone: expected a text that is not blank"}},
		{"field with a typo", strings.Replace(valid, "phone: tel", "phone: {colunm: tel, column: tel}", 1), []string{"6: sources[0].fields.phone.colunm: is no key of this section; did you mean column?"}},
		{"field of two kinds", strings.Replace(valid, "phone: tel", "phone: {column: tel, value: x}", 1), []string{"6: sources[0].fields.phone: needs exactly one of column, value and cel"}},
		{"rule that is a word", valid + "    include: active\n", []string{"7: sources[0].include: expected keys with values"}},
		{"rule without a list", valid + "    include: {status: active}\n", []string{"7: sources[0].include.status: expected a list"}},
		{"rule with an empty list", valid + "    include: {status: []}\n", []string{"7: sources[0].include.status: expected a list of at least 1"}},
		{"rule that asks nothing", valid + "    include: {}\n", []string{"7: sources[0].include: expected a list of values for a field, or cel"}},
		{"rule that is no expression", valid + "    include: {cel: 'row.x ==' }\n", []string{"7: sources[0].include.cel: "}},
	}
}

type faultCase struct {
	name, text string
	want       []string // how each begins, in order: line, key, detail
}

func TestFaults(t *testing.T) {
	for _, c := range faultCases() {
		t.Run(c.name, func(t *testing.T) {
			_, err := parse(t, c.text)
			var got []string
			for i, fault := range faultsOf(t, err) {
				said := strings.TrimPrefix(fault.Error(), "rosterd.yaml:")
				if i < len(c.want) && strings.HasPrefix(said, c.want[i]) {
					said = c.want[i]
				}
				got = append(got, said)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAllFaultsComeAtOnceInTheOrderOfTheLines(t *testing.T) {
	_, err := parse(t, `version: 3
plans: [x]
sources:
  - name: A
    type: payroll
    pages: 0
    fields: {phone: tel}
vitable:
  settle: soon
nope: 1
`)
	faults := faultsOf(t, err)
	lines := map[int]bool{}
	for i, fault := range faults {
		lines[fault.Line] = true
		if i > 0 && faults[i-1].Line > fault.Line {
			t.Errorf("fault %d is of line %d, after line %d", i, fault.Line, faults[i-1].Line)
		}
	}
	for _, line := range []int{1, 2, 4, 6, 7, 9, 10} {
		if !lines[line] {
			t.Errorf("nothing is said about line %d in:\n%v", line, err)
		}
	}
	if got, want := strings.Count(err.Error(), "\n")+1, len(faults); got != want {
		t.Errorf("the error has %d lines for %d faults", got, want)
	}
}

func TestNoValueIsEverRepeated(t *testing.T) {
	const canary = "vit_apk_CANARY"
	texts := []string{
		canary, "[" + canary, "version: " + canary + ": x", "*" + canary, "!" + canary + " x", "a: '" + canary,
		"%" + canary + " x\n---\n", "version: 1 " + canary + "\nsources: " + canary + "\n",
	}
	for _, value := range []string{canary, "[" + canary + "]", "{" + strings.Repeat("x", 128) + canary + ": 1}", "\"" + canary + "\\n\"", "&a " + canary, "!x " + canary} {
		for _, key := range []string{
			"version", "plans", "groups", "notify", "safety", "eligibility", "vitable: {settle", "vitable: {concurrency", "vitable: {phone_format", "safety: {max_run_percent",
			"safety: {max_removals", "groups: {rename", "groups: {map", "eligibility: {time_zone", "eligibility: {waiting_period", "eligibility: {coverage_ends",
		} {
			texts = append(texts, fmt.Sprintf("%s%s: %s%s\n", valid, key, value, strings.Repeat("}", strings.Count(key, "{"))))
		}
		for _, key := range []string{"name", "type", "max_age", "preset", "fields", "include", "terminated", "pages", "rate", "strict", "timeout", "region", "proxy", "fields: {phone", "fields: {date_of_birth: {column: x, format", "fields: {date_of_birth: {format: excel, value"} {
			texts = append(texts, fmt.Sprintf("version: 1\nsources:\n  - %s: %s%s\n", key, value, strings.Repeat("}", strings.Count(key, "{"))))
		}
	}
	refused := 0
	for _, text := range texts {
		_, err := parse(t, text)
		if err == nil {
			continue
		}
		refused++
		if strings.Contains(err.Error(), canary) {
			t.Errorf("the value is repeated for\n%s:\n%v", text, err)
		}
	}
	if refused < len(texts)*9/10 {
		t.Errorf("only %d of %d texts were refused; the others prove nothing", refused, len(texts))
	}
}

func FuzzParse(f *testing.F) {
	f.Add(valid)
	for _, c := range faultCases() {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := parse(t, text)
		lines := strings.Count(text, "\n") + strings.Count(text, "\r") + strings.Count(text, "\u0085") + strings.Count(text, "\u2028") + strings.Count(text, "\u2029") + 2
		for _, fault := range faultsOf(t, err) {
			if fault.Detail == "" || fault.Line < 0 || fault.Line > lines {
				t.Errorf("fault is %+v in a text of at most %d lines", fault, lines)
			}
		}
		if err == nil && len(file.Sources) == 0 {
			t.Error("a file without sources was taken")
		}
	})
}
