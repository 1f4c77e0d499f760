// Package passport signs and verifies who is calling: the PASSporT of RFC 8225
// in the Identity header of RFC 8224, with the claims of SHAKEN (RFC 8588) and
// the caller's name (RFC 9795, "rcd"), signed with ES256 by a certificate that
// lists what it may speak for (RFC 8226, TNAuthList).
//
// The words are those documents'. An attestation is what the signer knows of
// the caller, a destination is who is called, and a telephone number (TN) is
// E.164 without its plus sign.
//
// It does no I/O and reads no clock: kyc decides whether a caller gets a token
// and asks the ledger for it, an edge fetches other people's certificates, and
// cmd keeps the key.
//
// The rule: nothing of a [Token] may be believed unless [Verifier.Verify]
// returned it. What [Parse] reads is a stranger's.
package passport
