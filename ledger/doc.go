// Package ledger decides what may be written about identities and
// organisations on the shared ledger, and what such a record looks like.
//
// The words are Hyperledger Fabric's: a transaction is endorsed, submitted and
// only then committed; the ledger's parties are organisations, each known by
// its MSP (membership service provider).
//
// The package does no I/O. [Contract] reads and writes through [State] and is
// called by [Contract.Invoke] alone; cmd/chaincode runs it on Fabric's peers,
// ledger/embedded in process over a signed log. [Client] has every function once,
// over the [Transport] of either. Package ledger/ledgertest holds the suite that
// both pass, and holds one against the other.
//
// The rule: nothing personal reaches the channel, for what a channel has seen
// it never forgets. Attributes arrive as salted digests ([Digest]), documents
// as keyed nullifiers ([Nullifier]), reasons as codes from a closed list, and
// a request that is not exactly its own canonical encoding is refused, since
// Fabric keeps the request itself in the block and not only the record.
package ledger
