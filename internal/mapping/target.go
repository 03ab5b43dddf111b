package mapping

import "slices"

// target is one field of a person that a column, a constant or an expression
// can feed.
type target int

const (
	referenceID target = iota
	firstName
	lastName
	dateOfBirth
	phone
	email
	addressLine1
	addressLine2
	city
	state
	zipcode
	plan
	group
	status
	hireDate
	terminationDate
	targetCount
)

// Targets lists the names that Config.Fields can have, in the order of a row.
func Targets() []string {
	names := targetNames()
	return names[:]
}

func targetNames() [targetCount]string {
	return [...]string{
		"reference_id", "first_name", "last_name", "date_of_birth", "phone", "email",
		"address_line_1", "address_line_2", "city", "state", "zipcode", "plan", "group",
		"status", "hire_date", "termination_date",
	}
}

// Required lists the targets without which nobody could be sent.
func Required() []string {
	return slices.DeleteFunc(Targets(), func(name string) bool {
		switch t, _ := targetNamed(name); t {
		case email, addressLine2, status, hireDate, terminationDate:
			return true
		}
		return false
	})
}

func (t target) String() string { return targetNames()[t] }

func (t target) isDate() bool { return t == dateOfBirth || t == hireDate || t == terminationDate }

func targetNamed(name string) (target, bool) {
	i := slices.Index(Targets(), name)
	return target(i), i >= 0
}
