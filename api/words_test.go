package api

import (
	"testing"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

// Every stable code has words of its own in every language: "Something went
// wrong" is for what nobody could foresee.
func TestEveryCodeHasWords(t *testing.T) {
	t.Parallel()
	for _, locale := range templates.Locales() {
		for family, list := range codes(t) {
			for _, code := range list {
				if !templates.HasWords(locale, family, code) {
					t.Errorf("%s: no words for %s.%s", locale, family, code)
				}
			}
		}
	}
}

func TestEveryFieldErrorHasWords(t *testing.T) {
	t.Parallel()
	for _, locale := range templates.Locales() {
		for _, field := range profileFields {
			if !templates.HasWords(locale, "error", field+"."+kyc.FieldRequired) {
				t.Errorf("%s: no words for a missing %s", locale, field)
			}
		}
	}
}

// Whoever makes a key is shown how to try it.
func TestEveryScopeHasAnExample(t *testing.T) {
	t.Parallel()
	for _, scope := range keyScopes {
		if keyExamples[scope] == "" {
			t.Errorf("no example for %s", scope)
		}
	}
}
