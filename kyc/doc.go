// Package kyc decides whether an applicant is who they claim to be, and turns
// the ones who are into subscribers with an identity and a phone line.
//
// One [Enrollment] follows one person from consent to issuance and, after it,
// holds the subscriber's own account. It is a state machine over the table in
// state.go: [Next] is the only way to change a [State], and it has no side
// effects. What must happen outside the process (send a code, read a
// document, mint an identity, provision a line) is returned as [Effect]s and
// saved in the same transaction as the new state; [Runner] carries them out
// later, each idempotent by its own key. [Flow] holds what a person's request
// does, [Policy] what the checks add up to, and [Listener] turns what the
// ledger tells, whoever wrote it, into effects. What the ledger alone keeps
// (consents, keys, organisations) Flow writes there at once.
//
// The package speaks the vocabulary of NIST SP 800-63A: applicant, evidence,
// validation, verification, confirmation code, referral, proofing agent. It
// opens no socket and no file; the interfaces it needs are in ports.go and
// cmd/vouchline fills them.
//
// Files are named for who acts:
//
//   - state.go (the table), enrollment.go, data.go and effect.go are what is
//     kept; ports*.go what the package needs of others.
//   - flow_*.go and subscriber.go: what people and programs ask for, a file a
//     subject. Before issuance: contacts, evidence, selfie, live*.go, handoff.
//     After it: consents, keys, disclose, status, erase. Of lines: lines,
//     devices, setup, pairing, passport; for staff staff_lines, lifeline and
//     organisations.
//   - runner_*.go: how each effect is carried out. listener.go, watch_lines.go,
//     flow_tend.go and retention.go: what happens without a request.
//   - line*.go: a line as its subscriber has it, and what it should be by now;
//     request.go and proof.go: what is minted, and what anyone may see of it.
//   - document_*.go, sides.go, hints.go and duplicates.go: what the evidence is
//     worth; policy.go and decision.go: what follows from it.
//
// The rule not to break: a step never calls the next one. It records what it
// learned, moves the state by one event and returns.
package kyc
