package specimen

import (
	"slices"
	"strings"
)

// caption names a printed field.
type caption string

const (
	capNumber      caption = "number"
	capType        caption = "type"
	capState       caption = "state"
	capSurname     caption = "surname"
	capGiven       caption = "given"
	capNationality caption = "nationality"
	capSex         caption = "sex"
	capBirth       caption = "birth"
	capPlace       caption = "place"
	capIssue       caption = "issue"
	capExpiry      caption = "expiry"
	capHeight      caption = "height"
	capAuthority   caption = "authority"
)

// passportForm of the number's label says that it is a passport's.
const passportForm = 1

// captions are the labels by language, each with the forms that issuers use.
var captions = map[caption]map[string][]string{
	capNumber: {
		"en": {"Document No.", "Passport No.", "Card No.", "Document number"},
		"fr": {"N° du document", "Passeport n°", "N° de carte", "Numéro du document"},
		"es": {"N° de documento", "Pasaporte N°", "Núm. soporte", "Número de documento"},
		"pt": {"N.º do documento", "Passaporte n.º", "N.º do cartão", "Número do documento"},
		"de": {"Dokumentennummer", "Pass-Nr.", "Ausweisnummer", "Dokument-Nr."},
	},
	capType:  {"en": {"Type"}, "fr": {"Type"}, "es": {"Tipo"}, "pt": {"Tipo"}, "de": {"Typ"}},
	capState: {"en": {"Code of issuing State", "Code"}, "fr": {"Code de l'État émetteur", "Code du pays"}, "es": {"Código del Estado", "Código"}, "pt": {"Código do país", "Código"}, "de": {"Kode", "Code"}},
	capSurname: {
		"en": {"Surname", "Surname", "Name", "Family name"},
		"fr": {"Nom", "Nom", "NOM", "Nom de famille"},
		"es": {"Apellidos", "Apellidos", "Primer apellido", "APELLIDOS"},
		"pt": {"Apelidos", "Apelido(s)", "Sobrenome", "APELIDOS"},
		"de": {"Name", "Familienname", "Nachname", "Name"},
	},
	capGiven: {
		"en": {"Given names", "Given names", "Given name(s)", "First names"},
		"fr": {"Prénoms", "Prénoms", "Prénom(s)", "Prénoms"},
		"es": {"Nombre", "Nombre", "Nombres", "NOMBRE"},
		"pt": {"Nomes próprios", "Nome(s) próprio(s)", "Nome", "Nomes próprios"},
		"de": {"Vornamen", "Vornamen", "Vorname(n)", "Vornamen"},
	},
	capNationality: {"en": {"Nationality"}, "fr": {"Nationalité"}, "es": {"Nacionalidad"}, "pt": {"Nacionalidade"}, "de": {"Staatsangehörigkeit"}},
	capSex:         {"en": {"Sex"}, "fr": {"Sexe"}, "es": {"Sexo"}, "pt": {"Sexo"}, "de": {"Geschlecht"}},
	capBirth: {
		"en": {"Date of birth", "Date of birth", "Birth date", "Born"},
		"fr": {"Date de naissance", "Date de naissance", "Date de naiss.", "Né(e) le"},
		"es": {"Fecha de nacimiento"},
		"pt": {"Data de nascimento"},
		"de": {"Geburtsdatum", "Geburtsdatum", "Geburtstag", "Geburtsdatum"},
	},
	capPlace: {"en": {"Place of birth"}, "fr": {"Lieu de naissance"}, "es": {"Lugar de nacimiento"}, "pt": {"Local de nascimento"}, "de": {"Geburtsort"}},
	capIssue: {
		"en": {"Date of issue", "Issue date"},
		"fr": {"Date de délivrance"},
		"es": {"Fecha de expedición", "Fecha de emisión"},
		"pt": {"Data de emissão"},
		"de": {"Ausstellungsdatum", "Ausgestellt am"},
	},
	capExpiry: {
		"en": {"Date of expiry", "Expiry date", "Valid until", "Expires"},
		"fr": {"Date d'expiration", "Date d'expir.", "Valable jusqu'au", "Expire le"},
		"es": {"Fecha de caducidad", "Válido hasta", "Fecha de vencimiento", "Validez"},
		"pt": {"Data de validade", "Válido até", "Validade", "Data de validade"},
		"de": {"Gültig bis", "Ablaufdatum", "Gültig bis", "Gültig bis"},
	},
	capHeight:    {"en": {"Height"}, "fr": {"Taille"}, "es": {"Estatura"}, "pt": {"Altura"}, "de": {"Größe"}},
	capAuthority: {"en": {"Authority"}, "fr": {"Autorité"}, "es": {"Autoridad"}, "pt": {"Autoridade"}, "de": {"Behörde"}},
}

// label returns a field's label in the languages, in the form of that number.
func (c caption) label(languages []string, form int) string {
	var parts []string
	for _, language := range languages {
		forms := captions[c][language]
		if s := forms[form%len(forms)]; !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " / ")
}

// What the documents are called.
var kinds = map[Format]map[string]string{
	TD3:  {"en": "PASSPORT", "fr": "PASSEPORT", "es": "PASAPORTE", "pt": "PASSAPORTE", "de": "REISEPASS"},
	MRVA: {"en": "VISA", "fr": "VISA", "es": "VISADO", "pt": "VISTO", "de": "VISUM"},
	TD1:  {"en": "IDENTITY CARD", "fr": "CARTE NATIONALE D'IDENTITÉ", "es": "DOCUMENTO NACIONAL DE IDENTIDAD", "pt": "CARTÃO DE CIDADÃO", "de": "PERSONALAUSWEIS"},
}

// kindTitle is what a document of the format is called in the languages.
func kindTitle(f Format, languages []string) string {
	words := kinds[TD1]
	switch f {
	case TD3:
		words = kinds[TD3]
	case MRVA, MRVB:
		words = kinds[MRVA]
	case TD1, TD2, FRID:
	}
	var parts []string
	for _, language := range languages {
		if s := words[language]; !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " / ")
}

// months are the short names by language.
var months = map[string][12]string{
	"en": {"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"},
	"fr": {"JAN", "FÉV", "MARS", "AVR", "MAI", "JUIN", "JUIL", "AOÛT", "SEPT", "OCT", "NOV", "DÉC"},
	"es": {"ENE", "FEB", "MAR", "ABR", "MAY", "JUN", "JUL", "AGO", "SEP", "OCT", "NOV", "DIC"},
	"pt": {"JAN", "FEV", "MAR", "ABR", "MAI", "JUN", "JUL", "AGO", "SET", "OUT", "NOV", "DEZ"},
	"de": {"JAN", "FEB", "MÄR", "APR", "MAI", "JUN", "JUL", "AUG", "SEP", "OKT", "NOV", "DEZ"},
}

// monthName is a month, from 1, in the languages: AUG/AOÛT.
func monthName(month int, languages []string) string {
	var parts []string
	for _, language := range languages {
		if s := months[language][month-1]; !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "/")
}
