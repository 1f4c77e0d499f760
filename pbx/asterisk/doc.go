// Package asterisk sets up lines on an Asterisk PBX by files of its PJSIP
// configuration, one a line and one of them all, or by rows of a database.
//
// Asterisk reads its files as a whole. So the changes that are asked for at the
// same time share a reload, each is done once Asterisk shows it and its devices
// are dropped, and no other process changes the folder meanwhile.
//
// It uses the words of Asterisk's res_pjsip (endpoint, auth, aor) and of
// package pbx.
//
// Policy is not its business: contexts, codecs and lifetimes are in the
// templates ep-base, auth-base and aor-base, which the operator's pjsip.conf
// holds (deploy/asterisk/etc/pjsip.conf has ours). It needs Asterisk 22 or
// later, which reads password_digest.
//
// A generated file holds digests that are as good as passwords. Nothing is
// rendered from an account that does not pass its Validate: names come from
// strangers, and a line break in one would write a line of configuration.
package asterisk
