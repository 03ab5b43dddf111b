package sandbox

import "time"

// Member is one row of a payload, as it was sent.
type Member struct {
	ReferenceID string  `json:"reference_id"`
	FirstName   string  `json:"first_name"`
	LastName    string  `json:"last_name"`
	DateOfBirth string  `json:"date_of_birth"`
	Phone       string  `json:"phone"`
	Email       string  `json:"email,omitempty"`
	PlanID      string  `json:"plan_id"`
	Address     Address `json:"address"`
}

// Address is the address of a row, as it was sent.
type Address struct {
	Line1   string `json:"address_line_1"`
	Line2   string `json:"address_line_2,omitempty"`
	City    string `json:"city"`
	State   string `json:"state"`
	Zipcode string `json:"zipcode"`
}

// Subscriber is somebody who is subscribed in a group.
type Subscriber struct {
	ID     string    // Vitable's id of the membership; a new one for each subscription
	Row    Member    // the last row that was accepted for them
	PlanID string    // the plan of the subscription; Row.PlanID may name another
	Since  time.Time // when the subscription began
}
