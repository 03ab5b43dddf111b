package reconcile_test

import (
	"net/http"
	"strings"

	"github.com/rosterd/rosterd/internal/sandbox"
)

// submits reports whether a request sends a roster.
func submits(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/members/sync")
}

// stranger is somebody whom Vitable has and no source knows.
func stranger() sandbox.Member {
	return sandbox.Member{
		ReferenceID: "STRANGER", FirstName: "Canaria", LastName: "Stray", DateOfBirth: "1980-01-01", Phone: "2025550143", PlanID: gold,
		Address: sandbox.Address{Line1: "1 Cage Street", City: "Springfield", State: "IL", Zipcode: "62701"},
	}
}
