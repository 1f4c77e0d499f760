package ocr

// Format is a size and layout of machine readable zone.
type Format string

// The formats of ICAO 9303 parts 4 to 7, and the French national identity card
// issued before 2021, which has two lines of 36 characters of its own.
const (
	TD1  Format = "TD1"   // three lines of 30: cards
	TD2  Format = "TD2"   // two lines of 36: larger cards
	TD3  Format = "TD3"   // two lines of 44: passports
	MRVA Format = "MRV-A" // two lines of 44: visas
	MRVB Format = "MRV-B" // two lines of 36: smaller visas
	FRID Format = "FRID"  // two lines of 36: France, 1988 to 2021
)

// kind is what a position may hold.
type kind byte

const (
	kindAny     kind = iota // letters, digits, filler
	kindAlpha               // letters, filler
	kindDigit               // digits
	kindDate                // digits, filler where a part is unknown
	kindCheck               // a digit, or the filler where the standard allows it
	kindSex                 // M, F or filler
	kindPrimary             // the first character of the document code
)

// span is part of a line, from inclusive, to exclusive.
type span struct{ line, from, to int }

func (s span) of(lines []string) string { return lines[s.line][s.from:s.to] }

// field is one field with the position of its check digit, if it has one.
type field struct {
	name  string
	at    span
	kind  kind
	check span // to is 0 where the field has none
}

func (f field) checked() bool { return f.check.to > 0 }

// layout is a format: its fields and what its composite check digit covers.
type layout struct {
	lines, columns int
	first          string // what the first character may be
	fields         []field
	composite      []span
	compositeDigit span
}

// Names of fields, also those of the checks.
const (
	fieldCode        = "document_code"
	fieldState       = "issuing_state"
	fieldNames       = "names"
	fieldPrimary     = "primary_identifier"
	fieldSecondary   = "secondary_identifier"
	fieldNumber      = "document_number"
	fieldNationality = "nationality"
	fieldBirth       = "birth_date"
	fieldSex         = "sex"
	fieldExpiry      = "expiry_date"
	fieldOptional    = "optional_data"
	fieldOptional2   = "optional_data_2"
	checkComposite   = "composite"
	checkAlphabet    = "alphabet"
)

// lowerLine is the second line that TD2, TD3 and both visas share up to the
// optional data.
func lowerLine(optional field) []field {
	return []field{
		{fieldNumber, span{1, 0, 9}, kindAny, span{1, 9, 10}},
		{fieldNationality, span{1, 10, 13}, kindAlpha, span{}},
		{fieldBirth, span{1, 13, 19}, kindDate, span{1, 19, 20}},
		{fieldSex, span{1, 20, 21}, kindSex, span{}},
		{fieldExpiry, span{1, 21, 27}, kindDate, span{1, 27, 28}},
		optional,
	}
}

func upperLine(columns int) []field {
	return []field{
		{fieldCode, span{0, 0, 2}, kindAlpha, span{}},
		{fieldState, span{0, 2, 5}, kindAlpha, span{}},
		{fieldNames, span{0, 5, columns}, kindAlpha, span{}},
	}
}

func optional(from, to int) field {
	return field{fieldOptional, span{1, from, to}, kindAny, span{}}
}

