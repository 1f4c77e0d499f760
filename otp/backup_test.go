package otp_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/otp"
)

func TestNewBackupCode(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	r := random(3)
	for range 1000 {
		b, err := otp.NewBackupCode(r)
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{16}$`).MatchString(b.Reveal()) {
			t.Fatalf("NewBackupCode() = %s, want 16 characters of Crockford's alphabet", b.Reveal())
		}
		if seen[b.Reveal()] {
			t.Fatalf("NewBackupCode() gave %s twice", b.Reveal())
		}
		seen[b.Reveal()] = true
		for _, typed := range []string{b.Reveal(), b.Grouped(), strings.ToLower(b.Grouped())} {
			if got, err := otp.NormalizeBackupCode(typed); err != nil || got != b {
				t.Fatalf("NormalizeBackupCode(%q) = %s, %v, want %s", typed, got.Reveal(), err, b.Reveal())
			}
		}
	}
}

func TestNormalizeBackupCode(t *testing.T) {
	t.Parallel()
	const want = "A1B2C3D4E5F60011"
	for _, tc := range []struct{ name, typed, want string }{
		{"grouped", "A1B2-C3D4-E5F6-0011", want},
		{"lower case and spaces", " a1b2 c3d4 e5f6 0011\n", want},
		{"look-alikes", "AIB2-C3D4-E5F6-oOlL", want},
		{"full width", "Ａ１ｂ２Ｃ３Ｄ４Ｅ５Ｆ６００１１", want},
		{"en dashes", "A1B2–C3D4–E5F6–0011", want},
		{"letter that is not in it", "U1B2C3D4E5F60011", ""},
		{"short", "A1B2C3D4E5F6001", ""},
		{"long", "A1B2C3D4E5F600111", ""},
		{"empty", "", ""},
		{"very long", strings.Repeat("A", 1<<20), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := otp.NormalizeBackupCode(tc.typed)
			if got.Reveal() != tc.want || (tc.want == "") != errors.Is(err, otp.ErrInvalid) {
				t.Errorf("NormalizeBackupCode(%.40q) = %q, %v, want %q", tc.typed, got.Reveal(), err, tc.want)
			}
		})
	}
}

func FuzzNormalizeBackupCode(f *testing.F) {
	for _, s := range []string{"", "A1B2-C3D4-E5F6-0011", "\xff", "ſſſſſſſſſſſſſſſſ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		b, err := otp.NormalizeBackupCode(typed)
		if err != nil {
			return
		}
		again, err := otp.NormalizeBackupCode(b.Grouped())
		if err != nil || again != b {
			t.Errorf("NormalizeBackupCode(%q) = %s, then %s, %v", typed, b.Reveal(), again.Reveal(), err)
		}
	})
}
