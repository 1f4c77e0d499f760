// Package vouchline holds nothing but the tests of the whole house: see
// imports_test.go for who may import whom.
//
// Vouchline turns a stranger into a caller one can trust. Its vocabulary is
// that of NIST SP 800-63A. The program is cmd/vouchline, the flow is kyc, and
// docs/architecture.md says where to start reading. No code may be added here.
package vouchline
