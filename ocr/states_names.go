package ocr

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// stateNames are the names of states, folded, in the five languages of the
// labels, in upper case without marks.
var stateNames = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, tag := range []language.Tag{language.English, language.French, language.Spanish, language.Portuguese, language.German} {
		names := display.Regions(tag)
		for code := range strings.FieldsSeq(isoStates) {
			region, err := language.ParseRegion(code)
			if err != nil {
				continue
			}
			if n := keepAlnum(foldText(names.Name(region))); n != "" {
				out[n] = code
			}
		}
	}
	for name, code := range officialNames {
		out[name] = code
	}
	return out
})

// officialNames are what states call themselves on their documents where that
// is not their usual name.
var officialNames = map[string]string{
	"UNITEDSTATESOFAMERICA": "USA", "UNITEDKINGDOMOFGREATBRITAINANDNORTHERNIRELAND": "GBR", "GREATBRITAIN": "GBR",
	"REPUBLIQUEFRANCAISE": "FRA", "BUNDESREPUBLIKDEUTSCHLAND": "DEU", "FEDERALREPUBLICOFGERMANY": "DEU", "REPUBLIQUEFEDERALEDALLEMAGNE": "DEU",
	"REINODEESPANA": "ESP", "REPUBLICAPORTUGUESA": "PRT", "PORTUGUESEREPUBLIC": "PRT", "REPUBLICAITALIANA": "ITA", "REPUBBLICAITALIANA": "ITA",
	"REPUBLIKOSTERREICH": "AUT", "REPUBLICOFAUSTRIA": "AUT", "REPUBLICAFEDERATIVADOBRASIL": "BRA", "ESTADOSUNIDOSMEXICANOS": "MEX",
	"RUSSIANFEDERATION": "RUS", "REPUBLICOFPOLAND": "POL", "REPUBLIQUEDEPOLOGNE": "POL", "CZECHREPUBLIC": "CZE", "SLOVAKREPUBLIC": "SVK",
	"REPUBLICOFCHINA": "TWN", "REPUBLICOFKOREA": "KOR", "PEOPLESREPUBLICOFCHINA": "CHN", "ROYAUMEDEBELGIQUE": "BEL", "KINGDOMOFBELGIUM": "BEL",
	"KINGDOMOFTHENETHERLANDS": "NLD", "ROYAUMEDUMAROC": "MAR", "KINGDOMOFMOROCCO": "MAR", "CONFEDERATIONSUISSE": "CHE",
	"SCHWEIZERISCHEEIDGENOSSENSCHAFT": "CHE", "HELLENICREPUBLIC": "GRC", "REPUBLICOFTURKEY": "TUR", "REPUBLICOFTURKIYE": "TUR",
	"TURKEY": "TUR", "SYRIANARABREPUBLIC": "SYR", "REPUBLICOFSLOVENIA": "SVN", "REPUBLICOFLITHUANIA": "LTU", "REPUBLICOFLATVIA": "LVA",
	"REPUBLICOFESTONIA": "EST", "REPUBLICOFCROATIA": "HRV", "REPUBLICOFBULGARIA": "BGR", "REPUBLICOFINDIA": "IND",
	"REPUBLIQUEDUSENEGAL": "SEN", "REPUBLIQUEDECOTEDIVOIRE": "CIV", "REPUBLIQUETUNISIENNE": "TUN", "REPUBLICOFKOSOVO": "RKS", "UTOPIA": "UTO",
}

