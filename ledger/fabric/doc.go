// Package fabric is the client of the ledger's contract on a Hyperledger
// Fabric channel.
//
// The words are Fabric's: a transaction is endorsed by peers, submitted to the
// orderer, and committed when the peer says so in its commit status. Until
// then nobody is told that it happened.
//
// It decides nothing about identities: [ledger.Contract] runs in the peers'
// chaincode (cmd/chaincode). It starts no network: deploy/fabric does, and
// writes the [Profile] it connects with.
//
// The rule is what an error means. Before submission nothing was written
// ([ledger.ErrUnavailable], or a refusal by the contract). After it the
// outcome is unknown until the record is read again; the client reads it
// itself for a moment and only then answers [ledger.ErrUnknown]. A caller that
// gets either repeats the same call: the contract makes it happen once.
package fabric
