package kyc_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
)

// photograph sends photographs of a document and has them read.
func (b *bench) photograph(t *testing.T, id, kind string, photos ...string) *kyc.Enrollment {
	t.Helper()
	uploads := make([]kyc.Upload, len(photos))
	for i, p := range photos {
		uploads[i] = upload(p)
	}
	must(t, b.flow.SubmitDocument(t.Context(), id, kyc.DocumentUpload{Type: kind, Photos: uploads}))
	b.work(t)
	e, err := b.flow.Enrollment(t.Context(), id)
	must(t, err)
	return e
}

func check(t *testing.T, e *kyc.Enrollment, name kyc.CheckName) kyc.Check {
	t.Helper()
	for _, c := range e.Data.Checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("state %s with notice %q has no check %s", e.State(), e.Data.Notice, name)
	return kyc.Check{}
}

func wantCheck(t *testing.T, e *kyc.Enrollment, name kyc.CheckName, outcome kyc.Outcome, reasons ...kyc.Reason) {
	t.Helper()
	c := check(t, e, name)
	if diff := cmp.Diff(reasons, c.Reasons); c.Outcome != outcome || diff != "" {
		t.Errorf("check %s = %s, want %s; reasons (-want +got):\n%s", name, c.Outcome, outcome, diff)
	}
}

// again names the same photograph with other bytes, as one taken anew has.
func (b *bench) again(photo string, n int) string {
	name := fmt.Sprintf("%s #%d", photo, n)
	b.engines.reading[name] = b.engines.reading[photo]
	if code := b.engines.fault[photo]; code != "" {
		b.engines.fault[name] = code
	}
	return name
}

// wantReferred sends the same document until it is taken, and wants the third
// one referred for that reason alone.
func wantReferred(t *testing.T, b *bench, id, kind string, why kyc.Reason, photos ...string) {
	t.Helper()
	var e *kyc.Enrollment
	tries := 1
	for ; tries < 5 && b.state(t, id) == kyc.Document; tries++ {
		var taken []string
		for _, p := range photos {
			taken = append(taken, b.again(p, tries))
		}
		e = b.photograph(t, id, kind, taken...)
	}
	if tries != 3 {
		t.Errorf("taken after %d tries, want 3", tries)
	}
	wantCheck(t, e, kyc.CheckDocument, kyc.Referred, why)
}

// TestZoneThatCannotBeReliedOn: another photograph is asked for, then a person
// looks, who is told whether characters or check digits are in doubt.
func TestZoneThatCannotBeReliedOn(t *testing.T) {
	t.Parallel()
	for status, why := range map[ocr.Status]kyc.Reason{ocr.StatusUncertain: kyc.ReasonUncertain, ocr.StatusInvalid: kyc.ReasonCheckDigits} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := reading(t, "L898902C3")
			r.MRZ.Valid, r.MRZ.Status = false, status
			b.engines.reading["doubt"] = r
			id := b.to(t, 1, kyc.Document)
			e := b.photograph(t, id, "passport", "doubt")
			if e.State() != kyc.Document || e.Data.Notice != string(why) {
				t.Fatalf("state = %s with notice %q, want document with %s", e.State(), e.Data.Notice, why)
			}
			wantReferred(t, b, id, "passport", why, "doubt")
			e, err := b.flow.Enrollment(t.Context(), id)
			must(t, err)
			if !e.Data.Document.NeedsNumber() {
				t.Error("an agent may approve without reading the number with their own eyes")
			}
		})
	}
}

// TestPoorPortrait: asked for again, then referred.
func TestPoorPortrait(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := reading(t, "L898902C3")
	r.PortraitQuality = &ocr.PortraitQuality{Score: 0.01}
	b.engines.reading["poor"] = r
	id := b.to(t, 1, kyc.Document)
	b.photograph(t, id, "passport", "poor")
	wantReferred(t, b, id, "passport", kyc.ReasonPortraitQuality, "poor")
}

// TestStoredReadingsOfFormerVersions: sealed rows outlive the program that
// wrote them.
func TestStoredReadingsOfFormerVersions(t *testing.T) {
	t.Parallel()
	for stored, want := range map[string]ocr.Status{
		`{}`:                                     "",
		`{"reading":{"quality":{}}}`:             "",
		`{"reading":{"mrz":{"valid":true}}}`:     ocr.StatusValid,
		`{"reading":{"mrz":{"valid":false}}}`:    ocr.StatusInvalid,
		`{"reading":{"mrz":{"status":"valid"}}}`: ocr.StatusInvalid, // says both; the careful one counts
		`{"type":"passport","photos":["document-1"],"reading":{"mrz":{"format":"TD3","lines":["P<"],"valid":true,"fields":{"document_number":"L898902C3"},` +
			`"checks":[{"name":"composite","ok":true}]},"portrait":{"x":1,"y":2,"w":3,"h":4},"quality":{"sharpness":812.5,"brightness":120,"glare":0,"width":1600,` +
			`"height":1200,"mrz_height":21},"rotation":0},"comparisons":[{"field":"birth_date","claimed":"1974-08-12","read":"1974-08-12","agreement":"agree"}]}`: ocr.StatusValid,
	} {
		var d kyc.DocumentEvidence
		if err := json.Unmarshal([]byte(stored), &d); err != nil {
			t.Errorf("%s: %v", stored, err)
		}
		if got := d.Status(); got != want {
			t.Errorf("%s: status = %q, want %q", stored, got, want)
		}
		if len(d.Comparisons) > 0 && (!d.Comparisons[0].OK() || d.NeedsNumber()) {
			t.Errorf("%s: what was decided has changed", stored)
		}
	}
}

