package api

import (
	_ "embed"
	"slices"
)

//go:embed openapi.yaml
var description []byte

// Description returns the OpenAPI description of the JSON API.
func Description() []byte { return slices.Clone(description) }