var layouts = map[Format]layout{
	TD1: {
		lines: 3, columns: 30, first: "IAC",
		fields: []field{
			{fieldCode, span{0, 0, 2}, kindAlpha, span{}},
			{fieldState, span{0, 2, 5}, kindAlpha, span{}},
			{fieldNumber, span{0, 5, 14}, kindAny, span{0, 14, 15}},
			{fieldOptional, span{0, 15, 30}, kindAny, span{}},
			{fieldBirth, span{1, 0, 6}, kindDate, span{1, 6, 7}},
			{fieldSex, span{1, 7, 8}, kindSex, span{}},
			{fieldExpiry, span{1, 8, 14}, kindDate, span{1, 14, 15}},
			{fieldNationality, span{1, 15, 18}, kindAlpha, span{}},
			{fieldOptional2, span{1, 18, 29}, kindAny, span{}},
			{fieldNames, span{2, 0, 30}, kindAlpha, span{}},
		},
		composite:      []span{{0, 5, 30}, {1, 0, 7}, {1, 8, 15}, {1, 18, 29}},
		compositeDigit: span{1, 29, 30},
	},
	TD2: {
		lines: 2, columns: 36, first: "IACP",
		fields:         append(upperLine(36), lowerLine(optional(28, 35))...),
		composite:      []span{{1, 0, 10}, {1, 13, 20}, {1, 21, 35}},
		compositeDigit: span{1, 35, 36},
	},
	TD3: {
		lines: 2, columns: 44, first: "P",
		fields: append(upperLine(44),
			lowerLine(field{fieldOptional, span{1, 28, 42}, kindAny, span{1, 42, 43}})...),
		composite:      []span{{1, 0, 10}, {1, 13, 20}, {1, 21, 43}},
		compositeDigit: span{1, 43, 44},
	},
	MRVA: {lines: 2, columns: 44, first: "V", fields: append(upperLine(44), lowerLine(optional(28, 44))...)},
	MRVB: {lines: 2, columns: 36, first: "V", fields: append(upperLine(36), lowerLine(optional(28, 36))...)},
	// Not ICAO 9303: names in both lines, no nationality, no date of expiry.
	FRID: {
		lines: 2, columns: 36, first: "I",
		fields: []field{
			{fieldCode, span{0, 0, 2}, kindAlpha, span{}},
			{fieldState, span{0, 2, 5}, kindAlpha, span{}},
			{fieldPrimary, span{0, 5, 30}, kindAlpha, span{}},
			{fieldOptional, span{0, 30, 36}, kindAny, span{}},
			{fieldNumber, span{1, 0, 12}, kindAny, span{1, 12, 13}},
			{fieldSecondary, span{1, 13, 27}, kindAlpha, span{}},
			{fieldBirth, span{1, 27, 33}, kindDate, span{1, 33, 34}},
			{fieldSex, span{1, 34, 35}, kindSex, span{}},
		},
		composite:      []span{{0, 0, 36}, {1, 0, 35}},
		compositeDigit: span{1, 35, 36},
	},
}

// Size returns how many lines of how many characters the format has, zeros for
// an unknown one.
func (f Format) Size() (lines, columns int) {
	l := layouts[f]
	return l.lines, l.columns
}

// detect chooses the format by the number and length of the lines and by the
// first characters.
func detect(lines []string) (Format, error) {
	if len(lines) != 2 && len(lines) != 3 {
		return "", &Error{Code: CodeMRZWrongLength, Detail: "neither two nor three lines"}
	}
	n := len(lines[0])
	for _, l := range lines {
		if len(l) != n {
			return "", &Error{Code: CodeMRZWrongLength, Detail: "lines of different length"}
		}
	}
	switch {
	case len(lines) == 3 && n == 30:
		return TD1, nil
	case len(lines) == 2 && n == 44 && lines[0][0] == 'V':
		return MRVA, nil
	case len(lines) == 2 && n == 44:
		return TD3, nil
	case len(lines) == 2 && n == 36 && lines[0][0] == 'V':
		return MRVB, nil
	case len(lines) == 2 && n == 36 && isFrenchCard(lines):
		return FRID, nil
	case len(lines) == 2 && n == 36:
		return TD2, nil
	}
	return "", &Error{Code: CodeMRZWrongLength, Detail: "no format has lines of this length"}
}

// isFrenchCard tells the French card from a TD2 of France: its second line has
// given names where a TD2 has nationality, dates and check digits.
func isFrenchCard(lines []string) bool {
	return lines[0][:5] == "IDFRA" && !isDigit(lines[1][14]) && isDigit(lines[1][10])
}

// kinds returns what every position of the format may hold.
func (f Format) kinds() [][]kind {
	l := layouts[f]
	out := make([][]kind, l.lines)
	for i := range out {
		out[i] = make([]kind, l.columns)
	}
	for _, fd := range l.fields {
		for i := fd.at.from; i < fd.at.to; i++ {
			out[fd.at.line][i] = fd.kind
		}
		if !fd.checked() {
			continue
		}
		k := kindDigit
		if fd.name == fieldNumber && f != TD3 || fd.name == fieldOptional {
			k = kindCheck
		}
		out[fd.check.line][fd.check.from] = k
	}
	if l.compositeDigit.to > 0 {
		out[l.compositeDigit.line][l.compositeDigit.from] = kindDigit
	}
	if l.lines > 0 {
		out[0][0] = kindPrimary
	}
	return out
}
