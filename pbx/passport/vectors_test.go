package passport

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"time"
)

// rfcInput is what the example of RFC 8225 appendix A signs. Its signature is
// not used: it does not verify with the key that the appendix prints.
const rfcInput = "eyJhbGciOiJFUzI1NiIsInR5cCI6InBhc3Nwb3J0IiwieDV1IjoiaHR0cHM6Ly9j" +
	"ZXJ0LmV4YW1wbGUub3JnL3Bhc3Nwb3J0LmNlciJ9." +
	"eyJkZXN0Ijp7InVyaSI6WyJzaXA6YWxpY2VAZXhhbXBsZS5jb20iXX0sImlhdCI" +
	"6MTQ3MTM3NTQxOCwib3JpZyI6eyJ0biI6IjEyMTU1NTUxMjEyIn19"

// TestRFC8225Encoding builds the example's two parts from its claims: the same
// octets, as section 9 wants of everybody.
func TestRFC8225Encoding(t *testing.T) {
	t.Parallel()
	head, err := encode(map[string]any{"typ": "passport", "x5u": "https://cert.example.org/passport.cer", "alg": "ES256"})
	if err != nil {
		t.Fatal(err)
	}
	claims := Claims{
		Orig: Party{TN: "12155551212"}, Dest: []Party{{URI: "sip:alice@example.com"}}, IssuedAt: time.Unix(1471375418, 0),
	}.payload()
	delete(claims, "attest") // the example is no SHAKEN token
	delete(claims, "origid")
	body, err := encode(claims)
	if err != nil {
		t.Fatal(err)
	}
	if got := head + "." + body; got != rfcInput {
		t.Errorf("encoded %s\nwant    %s", got, rfcInput)
	}
}

// TestRFC7515Signature verifies the ES256 example of RFC 7515 appendix A.3, and
// its neighbour.
func TestRFC7515Signature(t *testing.T) {
	t.Parallel()
	point := []byte{4} // uncompressed
	for _, coordinate := range []string{"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"} {
		b, err := decode64(coordinate)
		if err != nil {
			t.Fatal(err)
		}
		point = append(point, b...)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := decode64("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")
	if err != nil {
		t.Fatal(err)
	}
	u := &Unverified{
		input:     "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
		signature: signature,
	}
	if !u.signedBy(&x509.Certificate{PublicKey: public}) {
		t.Error("the example of RFC 7515 does not verify")
	}
	u.input += "x"
	if u.signedBy(&x509.Certificate{PublicKey: public}) {
		t.Error("a changed example verifies")
	}
}

// TestES256Form: the two numbers of a signature keep their leading zeros (RFC
// 7518 section 3.4), which ASN.1 has dropped in one signature of 128.
func TestES256Form(t *testing.T) {
	t.Parallel()
	key, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	s := &Signer{key: key}
	for i := range 600 {
		input := strings.Repeat("x", i)
		text, err := s.es256(input)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil || len(raw) != 64 {
			t.Fatalf("signature of %d bytes, %v", len(raw), err)
		}
		digest := sha256.Sum256([]byte(input))
		if !ecdsa.Verify(&key.PublicKey, digest[:], new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:])) {
			t.Fatalf("signature %d does not verify", i)
		}
	}
}
