package config_test

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/roster"
)

// usual is somebody who works there, as the source of a preset tells of them, and
// what becomes of them when some of it is different.
type usual struct {
	row   map[string]string
	cases []different
}

// different is a change of a row, and where it leaves somebody: a standing, or
// the field that is a problem.
type different struct {
	name     string
	change   map[string]string
	standing roster.Standing
	problem  string
}

// usuals are the presets, by name.
func usuals() map[string]usual {
	return map[string]usual{
		"gusto": {
			row: map[string]string{
				"uuid": "E-1", "first_name": canary.GivenName, "last_name": canary.FamilyName, "date_of_birth": canary.BirthDate, "phone": canary.Phone,
				"work_email": "", "email": canary.Mail, "current_home_address.street_1": canary.Street, "current_home_address.street_2": "",
				"current_home_address.city": canary.City, "current_home_address.state": "IL", "current_home_address.zip": canary.ZIP,
				"terminated": "false", "onboarded": "true", "hire_date": "2020-01-02", "termination_date": "", "department": "Engineering",
			},
			cases: []different{
				{name: "not onboarded yet", change: map[string]string{"onboarded": "false"}, standing: roster.StandingNotEligible},
				{name: "terminated", change: map[string]string{"terminated": "true", "termination_date": "2026-11-01"}, standing: roster.StandingTerminated},
				{name: "leaves later", change: map[string]string{"termination_date": "2026-12-01"}, standing: roster.StandingIn},
			},
		},
		"bamboohr": {
			row: map[string]string{
				"id": "E-1", "firstName": canary.GivenName, "lastName": canary.FamilyName, "dateOfBirth": canary.BirthDate, "mobilePhone": canary.Phone,
				"workEmail": "", "homeEmail": canary.Mail, "address1": canary.Street, "address2": "", "city": canary.City, "state": "Illinois", "zipcode": canary.ZIP,
				"status": "Active", "hireDate": "2020-01-02", "terminationDate": "", "department": "Engineering",
			},
			cases: []different{
				{name: "inactive", change: map[string]string{"status": "Inactive", "terminationDate": "2026-11-01"}, standing: roster.StandingTerminated},
				{name: "hired again", change: map[string]string{"terminationDate": "2021-11-01"}, standing: roster.StandingIn},
				{name: "no status", change: map[string]string{"status": ""}, problem: "status"},
			},
		},
		"finch": {
			row: map[string]string{
				"employment.source_id": "E-1", "individual.first_name": canary.GivenName, "individual.last_name": canary.FamilyName, "individual.dob": canary.BirthDate,
				"individual.phone_numbers.personal": canary.Phone, "individual.phone_numbers.0": "", "individual.emails.work": "", "individual.emails.personal": canary.Mail,
				"individual.residence.line1": canary.Street, "individual.residence.line2": "", "individual.residence.city": canary.City,
				"individual.residence.state": "IL", "individual.residence.postal_code": canary.ZIP, "employment.employment_status": "active",
				"employment.employment.type": "employee", "employment.start_date": "2020-01-02", "employment.latest_rehire_date": "", "employment.end_date": "",
				"department.name": "Engineering",
			},
			cases: []different{
				{name: "one phone of no type", change: map[string]string{"individual.phone_numbers.personal": "", "individual.phone_numbers.0": canary.Phone}, standing: roster.StandingIn},
				{name: "on leave", change: map[string]string{"employment.employment_status": "leave"}, standing: roster.StandingIn},
				{name: "no kind of employment", change: map[string]string{"employment.employment.type": ""}, standing: roster.StandingIn},
				{name: "a contractor", change: map[string]string{"employment.employment.type": "contractor"}, standing: roster.StandingNotEligible},
				{name: "not there yet", change: map[string]string{"employment.employment_status": "prehire"}, standing: roster.StandingNotEligible},
				{name: "terminated", change: map[string]string{"employment.employment_status": "terminated", "employment.end_date": "2026-11-01"}, standing: roster.StandingTerminated},
				{name: "terminated, no date", change: map[string]string{"employment.employment_status": "terminated"}, standing: roster.StandingTerminated},
				{name: "terminated in advance", change: map[string]string{"employment.employment_status": "terminated", "employment.end_date": "2026-12-01"}, standing: roster.StandingIn},
				{name: "came back", change: map[string]string{"employment.end_date": "2022-03-04"}, standing: roster.StandingIn},
				{name: "a status that nobody knows", change: map[string]string{"employment.employment_status": "furloughed"}, problem: "include"},
				{name: "no status", change: map[string]string{"employment.employment_status": ""}, problem: "status"},
				{name: "no id of the payroll's", change: map[string]string{"employment.source_id": ""}, standing: roster.StandingIn, problem: "reference_id"},
			},
		},
		"rippling": {
			row: map[string]string{
				"id": "E-1", "user.name.given_name": canary.GivenName, "user.name.family_name": canary.FamilyName, "date_of_birth": canary.BirthDate,
				"user.phone_numbers.MOBILE": canary.Phone, "user.phone_numbers.0": "", "work_email": "", "personal_email": canary.Mail,
				"home.line_1": canary.Street, "home.line_2": "", "home.locality": canary.City, "home.region": "IL", "home.postal_code": canary.ZIP,
				"status": "ACTIVE", "start_date": "2020-01-02", "end_date": "", "employment_type.type": "EMPLOYEE", "department.name": "Engineering",
			},
			cases: []different{
				{name: "terminated", change: map[string]string{"status": "TERMINATED", "end_date": "2026-11-01"}, standing: roster.StandingTerminated},
				{name: "came back", change: map[string]string{"end_date": "2022-03-04"}, standing: roster.StandingIn},
				{name: "not there yet", change: map[string]string{"status": "HIRED"}, standing: roster.StandingNotEligible},
				{name: "contractor", change: map[string]string{"employment_type.type": "CONTRACTOR"}, standing: roster.StandingNotEligible},
				{name: "a status that nobody knows", change: map[string]string{"status": "PAUSED"}, problem: "include"},
				{name: "no status", change: map[string]string{"status": ""}, problem: "status"},
			},
		},
		"deel": {
			row: map[string]string{
				"id": "E-1", "first_name": canary.GivenName, "last_name": canary.FamilyName, "birth_date": canary.BirthDate, "phones.mobile": canary.Phone,
				"emails.work": "", "emails.personal": canary.Mail, "addresses.0.streetAddress": canary.Street, "addresses.0.locality": canary.City,
				"addresses.0.region": "IL", "addresses.0.postalCode": canary.ZIP, "hiring_status": "active", "hiring_type": "employee",
				"start_date": "2020-01-02", "completion_date": "", "department.name": "Engineering",
			},
			cases: []different{
				{name: "inactive", change: map[string]string{"hiring_status": "inactive", "completion_date": "2026-11-01"}, standing: roster.StandingTerminated},
				{name: "contractor", change: map[string]string{"hiring_type": "contractor"}, standing: roster.StandingNotEligible},
				{name: "not there yet", change: map[string]string{"hiring_status": "onboarding"}, standing: roster.StandingNotEligible},
				{name: "a kind that nobody knows", change: map[string]string{"hiring_type": "seasonal"}, problem: "include"},
				{name: "no status", change: map[string]string{"hiring_status": ""}, problem: "status"},
			},
		},
		"merge": {
			row: map[string]string{
				"remote_id": "E-1", "first_name": canary.GivenName, "last_name": canary.FamilyName, "date_of_birth": canary.BirthDate, "mobile_phone_number": canary.Phone,
				"work_email": "", "personal_email": canary.Mail, "home_location.street_1": canary.Street, "home_location.street_2": "", "home_location.city": canary.City,
				"home_location.state": "IL", "home_location.zip_code": canary.ZIP, "employment_status": "ACTIVE", "start_date": "2020-01-02", "hire_date": "2019-12-01",
				"termination_date": "", "employment.job_title": "Engineering",
			},
			cases: []different{
				{name: "inactive", change: map[string]string{"employment_status": "INACTIVE", "termination_date": "2026-11-01"}, standing: roster.StandingTerminated},
				{name: "inactive, no date", change: map[string]string{"employment_status": "INACTIVE"}, standing: roster.StandingTerminated},
				{name: "inactive in advance", change: map[string]string{"employment_status": "INACTIVE", "termination_date": "2026-12-01"}, standing: roster.StandingIn},
				{name: "came back", change: map[string]string{"termination_date": "2022-03-04"}, standing: roster.StandingIn},
				{name: "not there yet", change: map[string]string{"employment_status": "PENDING"}, standing: roster.StandingNotEligible},
				{name: "a word of the HR system's", change: map[string]string{"employment_status": "Furloughed"}, problem: "include"},
				{name: "no status", change: map[string]string{"employment_status": ""}, problem: "status"},
			},
		},
		"adp": {
			row: map[string]string{
				"associateOID": "E-1", "person.legalName.givenName": canary.GivenName, "person.legalName.familyName1": canary.FamilyName, "person.birthDate": canary.BirthDate,
				"person.communication.mobiles.0.number": canary.Phone, "person.communication.landlines.0.number": "",
				"businessCommunication.emails.0.emailUri": "", "person.communication.emails.0.emailUri": canary.Mail,
				"person.legalAddress.lineOne": canary.Street, "person.legalAddress.lineTwo": "", "person.legalAddress.cityName": canary.City,
				"person.legalAddress.countrySubdivisionLevel1.codeValue": "IL", "person.legalAddress.postalCode": canary.ZIP, "status": "Active",
				"workerDates.originalHireDate": "2020-01-02", "workerDates.rehireDate": "", "workerDates.terminationDate": "",
				"assignment.units.department.nameCode.codeValue": "100",
			},
			cases: []different{
				{name: "active in RUN", change: map[string]string{"status": "A"}, standing: roster.StandingIn},
				{name: "on leave", change: map[string]string{"status": "L"}, standing: roster.StandingIn},
				{name: "a landline", change: map[string]string{"person.communication.mobiles.0.number": "", "person.communication.landlines.0.number": canary.Phone}, standing: roster.StandingIn},
				{name: "terminated", change: map[string]string{"status": "Terminated", "workerDates.terminationDate": "2026-11-01"}, standing: roster.StandingTerminated},
				{name: "terminated in RUN, no date", change: map[string]string{"status": "T"}, standing: roster.StandingTerminated},
				{name: "terminated in advance", change: map[string]string{"status": "Terminated", "workerDates.terminationDate": "2026-12-01"}, standing: roster.StandingIn},
				{name: "deceased", change: map[string]string{"status": "D", "workerDates.terminationDate": "2026-11-01"}, standing: roster.StandingTerminated},
				{name: "came back", change: map[string]string{"workerDates.terminationDate": "2022-03-04", "workerDates.rehireDate": "2023-01-02"}, standing: roster.StandingIn},
				{name: "came back, and nobody says when", change: map[string]string{"workerDates.terminationDate": "2022-03-04"}, standing: roster.StandingIn},
				{name: "comes back later", change: map[string]string{"status": "Active", "workerDates.rehireDate": "2026-12-01"}, standing: roster.StandingNotEligible},
				{name: "still there, leaves and comes back", change: map[string]string{"status": "Active", "workerDates.terminationDate": "2026-12-31", "workerDates.rehireDate": "2027-01-02"}, standing: roster.StandingIn},
				{name: "inactive, nobody knows why", change: map[string]string{"status": "Inactive"}, problem: "include"},
				{name: "no status", change: map[string]string{"status": ""}, problem: "status"},
			},
		},
		"ukg": {
			row: map[string]string{
				"employeeId": "E-1", "firstName": canary.GivenName, "lastName": canary.FamilyName, "dateOfBirth": canary.BirthDate, "homePhone": canary.Phone,
				"emailAddress": "", "emailAddressAlternate": canary.Mail, "addressLine1": canary.Street, "addressLine2": "", "addressCity": canary.City,
				"addressState": "IL", "addressZipCode": canary.ZIP, "employment.employeeStatusCode": "A", "employment.lastHireDate": "2020-01-02",
				"employment.originalHireDate": "2019-01-02", "employment.dateOfTermination": "", "employment.orgLevel1Code": "ENG",
			},
			cases: []different{
				{name: "on leave", change: map[string]string{"employment.employeeStatusCode": "L"}, standing: roster.StandingIn},
				{name: "hired once", change: map[string]string{"employment.lastHireDate": ""}, standing: roster.StandingIn},
				{name: "terminated", change: map[string]string{"employment.employeeStatusCode": "T", "employment.dateOfTermination": "2026-11-01"}, standing: roster.StandingTerminated},
				{name: "terminated in advance", change: map[string]string{"employment.employeeStatusCode": "T", "employment.dateOfTermination": "2026-12-01"}, standing: roster.StandingIn},
				{name: "came back, and nobody says when", change: map[string]string{"employment.dateOfTermination": "2022-03-04"}, standing: roster.StandingIn},
				{name: "came back", change: map[string]string{"employment.dateOfTermination": "2019-03-04"}, standing: roster.StandingIn},
				{name: "still there, leaves and comes back", change: map[string]string{"employment.dateOfTermination": "2026-12-31", "employment.lastHireDate": "2027-01-02"}, standing: roster.StandingIn},
				{name: "a status that nobody knows", change: map[string]string{"employment.employeeStatusCode": "S"}, problem: "include"},
				{name: "no status", change: map[string]string{"employment.employeeStatusCode": ""}, problem: "status"},
			},
		},
		"adp-wfn": {
			row: map[string]string{
				"Associate ID": "E-1", "Legal First Name": canary.GivenName, "Legal Last Name": canary.FamilyName, "Birth Date": "06/05/1987",
				"Personal Contact: Personal Mobile": canary.Phone, "Work Contact: Work Email": canary.Mail,
				"Primary Address: Address Line 1": canary.Street, "Primary Address: Address Line 2": "", "Primary Address: City": canary.City,
				"Primary Address: State / Territory Code": "IL", "Primary Address: Zip / Postal Code": canary.ZIP, "Position Status": "Active",
				"Hire Date": "01/02/2020", "Termination Date": "", "Department": "Engineering",
			},
			cases: []different{
				{name: "on leave", change: map[string]string{"Position Status": "Leave"}, standing: roster.StandingIn},
				{name: "terminated", change: map[string]string{"Position Status": "Terminated", "Termination Date": "11/01/2026"}, standing: roster.StandingTerminated},
				{name: "terminated in advance", change: map[string]string{"Position Status": "Terminated", "Termination Date": "12/01/2026"}, standing: roster.StandingIn},
				{name: "came back", change: map[string]string{"Termination Date": "03/04/2019"}, standing: roster.StandingIn},
				{name: "came back, hired first long before", change: map[string]string{"Termination Date": "03/04/2022", "Hire Date": "01/02/2015"}, standing: roster.StandingIn},
				{name: "a status that nobody knows", change: map[string]string{"Position Status": "Furloughed"}, problem: "include"},
				{name: "no status", change: map[string]string{"Position Status": ""}, problem: "status"},
			},
		},
		"paycom": {
			row: map[string]string{
				"Employee_Code": "E-1", "Legal_Firstname": canary.GivenName, "Legal_Lastname": canary.FamilyName, "Birth_Date_(MM/DD/YYYY)": "06/05/1987",
				"Primary_Phone": canary.Phone, "Work_Email": "", "Personal_Email": canary.Mail, "Primary_Address_Line_1": canary.Street,
				"Primary_Address_Line_2": "", "Primary_City/Municipality": canary.City, "Primary_State/Province": "IL", "Primary_Zip/Postal_Code": canary.ZIP,
				"Employee_Status": "Active", "Hire_Date": "01/02/2020", "Termination_Date": "", "Department": "Engineering",
			},
			cases: []different{
				{name: "on leave", change: map[string]string{"Employee_Status": "On Leave"}, standing: roster.StandingIn},
				{name: "terminated", change: map[string]string{"Employee_Status": "Terminated", "Termination_Date": "11/01/2026"}, standing: roster.StandingTerminated},
				{name: "terminated in advance", change: map[string]string{"Employee_Status": "Terminated", "Termination_Date": "12/01/2026"}, standing: roster.StandingIn},
				{name: "came back, hired first long before", change: map[string]string{"Termination_Date": "03/04/2022", "Hire_Date": "01/02/2015"}, standing: roster.StandingIn},
				{name: "never hired", change: map[string]string{"Employee_Status": "Not Hired"}, standing: roster.StandingNotEligible},
				{name: "a status that nobody knows", change: map[string]string{"Employee_Status": "Furloughed"}, problem: "include"},
				{name: "no status", change: map[string]string{"Employee_Status": ""}, problem: "status"},
			},
		},
		"paychex": {
			row: map[string]string{
				"workerId": "E-1", "name.givenName": canary.GivenName, "name.familyName": canary.FamilyName, "birthDate": canary.BirthDate,
				"communications.phone.personal.number": canary.Phone, "communications.mobile_phone.business.number": "", "communications.mobile_phone.personal.number": "",
				"communications.email.business.uri": "", "communications.email.personal.uri": canary.Mail,
				"communications.street_address.personal.streetLineOne": canary.Street, "communications.street_address.personal.streetLineTwo": "",
				"communications.street_address.personal.city": canary.City, "communications.street_address.personal.countrySubdivisionCode": "IL",
				"communications.street_address.personal.postalCode": canary.ZIP, "currentStatus.statusType": "ACTIVE", "currentStatus.effectiveDate": "2020-01-02",
				"hireDate": "2020-01-02", "workerType": "EMPLOYEE", "organization.name": "Engineering",
			},
			cases: []different{
				{name: "a mobile phone", change: map[string]string{"communications.phone.personal.number": "", "communications.mobile_phone.personal.number": canary.Phone}, standing: roster.StandingIn},
				{name: "the company's phone only", change: map[string]string{"communications.phone.personal.number": "", "communications.mobile_phone.business.number": canary.Phone}, standing: roster.StandingIn},
				{name: "on leave", change: map[string]string{"currentStatus.statusType": "INACTIVE", "communications.phone.personal.number": ""}, standing: roster.StandingIn, problem: "phone"},
				{name: "terminated", change: map[string]string{"currentStatus.statusType": "TERMINATED", "currentStatus.effectiveDate": "2026-11-01"}, standing: roster.StandingTerminated},
				{name: "terminated in advance", change: map[string]string{"currentStatus.statusType": "TERMINATED", "currentStatus.effectiveDate": "2026-12-01"}, standing: roster.StandingIn},
				{name: "not there yet", change: map[string]string{"currentStatus.statusType": "PENDING"}, standing: roster.StandingNotEligible},
				{name: "a contractor", change: map[string]string{"workerType": "INDEPENDENT_CONTRACTOR"}, standing: roster.StandingNotEligible},
				{name: "moved to another company", change: map[string]string{"currentStatus.statusType": "TRANSFERRED"}, standing: roster.StandingNotEligible},
				{name: "a status that nobody knows", change: map[string]string{"currentStatus.statusType": "SABBATICAL"}, problem: "include"},
				{name: "no type of worker", change: map[string]string{"workerType": ""}, problem: "include"},
				{name: "no status", change: map[string]string{"currentStatus.statusType": ""}, problem: "status"},
			},
		},
		"paylocity": {
			row: map[string]string{
				"companyEmployeeId": "E-1", "info.firstName": canary.GivenName, "lastName": canary.FamilyName, "info.dateOfBirth": canary.BirthDate,
				"info.mobilePhone": canary.Phone, "info.homePhone": "", "info.personalEmail": canary.Mail, "info.address.address1": canary.Street,
				"info.address.address2": "", "info.address.city": canary.City, "info.address.state": "IL", "info.address.postalCode": canary.ZIP,
				"currentStatus.statusType": "A", "currentStatus.effectiveDate": "2020-01-02", "info.hireDate": "2020-01-02", "position.costCenter1": "Engineering",
			},
			cases: []different{
				{name: "active in words", change: map[string]string{"currentStatus.statusType": "Active"}, standing: roster.StandingIn},
				{name: "on leave", change: map[string]string{"currentStatus.statusType": "L"}, standing: roster.StandingIn},
				{name: "a home phone", change: map[string]string{"info.mobilePhone": "", "info.homePhone": canary.Phone}, standing: roster.StandingIn},
				{name: "terminated", change: map[string]string{"currentStatus.statusType": "T", "currentStatus.effectiveDate": "2026-11-01"}, standing: roster.StandingTerminated},
				{name: "terminated in advance", change: map[string]string{"currentStatus.statusType": "Terminated", "currentStatus.effectiveDate": "2026-12-01"}, standing: roster.StandingIn},
				{name: "a status that nobody knows", change: map[string]string{"currentStatus.statusType": "S"}, problem: "include"},
				{name: "no status", change: map[string]string{"currentStatus.statusType": ""}, problem: "status"},
			},
		},
	}
}

