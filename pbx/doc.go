// Package pbx describes the SIP line that belongs to an identity: the account,
// its address of record, its digest credentials and the numbers it may have.
//
// It uses the words of RFC 3261 (address of record, registrar), RFC 7616 and
// RFC 8760 (realm, HA1, algorithm).
//
// It talks to no PBX: the packages below it do, and all of them pass the suite
// in pbxtest. Choosing a free number in a transaction is the store's.
//
// A password is shown to its subscriber once and never stored; what is stored
// are its digests (HA1), and these are as good as the password to whoever has
// them. They belong to one user name and one realm: a change of either makes
// them void.
package pbx
