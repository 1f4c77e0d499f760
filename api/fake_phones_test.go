package api

import (
	"context"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// fakePhones are a subscriber's lines, one set-up link and one phone that shows
// a code.
type fakePhones struct {
	lines   []kyc.LineView
	device  kyc.NewDevice // asked for last
	offered string        // the token that is good; its link was used when taken
	taken   bool
	pairing kyc.PairingRequest
	over    error // of everything about a link, and about phones that show codes
	asked   []string
}

func (f *fakePhones) ask(name string) error {
	f.asked = append(f.asked, name)
	return f.over
}

func (f *fakePhones) Lines(context.Context, string) ([]kyc.LineView, error) { return f.lines, nil }

func (f *fakePhones) AddDevice(_ context.Context, id string, d kyc.NewDevice) (pbx.Setup, error) {
	f.device = d
	return annasSetup(), f.ask("AddDevice " + id + " " + d.Extension + " " + d.Name)
}

func (f *fakePhones) RotateDevice(_ context.Context, id, extension, device string) (pbx.Setup, error) {
	return annasSetup(), f.ask("RotateDevice " + id + " " + extension + " " + device)
}

func (f *fakePhones) RenameDevice(_ context.Context, id, extension, device, name string) error {
	return f.ask("RenameDevice " + id + " " + extension + " " + device + " " + name)
}

func (f *fakePhones) RemoveDevice(_ context.Context, id, extension, device string) error {
	return f.ask("RemoveDevice " + id + " " + extension + " " + device)
}

func (f *fakePhones) OfferSetup(_ context.Context, id string, d kyc.NewDevice) (kyc.SetupOffer, error) {
	f.device, f.offered, f.taken = d, "setup-token", false
	return kyc.SetupOffer{Token: f.offered, Expires: noon.Add(10 * time.Minute), Device: d}, f.ask("OfferSetup " + id)
}

func (f *fakePhones) SetupOffered(_ context.Context, token, _ string) (kyc.SetupOffer, error) {
	switch {
	case f.over != nil:
		return kyc.SetupOffer{}, f.over
	case token != f.offered:
		return kyc.SetupOffer{}, kyc.ErrLinkInvalid
	case f.taken:
		return kyc.SetupOffer{}, kyc.ErrSetupTaken
	}
	return kyc.SetupOffer{Token: token, Expires: noon.Add(10 * time.Minute), Device: f.device}, nil
}

func (f *fakePhones) TakeSetup(ctx context.Context, token, source string) (pbx.Setup, error) {
	f.asked = append(f.asked, "TakeSetup")
	if _, err := f.SetupOffered(ctx, token, source); err != nil {
		return pbx.Setup{}, err
	}
	f.taken = true
	return annasSetup(), nil
}

func (f *fakePhones) PairingOf(_ context.Context, _, code string) (kyc.PairingRequest, error) {
	if f.over != nil || code != f.pairing.UserCode {
		return kyc.PairingRequest{}, kyc.ErrPairingOver
	}
	return f.pairing, nil
}

func (f *fakePhones) DecidePairing(_ context.Context, id, code string, d kyc.NewDevice, allow bool) error {
	f.device = d
	return f.ask("DecidePairing " + id + " " + code + map[bool]string{true: " yes", false: " no"}[allow])
}

// annasPhones is one line with an app that is due, and a desk phone that has
// ended; a second line is off.
func annasPhones() fakePhones {
	return fakePhones{
		lines: []kyc.LineView{
			{
				Extension: "2000001", AOR: "sip:2000001@example.org", Status: pbx.StatusOn, ContactsKnown: true,
				Devices: []kyc.DeviceView{
					{ID: "k3f9ab2c", Name: "Kitchen", Kind: pbx.App, AddedAt: noon.AddDate(0, -4, 0), RotatedAt: noon.AddDate(0, -4, 0), DueAt: noon, Due: true},
					{ID: "d7d7d7d7", Kind: pbx.Desk, AddedAt: noon, RotatedAt: noon, EndsAt: noon, Silent: true},
				},
				Contacts: []pbx.Contact{{UserAgent: `Evil"/><script>alert(1)</script>`, Address: "192.0.2.7:5060", Expires: noon.Add(time.Minute)}},
			},
			{Extension: "2000002", AOR: "sip:2000002@example.org", Organisation: "Org2", Status: pbx.StatusSuspended},
		},
		pairing: kyc.PairingRequest{UserCode: "BCDF-GHJK", Client: "<b>T54W</b>", Source: "192.0.2.9", At: noon, Expires: noon.Add(10 * time.Minute)},
	}
}

func annasSetup() pbx.Setup {
	return pbx.Setup{
		DisplayName: "Anna Maria Eriksson", Extension: "2000001", Username: "2000001-k3f9ab", Password: "0123456789abcdefghjkmnpqrs",
		Realm: "example.org", Domain: "example.org", DeviceID: "k3f9ab2c",
		Service: pbx.Service{Server: "sip.example.org:5061", Transport: "tls", STUN: "stun.example.org:3478", Expires: 120},
	}
}
