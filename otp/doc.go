// Package otp makes and checks what a person types or clicks to prove that
// they hold an address or an authenticator: confirmation codes, link tokens,
// time-based one-time passwords and backup codes.
//
// It uses the words of NIST SP 800-63A-4 (confirmation code, validated
// address) and SP 800-63B-4 (authenticator, look-up secret), and the
// algorithms of RFC 4226 (HOTP), RFC 6238 (TOTP) and RFC 2104 (HMAC).
//
// It sends nothing (package notify), stores nothing (package store) and reads
// no clock: every function takes the time. Hashing a backup code with a
// password hash is the caller's.
//
// Whoever checks an attempt must save the changed Challenge, the accepted step
// or the failure count in the same transaction: a counter that a restart
// forgets is no limit (SP 800-63B-4 section 3.2.2).
package otp