// TestFindings: what is odd about dates and states refers, and only an expiry
// read beyond doubt fails.
func TestFindings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		change  func(r *ocr.Reading)
		check   kyc.CheckName
		outcome kyc.Outcome
		reasons []kyc.Reason
	}{
		{"in force", func(*ocr.Reading) {}, kyc.CheckExpiry, kyc.Passed, nil},
		{"last day", func(r *ocr.Reading) { r.MRZ.Fields.ExpiryDate = "261120" }, kyc.CheckExpiry, kyc.Passed, nil},
		{"expired", func(r *ocr.Reading) { r.MRZ.Fields.ExpiryDate = "261119" }, kyc.CheckExpiry, kyc.Failed, []kyc.Reason{kyc.ReasonExpired}},
		{"perhaps expired", func(r *ocr.Reading) {
			r.MRZ.Fields.ExpiryDate, r.MRZ.Valid, r.MRZ.Status = "261119", false, ocr.StatusInvalid
		}, kyc.CheckExpiry, kyc.Referred, []kyc.Reason{kyc.ReasonExpired}},
		{"no such day", func(r *ocr.Reading) { r.MRZ.Fields.ExpiryDate = "300231" }, kyc.CheckExpiry, kyc.Referred, []kyc.Reason{kyc.ReasonBadDates}},
		{"no date of expiry", func(r *ocr.Reading) { r.MRZ.Fields.ExpiryDate = "" }, kyc.CheckExpiry, kyc.Referred, []kyc.Reason{kyc.ReasonBadDates}},
		{"in force for too long", func(r *ocr.Reading) { r.MRZ.Fields.ExpiryDate = "600101" }, kyc.CheckExpiry, kyc.Referred, []kyc.Reason{kyc.ReasonFuture}},
		{"issued tomorrow", func(r *ocr.Reading) { r.Printed = printed("DATE OF ISSUE", "21 NOV 2026") }, kyc.CheckExpiry, kyc.Referred, []kyc.Reason{kyc.ReasonFuture}},
		{"issued yesterday", func(r *ocr.Reading) { r.Printed = printed("DATE OF ISSUE", "19 NOV 2026") }, kyc.CheckExpiry, kyc.Passed, nil},
		{"no such state", func(r *ocr.Reading) { r.MRZ.Fields.IssuingState = "QQQ" }, kyc.CheckDocument, kyc.Referred, []kyc.Reason{kyc.ReasonStateUnknown}},
		{"neither state", func(r *ocr.Reading) {
			r.MRZ.Fields.IssuingState, r.MRZ.Fields.Nationality = "QQQ", "QQR"
		}, kyc.CheckDocument, kyc.Referred, []kyc.Reason{kyc.ReasonStateUnknown}},
		{"a passport of another state", func(r *ocr.Reading) { r.MRZ.Fields.IssuingState = "NOR" }, kyc.CheckDocument, kyc.Referred, []kyc.Reason{kyc.ReasonNationality}},
		{"a specimen", func(r *ocr.Reading) {
			r.MRZ.Fields.IssuingState, r.MRZ.Fields.Nationality = "UTO", "UTO"
		}, kyc.CheckDocument, kyc.Referred, []kyc.Reason{kyc.ReasonSpecimen}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			r := reading(t, "L898902C3")
			c.change(&r)
			b.engines.reading["photo"] = r
			id := b.to(t, 1, kyc.Document)
			e := b.photograph(t, id, "passport", "photo")
			for n := range 2 { // what may be mended is asked for twice
				if e.State() == kyc.Document {
					e = b.photograph(t, id, "passport", b.again("photo", n))
				}
			}
			wantCheck(t, e, c.check, c.outcome, c.reasons...)
		})
	}
}

// TestGivenNamesAdded: who leaves a given name out is still the holder; one that
// the document does not have is looked at.
func TestGivenNamesAdded(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]kyc.Outcome{"Anna Maria": kyc.Passed, "Anna": kyc.Passed, "Anna Maria Zoe": kyc.Referred} {
		b := newBench(t)
		b.engines.reading["photo"] = reading(t, "L898902C3")
		id := b.to(t, 1, kyc.Document)
		e := b.photograph(t, id, "passport", "photo")
		p := e.Data.Profile
		p.GivenNames = given
		must(t, b.flow.ConfirmDocument(t.Context(), id, p))
		e, err := b.flow.Enrollment(t.Context(), id)
		must(t, err)
		i := slices.IndexFunc(e.Data.Checks, func(c kyc.Check) bool { return c.Name == kyc.CheckProfile })
		if i < 0 || e.Data.Checks[i].Outcome != want {
			t.Errorf("%s: checks = %v, want the profile %s", given, e.Data.Checks, want)
		}
	}
}
