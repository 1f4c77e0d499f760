package disclosure_test

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/disclosure"
)

var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newRSA(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	k, err := rsaKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newECDSA(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func publicKey(t *testing.T, private crypto.PrivateKey) ledger.PublicKey {
	t.Helper()
	k, err := disclosure.PublicKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func wrap(t *testing.T, key []byte, id string, names []string, private crypto.PrivateKey) string {
	t.Helper()
	jwe, err := disclosure.Wrap(key, id, names, publicKey(t, private))
	if err != nil {
		t.Fatal(err)
	}
	return jwe
}

// parcel is the consent to the named attributes alone.
func parcel(t *testing.T, key []byte, private crypto.PrivateKey, names ...string) disclosure.Parcel {
	t.Helper()
	p := disclosure.Parcel{
		Identity: identity, Organisation: "bank", Sealed: map[string]string{}, Digests: map[string]string{},
		WrappedKey: wrap(t, key, identity, names, private),
	}
	sealed := seal(t, key)
	for _, name := range names {
		a := person()[name]
		p.Sealed[name], p.Digests[name] = sealed[name], ledger.Digest(name, a.Value, a.Salt)
	}
	return p
}

func TestOpen(t *testing.T) {
	t.Parallel()
	for kind, private := range map[string]crypto.PrivateKey{"P-256": newECDSA(t), "RSA": newRSA(t)} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p := parcel(t, newKey(t), private, "birth_date", "phone")
			b, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			var sent disclosure.Parcel
			if err := json.Unmarshal(b, &sent); err != nil {
				t.Fatal(err)
			}
			got, err := disclosure.Open(sent, private)
			if err != nil {
				t.Fatal(err)
			}
			want := person()
			delete(want, "family_names")
			equal := func(a, b disclosure.Attribute) bool { return a.Value == b.Value && bytes.Equal(a.Salt, b.Salt) }
			if !maps.EqualFunc(got, want, equal) {
				t.Errorf("Open = %d attributes that are not the %d consented to", len(got), len(want))
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	key, private := newKey(t), newECDSA(t)
	all := []string{"birth_date", "family_names", "phone"}
	flip := func(jwe string, part int) string {
		parts := strings.Split(jwe, ".")
		b := fromBase64(t, parts[part])
		b[0] ^= 1
		parts[part] = base64.RawURLEncoding.EncodeToString(b)
		return strings.Join(parts, ".")
	}
	for _, tt := range []struct {
		name  string
		spoil func(*disclosure.Parcel)
		want  error
	}{
		{"another subject's key", func(p *disclosure.Parcel) { p.WrappedKey = wrap(t, newKey(t), identity, all, private) }, disclosure.ErrUnopened},
		{"another reader's key", func(p *disclosure.Parcel) { p.WrappedKey = wrap(t, key, identity, all, newECDSA(t)) }, disclosure.ErrUnopened},
		{"the other kind of key", func(p *disclosure.Parcel) { p.WrappedKey = wrap(t, key, identity, all, newRSA(t)) }, disclosure.ErrUnopened},
		{"another identity's keys", func(p *disclosure.Parcel) { p.WrappedKey = wrap(t, key, "id-other", all, private) }, disclosure.ErrUnopened},
		{"under another identity", func(p *disclosure.Parcel) { p.Identity = "id-other" }, disclosure.ErrUnopened},
		{"an attribute in another's place", func(p *disclosure.Parcel) { p.Sealed["phone"] = p.Sealed["birth_date"] }, disclosure.ErrUnopened},
		{"two attributes swapped", func(p *disclosure.Parcel) {
			p.Sealed["phone"], p.Sealed["birth_date"] = p.Sealed["birth_date"], p.Sealed["phone"]
		}, disclosure.ErrUnopened},
		{"an attribute not consented to", func(p *disclosure.Parcel) {
			p.WrappedKey = wrap(t, key, identity, []string{"phone"}, private)
		}, disclosure.ErrUnopened},
		{"an altered vector", func(p *disclosure.Parcel) { p.Sealed["phone"] = flip(p.Sealed["phone"], 2) }, disclosure.ErrUnopened},
		{"an altered body", func(p *disclosure.Parcel) { p.Sealed["phone"] = flip(p.Sealed["phone"], 3) }, disclosure.ErrUnopened},
		{"an altered tag", func(p *disclosure.Parcel) { p.Sealed["phone"] = flip(p.Sealed["phone"], 4) }, disclosure.ErrUnopened},
		{"an altered wrapped key", func(p *disclosure.Parcel) { p.WrappedKey = flip(p.WrappedKey, 1) }, disclosure.ErrUnopened},
		{"an altered key set", func(p *disclosure.Parcel) { p.WrappedKey = flip(p.WrappedKey, 3) }, disclosure.ErrUnopened},
		{"a sealed attribute cut short", func(p *disclosure.Parcel) { p.Sealed["phone"] = p.Sealed["phone"][:90] }, disclosure.ErrUnopened},
		{"a wrapped key cut short", func(p *disclosure.Parcel) { p.WrappedKey = p.WrappedKey[:90] }, disclosure.ErrUnopened},
		{"no wrapped key", func(p *disclosure.Parcel) { p.WrappedKey = "" }, disclosure.ErrUnopened},
		{"nothing", func(p *disclosure.Parcel) { p.Sealed = nil }, disclosure.ErrUnopened},
		{"a huge attribute", func(p *disclosure.Parcel) { p.Sealed["phone"] += strings.Repeat("A", 1<<20) }, disclosure.ErrUnopened},
		{"a huge wrapped key", func(p *disclosure.Parcel) { p.WrappedKey += strings.Repeat("A", 1<<20) }, disclosure.ErrUnopened},
		{"a digest of another value", func(p *disclosure.Parcel) { p.Digests["phone"] = p.Digests["birth_date"] }, disclosure.ErrMismatch},
		{"no digest", func(p *disclosure.Parcel) { delete(p.Digests, "phone") }, disclosure.ErrMismatch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := parcel(t, key, private, all...)
			tt.spoil(&p)
			got, err := disclosure.Open(p, private)
			if !errors.Is(err, tt.want) || got != nil {
				t.Errorf("Open = %d attributes, %v, want none and %v", len(got), err, tt.want)
			}
		})
	}
}

// Every cut of a parcel's parts is refused, and none panics.
func TestOpenCutAnywhere(t *testing.T) {
	t.Parallel()
	key, private := newKey(t), newECDSA(t)
	whole := parcel(t, key, private, "phone")
	for n := range len(whole.Sealed["phone"]) {
		p := whole
		p.Sealed = map[string]string{"phone": whole.Sealed["phone"][:n]}
		if _, err := disclosure.Open(p, private); !errors.Is(err, disclosure.ErrUnopened) {
			t.Fatalf("sealed attribute cut to %d bytes: %v", n, err)
		}
	}
	for n := range len(whole.WrappedKey) {
		p := whole
		p.WrappedKey = whole.WrappedKey[:n]
		if _, err := disclosure.Open(p, private); !errors.Is(err, disclosure.ErrUnopened) {
			t.Fatalf("wrapped key cut to %d bytes: %v", n, err)
		}
	}
}

func TestWrapRefuses(t *testing.T) {
	t.Parallel()
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if k, err := disclosure.PublicKey(p384); err == nil {
		t.Errorf("PublicKey of a P-384 key = %v, want an error", k)
	}
	if _, err := disclosure.PublicKey(nil); err == nil {
		t.Error("PublicKey of nothing succeeded")
	}
	good := publicKey(t, newECDSA(t))
	off := good
	off.Y = off.X // not on the curve
	for name, call := range map[string]func() (string, error){
		"no key at all":     func() (string, error) { return disclosure.Wrap(newKey(t), identity, []string{"a"}, ledger.PublicKey{}) },
		"off the curve":     func() (string, error) { return disclosure.Wrap(newKey(t), identity, []string{"a"}, off) },
		"no names":          func() (string, error) { return disclosure.Wrap(newKey(t), identity, nil, good) },
		"short subject key": func() (string, error) { return disclosure.Wrap(newKey(t)[1:], identity, []string{"a"}, good) },
		"slash in a name":   func() (string, error) { return disclosure.Wrap(newKey(t), identity, []string{"a/b"}, good) },
	} {
		if jwe, err := call(); err == nil {
			t.Errorf("%s: Wrap = %d bytes, want an error", name, len(jwe))
		}
	}
}

// The steps of RFC 7518 section 4.6 (ECDH-ES with the Concat KDF), RFC 3394
// (AES key wrap) and RFC 7516 section 5.2, with the standard library alone.
func TestWrappedKeyOpensByHand(t *testing.T) {
	t.Parallel()
	key, private := newKey(t), newECDSA(t)
	parts := strings.Split(wrap(t, key, identity, []string{"phone", "birth_date", "phone"}, private), ".")
	var header struct {
		Alg, Enc, Kid, Sub, Cty string
		Epk                     struct{ X, Y string }
	}
	if err := json.Unmarshal(fromBase64(t, parts[0]), &header); err != nil {
		t.Fatal(err)
	}
	if header.Alg != "ECDH-ES+A256KW" || header.Enc != "A256GCM" || header.Cty != "jwk-set+json" || header.Sub != identity {
		t.Errorf("protected header = %+v", header)
	}
	if want := thumbprint(publicKey(t, private)); header.Kid != want {
		t.Errorf("kid = %q, want the key's thumbprint %q", header.Kid, want)
	}
	own, err := private.ECDH()
	if err != nil {
		t.Fatal(err)
	}
	point := append([]byte{4}, append(fromBase64(t, header.Epk.X), fromBase64(t, header.Epk.Y)...)...)
	ephemeral, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := own.ECDH(ephemeral)
	if err != nil {
		t.Fatal(err)
	}
	content := unwrapKey(t, concatKDF(shared, header.Alg), fromBase64(t, parts[1]))
	var set struct {
		Keys []struct{ Kty, Kid, K string }
	}
	if err := json.Unmarshal(decryptGCM(t, content, parts), &set); err != nil {
		t.Fatal(err)
	}
	var names []string
	sealed := seal(t, key)
	for _, k := range set.Keys {
		names = append(names, k.Kid)
		if k.Kty != "oct" {
			t.Errorf("kty = %q, want oct", k.Kty)
		}
		decryptGCM(t, fromBase64(t, k.K), strings.Split(sealed[k.Kid], "."))
	}
	if diff := cmp.Diff([]string{"birth_date", "phone"}, names); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

// thumbprint is RFC 7638 for an EC key: the required members in order.
func thumbprint(k ledger.PublicKey) string {
	sum := sha256.Sum256([]byte(`{"crv":"` + k.Curve + `","kty":"` + k.Type + `","x":"` + k.X + `","y":"` + k.Y + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func concatKDF(shared []byte, algorithm string) []byte {
	b := binary.BigEndian.AppendUint32(nil, 1)
	b = append(b, shared...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(algorithm))) //nolint:gosec // fourteen characters
	b = append(b, algorithm...)
	b = append(b, make([]byte, 8)...) // PartyUInfo and PartyVInfo are empty
	b = binary.BigEndian.AppendUint32(b, 256)
	sum := sha256.Sum256(b)
	return sum[:]
}

// unwrapKey is RFC 3394 section 2.2.2.
func unwrapKey(t *testing.T, kek, wrapped []byte) []byte {
	t.Helper()
	block, err := aes.NewCipher(kek)
	if err != nil {
		t.Fatal(err)
	}
	n := len(wrapped)/8 - 1
	a, r := slices.Clone(wrapped[:8]), slices.Clone(wrapped[8:])
	for j := 5; j >= 0; j-- {
		for i := n; i >= 1; i-- {
			x := binary.BigEndian.Uint64(a) ^ uint64(n*j+i) //nolint:gosec // small
			b := binary.BigEndian.AppendUint64(nil, x)
			b = append(b, r[8*(i-1):8*i]...)
			block.Decrypt(b, b)
			copy(a, b[:8])
			copy(r[8*(i-1):], b[8:])
		}
	}
	if !bytes.Equal(a, bytes.Repeat([]byte{0xa6}, 8)) {
		t.Fatal("key wrap: integrity check failed")
	}
	return r
}

// Another language's library opens what we seal, of both kinds of keys.
func TestAnotherProgramOpens(t *testing.T) {
	t.Parallel()
	node := testenv.Program(t, "node")
	for kind, private := range map[string]crypto.PrivateKey{"P-256": newECDSA(t), "RSA": newRSA(t)} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			p, err := json.Marshal(parcel(t, newKey(t), private, "birth_date", "family_names"))
			if err != nil {
				t.Fatal(err)
			}
			der, err := x509.MarshalPKCS8PrivateKey(private)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			file, key := filepath.Join(dir, "parcel.json"), filepath.Join(dir, "key.pem")
			if err := os.WriteFile(file, p, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), node, filepath.Join("testdata", "open.mjs"), file, key).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			var got map[string]struct{ Value, Salt string }
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatal(err)
			}
			if len(got) != 2 {
				t.Errorf("opened %d attributes, want 2", len(got))
			}
			for name, a := range got {
				if !(ledger.Identity{Attributes: map[string]string{
					name: ledger.Digest(name, person()[name].Value, person()[name].Salt),
				}}).Discloses(name, a.Value, fromBase64(t, a.Salt)) {
					t.Errorf("%s: the value that opened is not the one committed to", name)
				}
			}
		})
	}
}
