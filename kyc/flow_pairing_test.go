package kyc_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

var kitchen = kyc.NewDevice{Name: "Kitchen", Kind: pbx.Desk}

// begun returns a pairing that a phone asked for.
func (b *bench) begun(t *testing.T) kyc.Pairing {
	t.Helper()
	p, err := b.flow.BeginPairing(t.Context(), "Desk phone 9\r\n; x", "192.0.2.7")
	must(t, err)
	return p
}

// paired returns the token of a desk phone on a new subscriber's line.
func (b *bench) paired(t *testing.T, id string) (token string) {
	t.Helper()
	p := b.begun(t)
	must(t, b.flow.DecidePairing(t.Context(), id, p.UserCode, kitchen, true))
	token, err := b.flow.PollPairing(t.Context(), p.DeviceCode)
	must(t, err)
	return token
}

func TestDeskPhoneIsPaired(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	b.flow.Settings.Overlap = time.Hour
	p := b.begun(t)
	if !regexp.MustCompile(`^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$`).MatchString(p.UserCode) || p.Interval != 5*time.Second {
		t.Errorf("the phone is told %s and %s", p.UserCode, p.Interval)
	}
	poll := func(want error) (token string) {
		t.Helper()
		b.advance(6 * time.Second)
		token, err := b.flow.PollPairing(t.Context(), p.DeviceCode)
		if !errors.Is(err, want) {
			t.Fatalf("PollPairing = %v, want %v", err, want)
		}
		return token
	}
	poll(kyc.ErrPending)
	seen, err := b.flow.PairingOf(t.Context(), id, " "+strings.ToLower(strings.ReplaceAll(p.UserCode, "-", " ")))
	must(t, err)
	if seen.UserCode != p.UserCode || seen.Client != "Desk phone 9 x" || seen.Source != "192.0.2.7" {
		t.Errorf("the subscriber sees %+v", seen)
	}
	for range 2 { // a page that is sent twice
		must(t, b.flow.DecidePairing(t.Context(), id, p.UserCode, kitchen, true))
	}
	if n := len(b.line(t, id).Devices); n != 2 {
		t.Errorf("the line has %d devices, want one more", n)
	}
	token := poll(nil)
	poll(kyc.ErrExpired) // once
	first, err := b.flow.DeviceSetup(t.Context(), token)
	must(t, err)
	second, err := b.flow.DeviceSetup(t.Context(), token) // it starts twice
	must(t, err)
	b.work(t)
	b.opens(t, "first fetch", first, true)
	b.opens(t, "second fetch", second, true)
	b.advance(2 * time.Hour)
	b.work(t)
	b.opens(t, "first fetch, later", first, false)
	b.opens(t, "second fetch, later", second, true)
	must(t, b.flow.RemoveDevice(t.Context(), id, second.Extension, second.DeviceID))
	b.work(t)
	b.opens(t, "signed out", second, false)
	if _, err := b.flow.DeviceSetup(t.Context(), token); !errors.Is(err, kyc.ErrToken) {
		t.Errorf("DeviceSetup with the token of a device that was signed out = %v", err)
	}
}

func TestPairingIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id, other := b.issued(t), b.issued(t)
	p := b.begun(t)
	must(t, b.flow.DecidePairing(t.Context(), id, p.UserCode, kitchen, false))
	for who, err := range map[string]error{
		"the same":  b.flow.DecidePairing(t.Context(), id, p.UserCode, kitchen, true),
		"another":   b.flow.DecidePairing(t.Context(), other, p.UserCode, kitchen, true),
		"who looks": func() error { _, err := b.flow.PairingOf(t.Context(), other, p.UserCode); return err }(),
	} {
		if !errors.Is(err, kyc.ErrPairingOver) {
			t.Errorf("%s after a refusal = %v, want it over", who, err)
		}
	}
	if _, err := b.flow.PollPairing(t.Context(), p.DeviceCode); !errors.Is(err, kyc.ErrDenied) {
		t.Errorf("PollPairing = %v, want ErrDenied", err)
	}
	for _, account := range []pbx.Account{b.line(t, id), b.line(t, other)} {
		if len(account.Devices) != 1 {
			t.Errorf("%s has %d devices", account, len(account.Devices))
		}
	}
}

// Of two subscribers who are shown the same code, the first one has the phone.
func TestPairingIsOneSubscribers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id, other := b.issued(t), b.issued(t)
	p := b.begun(t)
	must(t, b.flow.DecidePairing(t.Context(), id, p.UserCode, kitchen, true))
	if err := b.flow.DecidePairing(t.Context(), other, p.UserCode, kitchen, true); !errors.Is(err, kyc.ErrPairingOver) {
		t.Errorf("DecidePairing by another = %v", err)
	}
	token, err := b.flow.PollPairing(t.Context(), p.DeviceCode)
	must(t, err)
	setup, err := b.flow.DeviceSetup(t.Context(), token)
	must(t, err)
	if setup.Extension != b.line(t, id).Extension {
		t.Errorf("the phone is on %s", setup.Extension)
	}
}

func TestPairingThatAsksTooOften(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.begun(t)
	for _, step := range []struct {
		wait time.Duration
		want error
	}{
		{0, kyc.ErrPending},
		{time.Second, kyc.ErrSlowDown},
		{6 * time.Second, kyc.ErrSlowDown},
		{16 * time.Second, kyc.ErrPending},
		{15 * time.Minute, kyc.ErrExpired},
	} {
		b.advance(step.wait)
		if _, err := b.flow.PollPairing(t.Context(), p.DeviceCode); !errors.Is(err, step.want) {
			t.Errorf("PollPairing after %s = %v, want %v", step.wait, err, step.want)
		}
	}
	if _, err := b.flow.PollPairing(t.Context(), "guessed"); !errors.Is(err, kyc.ErrExpired) {
		t.Errorf("PollPairing with an unknown code = %v", err)
	}
	if err := b.flow.DecidePairing(t.Context(), b.issued(t), p.UserCode, kitchen, true); !errors.Is(err, kyc.ErrPairingOver) {
		t.Errorf("DecidePairing too late = %v", err)
	}
}

