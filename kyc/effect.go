package kyc

import (
	"strconv"
	"strings"
	"time"
)

// An EffectKind names something that must happen outside the process.
type EffectKind string

// The effects of the flow.
const (
	SendCode     EffectKind = "send_code"     // Ref: challenge id
	SendLink     EffectKind = "send_link"     // Ref: link serial
	ReadDocument EffectKind = "read_document" // Ref: digest of the photographs
	CheckSelfie  EffectKind = "check_selfie"  // Ref: photograph
	CompareFaces EffectKind = "compare_faces" // Ref: nonce of the live session
	MintIdentity EffectKind = "mint"          // Ref: identity id
	Provision    EffectKind = "provision"     // Ref: identity id
	TellOutcome  EffectKind = "tell_outcome"  // Ref: message kind

	SyncLine      EffectKind = "sync_line"     // Ref: identity id, "@", least version of its record
	ChangeLedger  EffectKind = "change_ledger" // Ref: identity id, "@", serial of the intent
	EraseIdentity EffectKind = "erase"         // Ref: identity id, empty where nothing was minted

	SetLine  EffectKind = "set_line"  // Ref: extension, "@", what no other change has
	SignOut  EffectKind = "sign_out"  // likewise; registrations of the line are dropped after it
	TendLine EffectKind = "tend_line" // Ref: extension, "@", Unix time when a credential ends
	TellLine EffectKind = "tell_line" // Ref: message kind, what it is about, device, Unix time, between slashes
)

// An Effect is a piece of work that is saved with the state that asks for it.
// It carries no personal data, only what to look up, so that a queue's table
// and its logs hold none. It is idempotent by [Effect.Key]: running it again
// after a crash must change nothing that the first run achieved.
type Effect struct {
	Kind         EffectKind `json:"kind"`
	EnrollmentID string     `json:"enrollment_id"`
	Ref          string     `json:"ref"`
}

// Key names the effect; a queue keeps at most one job for it.
func (e Effect) Key() string {
	return strings.Join([]string{string(e.Kind), e.EnrollmentID, e.Ref}, ":")
}

// Engine reports whether the effect needs the vision engines.
func (e Effect) Engine() bool {
	switch e.Kind {
	case ReadDocument, CheckSelfie, CompareFaces:
		return true
	default:
		return false
	}
}

// Due returns when the effect is to be run, zero for at once.
func (e Effect) Due() time.Time {
	if e.Kind != TendLine {
		return time.Time{}
	}
	_, unix := e.target()
	return time.Unix(int64(unix), 0).UTC()
}

// MustHappen reports whether the effect is retried for as long as it takes.
// Approval is a promise: an identity is minted and a line provisioned however
// long the ledger or the PBX is away. So are a change of status and erasure. What
// became of a line is told for as long as it is news.
func (e Effect) MustHappen() bool {
	switch e.Kind {
	case MintIdentity, Provision, SyncLine, ChangeLedger, EraseIdentity, SetLine, SignOut, TendLine, TellLine:
		return true
	default:
		return false
	}
}

// at names a version or serial of an identity, or a time of a line, for
// [Effect.Ref].
func at(identityID string, n int) string { return identityID + "@" + strconv.Itoa(n) }

// target is the inverse of at.
func (e Effect) target() (identityID string, n int) {
	identityID, number, _ := strings.Cut(e.Ref, "@")
	n, _ = strconv.Atoi(number) // 0 where the reference names no number
	return identityID, n
}
