// Package e2e tests the whole program on real parts: the built binary, a real
// Chromium with a filmed camera, an SMTP server, an SMPP message centre, the
// ledger and the PBX's folder.
//
// It speaks of what people see, in the words of the pages' own catalogues, and
// knows the program only by its settings, its addresses and its exit codes. It
// tests no rule of its own: packages do that. Nothing here sleeps; everything
// waits for what it needs and fails with the page's text and the service's log.
//
// The photographs are public test data found at run time (internal/testenv) and
// are never part of the repository.
package e2e