// Each preset makes of what its source brings what Vitable takes, and no more of
// a status than it says.
func TestPresets(t *testing.T) {
	born, err := roster.NewDate(1987, time.June, 5)
	if err != nil {
		t.Fatal(err)
	}
	want := roster.Member{
		ReferenceID: "E-1", FirstName: canary.GivenName, LastName: canary.FamilyName, DateOfBirth: born, Phone: canary.Phone, Email: canary.Mail, PlanID: "pln_abc123",
		Address: roster.Address{Line1: canary.Street, City: canary.City, State: "IL", ZIP: canary.ZIP},
	}
	today := roster.Today(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), time.UTC)
	for name, preset := range usuals() {
		binding, columns := presetOf(t, name)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(preset.row)), columns); diff != "" {
			t.Errorf("%s: columns that the test has and that are asked for (-test +asked):\n%s", name, diff)
			continue
		}
		for _, tt := range append(preset.cases, different{name: "as usual", standing: roster.StandingIn}) {
			t.Run(name+", "+tt.name, func(t *testing.T) {
				row := maps.Clone(preset.row)
				maps.Copy(row, tt.change)
				values := make([]string, len(columns))
				for i, column := range columns {
					values[i] = row[column]
				}
				got := binding.Person(values, 1, today)
				switch {
				case got.Standing != tt.standing:
					t.Errorf("standing %q, want %q", got.Standing, tt.standing)
				case tt.problem != "" && (len(got.Problems) != 1 || got.Problems[0].Field != tt.problem):
					t.Errorf("problems %v, want one of %s", got.Problems, tt.problem)
				case tt.problem == "" && len(got.Problems) > 0:
					t.Errorf("problems %v", got.Problems)
				case tt.problem == "" && got.Standing == roster.StandingIn && got.Member != want:
					t.Error("the member is not the one whom the row tells of")
				}
			})
		}
	}
}

