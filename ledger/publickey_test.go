package ledger_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/ledgertest"
)

// The example of RFC 7638, section 3.1.
func TestThumbprintOfTheRFC(t *testing.T) {
	t.Parallel()
	k := ledger.PublicKey{
		Type: "RSA", Exponent: "AQAB",
		Modulus: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
	}
	if err := k.Validate(); err != nil {
		t.Errorf("Validate() = %v, want no error", err)
	}
	if got, want := k.Thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"; got != want {
		t.Errorf("Thumbprint() = %s, want %s", got, want)
	}
}

func TestOnlyKeysOfTheTwoKindsInOneSpelling(t *testing.T) {
	t.Parallel()
	ec, of2048 := ledgertest.NewKey(), ledgertest.NewRSAKey()
	modulus := func(bits int) string {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(key.N.Bytes())
	}
	for _, c := range []struct {
		name   string
		key    ledger.PublicKey
		change func(*ledger.PublicKey)
		ok     bool
	}{
		{"P-256", ec, func(*ledger.PublicKey) {}, true},
		{"RSA", of2048, func(*ledger.PublicKey) {}, true},
		{"RSA of 2048 bits", of2048, func(k *ledger.PublicKey) { k.Modulus = modulus(2048) }, true},
		{"RSA of 3072 bits", of2048, func(k *ledger.PublicKey) { k.Modulus = modulus(3072) }, false},
		{"RSA of 1024 bits", of2048, func(k *ledger.PublicKey) { k.Modulus = modulus(1024) }, false},
		{"RSA of 2047 bits", of2048, func(k *ledger.PublicKey) { k.Modulus = "f" + k.Modulus[1:] }, false},
		{"an even modulus", of2048, func(k *ledger.PublicKey) { k.Modulus = k.Modulus[:340] + "AA" }, false},
		{"exponent 3", of2048, func(k *ledger.PublicKey) { k.Exponent = "Aw" }, false},
		{"no exponent", of2048, func(k *ledger.PublicKey) { k.Exponent = "" }, false},
		{"padding", of2048, func(k *ledger.PublicKey) { k.Modulus += "==" }, false},
		{"RSA with a point", of2048, func(k *ledger.PublicKey) { k.X = ec.X }, false},
		{"RSA with a name", of2048, func(k *ledger.PublicKey) { k.Y = "Erika" }, false},
		{"a point with a modulus", ec, func(k *ledger.PublicKey) { k.Modulus = of2048.Modulus }, false},
		{"a point with an exponent", ec, func(k *ledger.PublicKey) { k.Exponent = "AQAB" }, false},
		{"another curve", ec, func(k *ledger.PublicKey) { k.Curve = "P-384" }, false},
		{"no curve", ec, func(k *ledger.PublicKey) { k.Curve = "" }, false},
		{"off the curve", ec, func(k *ledger.PublicKey) { k.X, k.Y = k.Y, k.X }, false},
		{"infinity", ec, func(k *ledger.PublicKey) { k.X, k.Y = strings.Repeat("A", 43), strings.Repeat("A", 43) }, false},
		{"beyond the field", ec, func(k *ledger.PublicKey) { k.X = strings.Repeat("_", 42) + "8" }, false},
		{"a short coordinate", ec, func(k *ledger.PublicKey) { k.Y = k.Y[2:] }, false},
		{"stray bits", ec, func(k *ledger.PublicKey) { k.Y = k.Y[:42] + "B" }, false},
		{"a line end", ec, func(k *ledger.PublicKey) { k.Y = k.Y[:41] + "\r\n" }, false},
		{"another type", ec, func(k *ledger.PublicKey) { k.Type = "OKP" }, false},
		{"nothing", ledger.PublicKey{}, func(*ledger.PublicKey) {}, false},
	} {
		k := c.key
		c.change(&k)
		if err := k.Validate(); (err == nil) != c.ok || err != nil && !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("Validate(%s) = %v, want valid: %t", c.name, err, c.ok)
		}
	}
}
