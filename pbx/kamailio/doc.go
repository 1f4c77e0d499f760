// Package kamailio asks a Kamailio which devices are registered and drops them,
// with their calls where that is wished, by its JSON-RPC.
//
// It uses the words of Kamailio's usrloc and dialog modules and of package pbx.
//
// It does not write the rows that Kamailio reads: the store publishes them in a
// view, and [Provisioner] drops what must not stay registered afterwards.
// Kamailio keeps its registrations in memory: a line that is gone from the view
// registers no more, and is still called until its devices are dropped.
//
// The token goes to addresses of this machine, or by TLS, and to nobody whom an
// answer names.
package kamailio
