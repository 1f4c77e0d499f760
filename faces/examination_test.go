package faces

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
)

// spoil sets every number of a value to v.
func spoil(t *testing.T, value reflect.Value, v float64) {
	t.Helper()
	switch value.Kind() {
	case reflect.Float64, reflect.Float32:
		value.SetFloat(v)
	case reflect.Struct:
		for i := range value.NumField() {
			spoil(t, value.Field(i), v)
		}
	case reflect.Array, reflect.Slice:
		for i := range value.Len() {
			spoil(t, value.Index(i), v)
		}
	case reflect.Map:
		for _, key := range value.MapKeys() {
			one := reflect.New(value.Type().Elem()).Elem()
			one.Set(value.MapIndex(key))
			spoil(t, one, v)
			value.SetMapIndex(key, one)
		}
	case reflect.Pointer:
		spoil(t, value.Elem(), v)
	default:
	}
}

// TestFinite finds also the fields that a later change adds and forgets: JSON
// refuses the whole for one of them.
func TestFinite(t *testing.T) {
	t.Parallel()
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		x := Examination{
			Faces: []Face{{}}, Template: Template{"model": {1, 2}},
			Hints: &Hints{Expressions: map[string]float64{Sad: 1}},
		}
		spoil(t, reflect.ValueOf(&x), v)
		if _, err := json.Marshal(x); err == nil {
			t.Fatal("Marshal(spoilt) error = nil: the test spoils nothing")
		}
		got := x.Finite()
		if _, err := json.Marshal(got); err != nil {
			t.Errorf("Marshal(Finite()) error = %v", err)
		}
		if got.BonaFide != -1 || got.Quality.Eyes != -1 || got.Quality.Yaw != 90 || len(got.Faces) != 0 || got.Template != nil || got.Hints != nil {
			t.Errorf("Finite() = %+v, want nothing known", got)
		}
		if a, ok := got.Advice(); !ok || a != AdviceNoFace {
			t.Errorf("Advice() = %q, %v, want %q", a, ok, AdviceNoFace)
		}
	}
	whole := good()
	whole.Template = Template{"a": {1, 0}, "b": {float32(math.NaN()), 0}}
	got := whole.Finite()
	if len(got.Faces) != 1 || len(got.Template) != 1 || len(got.Template["a"]) != 2 || got.Quality != whole.Quality {
		t.Errorf("Finite() = %+v, want all but one embedding", got)
	}
	if len(whole.Template) != 2 {
		t.Error("Finite() changes what it is asked about")
	}
}
