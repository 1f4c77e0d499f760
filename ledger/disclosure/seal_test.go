package disclosure_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/disclosure"
)

const identity = "id-4f1c9a"

// person is nobody.
func person() map[string]disclosure.Attribute {
	salt := func(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }
	return map[string]disclosure.Attribute{
		"birth_date":   {Value: "1987-03-14", Salt: salt(1)},
		"family_names": {Value: "ŽIŽKOVÁ-ÉTOILE", Salt: salt(2)},
		"phone":        {Value: "+33612345678", Salt: salt(3)},
	}
}

// count is a random source that is none: 0, 1, 2 and so on.
type count struct{ next byte }

func (c *count) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = c.next
		c.next++
	}
	return len(p), nil
}

func seal(t *testing.T, key []byte) map[string]string {
	t.Helper()
	b, err := disclosure.Seal(rand.Reader, key, identity, person())
	if err != nil {
		t.Fatal(err)
	}
	var sealed map[string]string
	if err := json.Unmarshal(b, &sealed); err != nil {
		t.Fatal(err)
	}
	return sealed
}

func newKey(t *testing.T) []byte {
	t.Helper()
	key, err := disclosure.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// The expected text was computed with another program's HKDF and AES-GCM.
func TestSealVector(t *testing.T) {
	t.Parallel()
	random := &count{}
	key, err := disclosure.NewKey(random) // 00 01 … 1f; the vector is 20 … 2b
	if err != nil {
		t.Fatal(err)
	}
	got, err := disclosure.Seal(random, key, "id-4f1c9a", map[string]disclosure.Attribute{
		"birth_date": {Value: "1987-03-14", Salt: bytes.Repeat([]byte{1}, 32)},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"birth_date":"eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..ICEiIyQlJicoKSor.McwXE94X9BIEOU30dIqY1oXu0X8X662p_c7wfeP23i5cPQiGq9px-1w_A6jGtKolGK0D3A7a2fvMGIXaBwFLx6n3nUmPIhARymRU.rj-XuQwf3sD92kclhLWbnw"}`
	if string(got) != want {
		t.Errorf("Seal =\n%s, want\n%s", got, want)
	}
}

// The steps of RFC 7516 section 5.2 for alg "dir", with nothing but the
// standard library's AES.
func TestSealedOpensByHand(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	for name, jwe := range seal(t, key) {
		parts := strings.Split(jwe, ".")
		if len(parts) != 5 || parts[1] != "" {
			t.Fatalf("%s: %d parts and encrypted key %q, want 5 and none", name, len(parts), parts[1])
		}
		var header map[string]string
		if err := json.Unmarshal(fromBase64(t, parts[0]), &header); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"alg": "dir", "enc": "A256GCM"}
		if diff := cmp.Diff(want, header); diff != "" {
			t.Errorf("%s: protected header (-want +got):\n%s", name, diff)
		}
		own, err := hkdf.Key(sha256.New, key, nil, "vouchline/attribute/v1/"+identity+"/"+name, 32)
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ Value, Salt string }
		if err := json.Unmarshal(decryptGCM(t, own, parts), &got); err != nil {
			t.Fatal(err)
		}
		if p := person()[name]; got.Value != p.Value || !bytes.Equal(fromBase64(t, got.Salt), p.Salt) {
			t.Errorf("%s: what was sealed is not what opens", name)
		}
	}
}

func TestSealDiffersEachTime(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	one, other := seal(t, key), seal(t, key)
	for name := range one {
		if one[name] == other[name] {
			t.Errorf("%s: sealed twice alike: an initialization vector was used again", name)
		}
	}
}

func TestSealRefuses(t *testing.T) {
	t.Parallel()
	good := disclosure.Attribute{Value: "x", Salt: make([]byte, 32)}
	one := map[string]disclosure.Attribute{"sex": good}
	many, large := map[string]disclosure.Attribute{}, map[string]disclosure.Attribute{}
	for i := range ledger.MaxAttributes { // each byte takes six, escaped
		large["a"+strings.Repeat("b", i%31)+string(rune('a'+i/31))] = disclosure.Attribute{Value: strings.Repeat("\x01", disclosure.MaxValueSize), Salt: good.Salt}
	}
	for i := range ledger.MaxAttributes + 1 {
		many["a"+strings.Repeat("b", i)] = good
	}
	for _, tt := range []struct {
		name       string
		key        []byte
		id         string
		attributes map[string]disclosure.Attribute
	}{
		{"nothing", make([]byte, 32), identity, nil},
		{"too many", make([]byte, 32), identity, many},
		{"too large for the contract", make([]byte, 32), identity, large},
		{"short key", make([]byte, 31), identity, one},
		{"no key", nil, identity, one},
		{"no identity", make([]byte, 32), "", one},
		{"slash in identity", make([]byte, 32), "a/b", one},
		{"slash in name", make([]byte, 32), identity, map[string]disclosure.Attribute{"a/b": good}},
		{"no name", make([]byte, 32), identity, map[string]disclosure.Attribute{"": good}},
		{"huge value", make([]byte, 32), identity, map[string]disclosure.Attribute{"a": {Value: strings.Repeat("x", disclosure.MaxValueSize+1), Salt: good.Salt}}},
		{"not UTF-8", make([]byte, 32), identity, map[string]disclosure.Attribute{"a": {Value: "\xff", Salt: good.Salt}}},
		{"short salt", make([]byte, 32), identity, map[string]disclosure.Attribute{"a": {Value: "x", Salt: make([]byte, 15)}}},
		{"huge salt", make([]byte, 32), identity, map[string]disclosure.Attribute{"a": {Value: "x", Salt: make([]byte, 65)}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if b, err := disclosure.Seal(rand.Reader, tt.key, tt.id, tt.attributes); err == nil {
				t.Errorf("Seal = %d bytes, want an error", len(b))
			}
		})
	}
	if _, err := disclosure.Seal(strings.NewReader("short"), make([]byte, 32), identity, one); err == nil {
		t.Error("Seal without randomness succeeded")
	}
	if _, err := disclosure.NewKey(strings.NewReader("short")); err == nil {
		t.Error("NewKey without randomness succeeded")
	}
}

// The largest that may be sealed opens again: the bounds agree with each other
// and with the contract's.
func TestSealLargest(t *testing.T) {
	t.Parallel()
	key, private := newKey(t), newECDSA(t)
	attributes := map[string]disclosure.Attribute{}
	digests := map[string]string{}
	var names []string
	for i := range ledger.MaxAttributes {
		name := strings.Repeat("n", 31-i/26) + string(rune('a'+i%26))
		a := disclosure.Attribute{Value: strings.Repeat("x", disclosure.MaxValueSize), Salt: make([]byte, 32)}
		attributes[name], digests[name] = a, ledger.Digest(name, a.Value, a.Salt)
		names = append(names, name)
	}
	id := strings.Repeat("i", ledger.MaxIDSize)
	b, err := disclosure.Seal(rand.Reader, key, id, attributes)
	if err != nil {
		t.Fatal(err)
	}
	p := disclosure.Parcel{Identity: id, Digests: digests, WrappedKey: wrap(t, key, id, names, private)}
	if err := json.Unmarshal(b, &p.Sealed); err != nil {
		t.Fatal(err)
	}
	got, err := disclosure.Open(p, private)
	if err != nil || len(got) != ledger.MaxAttributes {
		t.Errorf("Open = %d attributes, %v, want %d", len(got), err, ledger.MaxAttributes)
	}
}

func fromBase64(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// decryptGCM takes the five parts of a compact JWE whose content key is known.
func decryptGCM(t *testing.T, key []byte, parts []string) []byte {
	t.Helper()
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := gcm.Open(nil, fromBase64(t, parts[2]), append(fromBase64(t, parts[3]), fromBase64(t, parts[4])...), []byte(parts[0]))
	if err != nil {
		t.Fatal(err)
	}
	return plain
}
