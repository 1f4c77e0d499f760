// Package x5u fetches the certificates that other people's tokens about their
// callers point to (RFC 7515 section 4.1.5, RFC 8225 section 4.3).
//
// A URL in a token is a stranger's wish for a request from inside the
// operator's network. So a [Fetcher] follows https URLs on the two ports that
// ATIS-1000074 section 5.3.1 allows, without redirects, to addresses that
// belong to nobody's inner network, and reads little.
//
// It believes nothing of what it fetches: package passport does that, or not.
//
// The rule: every connection goes through [Fetcher.permitted], which looks at
// the address that is dialled and not at a name that may change its mind
// between a look and the call (DNS rebinding).
package x5u
