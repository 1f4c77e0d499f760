package otp_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/otp"
)

// No verb of fmt and no handler of slog may show a secret, also not of a value
// inside another one.
func TestSecretsRedactThemselves(t *testing.T) {
	t.Parallel()
	c, code := newChallenge(t, otp.SMS)
	backup, err := otp.NewBackupCode(random(2))
	if err != nil {
		t.Fatal(err)
	}
	hidden := []string{
		string(c.Secret), hex.EncodeToString(c.Secret), c.Secret.Base32(), code,
		base64.StdEncoding.EncodeToString(c.Secret), fmt.Sprint([]byte(c.Secret)), backup.Reveal(), backup.Grouped(),
	}
	type record struct {
		Challenge otp.Challenge
		Pointer   *otp.Challenge
		Backup    otp.BackupCode
	}
	var out bytes.Buffer
	for _, v := range []any{c, &c, c.Secret, backup, record{c, &c, backup}, []any{c.Secret, backup}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
	}
	for _, h := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(h).Info("test", "challenge", c, "pointer", &c, "secret", c.Secret, "backup", backup)
	}
	for _, s := range hidden {
		if strings.Contains(out.String(), s) || strings.Contains(strings.ToLower(out.String()), strings.ToLower(s)) {
			t.Errorf("output shows %q", s)
		}
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	key := bytes.Repeat([]byte{7}, 32)
	token := otp.Token(key, "resume", "id-1")
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(token) {
		t.Errorf("Token() = %q, want 43 characters that need no escaping", token)
	}
	if again := otp.Token(key, "resume", "id-1"); again != token {
		t.Errorf("Token() = %q, then %q: want the same", token, again)
	}
	others := map[string]string{
		"purpose": otp.Token(key, "confirm", "id-1"), "id": otp.Token(key, "resume", "id-2"),
		"boundary": otp.Token(key, "resumei", "d-1"), "key": otp.Token(bytes.Repeat([]byte{8}, 32), "resume", "id-1"),
		"hash": otp.TokenHash(token),
	}
	for what, other := range others {
		if other == token {
			t.Errorf("another %s gives the same token", what)
		}
	}
}

func TestTokenRefusesAShortKey(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("Token(15-byte key) did not panic")
		}
	}()
	otp.Token(make([]byte, 15), "resume", "id")
}
