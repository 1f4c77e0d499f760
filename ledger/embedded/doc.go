// Package embedded keeps the ledger in process, in an append-only log that
// anybody can check: every entry holds the hash of the one before it and an
// Ed25519 signature (RFC 8032).
//
// The words are package ledger's. A transaction's block is its place in the
// log.
//
// It decides nothing about identities: [ledger.Contract] does. It is one
// machine's word against the world's; an operator whose peers must not trust
// that machine runs ledger/fabric instead. What the log cannot show by itself
// is that its whole folder was put back to an older state; keep the head that
// [Verify] reports somewhere else to see that too.
//
// Private data lies beside the log, a file for each value, because nothing can
// be taken out of a log: entries carry the values' digests.
//
// The order of writes is the rule. Private values are written and synced, then
// the entries that carry their digests, then the head file that says how far
// the log reaches; then values are deleted that no entry names any more, and
// only then is the caller answered. So what lies behind the head is whole, what
// lies beyond it was acknowledged to nobody, and a crash between any two bytes
// loses no answer that was given. A private value that the log does not name,
// because the crash came before its entry or after the one that purged it, is
// deleted when the log is opened.
package embedded
