package api

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
)

// lowConfidence is below which a field of the zone is marked: more than one
// reading in five disagrees with what was taken.
const lowConfidence = 0.8

// A documentView is what was read of a document, for a proofing agent.
type documentView struct {
	Status   ocr.Status
	Format   ocr.Format
	Lines    []string
	Fields   []fieldRow
	Sides    []sideView
	Hints    []ocr.Hint
	Portrait *ocr.PortraitQuality
}

// A fieldRow is one field as the person, the zone and the print have it.
type fieldRow struct {
	Name       string
	Claimed    string
	Read       string
	Printed    string
	Confidence string // of the reading of the zone, per cent
	Low        bool
	Claim      ocr.Agreement // of the person with the zone; empty where nothing was claimed
	Document   ocr.Agreement // of the print with the zone; empty where nothing printed was looked for
	Fine       bool
}

// A sideView is one photograph with what was found where on it.
type sideView struct {
	Photo    string
	Zone     bool
	Width    int // 0 where nothing was measured
	Height   int
	Outline  string // points of an SVG polygon
	Portrait *ocr.Rect
	Ghosts   []ocr.Rect
	Figures  []figure
}

// A figure is one measured value.
type figure struct{ Name, Value string }

func documentOf(d kyc.DocumentEvidence) documentView {
	v := documentView{Status: d.Status(), Fields: fieldRows(d), Sides: sideViews(d)}
	if d.Reading == nil {
		return v
	}
	v.Hints, v.Portrait = d.Reading.Hints, d.Reading.PortraitQuality
	if d.Reading.MRZ != nil {
		v.Format, v.Lines = d.Reading.MRZ.Format, d.Reading.MRZ.Lines
	}
	return v
}

// zoneFields are the fields of the zone that a person claims, by the name of
// the claim.
var zoneFields = map[string]string{"family_names": "primary_identifier", "given_names": "secondary_identifier"}

func zoneField(name string) string {
	if z, ok := zoneFields[name]; ok {
		return z
	}
	return name
}

// fieldRows lists what the person claims, then what only the document has.
func fieldRows(d kyc.DocumentEvidence) []fieldRow {
	var rows []fieldRow
	for _, c := range d.Comparisons {
		rows = append(rows, fieldRow{
			Name: c.Field, Claimed: c.Claimed, Read: c.Read, Printed: c.Printed, Claim: c.Agreement, Document: c.Document, Fine: kyc.Supported(c),
		})
	}
	if d.Reading == nil || d.Reading.MRZ == nil {
		return rows
	}
	for _, c := range d.Reading.Corroborations {
		shown := slices.ContainsFunc(rows, func(r fieldRow) bool { return zoneField(r.Name) == zoneField(c.Field) })
		if !shown {
			rows = append(rows, fieldRow{Name: c.Field, Read: c.MRZ, Printed: c.Printed, Document: c.Agreement, Fine: true})
		}
	}
	for i, r := range rows {
		if confidence, ok := d.Reading.MRZ.Confidence[zoneField(r.Name)]; ok {
			rows[i].Confidence, rows[i].Low = fmt.Sprintf("%.0f %%", 100*confidence), confidence < lowConfidence
		}
		rows[i].Fine = r.Fine && r.Document != ocr.Differ
	}
	return rows
}

// sideViews lists the photographs. Those that were read before it was kept
// what is where on them are shown bare.
func sideViews(d kyc.DocumentEvidence) []sideView {
	views := make([]sideView, len(d.Photos))
	for i, photo := range d.Photos {
		views[i].Photo = photo
		for _, s := range d.Sides {
			if s.Photo == photo {
				views[i] = sideOf(s)
			}
		}
	}
	return views
}

func sideOf(s kyc.DocumentSide) sideView {
	q := s.Quality
	v := sideView{Photo: s.Photo, Zone: s.Zone, Width: q.Width, Height: q.Height, Portrait: s.Portrait, Ghosts: s.Ghosts}
	var points []string
	for _, p := range s.Outline {
		points = append(points, fmt.Sprintf("%.0f,%.0f", p.X, p.Y))
	}
	v.Outline = strings.Join(points, " ")
	if q.Width == 0 {
		return v
	}
	v.Figures = []figure{
		{"size", fmt.Sprintf("%d × %d", q.Width, q.Height)},
		{"sharpness", fmt.Sprintf("%.2f", q.Sharpness)},
		{"contrast", fmt.Sprintf("%.0f", q.Contrast)},
		{"brightness", fmt.Sprintf("%.0f", q.Brightness)},
		{"glare", fmt.Sprintf("%.1f %%", 100*q.Glare)},
		{"tilt", fmt.Sprintf("%.0f°", q.Tilt)},
	}
	if q.MRZHeight > 0 {
		v.Figures = append(v.Figures, figure{"mrz_height", fmt.Sprintf("%.1f px", q.MRZHeight)},
			figure{"zone_glare", fmt.Sprintf("%.1f %%", 100*q.ZoneGlare)})
	}
	return v
}
