package ledger_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

const jwe = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA"

func TestParseSealed(t *testing.T) {
	t.Parallel()
	got, err := ledger.ParseSealed([]byte(`{"birth_date":"` + jwe + `","sex":"` + jwe + `"}`))
	if diff := cmp.Diff(map[string]string{"birth_date": jwe, "sex": jwe}, got); diff != "" || err != nil {
		t.Errorf("ParseSealed() = %v (-want +got):\n%s", err, diff)
	}
}

// What is sealed stays out of every block, but a peer keeps it in clear: what
// was not encrypted, by a mistake, must not get there.
func TestParseSealedRefusesWhatCouldBeRead(t *testing.T) {
	t.Parallel()
	header := func(h string) string {
		_, rest, _ := strings.Cut(jwe, ".")
		return base64.RawURLEncoding.EncodeToString([]byte(h)) + "." + rest
	}
	one := func(v string) string { return `{"name":"` + v + `"}` }
	for _, c := range []struct{ name, sealed string }{
		{"nothing", ``},
		{"null", `null`},
		{"no attribute", `{}`},
		{"an array", `["` + jwe + `"]`},
		{"a name in clear", one("Erika Mustermann")},
		{"a name in base64url", one("RXJpa2E")},
		{"a number", `{"name":1}`},
		{"an object", `{"name":{"value":"Erika"}}`},
		{"a name as the attribute", `{"Erika":"` + jwe + `"}`},
		{"white space", `{"name": "` + jwe + `"}`},
		{"names out of order", `{"sex":"` + jwe + `","name":"` + jwe + `"}`},
		{"the same name twice", `{"name":"Erika","name":"` + jwe + `"}`},
		{"something after it", one(jwe) + ` `},
		{"a comma after it", `{"name":"` + jwe + `",}`},
		{"no brace", `"name":"` + jwe + `"`},
		{"no end", `{"name":"` + jwe + `"`},
		{"a quoted comma", one(jwe + `","` + jwe)},
		{"an escaped letter", one(strings.Replace(jwe, "AAAA", `\u0041AAA`, 1))},
		{"a body with stray bits", one(strings.Replace(jwe, ".AAAA.", ".AB.", 1))},
		{"a body that encodes nothing", one(strings.Replace(jwe, ".AAAA.", ".AAAAA.", 1))},
		{"another alphabet", one(strings.Replace(jwe, ".AAAA.", ".AA+/.", 1))},
		{"four parts", one(jwe[:len(jwe)-23])},
		{"six parts", one(jwe + ".AAAA")},
		{"a key", one(strings.Replace(jwe, "..", ".AAAA.", 1))},
		{"a short nonce", one(strings.Replace(jwe, "..AAAA", "..", 1))},
		{"nothing encrypted", one(strings.Replace(jwe, ".AAAA.", "..", 1))},
		{"a short tag", one(jwe[:len(jwe)-4])},
		{"a padded tag", one(jwe + "=")},
		{"a tag with stray bits", one(jwe[:len(jwe)-1] + "B")},
		{"a line end in it", one(jwe[:len(jwe)-2] + `\n` + jwe[len(jwe)-2:])},
		{"another algorithm", one(header(`{"alg":"A256KW","enc":"A256GCM"}`))},
		{"another encryption", one(header(`{"alg":"dir","enc":"A128CBC-HS256"}`))},
		{"a header with a name", one(header(`{"alg":"dir","enc":"A256GCM","kid":"Erika"}`))},
		{"a header in another order", one(header(`{"enc":"A256GCM","alg":"dir"}`))},
		{"too large", one(strings.Replace(jwe, ".AAAA.", "."+strings.Repeat("AAAA", ledger.MaxSealedSize/4)+".", 1))},
	} {
		got, err := ledger.ParseSealed([]byte(c.sealed))
		if !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("ParseSealed(%s) = %v, %v; want invalid", c.name, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "Erika") {
			t.Errorf("ParseSealed(%s) = %v, which quotes it", c.name, err)
		}
	}
	var many []string
	for k := range ledger.MaxAttributes + 1 {
		many = append(many, "a"+strings.Repeat("b", k))
	}
	sealed, _ := ledgertest.NewSealed(many...)
	if _, err := ledger.ParseSealed(sealed); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("ParseSealed(%d attributes) = %v, want invalid", len(many), err)
	}
}

func FuzzParseSealed(f *testing.F) {
	f.Add([]byte(`{"birth_date":"` + jwe + `"}`))
	f.Add([]byte(`{"a":"b"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := ledger.ParseSealed(b)
		if err != nil {
			return
		}
		if again := encode(t, got); again != string(b) {
			t.Fatalf("ParseSealed(%q) = %q, whose canonical form is %q", b, got, again)
		}
		for name, jwe := range got {
			for _, part := range strings.Split(jwe, ".")[2:] {
				if raw, err := base64.RawURLEncoding.Strict().DecodeString(part); err != nil || base64.RawURLEncoding.EncodeToString(raw) != part {
					t.Fatalf("ParseSealed(%q): %s has the part %q, which is not base64url", b, name, part)
				}
			}
		}
	})
}

// A peer's private value may be lost or spoilt: that is damage, not a refusal,
// and nothing of it is handed out.
func TestDisclosureHoldsTheDigestAgainstThePeer(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(map[string][]byte, string){
		"lost":    func(private map[string][]byte, key string) { delete(private, key) },
		"another": func(private map[string][]byte, key string) { private[key], _ = ledgertest.NewSealed("birth_date") },
	} {
		w, in, o := newWorld(t), ledgertest.NewSealedIssue(), ledgertest.NewOrganisation(ledger.RoleOperator)
		l, ctx := w.client("Org1MSP"), t.Context()
		_, err1 := l.Issue(ctx, in)
		_, err2 := l.RegisterOrganisation(ctx, o)
		_, err3 := l.SetOrganisationKey(ctx, o.ID, ledgertest.NewKey())
		_, err4 := l.GrantConsent(ctx, ledger.Consent{
			Identity: in.ID, Organisation: o.ID, Attributes: []string{"birth_date"}, Until: tomorrow(w),
		})
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
		spoil(w.private, "sealed/"+in.ID)
		d, err := l.Disclose(ctx, ledger.Pair{Identity: in.ID, Organisation: o.ID})
		var refusal *ledger.Error
		if err == nil || errors.As(err, &refusal) || len(d.Sealed) != 0 {
			t.Errorf("Disclose(%s) = %+v, %v; want damage", name, d, err)
		}
	}
}

// The contract does this for every identity that it mints.
func BenchmarkParseSealed(b *testing.B) {
	sealed, _ := ledgertest.NewSealed(
		"birth_date", "document_number", "expiry_date", "family_names", "given_names", "issuing_state", "nationality", "sex",
	)
	for b.Loop() {
		if _, err := ledger.ParseSealed(sealed); err != nil {
			b.Fatal(err)
		}
	}
}