// No preset is without its row in usuals.
func TestEachPresetIsTried(t *testing.T) {
	var presets []string
	for _, one := range built() {
		presets = slices.AppendSeq(presets, maps.Keys(one.Presets))
	}
	slices.Sort(presets)
	if diff := cmp.Diff(presets, slices.Sorted(maps.Keys(usuals()))); diff != "" {
		t.Errorf("presets (-built +tried):\n%s", diff)
	}
}

// presetOf binds the first source of the example of a preset to the columns that
// it asks for. The presets of files have no example of their own.
func presetOf(t *testing.T, name string) (*mapping.Binding, []string) {
	t.Helper()
	file, err := config.Load(filepath.Join(examples, "sources", name+".yaml"), built())
	if name == "adp-wfn" || name == "paycom" {
		file, err = config.Parse(name, []byte(`
version: 1
plans: {STANDARD: pln_abc123}
groups: {map: [{key: Engineering, external_reference_id: mol_seg_001, name: Engineering}]}
sources:
  - {name: hq, type: csv, path: /data/census.csv, preset: `+name+`, fields: {plan: {value: STANDARD}, group: Department}}
`), built())
	}
	if err != nil {
		t.Fatal(err)
	}
	mapper, err := mapping.New(name, file.Sources[0].Mapping, file.Eligibility, file.Vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	columns := mapper.Columns()
	binding, err := mapper.Bind(columns)
	if err != nil {
		t.Fatal(err)
	}
	return binding, columns
}
