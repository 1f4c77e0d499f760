// Package store keeps everything Vouchline knows in a database and a blob
// store: one SQL implementation that serves SQLite and PostgreSQL alike.
//
// The words are those of the ports in package kyc, which it implements; keys
// and sealing are Tink's: a keyset, an AEAD with associated data, a PRF.
//
// It decides nothing about an enrollment (package kyc does) and runs no effect
// (package jobs does): it only sees to it that a change and its effects are
// saved together or not at all. What lies in a column in the clear is an id, a
// state, a time or a keyed hash; see docs/adr for why.
//
// The rule not to break: personal data reaches a table or a blob only through
// a seal, with associated data that binds it to its place, so that nobody who
// can write to the database can move a value, or a state, to another row.
package store
