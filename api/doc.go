// Package api is the edge that people and programs talk to: the pages of
// applicants and subscribers, the console of staff, and what strangers may see
// of an identity. Programs are served by its package v1.
//
// Its words are HTTP's (RFC 9110), problem details (RFC 9457) and those of
// NIST SP 800-63A for what passes through it.
//
// It has no rules. It decodes a request, calls [Flow], and renders what came
// back; what may follow what is decided in kyc, what is written where in
// templates. Handlers are grouped in small structs with a Mount method; page,
// fail and the session are the server's.
//
// Files are named for whom they serve:
//
//   - enroll_*: an applicant, a file a step: start, contacts, document, face,
//     phone (a second device with a camera), live, last (the questions and the
//     outcome).
//   - account_*: a subscriber: activate, page, consents, keys, erase, then the
//     line: phone, phone_add, pair, call.
//   - console_*: staff. Cases (console.go, ruling, and what is looked at:
//     document, faces, compare, live, chart), identities and their status,
//     organisations, lines (the directory) and line (one of them), keys,
//     ledger.
//   - proof.go: anybody who is shown an identity. setup_link.go: a phone that
//     fetches its settings. outbox.go: an operator who has no provider yet.
//   - server.go puts them together over ports.go; middleware.go, session.go,
//     render.go, form.go, problem.go, uploads.go and lane.go are what every
//     request passes or may call.
//
// The rule not to break: nothing personal goes into a session, a log line or a
// cookie, only ids; and every route that changes something is a POST, because
// the protection against forged requests looks at nothing else.
package api
