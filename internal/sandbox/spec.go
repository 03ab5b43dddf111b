package sandbox

import (
	_ "embed" // for openapi.yaml
	"slices"
)

//go:embed openapi.yaml
var openapi []byte

// Spec returns the OpenAPI document of the API that the sandbox serves, as
// YAML. Tests check the traffic of either side against it.
func Spec() []byte { return slices.Clone(openapi) }