// nationalStems begin the words for nationalities, folded, in the five languages
// and the state's own; the names of states, in stateNames, count as well.
var nationalStems = map[string]string{
	"AFG": "AFGHAN AFGAN", "ALB": "ALBAN SHQIPTAR", "AND": "ANDORR", "ARE": "EMIRATI", "ARG": "ARGENTIN", "ARM": "ARMEN",
	"AUS": "AUSTRALI", "AUT": "AUSTRIAN AUTRICHIEN AUSTRIAC OSTERREICHISCH", "AZE": "AZERBAI AZERI ASERBAIDSCHAN", "BEL": "BELG",
	"BEN": "BENIN", "BFA": "BURKIN", "BGD": "BANGLADESH", "BGR": "BULGAR BALGAR", "BIH": "BOSNI", "BLR": "BELARUS BIELORUS BELORUS WEISSRUS",
	"BOL": "BOLIVI", "BRA": "BRAZIL BRASIL BRESIL", "CAN": "CANAD KANAD", "CHE": "SWISS SUISSE SUIZ SUIC SCHWEIZER SVIZZER", "CHL": "CHILE",
	"CHN": "CHIN", "CIV": "IVOIR IVORIAN MARFIL", "CMR": "CAMEROON CAMEROUN CAMERUN KAMERUN", "COL": "COLOMBI KOLUMBI",
	"CPV": "CABOVERDIAN CAPVERDIEN", "CRI": "COSTARRI COSTARI", "CUB": "CUBAN CUBAIN KUBAN", "CYP": "CYPRIOT CHYPRIOT CHIPRIOT ZYPRI KYPRI",
	"CZE": "CZECH TCHEQUE CHEC TCHEC TSCHECH CESK", "DEU": "GERMAN ALLEMAND ALEMA DEUTSCH", "DNK": "DANISH DANOIS DANES DINAMARQU DANISCH DANSK",
	"DOM": "DOMINICAN", "DZA": "ALGERI ARGELI", "ECU": "ECUATORIAN EQUATORIAN ECUADOR", "EGY": "EGYPT EGIPC EGIPT AGYPT",
	"ESP": "SPANI ESPAGNOL ESPANOL ESPANHOL", "EST": "ESTON EESTI", "ETH": "ETHIOP ETIOP ATHIOP", "FIN": "FINNISH FINLAND FINN SUOM",
	"FRA": "FRENCH FRANCAIS FRANCES FRANZOSISCH", "GBR": "BRITISH BRITANNI BRITANI BRITISCH", "GEO": "GEORGI", "GHA": "GHAN", "GIN": "GUINEEN GUINEAN",
	"GRC": "GREEK GREC GRIEG GRIECH GREG HELLENI ELLINIK", "GTM": "GUATEMAL", "HND": "HONDUR", "HRV": "CROAT KROAT HRVAT", "HTI": "HAITI",
	"HUN": "HUNGAR HONGRO UNGAR MAGYAR", "IDN": "INDONES", "IND": "INDIAN INDIEN INDISCH", "IRL": "IRISH IRLAND IRISCH EIREANN", "IRN": "IRANI",
	"IRQ": "IRAQ IRAK", "ISL": "ICELAND ISLAND ISLENSK", "ISR": "ISRAEL", "ITA": "ITALI", "JOR": "JORDAN", "JPN": "JAPAN JAPON",
	"KAZ": "KAZAKH KASACH", "KEN": "KENYA KENIA", "KOR": "SOUTHKOREAN SUDCOREEN", "LBN": "LEBAN LIBAN", "LBY": "LIBYA LIBYEN", "LIE": "LIECHTENSTEIN",
	"LKA": "SRILANK", "LTU": "LITHUAN LITUAN LITAU LIETUV", "LUX": "LUXEMBOURG LUXEMBURG", "LVA": "LATVIAN LETTON LETON LETTISCH LATVIJ",
	"MAR": "MOROCC MAROCAIN MARROQU MAROKK", "MCO": "MONEGAS", "MDA": "MOLDOV MOLDAV MOLDAW", "MDG": "MALAGAS MALGACH", "MEX": "MEXICA MEXIKA",
	"MKD": "MACEDON MAKEDON", "MLI": "MALIEN MALIAN", "MLT": "MALTES MALTAIS", "MNE": "MONTENEGR CRNOGOR", "MOZ": "MOZAMBI MOCAMBI",
	"NGA": "NIGERIAN NIGERIEN", "NLD": "DUTCH NEERLANDAIS NEERLAND HOLAND NEDERLAND NIEDERLAND", "NOR": "NORWEG NORVEG NORUEG NORSK", "NPL": "NEPAL",
	"NZL": "NEWZEALAND NEOZELAND NEUSEELAND", "PAK": "PAKISTAN PAQUISTAN", "PAN": "PANAM", "PER": "PERUAN PERUV", "PHL": "FILIPIN PHILIPPIN",
	"POL": "POLISH POLONAIS POLAC POLON POLNISCH POLSK", "PRT": "PORTUG", "PRY": "PARAGUAY", "ROU": "ROMANIAN ROUMAIN RUMAN ROMEN ROMAN",
	"RUS": "RUSSIAN RUSS RUSO ROSSI", "SAU": "SAUDI SAOUD", "SEN": "SENEGAL", "SLV": "SALVADOR", "SRB": "SERB SRP", "SVK": "SLOVAK SLOVAQ ESLOVAC SLOWAK",
	"SVN": "SLOVENIAN SLOVENE ESLOVEN SLOWEN SLOVENSK", "SWE": "SWED SUEDOIS SUEC SCHWED SVENSK", "SYR": "SYRI SIRI", "THA": "THAI TAILAND",
	"TUN": "TUNIS TUNEC", "TUR": "TURK TURC TURQU", "TWN": "TAIWAN", "UKR": "UKRAIN UCRANI UCRAIN", "URY": "URUGUAY",
	"USA": "AMERICA AMERIKA ESTADOUNIDENSE", "UTO": "UTOPI", "UZB": "UZBEK OUZBEK USBEK", "VEN": "VENEZ", "VNM": "VIETNAM", "ZAF": "SOUTHAFRICAN SUDAFRICAIN SUDAFRIK SUDAFRIC",
	"XXA": "STATELESS APATRIDE APATRID STAATENLOS",
}

// statesNamed returns the codes that print may name: as a code, as a nationality
// or as a state. Several may share a word.
func statesNamed(text string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !isAlnum(r) }) {
		if KnownState(w) && w != "D" {
			out = append(out, normalState(w))
		}
	}
	if strings.TrimSpace(text) == "D" {
		out = append(out, "D")
	}
	pieces := append(strings.Split(text, "/"), text)
	for _, p := range pieces {
		p = keepAlnum(foldText(p))
		if code, ok := stateNames()[p]; ok {
			out = append(out, normalState(code))
		}
		out = append(out, nationalities(p)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// nationalStem is one beginning of nationalStems.
type nationalStem struct{ stem, code string }

// stemsByLetter are the stems by their first letter.
var stemsByLetter = func() map[byte][]nationalStem {
	out := map[byte][]nationalStem{}
	for code, stems := range nationalStems {
		for stem := range strings.FieldsSeq(stems) {
			out[stem[0]] = append(out[stem[0]], nationalStem{stem, normalState(code)})
		}
	}
	return out
}()

// nationalities returns the states of which a word is the nationality, by the
// longest beginning that the table has.
func nationalities(word string) []string {
	if word == "" {
		return nil
	}
	var out []string
	longest := 0
	for _, s := range stemsByLetter[word[0]] {
		if len(s.stem) < longest || !strings.HasPrefix(word, s.stem) {
			continue
		}
		if len(s.stem) > longest {
			out, longest = nil, len(s.stem)
		}
		out = append(out, s.code)
	}
	return out
}