func TestPairingCodesCannotBeGuessed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	var rate *kyc.RateError
	for n := range 21 {
		_, err := b.flow.PairingOf(t.Context(), id, "BBBB-BBBB")
		if limited := errors.As(err, &rate); limited != (n == 20) || !limited && !errors.Is(err, kyc.ErrPairingOver) {
			t.Fatalf("guess %d = %v", n, err)
		}
	}
	for range 25 {
		b.begun(t)
	}
	if _, err := b.flow.BeginPairing(t.Context(), "", "192.0.2.7"); !errors.As(err, &rate) {
		t.Errorf("BeginPairing from one address again and again = %v", err)
	}
}

// A device's token is good for its device alone, and only while the line is on.
func TestDeviceToken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	token := b.paired(t, id)
	line := b.line(t, id)
	parts := strings.Split(token, ".")
	for _, forged := range []string{
		"", ".", "..", token + "x", parts[0] + "." + parts[1] + ".", parts[0] + "." + line.Devices[0].ID + "." + parts[2],
		"2999999." + parts[1] + "." + parts[2], parts[2],
	} {
		if _, err := b.flow.DeviceSetup(t.Context(), forged); !errors.Is(err, kyc.ErrToken) {
			t.Errorf("DeviceSetup(%q) = %v, want ErrToken", forged, err)
		}
	}
	must(t, b.flow.SuspendLine(t.Context(), "agent:1", line.Extension))
	if _, err := b.flow.DeviceSetup(t.Context(), token); !errors.Is(err, kyc.ErrLineOff) {
		t.Errorf("DeviceSetup of a suspended line = %v", err)
	}
	must(t, b.flow.ResumeLine(t.Context(), "agent:1", line.Extension))
	b.work(t)
	var rate *kyc.RateError
	for n := range 11 {
		_, err := b.flow.DeviceSetup(t.Context(), token)
		if limited := errors.As(err, &rate); limited != (n == 10) {
			t.Fatalf("fetch %d = %v", n, err)
		}
	}
	line = b.line(t, id)
	if n := len(line.Device(parts[1]).Credentials); n > 4 {
		t.Errorf("the phone has %d credentials", n)
	}
}

// The only phone of a line fetches its settings: nothing else could have put
// the line on.
func TestDeskPhoneAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	b.flow.PBX = b.pbx
	line := b.line(t, id)
	must(t, b.flow.RemoveDevice(t.Context(), id, line.Extension, line.Devices[0].ID))
	b.work(t)
	if _, on := b.pbx.Lookup(line.AOR); on {
		t.Error("the PBX has a line without a device")
	}
	setup, err := b.flow.DeviceSetup(t.Context(), b.paired(t, id))
	must(t, err)
	b.opens(t, "fetched", setup, true)
}

func TestSetupLink(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	const source = "192.0.2.8"
	old, err := b.flow.OfferSetup(t.Context(), id, office)
	must(t, err)
	offer, err := b.flow.OfferSetup(t.Context(), id, office)
	must(t, err)
	if _, err := b.flow.TakeSetup(t.Context(), old.Token, source); !errors.Is(err, kyc.ErrLinkInvalid) {
		t.Errorf("TakeSetup with a token that was replaced = %v", err)
	}
	for range 3 { // previews
		seen, err := b.flow.SetupOffered(t.Context(), offer.Token, source)
		must(t, err)
		if seen.Device.Name != "Office" {
			t.Errorf("the link is for %q", seen.Device.Name)
		}
	}
	setup, err := b.flow.TakeSetup(t.Context(), offer.Token, source)
	must(t, err)
	b.work(t)
	b.opens(t, "scanned", setup, true)
	if _, err := b.flow.TakeSetup(t.Context(), offer.Token, source); !errors.Is(err, kyc.ErrSetupTaken) {
		t.Errorf("TakeSetup again = %v", err)
	}
	again, err := b.flow.OfferSetup(t.Context(), id, kyc.NewDevice{DeviceID: setup.DeviceID})
	must(t, err)
	renewed, err := b.flow.TakeSetup(t.Context(), again.Token, source)
	must(t, err)
	if renewed.DeviceID != setup.DeviceID || len(b.line(t, id).Devices) != 2 {
		t.Error("a link for a device that is there made another")
	}
	typed, err := b.flow.OfferSetup(t.Context(), id, kitchen)
	must(t, err)
	if len(typed.Token) != 10 {
		t.Errorf("%q is not to be typed", typed.Token)
	}
	if _, err := b.flow.SetupOffered(t.Context(), strings.ToUpper(typed.Token), source); err != nil {
		t.Errorf("SetupOffered as typed = %v", err)
	}
	b.advance(10 * time.Minute)
	if _, err := b.flow.TakeSetup(t.Context(), typed.Token, source); !errors.Is(err, kyc.ErrLinkInvalid) {
		t.Errorf("TakeSetup too late = %v", err)
	}
	var rate *kyc.RateError
	for range 30 {
		_, err = b.flow.SetupOffered(t.Context(), "0000000000", source)
	}
	if !errors.As(err, &rate) {
		t.Errorf("SetupOffered by guesses = %v", err)
	}
}
