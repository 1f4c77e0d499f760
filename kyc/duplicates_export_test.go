package kyc

import (
	"context"

	"github.com/vouchline/vouchline/faces"
)

// FindDuplicates lets tests with a real store search without a whole way up to
// the comparison.
func (r *Runner) FindDuplicates(ctx context.Context, e *Enrollment, live faces.Template) (Check, error) {
	return r.findDuplicates(ctx, e, live)
}
