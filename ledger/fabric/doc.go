// Package fabric is the client of the ledger's contract on a Hyperledger
// Fabric channel.
//
// The words are Fabric's: a transaction is endorsed by peers, submitted to the
// orderer, and committed when the peer says so in its commit status. Until
// then nobody is told that it happened.
//
// It decides nothing about identities: [ledger.Contract] runs in the peers'
// chaincode (cmd/chaincode). It starts no network: deploy/fabric does, and
// writes the [Profile] it connects with; LoadProfile also takes the connection
// profile of a network that others run.
//
// The rule is what an error means (ADR 0018). Before submission nothing was
// written ([ledger.ErrUnavailable], or a refusal by the contract). After it the
// outcome is unknown until the transaction is seen in a block; the client looks
// for it and sends the same transaction again for a moment, and only then
// answers [ledger.ErrUnknown]. A caller that gets either error repeats the same
// call: the contract makes it happen once.
//
// Where to find what: config and profile what it needs, dial and connect how
// it reaches our organisation's peers, transact and errors how a call becomes a
// commit, events the listener, chain, parse, explorer and nodes what the
// console shows, discovery and direct how single nodes are asked.
package fabric
