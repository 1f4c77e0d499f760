package specimen

// state is an issuing state, or an organization that issues documents, as its
// documents show it. Codes are those of 9303-3, 5.
type state struct {
	code      string
	title     string   // its name, as the document has it
	languages []string // of the labels, the first one first
	dates     dateStyle
	people    []name
	places    []string
}

// dateStyle says how a state prints a date.
type dateStyle int

const (
	byUse   dateStyle = iota // months by name in passports, figures on cards
	byName                   // 12 AUG/AOÛT 1974
	dotted                   // 12.08.1974
	slashed                  // 12/08/1974
	spaced                   // 12 08 1974
)

var (
	enFR, frEN, esEN, ptEN, deEN = []string{"en", "fr"}, []string{"fr", "en"}, []string{"es", "en"}, []string{"pt", "en"}, []string{"de", "en"}
	en, deFR                     = []string{"en"}, []string{"de", "fr"}

	utopianPlaces = []string{"ZENITH", "PARIS", "ØRSTA", "KÖLN", "ABIDJAN", "GDAŃSK", "MALMÖ", "NEW HAVEN"}
)

// states begins with UTO, the standard's own invention.
var states = []state{
	{"UTO", "UTOPIA / UTOPIE", enFR, byUse, names, utopianPlaces},
	{"D", "BUNDESREPUBLIK DEUTSCHLAND / GERMANY", deEN, dotted, germanic, []string{"KÖLN", "GÖRLITZ", "NÜRNBERG"}},
	{"FRA", "RÉPUBLIQUE FRANÇAISE", frEN, spaced, french, []string{"PARIS", "BESANÇON", "SAINT-ÉTIENNE"}},
	{"NOR", "NORGE / NORWAY", en, dotted, nordic, []string{"ØRSTA", "TRONDHEIM"}},
	{"POL", "RZECZPOSPOLITA POLSKA / POLAND", en, dotted, polish, []string{"GDAŃSK", "ŁÓDŹ"}},
	{"SWE", "SVERIGE / SWEDEN", en, byName, nordic, []string{"MALMÖ", "ÖREBRO"}},
	{"CIV", "RÉPUBLIQUE DE CÔTE D'IVOIRE", frEN, slashed, african, []string{"ABIDJAN", "BOUAKÉ"}},
	{"BEN", "RÉPUBLIQUE DU BÉNIN", frEN, byName, african, []string{"COTONOU", "PORTO-NOVO", "ABOMEY"}},
	{"SEN", "RÉPUBLIQUE DU SÉNÉGAL", frEN, slashed, african, []string{"THIÈS", "DAKAR"}},
	{"NGA", "FEDERAL REPUBLIC OF NIGERIA", enFR, byName, african, []string{"IBADAN", "ENUGU"}},
	{"MAR", "ROYAUME DU MAROC", frEN, slashed, arabic, []string{"FÈS", "TÉTOUAN"}},
	{"EGY", "ARAB REPUBLIC OF EGYPT", en, slashed, arabic, []string{"CAIRO", "ASWAN"}},
	{"ESP", "ESPAÑA / SPAIN", esEN, spaced, iberian, []string{"CÁDIZ", "LOGROÑO", "A CORUÑA"}},
	{"MEX", "ESTADOS UNIDOS MEXICANOS", esEN, slashed, iberian, []string{"MÉRIDA", "QUERÉTARO"}},
	{"PRT", "REPÚBLICA PORTUGUESA / PORTUGAL", ptEN, spaced, iberian, []string{"ÉVORA", "GUIMARÃES"}},
	{"BRA", "REPÚBLICA FEDERATIVA DO BRASIL", ptEN, slashed, iberian, []string{"SÃO LUÍS", "MACEIÓ"}},
	{"GBR", "UNITED KINGDOM OF GREAT BRITAIN", enFR, byName, western, []string{"LEEDS", "ABERYSTWYTH"}},
	{"IRL", "ÉIRE / IRELAND", enFR, byName, western, []string{"GALWAY", "DÚN LAOGHAIRE"}},
	{"CHE", "SCHWEIZ / SUISSE / SWITZERLAND", deFR, spaced, germanic, []string{"ZÜRICH", "SCHWYZ"}},
	{"AUT", "REPUBLIK ÖSTERREICH / AUSTRIA", deEN, dotted, germanic, []string{"SANKT PÖLTEN", "WIEN"}},
	{"UKR", "УКРАЇНА / UKRAINE", en, byName, ukrainian, []string{"М. ЛЬВІВ / LVIV", "М. СУМИ / SUMY"}},
	{"BGR", "РЕПУБЛИКА БЪЛГАРИЯ / BULGARIA", en, dotted, bulgarian, []string{"ПЛОВДИВ / PLOVDIV", "РУСЕ / RUSE"}},
	{"GRC", "ΕΛΛΗΝΙΚΗ ΔΗΜΟΚΡΑΤΙΑ / GREECE", en, byName, greek, []string{"ΒΟΛΟΣ / VOLOS", "ΠΑΤΡΑ / PATRA"}},
	{"TUR", "TÜRKİYE CUMHURİYETİ / TURKEY", en, dotted, turkish, []string{"ESKİŞEHİR", "MUĞLA"}},
	{"JPN", "JAPAN", en, byName, eastern[:2], []string{"KANAGAWA", "NARA"}},
	{"CHN", "PEOPLE'S REPUBLIC OF CHINA", en, byName, eastern[2:4], []string{"SICHUAN", "ANHUI"}},
	{"VNM", "VIỆT NAM", en, slashed, eastern[4:], []string{"HẢI PHÒNG", "HUẾ"}},
	{"ISL", "ÍSLAND / ICELAND", enFR, byName, nordic[:2], []string{"AKUREYRI", "ÍSAFJÖRÐUR"}},
	{"UNO", "UNITED NATIONS / NATIONS UNIES", enFR, byName, names, utopianPlaces},
	{"EUE", "EUROPEAN UNION / UNION EUROPÉENNE", enFR, byName, names, utopianPlaces},
}

// States lists the codes that PersonOf knows.
func States() []string {
	codes := make([]string, len(states))
	for i, s := range states {
		codes[i] = s.code
	}
	return codes
}

// stateOf returns the state of that code, UTO for one unknown here.
func stateOf(code string) state {
	for _, s := range states {
		if s.code == code {
			return s
		}
	}
	return states[0]
}

// nationality of who holds the state's document. An organization's officials
// keep the nationality of their state.
func (s state) nationality() string {
	if s.code == "EUE" {
		return "UTO"
	}
	return s.code
}
