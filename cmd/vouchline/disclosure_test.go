package main

import (
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/disclosure"
)

// sendParcel writes what the service would answer to the owner of a key.
func sendParcel(t *testing.T, dir string, recipient ledger.PublicKey, change func(*disclosure.Parcel)) (file string) {
	t.Helper()
	key, err := disclosure.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	attribute := disclosure.Attribute{Value: "1987-03-14", Salt: make([]byte, 32)}
	sealed, err := disclosure.Seal(rand.Reader, key, "id-1", map[string]disclosure.Attribute{"birth_date": attribute})
	if err != nil {
		t.Fatal(err)
	}
	p := disclosure.Parcel{Identity: "id-1", Organisation: "bank", Digests: map[string]string{
		"birth_date": ledger.Digest("birth_date", attribute.Value, attribute.Salt),
	}}
	if p.Sealed, err = ledger.ParseSealed(sealed); err != nil {
		t.Fatal(err)
	}
	if p.WrappedKey, err = disclosure.Wrap(key, "id-1", []string{"birth_date"}, recipient); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&p)
	}
	return writeJSONFile(t, filepath.Join(dir, "parcel.json"), p)
}

func writeJSONFile(t *testing.T, path string, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDisclosure(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"ec", "rsa"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			key := filepath.Join(dir, "org.pem")
			stdout, stderr, code := session(t, "", "disclosure", "keygen", "-o", key, "--type", kind)
			var public ledger.PublicKey
			if err := json.Unmarshal([]byte(stdout), &public); err != nil || code != exitDone {
				t.Fatalf("run(disclosure keygen) = %d, %q, %q; want a JWK", code, stdout, stderr)
			}
			if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the key file is %v, %v, want 0600", info, err)
			}
			if _, _, code := session(t, "", "disclosure", "keygen", "-o", key); code != exitFault {
				t.Errorf("run(disclosure keygen over a key) = %d, want 2", code)
			}

			parcel := sendParcel(t, dir, public, nil)
			stdout, stderr, code = session(t, "", "disclosure", "open", parcel, "--key", key)
			if code != exitDone || stdout != "birth_date: 1987-03-14\n" {
				t.Errorf("run(disclosure open) = %d, %q, %q; want the birth date", code, stdout, stderr)
			}
			b, err := os.ReadFile(parcel) //nolint:gosec // the test's own folder
			if err != nil {
				t.Fatal(err)
			}
			stdout, stderr, code = session(t, string(b), "disclosure", "open", "-", "--key", key, "--json")
			if code != exitDone || !strings.Contains(stdout, `"birth_date":"1987-03-14"`) {
				t.Errorf("run(disclosure open -) = %d, %q, %q; want the birth date", code, stdout, stderr)
			}
		})
	}
}

func TestDisclosureRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keys := map[string]ledger.PublicKey{}
	for _, name := range []string{"org.pem", "other.pem"} {
		stdout, _, _ := session(t, "", "disclosure", "keygen", "-o", filepath.Join(dir, name))
		var public ledger.PublicKey
		if err := json.Unmarshal([]byte(stdout), &public); err != nil {
			t.Fatal(err)
		}
		keys[name] = public
	}
	record := func(id string) string {
		return writeJSONFile(t, filepath.Join(t.TempDir(), "record.json"), ledgerRecord{Identity: ledger.Identity{
			ID: id, Attributes: map[string]string{"birth_date": ledger.Digest("birth_date", "1987-03-15", make([]byte, 32))},
		}})
	}
	for _, tt := range []struct {
		name, key string
		change    func(*disclosure.Parcel)
		args      []string
		code      int
		stderr    string
	}{
		{"another value", "org.pem", func(p *disclosure.Parcel) {
			p.Digests["birth_date"] = ledger.Digest("birth_date", "1987-03-15", make([]byte, 32))
		}, nil, exitNegative, `not what the digest says: "birth_date"`},
		{"another reader", "other.pem", nil, nil, exitNegative, "does not open"},
		{"the peer's record says otherwise", "org.pem", nil, []string{"--record", record("id-1")}, exitNegative, "not what the digest says"},
		{"another identity's record", "org.pem", nil, []string{"--record", record("id-2")}, exitNegative, "another identity's"},
		{"no such key", "none.pem", nil, nil, exitFault, "no such file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			parcel := sendParcel(t, t.TempDir(), keys["org.pem"], tt.change)
			stdout, stderr, code := session(t, "", append([]string{"disclosure", "open", parcel, "--key", filepath.Join(dir, tt.key)}, tt.args...)...)
			if code != tt.code || stdout != "" || !strings.Contains(stderr, tt.stderr) || strings.Contains(stderr, "1987-03-15") {
				t.Errorf("run(disclosure open) = %d, %q, %q; want %d, nothing and %q", code, stdout, stderr, tt.code, tt.stderr)
			}
		})
	}
	if _, stderr, code := session(t, "{", "disclosure", "open", "-", "--key", filepath.Join(dir, "org.pem")); code != exitFault {
		t.Errorf("run(disclosure open of half a file) = %d, %q; want 2", code, stderr)
	}
}
