// Package api is the edge that people and programs talk to: the pages of
// applicants and subscribers, and the public page of an identity.
//
// Its words are HTTP's (RFC 9110), problem details (RFC 9457) and those of
// NIST SP 800-63A for what passes through it.
//
// It has no rules. It decodes a request, calls [Flow], and renders what came
// back; what may follow what is decided in kyc, what is written where in
// templates. Handlers are grouped in small structs with a Mount method; page,
// fail and the session are the server's.
//
// The rule not to break: nothing personal goes into a session, a log line or a
// cookie, only ids; and every route that changes something is a POST, because
// the protection against forged requests looks at nothing else.
package api
