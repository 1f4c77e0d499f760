// Package disclosure seals a subscriber's attributes so that they can lie on a
// ledger's peers, and hands an organisation the keys of exactly those that the
// subscriber consented to.
//
// Everything is JOSE, so that a reader needs no line of this program: an
// attribute is a JWE (RFC 7516) in compact form, alg "dir", enc "A256GCM",
// under a key of its own; what an organisation gets is one more JWE, to its
// public key (ECDH-ES+A256KW or RSA-OAEP-256, RFC 7518), whose content is the
// JWK set (RFC 7517) of those keys. docs/adr/0017 says why it is so.
//
// It does no I/O, keeps no key and knows nothing of consent: package ledger
// says who may read what, kyc asks it and hands out, and the store keeps a
// subject's key and destroys it.
//
// The rule: a sealed attribute belongs to one name of one identity. Both are
// in the key's derivation, and [Open] believes a value only if the ledger's
// digest of it agrees.
package disclosure
