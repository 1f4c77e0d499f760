package api

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/vouchline/vouchline/templates"
)

// countryCodes are the ISO 3166-1 alpha-2 codes of what people are citizens
// of, and Kosovo's XK, which passports use as RKS.
const countryCodes = "AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ " +
	"CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE " +
	"GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ " +
	"LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ " +
	"OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ " +
	"TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"

// withoutState are the codes of ICAO 9303-3, section 5, for people without a
// nationality: stateless, refugees by either convention, not known.
var withoutState = []string{"XXA", "XXB", "XXC", "XXX"}

// countryLists are the choices of nationality in each locale, sorted as its
// readers expect.
var countryLists = sync.OnceValue(func() map[string][]templates.Option {
	lists := map[string][]templates.Option{}
	for _, locale := range templates.Locales() {
		tag := language.Make(locale)
		names := display.Regions(tag)
		var list []templates.Option
		for _, code := range strings.Fields(countryCodes) {
			region := language.MustParseRegion(code)
			alpha3 := region.ISO3()
			if code == "XK" {
				alpha3 = "RKS" // ICAO 9303-3, section 5
			}
			list = append(list, templates.Option{Value: alpha3, Label: names.Name(region)})
		}
		order := collate.New(tag)
		slices.SortFunc(list, func(a, b templates.Option) int { return order.CompareString(a.Label, b.Label) })
		for _, code := range withoutState {
			label, err := templates.Text(locale, "country."+code)
			if err != nil { // the catalogue's own test finds it first
				label = code
			}
			list = append(list, templates.Option{Value: code, Label: label})
		}
		lists[locale] = list
	}
	return lists
})

func countries(locale string) []templates.Option { return countryLists()[locale] }

// country is the name of a country, or the code as it is. Passports of Germany
// say D (ICAO 9303-3, section 5).
func country(locale, code string) string {
	if code == "D" {
		code = "DEU"
	}
	for _, o := range countries(locale) {
		if o.Value == code {
			return o.Label
		}
	}
	return code
}
