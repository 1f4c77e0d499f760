package opencv

import (
	"encoding/csv"
	"os"
	"testing"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/models"
)

// everyth of the pairs are enough to notice a mistake in detection, alignment
// or embedding, in a few seconds; `vouchline bench faces` takes all.
const everyth = 10

// TestErrorRates fails when comparison gets worse than its budget. On all 600
// pairs docs/measurements.md has the rates.
func TestErrorRates(t *testing.T) {
	t.Parallel()
	e := engine(t)
	f, err := os.Open(testenv.Data(t, "faces", "lfw_pairs.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var trials []faces.Trial
	for i := 1; i < len(rows); i += everyth {
		var both [2]faces.Embedding
		for k := range both {
			x, err := e.Embed(t.Context(), picture(t, "faces", rows[i][k]))
			if err != nil {
				t.Fatalf("Embed(%s) error = %v", rows[i][k], err)
			}
			both[k] = x.Template[models.MobileFaceNet]
		}
		trials = append(trials, faces.Trial{Score: both[0].Score(both[1]), Mated: rows[i][2] == "1"})
	}
	accept := faces.RatesAt(trials, e.Matcher()[0].Thresholds.Same)
	refer := faces.RatesAt(trials, e.Matcher()[0].Thresholds.Refer)
	t.Logf("%d pairs: accept %+v, refer %+v", len(trials), accept, refer)
	if accept.FMR > 0 {
		t.Errorf("FMR at accept = %v, want 0", accept.FMR)
	}
	if accept.FNMR > 0.1 || refer.FNMR > 0.07 {
		t.Errorf("FNMR = %v at accept, %v at refer, want at most 0.1, 0.07", accept.FNMR, refer.FNMR)
	}
}

// TestAttacks runs the pair over presentations of which the truth is known.
// They are too few to measure an APCER; masks pass, as the manifest says.
func TestAttacks(t *testing.T) {
	t.Parallel()
	e := engine(t)
	file, _ := models.Lookup(models.MiniFASNetV2)
	threshold, ok := file.Threshold("bona_fide")
	if !ok {
		t.Fatal("no threshold")
	}
	for name, bonaFide := range map[string]bool{
		"mv_image_T1.jpg": true, "vm_true_002.jpg": true,
		"mv_image_F1.jpg": false, "vm_fake_001.jpg": false, "vm_fake_003.jpg": false,
	} {
		x, err := e.Examine(t.Context(), picture(t, "faces", "spoof", name))
		if err != nil || (x.BonaFide >= threshold.Value) != bonaFide {
			t.Errorf("Examine(%s) = %.3f, %v, want bona fide %v at %v", name, x.BonaFide, err, bonaFide, threshold.Value)
		}
	}
}
