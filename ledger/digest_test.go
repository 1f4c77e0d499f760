package ledger_test

import (
	"bytes"
	"testing"

	"github.com/vouchline/vouchline/ledger"
)

var salt = []byte("0123456789abcdef")

// The vectors, computed by another program from the doc comments, hold the
// encoding still: a digest on a ledger is for ever.
func TestDigestVectors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value, want string }{
		{"family_names", "ERIKSSON", "tiUH3J--rx1JB0_M5phKsQCcqpZjMrpQFzP5ojnY6go"},
		{"birth_date", "1974-08-12", "4NX531JfTbP8Vi8jhkP_zp4mbznUQuNPnZSA2Bfhr3U"},
	} {
		if got := ledger.Digest(c.name, c.value, salt); got != c.want {
			t.Errorf("Digest(%q, %q) = %q, want %q", c.name, c.value, got, c.want)
		}
	}
	key := bytes.Repeat([]byte{7}, 32)
	if got, want := ledger.Nullifier(key, "UTO", "L898902C3"), "DKb3MnEzHfftrG-4glxaZjCVkUqk73rKgJI0N0lrJj8"; got != want {
		t.Errorf("Nullifier() = %q, want %q", got, want)
	}
	if got, want := ledger.Nullifier(key, "d<<", " l898902c3<"), ledger.Nullifier(key, "D", "L898902C3"); got != want {
		t.Errorf("Nullifier(with fillers) = %q, want %q", got, want)
	}
}

func TestDigestIsUnambiguous(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for k, c := range []struct{ name, value, salt string }{
		{"ab", "c", "0123456789abcdef"},
		{"a", "bc", "0123456789abcdef"},
		{"", "abc", "0123456789abcdef"},
		{"abc", "", "0123456789abcdef"},
		{"a", "b", "c0123456789abcdef"},
		{"a", "bc0", "123456789abcdefg"},
	} {
		d := ledger.Digest(c.name, c.value, []byte(c.salt))
		if other, ok := seen[d]; ok {
			t.Errorf("Digest() of cases %d and %d are equal", other, k)
		}
		seen[d] = k
	}
}

func TestDiscloses(t *testing.T) {
	t.Parallel()
	i := ledger.Identity{Attributes: map[string]string{"a": ledger.Digest("a", "v", salt), "short": ledger.Digest("short", "v", nil)}}
	for _, c := range []struct {
		name, attribute, value string
		salt                   []byte
		want                   bool
	}{
		{"the minted value", "a", "v", salt, true},
		{"another value", "a", "w", salt, false},
		{"another salt", "a", "v", []byte("0123456789abcdeF"), false},
		{"no salt", "a", "v", nil, false},
		{"an attribute that was not minted", "b", "v", salt, false},
		{"an attribute that was not minted, no salt", "b", "v", nil, false},
	} {
		if got := i.Discloses(c.attribute, c.value, c.salt); got != c.want {
			t.Errorf("%s: Discloses() = %v, want %v", c.name, got, c.want)
		}
	}
}

func TestNewSalt(t *testing.T) {
	t.Parallel()
	if got, err := ledger.NewSalt(bytes.NewReader(make([]byte, 32))); err != nil || len(got) < ledger.MinSaltSize {
		t.Errorf("NewSalt() = %x, %v; want at least %d bytes", got, err, ledger.MinSaltSize)
	}
	if _, err := ledger.NewSalt(bytes.NewReader(nil)); err == nil {
		t.Error("NewSalt(no randomness) = nil, want an error")
	}
}
