package ocr

import "strings"

// monthSet is the months a word may name: JUI is the beginning of two.
type monthSet uint16

func (s monthSet) has(month int) bool { return s&(1<<month) != 0 }

// monthWords are the names of months, without accents, in English, French,
// Spanish, Portuguese and German, in Roman figures, and the abbreviations that
// documents print beside English ones. A word that names a different month in
// another language has both.
var monthWords = [13]string{
	1:  "JAN JANUARY JANV JANVIER ENE ENERO JANEIRO JANUAR JANNER JAEN I GEN STY LED",
	2:  "FEB FEBRUARY FEV FEVR FEVRIER FEBRERO FEVEREIRO FEBRUAR FEBER II LUT",
	3:  "MAR MARCH MARS MARZO MARCO MARZ MAERZ MRZ MAE III MRT",
	4:  "APR APRIL AVR AVRIL ABR ABRIL IV KWI",
	5:  "MAY MAI MAYO MAIO V MAJ MEI MAG MAYIS",
	6:  "JUN JUNE JUIN JUNIO JUNHO JUNI VI JUI CZE GIU HAZ",
	7:  "JUL JULY JUIL JUILLET JULIO JULHO JULI VII JUI LIP LUG TEM",
	8:  "AUG AUGUST AOUT AOU AGO AGOSTO VIII SIE AGU",
	9:  "SEP SEPT SEPTEMBER SEPTEMBRE SEPTIEMBRE SET SETEMBRO IX WRZ EYL",
	10: "OCT OCTOBER OCTOBRE OCTUBRE OUT OUTUBRO OKT OKTOBER X PAZ OTT EKI",
	11: "NOV NOVEMBER NOVEMBRE NOVIEMBRE NOVEMBRO XI LIS KAS",
	12: "DEC DECEMBER DECEMBRE DIC DICIEMBRE DEZ DEZEMBRO DEZEMBER XII GRU ARA",
}

var monthsByWord = func() map[string]monthSet {
	out := map[string]monthSet{}
	for m, words := range monthWords {
		for _, w := range strings.Fields(words) {
			out[lookalikes.Replace(w)] |= 1 << m
		}
	}
	return out
}()

// monthsNamed looks a word up. One character may be misread in a whole name
// where that still names one month.
func monthsNamed(word string) monthSet {
	folded := lookalikes.Replace(word)
	if m, ok := monthsByWord[folded]; ok {
		return m
	}
	if len(folded) < 5 {
		return 0
	}
	var near monthSet
	for w, m := range monthsByWord {
		if len(w) >= 4 && editDistance([]rune(folded), []rune(w)) == 1 {
			near |= m
		}
	}
	if near&(near-1) != 0 {
		return 0
	}
	return near
}
