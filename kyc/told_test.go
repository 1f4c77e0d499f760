package kyc

import (
	"testing"
	"time"
)

// Whoever sets phones up again and again is not told once an hour that a password
// ends: what was told of that is not crowded out.
func TestToldOfPasswordsIsKept(t *testing.T) {
	t.Parallel()
	var told Told
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	end := now.Add(time.Hour)
	due := lineNotice{kind: PasswordDueMessage, about: "2000001", device: "k3f9ab2c", at: end}
	told.note(due.effect("en1").Ref, due.until(), now)
	var first, last string
	for i := range maxTold + 5 {
		n := lineNotice{kind: PhoneAgainMessage, about: "2000001", device: "k3f9ab2c", at: now.Add(time.Duration(i) * time.Second)}
		last = n.effect("en1").Ref
		if first == "" {
			first = last
		}
		told.note(last, n.until(), n.at)
	}
	if !told.has(due.effect("en1").Ref) || !told.has(last) {
		t.Errorf("of the password told %t, of what came last %t, want both", told.has(due.effect("en1").Ref), told.has(last))
	}
	if told.has(first) || len(told.Notices) != maxTold {
		t.Errorf("%d notices, the first one among them: %t", len(told.Notices), told.has(first))
	}
	told.note(last, end.Add(time.Hour), end)
	if told.has(due.effect("en1").Ref) {
		t.Error("what is over is remembered")
	}
}
