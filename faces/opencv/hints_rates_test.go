package opencv

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/models"
)

// TestHintRatesAreTheManifests: what a reviewer is told of a model's errors is
// what the manifest says was measured with it.
func TestHintRatesAreTheManifests(t *testing.T) {
	t.Parallel()
	ageSex, _ := models.Lookup(models.AgeSex)
	expression, _ := models.Lookup(models.Expression)
	for _, f := range faces.HintFindings(faces.Hints{}, 30, "F") {
		measured, want := ageSex.Measured, ""
		switch f.Name {
		case faces.HintSex:
			want = fmt.Sprintf("%.1f %%", 100*f.UsualError)
		case faces.HintAge:
			want = fmt.Sprintf("%.1f years", f.UsualError)
		case faces.HintDuress:
			measured, want = expression.Measured, fmt.Sprintf("%.0f %%", 100*f.UsualError)
		}
		if want == "" || !strings.Contains(measured, want) {
			t.Errorf("%s: the manifest says %q, want %q in it", f.Name, measured, want)
		}
	}
}
