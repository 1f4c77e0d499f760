package ocr

import "strings"

// KnownState says whether a code stands for a state, an organization or a kind
// of person in an MRZ: those of ISO 3166-1, those ICAO 9303-3, section 5 adds, and
// those of states that are no more, which documents and holders outlive. UTO,
// the state of ICAO's own specimens, is known; Findings tells it apart.
func KnownState(code string) bool {
	code = strings.TrimRight(code, string(Filler))
	if len(code) != 3 && code != "D" {
		return false // or a part of the list, with a space in it, would do
	}
	for _, list := range []string{isoStates, icaoStates, formerStates} {
		// Each code stands between spaces.
		if strings.Contains(list, " "+code+" ") {
			return true
		}
	}
	return false
}

// isISOState says whether the code is a state's or territory's own.
func isISOState(code string) bool {
	return code == "D" || len(code) == 3 && strings.Contains(isoStates, " "+code+" ")
}

// isoStates are the alpha-3 codes of ISO 3166-1.
const isoStates = " ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE " +
	"BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA " +
	"CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR CYM CYP CZE " +
	"DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB GIN GLP " +
	"GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA " +
	"JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA " +
	"MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT " +
	"NAM NCL NER NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF " +
	"QAT REU ROU RUS RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR " +
	"TCA TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV TWN TZA UGA UKR UMI URY USA UZB " +
	"VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE "

// icaoStates are the codes of ICAO 9303-3, section 5 that ISO 3166-1 lacks or
// reserves: Germany; British nationals; the United Nations; other organizations;
// persons without a nationality; the specimens' state. Kosovo's RKS is what its
// passports carry. What an authority that no state recognizes prints is not here.
const icaoStates = " D GBD GBN GBO GBP GBS UNO UNA UNK EUE IAO RKS UTO " +
	"XBA XIM XCC XCE XCO XEC XPO XES XMP XOM XDC XXA XXB XXC XXX "

// formerStates are alpha-3 codes that ISO 3166-3 records as withdrawn and that
// machine readable documents were issued with, or that name the nationality of
// people whose state ended.
const formerStates = " ANT BUR BYS CSK DDR NTZ ROM SCG SUN TMP YMD YUG ZAR "
