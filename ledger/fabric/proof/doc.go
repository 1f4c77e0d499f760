// Package proof lets a stranger check offline what a Fabric channel says of
// one identity: a file that [Build] puts together out of a block and the words
// of peers, and that [Check] believes only as far as signatures reach that
// chain to authorities the reader chose.
//
// The words are Fabric's: a creator asks, peers endorse, the orderer signs
// blocks, an organisation's certificates chain to its MSP's authorities.
//
// It opens no connection (ledger/fabric fetches block and statements) and
// knows no key of its own: whoever has read access can make a proof.
//
// The rule: a committed transaction may have been committed as invalid, and no
// orderer signs that it was not. So a block alone proves nothing about the
// ledger's state. A proof therefore holds, for one or more organisations, a
// statement: the signed answer of one of its peers to the reading function,
// whose read set names the block and place of the transaction that the state
// comes from. ADR 0019 says what follows from that, and what does not.
package proof
