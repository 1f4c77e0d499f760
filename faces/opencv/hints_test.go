package opencv

import (
	"math"
	"testing"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/models"
)

// TestHints: they are there only where they are wanted, and say of a plain
// photograph what everyone sees.
func TestHints(t *testing.T) {
	t.Parallel()
	finder := models.Default(testenv.Root())
	testenv.Need(t, "models", finder.Missing(models.AgeSex, models.Expression))
	wanting, err := New(Config{Models: finder, Hints: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(wanting.Close)
	x, err := wanting.Examine(t.Context(), picture(t, "faces", "expression", "y_happy.jpg"))
	if err != nil || x.Hints == nil {
		t.Fatalf("Examine() = %v, %v, want hints", x.Hints, err)
	}
	if x.Hints.Expressions[faces.Happy] < 0.5 || x.Hints.Age < 10 || x.Hints.Age > 70 {
		t.Errorf("hints = %+v %v, want a happy person", x.Hints.Expressions, x.Hints.Age)
	}
	x, err = engine(t).Examine(t.Context(), picture(t, "faces", "expression", "y_happy.jpg"))
	if err != nil || x.Hints != nil {
		t.Errorf("Examine() of an engine that was not asked = hints %v, %v, want none", x.Hints, err)
	}
}

// TestHintsOf: what a network gives is not trusted.
func TestHintsOf(t *testing.T) {
	t.Parallel()
	nan := float32(math.NaN())
	even := make([]float32, len(expressions))
	if h, err := hintsOf([]float32{1e9}, []float32{0.2, 0.8}, even); err != nil || h.Age != oldest || math.Abs(h.Female-0.8) > 1e-6 {
		t.Errorf("hintsOf() = %+v, %v", h, err)
	}
	for _, tt := range []struct{ age, sex, expression []float32 }{
		{[]float32{nan}, []float32{0, 1}, even},
		{[]float32{30}, []float32{0, nan}, even},
		{nil, []float32{0, 1}, even},
		{[]float32{30}, []float32{1}, even},
		{[]float32{30}, []float32{0, 1}, even[1:]},
	} {
		if h, err := hintsOf(tt.age, tt.sex, tt.expression); err == nil {
			t.Errorf("hintsOf(%v, %v, %d classes) = %v, want an error", tt.age, tt.sex, len(tt.expression), h)
		}
	}
}
