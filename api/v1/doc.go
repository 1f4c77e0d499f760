// Package v1 is the JSON API of Vouchline: what relying parties and PBX
// administrators call.
//
// The description in api/openapi.yaml comes first: types and routes are
// generated from it, every request is validated against it before a handler
// sees it, and the tests validate every response. Errors are problem documents
// (RFC 9457); problem.go is the one place that turns an error of the flow into
// one, for the pages too.
//
// It decodes, calls and renders. Who may do what beyond holding an API key is
// decided by kyc and the ledger's contract.
package v1

//go:generate go -C ../../tools/codegen tool oapi-codegen -config ../../api/oapi-codegen.yaml -o ../../api/v1/openapi.gen.go ../../api/openapi.yaml
