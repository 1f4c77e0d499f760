package ocr

import (
	"maps"
	"slices"
	"strings"
)

const (
	// settled is the part of the readings of a field that must agree on its
	// weakest character where the print does not confirm it.
	settled = 0.7
	// legible is the confidence from which a name in print may contest one
	// letter of the zone's.
	legible = 0.9
)

// Confirm weighs a zone that was read from a picture against the print. What is
// neither protected by a check digit nor repeated is what names are, so:
//
// A zone that is uncertain for disputed characters in its names only becomes
// valid where the print has both names exactly, after transliteration: another
// font in another place, read on its own, says the same.
//
// A valid zone becomes uncertain where the print has a name but for one letter,
// read with confidence, that engines do take for another in OCR-B (ÖSP, which is
// OESP, against DESP), or for any one letter beside the name's own label. One
// of the two was misread, and every variant of one picture can misread a letter
// in the same way. Marks that the engine lost, figures for letters and I for L
// are the print's faults and contest nothing.
//
// Anything else in print changes nothing about the zone: a name is read right in
// print in two of three documents, and a name that is wholly another is a
// question of the document, not of the reading (see HintPrintDiffers).
func Confirm(m MRZ, found []Corroboration) MRZ {
	m.Confidence, m.Checks = maps.Clone(m.Confidence), slices.Clone(m.Checks)
	exact := map[string]bool{}
	for _, c := range found {
		if c.Agreement != Agree && c.Agreement != Transliterated && c.Agreement != Truncated {
			continue
		}
		exact[c.Field] = true
		if was, ok := m.Confidence[c.Field]; ok {
			m.Confidence[c.Field] = 1 - (1-was)/2
		}
	}
	switch {
	case m.Status == StatusUncertain && m.disputedInNames(exact):
		m.settle(StatusValid)
	case m.Status == StatusValid && slices.ContainsFunc(found, contests):
		m.settle(StatusUncertain)
	}
	return m
}

// disputedInNames says whether names are all that the readings dispute, and the
// print has both. A name without a secondary identifier may be one whose fillers
// were lost, which the print does not show.
func (m MRZ) disputedInNames(exact map[string]bool) bool {
	if !exact[fieldPrimary] || !exact[fieldSecondary] || len(m.Confidence) == 0 {
		return false
	}
	for _, c := range m.Checks {
		if !c.OK && c.Name != checkReadings {
			return false
		}
	}
	for field, confidence := range m.Confidence {
		if !isName(field) && !exact[field] && confidence < settled {
			return false
		}
	}
	return true
}

func (m *MRZ) settle(s Status) {
	m.Status, m.Valid = s, s == StatusValid
	for i := range m.Checks {
		if m.Checks[i].Name == checkReadings {
			m.Checks[i].OK = m.Valid
			return
		}
	}
	m.Checks = append(m.Checks, Check{checkReadings, m.Valid})
}

// contests says whether a name in print has one letter other than the zone.
func contests(c Corroboration) bool {
	if !isName(c.Field) || c.Agreement != Misread || c.Confidence < legible {
		return false
	}
	read := strings.ReplaceAll(c.MRZ, " ", "")
	for _, variant := range nameVariants(c.Printed) {
		words := wordsOf(variant)
		if marksLost(words, read) {
			return false
		}
		printed, zone, ok := oneLetter(words, read)
		if !ok {
			continue
		}
		if sameGroup("OQD", printed, zone) || c.Labelled && c.Confidence >= certain && !sameGroup("ILJT", printed, zone) {
			return true
		}
	}
	return false
}

func sameGroup(group string, a, b byte) bool {
	return strings.IndexByte(group, a) >= 0 && strings.IndexByte(group, b) >= 0
}
