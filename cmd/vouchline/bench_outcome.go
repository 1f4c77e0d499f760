package main

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/vouchline/vouchline/ocr"
)

// outcome is what became of one image.
type outcome struct {
	name    string
	truth   documentTruth
	reading ocr.Reading
	err     error

	accepted, uncertain bool
	exact               bool // every character of the zone
	wrong               bool // accepted with a wrong character, or without a zone
	plain               *plainReading
}

func judge(name string, truth documentTruth, reading ocr.Reading, err error) outcome {
	o := outcome{name: name, truth: truth, reading: reading, err: err}
	if reading.MRZ == nil {
		return o
	}
	o.accepted = err == nil && reading.MRZ.Valid
	o.uncertain = err == nil && reading.MRZ.Status == ocr.StatusUncertain
	o.exact = truth.has(reading.MRZ.Lines)
	// Of several documents one may be read, as long as it is one of them.
	o.wrong = o.accepted && !o.exact && !slices.ContainsFunc(truth.Several, func(lines []string) bool {
		return slices.Equal(lines, reading.MRZ.Lines)
	})
	return o
}

// has tells whether the lines are those of the image's zone.
func (t documentTruth) has(lines []string) bool {
	return len(t.MRZ) > 0 && slices.Equal(t.MRZ, lines)
}

// fault says what went wrong, without what was read.
func (o outcome) fault() string {
	switch {
	case o.exact && o.accepted:
		return ""
	case o.wrong:
		return "wrong but accepted"
	case len(o.truth.MRZ) == 0 || o.exact:
		return ""
	case o.err != nil:
		return o.err.Error()
	case o.uncertain:
		return "not exact, uncertain"
	}
	return "not exact, refused"
}

// toldSeveral tells whether a picture of several documents was called that.
func (o outcome) toldSeveral() bool {
	return errors.Is(o.err, &ocr.Error{Code: ocr.CodeSeveralDocuments})
}

// fields tells of every data element of the zone, by its JSON name, whether it
// was read exactly. Without a zone there are none.
func (o outcome) fields() map[string]bool {
	want, err := ocr.ParseMRZ(o.truth.MRZ)
	if err != nil {
		return nil
	}
	var got ocr.Fields
	if o.reading.MRZ != nil {
		got = o.reading.MRZ.Fields
	}
	out := map[string]bool{}
	w, r := reflect.ValueOf(want.Fields), reflect.ValueOf(got)
	for i := range w.NumField() {
		if w.Field(i).String() == "" && r.Field(i).String() == "" {
			continue // what the zone does not hold and nobody read
		}
		name, _, _ := strings.Cut(w.Type().Field(i).Tag.Get("json"), ",")
		out[name] = o.reading.MRZ != nil && w.Field(i).String() == r.Field(i).String()
	}
	return out
}
