// Package codegen pins the generators of the repository's generated Go, apart
// from the product's own dependencies.
package codegen
