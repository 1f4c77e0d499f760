package kyc_test

import (
	"errors"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
)

func TestTidy(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	unfinished := b.to(t, 1, kyc.Document)
	issued := b.to(t, 2, kyc.Issued)
	must(t, b.flow.Tidy(t.Context()))
	b.wantState(t, unfinished, kyc.Document)
	b.advance(31 * 24 * time.Hour)
	must(t, b.flow.Tidy(t.Context()))
	b.wantState(t, unfinished, kyc.Expired)
	b.advance(31 * 24 * time.Hour)
	must(t, b.flow.Tidy(t.Context()))
	if _, err := b.flow.Enrollment(t.Context(), unfinished); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("an expired enrollment after the retention period = %v, want ErrNotFound", err)
	}
	b.wantState(t, issued, kyc.Issued)
	must(t, b.flow.Tidy(t.Context()))
}
