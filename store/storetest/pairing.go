package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
)

var pairingTests = map[string]func(*testing.T, *suite){
	"a pairing from its codes to its decision": pairing,
	"a pairing is decided once":                pairingOnce,
	"a pairing goes with whom it names":        pairingErased,
	"pairings are swept":                       pairingSwept,
}

func pairingRecord(n int) kyc.PairingRecord {
	return kyc.PairingRecord{
		DeviceHash: fmt.Sprint("hash-", n), UserCode: fmt.Sprint("BCDFGHJ", n), Client: "Desk-Phone-In-The-Clear", Source: "192.0.2.77",
		CreatedAt: Start, Expires: Start.Add(10 * time.Minute), Interval: 5 * time.Second,
	}
}

func pairing(t *testing.T, s *suite) {
	ctx := t.Context()
	want := pairingRecord(1)
	if err := s.CreatePairing(ctx, want); err != nil {
		t.Fatal(err)
	}
	s.reopen(t)
	got, err := s.PairingByUserCode(ctx, want.UserCode)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("PairingByUserCode (-want +got):\n%s", diff)
	}
	for _, code := range []string{"", "BCDFGHJ2", want.DeviceHash} {
		if _, err := s.PairingByUserCode(ctx, code); !errors.Is(err, kyc.ErrNotFound) {
			t.Errorf("PairingByUserCode(%q) = %v, want ErrNotFound", code, err)
		}
	}
	same, other := pairingRecord(2), pairingRecord(1)
	same.UserCode, other.UserCode = want.UserCode, "BCDFGHJ9"
	for name, p := range map[string]kyc.PairingRecord{"user code": same, "device code": other} {
		if err := s.CreatePairing(ctx, p); !errors.Is(err, kyc.ErrConflict) {
			t.Errorf("CreatePairing of a %s that is taken = %v, want ErrConflict", name, err)
		}
	}
	s.clock.Advance(11 * time.Minute)
	same.Expires = s.clock.Now().Add(time.Minute)
	if err := s.CreatePairing(ctx, same); err != nil {
		t.Errorf("CreatePairing of a code that has expired = %v", err)
	}
	if got, err := s.PairingByUserCode(ctx, want.UserCode); err != nil || got.DeviceHash != same.DeviceHash {
		t.Errorf("PairingByUserCode = %q, %v, want the newest", got.DeviceHash, err)
	}
	if _, err := s.UpdatePairing(ctx, want.DeviceHash, func(*kyc.PairingRecord) error { return nil }); err != nil {
		t.Errorf("UpdatePairing of one that has expired = %v", err)
	}
}

func pairingOnce(t *testing.T, s *suite) {
	ctx := t.Context()
	p := pairingRecord(1)
	if err := s.CreatePairing(ctx, p); err != nil {
		t.Fatal(err)
	}
	s.create(t, "en1")
	s.create(t, "en2")
	decided := errors.New("decided")
	var by atomic.Int32
	parallel(6, func(i int) {
		_, err := s.UpdatePairing(ctx, p.DeviceHash, func(p *kyc.PairingRecord) error {
			if p.EnrollmentID != "" {
				return decided
			}
			p.EnrollmentID, p.Allowed = fmt.Sprint("en", 1+i%2), true
			return nil
		})
		if err == nil {
			by.Add(1)
		} else if !errors.Is(err, decided) {
			t.Error(err)
		}
	})
	if by.Load() != 1 {
		t.Errorf("the pairing was decided %d times, want once", by.Load())
	}
	if got, err := s.PairingByUserCode(ctx, p.UserCode); err != nil || !got.Allowed {
		t.Errorf("PairingByUserCode = %+v, %v, want it allowed", got, err)
	}
	if _, err := s.UpdatePairing(ctx, "unknown", func(*kyc.PairingRecord) error { return nil }); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("UpdatePairing(unknown) = %v, want ErrNotFound", err)
	}
	_, err := s.UpdatePairing(ctx, p.DeviceHash, func(p *kyc.PairingRecord) error { p.DeviceHash = "other"; return nil })
	if err == nil {
		t.Error("UpdatePairing changed the device code")
	}
}

func pairingErased(t *testing.T, s *suite) {
	ctx := t.Context()
	s.create(t, "en1")
	for n := range 2 {
		if err := s.CreatePairing(ctx, pairingRecord(n)); err != nil {
			t.Fatal(err)
		}
	}
	decide := func(p *kyc.PairingRecord) error { p.EnrollmentID = "en1"; return nil }
	if _, err := s.UpdatePairing(ctx, pairingRecord(0).DeviceHash, decide); err != nil {
		t.Fatal(err)
	}
	if err := s.DestroySubject(ctx, "en1"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PairingByUserCode(ctx, pairingRecord(0).UserCode); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("PairingByUserCode of who is erased = %v, want ErrNotFound", err)
	}
	if _, err := s.UpdatePairing(ctx, pairingRecord(1).DeviceHash, decide); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("UpdatePairing by who is erased = %v, want ErrNotFound", err)
	}
	if got, err := s.PairingByUserCode(ctx, pairingRecord(1).UserCode); err != nil || got.EnrollmentID != "" {
		t.Errorf("PairingByUserCode of nobody = %+v, %v, want it undecided", got, err)
	}
}

func pairingSwept(t *testing.T, s *suite) {
	ctx := t.Context()
	if err := s.CreatePairing(ctx, pairingRecord(1)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1", "0"} {
		s.clock.Advance(13 * time.Hour)
		if err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if n := s.column(t, "SELECT COUNT(*) FROM pairings"); n[0] != want {
			t.Errorf("%s pairings at %v, want %s", n[0], s.clock.Now(), want)
		}
	}
}
