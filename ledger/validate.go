package ledger

import (
	"maps"
	"slices"
)

// Bounds of what a record may hold.
const (
	MinIDSize      = 3
	MaxIDSize      = 64
	MaxNameSize    = 64 // of an organisation
	MaxAttributes  = 32
	MaxNullifiers  = 8
	MaxRequestSize = 8 << 10 // of one request; a batch has MaxBatch times as much

	maxAttributeName = 32
	maxAssurance     = 16
	maxMSP           = 64
)

// validate does not quote what it refuses: the refusal is logged by others,
// and the refused value may be the personal data that should not be there.
func (i Issue) validate() error {
	if err := checkID(i.ID); err != nil {
		return err
	}
	if n := len(i.Attributes); n == 0 || n > MaxAttributes {
		return invalid("attributes: from 1 to 32 are allowed")
	}
	for _, name := range slices.Sorted(maps.Keys(i.Attributes)) { // every peer refuses for the same reason
		if !isAttributeName(name) {
			return invalid("attributes: a name is not lower-case letters, digits and _")
		}
		if !isDigest(i.Attributes[name]) {
			return invalid("attributes: a value is not a base64url SHA-256 digest")
		}
	}
	if n := len(i.Nullifiers); n == 0 || n > MaxNullifiers {
		return invalid("nullifiers: from 1 to 8 are allowed")
	}
	for k, n := range i.Nullifiers {
		if !isDigest(n) {
			return invalid("nullifiers: one is not a base64url SHA-256 digest")
		}
		if k > 0 && n == i.Nullifiers[k-1] { // sorted by canonical
			return invalid("nullifiers: one is repeated")
		}
	}
	if i.HolderKey != "" && !isDigest(i.HolderKey) {
		return invalid("holder_key is not a base64url SHA-256 thumbprint")
	}
	if i.SealedDigest != "" && !isDigest(i.SealedDigest) {
		return invalid("sealed_digest is not a base64url SHA-256 digest")
	}
	if !made(i.Assurance, 1, maxAssurance, lower|upper, lower|upper|digit|under|dash) {
		return invalid("assurance is not a short code")
	}
	return nil
}

func isAttributeName(s string) bool { return made(s, 1, maxAttributeName, lower, lower|digit|under) }

func (o Organisation) validate() error {
	if !made(o.ID, MinIDSize, MaxIDSize, lower, lower|digit|dash) {
		return invalid("id: from 3 to 64 lower-case letters, digits and -, a letter first")
	}
	if !made(o.Name, 1, MaxNameSize, lower|upper|digit, lower|upper|digit|dash|space|dot) {
		return invalid("name: up to 64 letters, digits, spaces, dots and dashes")
	}
	switch o.Role {
	case RoleIssuer, RoleOperator, RoleRelyingParty:
	default:
		return invalid("role is not one of issuer, operator, relying_party")
	}
	if !made(o.MSP, 1, maxMSP, lower|upper, lower|upper|digit|dash|dot) {
		return invalid("msp is not an MSP id")
	}
	if o.Status != "" && o.Status != StatusActive || o.TxID != "" || o.Key != (PublicKey{}) {
		return invalid("status, key and tx_id have functions of their own")
	}
	return nil
}

// checkID admits opaque identifiers: no @, dot, plus, space or letter outside
// ASCII, and not digits alone, so an e-mail address, a phone number, a
// document number or a full name is not an id.
func checkID(id string) error {
	if !made(id, MinIDSize, MaxIDSize, alnum, alnum|under|dash) || made(id, MinIDSize, MaxIDSize, digit, digit|dash) {
		return invalid("id: from 3 to 64 letters, digits, _ and -, and not digits alone")
	}
	return nil
}

// isTxID admits the ids that Fabric and the embedded ledger give transactions:
// SHA-256 in hexadecimal.
func isTxID(s string) bool { return made(s, 64, 64, lower|digit, lower|digit) }

// ValidID reports whether something has the form of an id here. Who writes down
// what a stranger calls an id, before the contract has seen it, asks this first.
func ValidID(id string) bool { return checkID(id) == nil }

// A class is a set of ASCII characters.
type class uint8

const (
	lower class = 1 << iota
	upper
	digit
	under
	dash
	space
	dot

	alnum = lower | upper | digit
)

// classes has the class of each character: all of a request passes through it.
var classes = func() (t [256]class) {
	for b := byte('a'); b <= 'z'; b++ {
		t[b], t[b-'a'+'A'] = lower, upper
	}
	for b := byte('0'); b <= '9'; b++ {
		t[b] = digit
	}
	t['_'], t['-'], t[' '], t['.'] = under, dash, space, dot
	return t
}()

// made reports whether s has from shortest to longest bytes, the first of the
// class first and the others of the class rest.
func made(s string, shortest, longest int, first, rest class) bool {
	if len(s) < shortest || len(s) > longest {
		return false
	}
	for i := range len(s) {
		allowed := rest
		if i == 0 {
			allowed = first
		}
		if classes[s[i]]&allowed == 0 {
			return false
		}
	}
	return true
}
