package ocr

import (
	"strings"
	"time"
)

// Finding is what is odd about a document that may be well read. It does not
// make a reading invalid: a document can be expired, and read right.
type Finding struct {
	Code  FindingCode `json:"code"`
	Field string      `json:"field"` // JSON name in Fields, or issue_date
}

// FindingCode names a kind of finding. The strings are shown to programs and
// never change.
type FindingCode string

// The findings. A zone has no century and no date of issue, so the last four
// need print beside it.
const (
	FindingExpired            FindingCode = "expired"
	FindingImpossibleDate     FindingCode = "impossible_date"     // no such day in a year its role allows
	FindingUnknownDate        FindingCode = "unknown_date"        // a part is not stated, as ICAO 9303-3 allows
	FindingTooOld             FindingCode = "holder_too_old"      // older than anybody
	FindingValidTooLong       FindingCode = "valid_too_long"      // longer than documents are issued for
	FindingUnknownState       FindingCode = "unknown_state"       // issuing state, see KnownState
	FindingUnknownNationality FindingCode = "unknown_nationality" // see KnownState
	FindingOtherNationality   FindingCode = "other_nationality"   // a passport of one state for a citizen of another
	FindingSpecimen           FindingCode = "specimen"            // ICAO's Utopia issues documents to nobody
	FindingFutureIssue        FindingCode = "issued_in_future"    // not yet issued
	FindingIssuedAfterExpiry  FindingCode = "issued_after_expiry" // the print contradicts the zone
	FindingIssuedBeforeBirth  FindingCode = "issued_before_birth" // the print contradicts the zone
	FindingBirthAfterExpiry   FindingCode = "birth_after_expiry"  // by the century the print has
	FindingBirthInFuture      FindingCode = "birth_in_future"     // by the century the print has
)

// FindingCodes lists all codes, for whoever must have words for each.
func FindingCodes() []FindingCode {
	return []FindingCode{
		FindingExpired, FindingImpossibleDate, FindingUnknownDate, FindingTooOld, FindingValidTooLong, FindingUnknownState,
		FindingUnknownNationality, FindingOtherNationality, FindingSpecimen, FindingFutureIssue, FindingIssuedAfterExpiry,
		FindingIssuedBeforeBirth, FindingBirthAfterExpiry, FindingBirthInFuture,
	}
}

const (
	maxAge = 120 // years; the oldest person known reached 122
	// Passports and visas are issued for ten years, hardly any for longer; cards
	// for the aged reach thirty (Belgium). What exceeds these was misread or
	// made up. A little more is for documents that take over what was left of
	// the one before.
	maxBookYears = 15
	maxCardYears = 35
)

// Findings looks for what is odd about the dates and codes of a zone. printed is
// what was read beside it, or nil.
func Findings(m MRZ, printed []PrintedField, now time.Time) []Finding {
	f := finder{mrz: m, now: now, today: midnight(now)}
	f.expires = f.expiry()
	f.born = f.birth(printedDate(printed, fieldBirth))
	f.issue(printedDate(printed, fieldIssue))
	f.states()
	return f.found
}

type finder struct {
	mrz           MRZ
	now, today    time.Time
	expires, born time.Time // zero where not known
	found         []Finding
}

func (f *finder) add(holds bool, code FindingCode, field string) {
	if holds {
		f.found = append(f.found, Finding{code, field})
	}
}

// date reports what keeps a date from being used.
func (f *finder) date(field, yymmdd string, resolve func(string, time.Time) (time.Time, error), now time.Time) time.Time {
	if strings.Trim(yymmdd, "<") == "" && (yymmdd == "" || field == fieldExpiry) {
		return time.Time{} // the format has no such date, or the document no end
	}
	d, err := resolve(yymmdd, now)
	if err == nil {
		return d
	}
	f.add(strings.Contains(yymmdd, "<"), FindingUnknownDate, field)
	f.add(!strings.Contains(yymmdd, "<"), FindingImpossibleDate, field)
	return time.Time{}
}

func (f *finder) expiry() time.Time {
	d := f.date(fieldExpiry, f.mrz.Fields.ExpiryDate, ResolveExpiryDate, f.now)
	if d.IsZero() {
		return d
	}
	years := maxCardYears
	if code := f.mrz.Fields.DocumentCode; strings.HasPrefix(code, "P") || strings.HasPrefix(code, "V") {
		years = maxBookYears
	}
	f.add(d.Before(f.today), FindingExpired, fieldExpiry) // in force to the end of its last day
	f.add(d.After(f.today.AddDate(years, 0, 0)), FindingValidTooLong, fieldExpiry)
	return d
}

// birth resolves the century by the earlier of today and the end of the
// document: nobody is born after their document ended. The century the print
// has counts more.
func (f *finder) birth(printed time.Time) time.Time {
	latest := f.now
	if !f.expires.IsZero() && f.expires.Before(latest) {
		latest = f.expires
	}
	d := f.date(fieldBirth, f.mrz.Fields.BirthDate, ResolveBirthDate, latest)
	if d.IsZero() {
		return d
	}
	if !printed.IsZero() && printed.Format(mrzDate) == f.mrz.Fields.BirthDate {
		d = printed
	}
	f.add(d.After(f.today), FindingBirthInFuture, fieldBirth)
	f.add(!f.expires.IsZero() && d.After(f.expires), FindingBirthAfterExpiry, fieldBirth)
	f.add(d.Before(f.today.AddDate(-maxAge, 0, 0)), FindingTooOld, fieldBirth)
	return d
}

func (f *finder) issue(d time.Time) {
	if d.IsZero() {
		return
	}
	f.add(d.After(f.today), FindingFutureIssue, fieldIssue)
	f.add(!f.expires.IsZero() && d.After(f.expires), FindingIssuedAfterExpiry, fieldIssue)
	f.add(!f.born.IsZero() && d.Before(f.born), FindingIssuedBeforeBirth, fieldIssue)
}

func (f *finder) states() {
	state, nationality := f.mrz.Fields.IssuingState, f.mrz.Fields.Nationality
	f.add(!KnownState(state), FindingUnknownState, fieldState)
	if !f.mrz.Format.has(fieldNationality) {
		return
	}
	f.add(!KnownState(nationality), FindingUnknownNationality, fieldNationality)
	f.add(state == "UTO", FindingSpecimen, fieldState)
	// Only states give passports to their own alone; organizations do not, and
	// refugees and British nationals have codes that are no state's.
	books := strings.HasPrefix(f.mrz.Fields.DocumentCode, "P") && isISOState(state) && isISOState(nationality)
	f.add(books && normalState(state) != normalState(nationality), FindingOtherNationality, fieldNationality)
}

// has says whether the format has the field.
func (f Format) has(name string) bool {
	for _, fd := range layouts[f].fields {
		if fd.name == name {
			return true
		}
	}
	return false
}

// mrzDate is how an MRZ writes a day.
const mrzDate = "060102"

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// printedDate is the date of that role, or zero where the print has none or
// leaves the order of day and month open.
func printedDate(printed []PrintedField, field string) time.Time {
	for _, p := range printed {
		if p.Field != field || len(p.Alternatives) > 0 {
			continue
		}
		if d, err := time.Parse(time.DateOnly, p.Value); err == nil {
			return d
		}
	}
	return time.Time{}
}
