package passport_test

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/pbx/passport"
)

func extension(der []byte) pkix.Extension {
	return pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 26}, Value: der}
}

// FuzzVerify gives the verifier strangers' bytes. Whatever verifies says what
// was signed, to the letter.
func FuzzVerify(f *testing.F) {
	b := setup(f, request())
	good := b.sign(f, claims())
	token, _, _ := strings.Cut(good, ";")
	for _, s := range []string{good, token, good[20:], "a.b.c;info=<", `..;info="<;>";x`, ";;;", token + `;info=<` + x5u + `>;ppt="shaken"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		u, err := passport.Parse(value)
		if err == nil {
			_, err = b.verifier.Verify(u, b.chain, passport.Call{})
		}
		if _, known := errors.AsType[*passport.Error](err); err != nil && !known {
			t.Errorf("%q: %v is no *passport.Error", value, err)
		}
		if err == nil && !strings.Contains(value, token) {
			t.Errorf("%q verifies", value)
		}
	})
}

// FuzzParseParty: a party that was parsed parses to itself.
func FuzzParseParty(f *testing.F) {
	for _, s := range []string{"+33612345678", "tel:+1-2", "sip:+1@a;x", "sip:a@b:5061?c", "sip:%41@[::1]", "sips:a:b@c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := passport.ParseParty(s)
		if err != nil {
			return
		}
		again := "+" + p.TN
		if p.TN == "" {
			again = p.URI
		}
		if q, err := passport.ParseParty(again); err != nil || q != p {
			t.Errorf("ParseParty(%q) = tn %q, uri %q; again %v", s, p.TN, p.URI, err)
		}
	})
}
