package kyc_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

// TestLedgersCodesPass: whatever rule of the contract refuses, its code reaches
// who asked, and is among those that have words.
func TestLedgersCodesPass(t *testing.T) {
	t.Parallel()
	for _, code := range []ledger.Code{
		ledger.CodeForbidden, ledger.CodeExists, ledger.CodeDuplicatePerson, ledger.CodeNotFound, ledger.CodeInvalid, ledger.CodeIllegalStatus,
		ledger.CodeStale, ledger.CodeErased, ledger.CodeKeyTaken, ledger.CodeNoConsent, ledger.CodeTooMany,
	} {
		want := string(code)
		if code == ledger.CodeForbidden {
			want = "ledger_forbidden" // "forbidden" is what an edge says of its caller
		}
		refusal := fmt.Errorf("read: %w", &ledger.ItemError{Item: 3, Err: &ledger.Error{Code: code, Detail: "why"}})
		if got := kyc.Code(refusal); got != want || !slices.Contains(kyc.Codes(), want) {
			t.Errorf("Code(%v) = %q, want %q, among Codes", refusal, got, want)
		}
	}
	if got := kyc.Code(ledger.ErrUnavailable); got != "" {
		t.Errorf("Code(ErrUnavailable) = %q, want none: the ledger did not refuse", got)
	}
}
