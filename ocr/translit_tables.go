package ocr

// forms holds the letters of ICAO 9303-3 section 6 whose form is not that of
// their base letter. The first form is the recommended one (for Cyrillic that of
// the general column); the others are the alternatives the table allows, the
// exceptions it makes for single languages, and, marked so, national systems that
// passports still in use were printed with.
var forms = map[rune][]string{
	// Section 6.A, Latin.
	'Ä': {"AE", "A"},
	'Å': {"AA", "A"},
	'Æ': {"AE"},
	'Ð': {"D"},
	'Đ': {"D"},
	'Ə': {"E"}, // not in the table; Azerbaijan prints E
	'Ħ': {"H"},
	'ı': {"I"},
	'İ': {"I"},
	'Ĳ': {"IJ"},
	'ĸ': {"Q"},
	'Ł': {"L"},
	'Ŀ': {"L"},
	'Ñ': {"N", "NXX"},
	'Ŋ': {"N"},
	'ŉ': {"N"},
	'Ö': {"OE", "O"},
	'Ő': {"O", "OE"},
	'Ø': {"OE", "O"},
	'Œ': {"OE"},
	'ß': {"SS"},
	'ẞ': {"SS"},
	'Ŧ': {"T"},
	'Þ': {"TH"},
	'Ü': {"UE", "UXX", "U"},
	'Ű': {"U", "UE"},

	// Section 6.B, Cyrillic.
	'А': {"A"},
	'Б': {"B"},
	'В': {"V"},
	'Г': {"G", "H"}, // H: Belorussian, Serbian, Ukrainian
	'Ґ': {"G"},
	'Ѓ': {"G", "GJ"}, // GJ: Macedonian
	'Д': {"D"},
	'Ђ': {"D", "DJ"},
	'Е': {"E", "YE"},       // YE: Russia before 2010
	'Ё': {"E", "IO", "YO"}, // IO: Belorussian
	'Є': {"IE", "YE"},      // YE: Ukraine since 2010, first letter
	'Ж': {"ZH", "Z"},       // Z: Serbian
	'З': {"Z"},
	'Ѕ': {"DZ"},
	'И': {"I", "Y"}, // Y: Ukrainian
	'Й': {"I", "Y"}, // Y: Ukraine first letter, Russia before 2010
	'І': {"I"},
	'Ї': {"I", "YI"},
	'Ј': {"J"},
	'К': {"K"},
	'Ќ': {"K", "KJ"}, // KJ: Macedonian
	'Л': {"L"},
	'Љ': {"LJ"},
	'М': {"M"},
	'Н': {"N"},
	'Њ': {"NJ"},
	'О': {"O"},
	'П': {"P"},
	'Р': {"R"},
	'С': {"S"},
	'Т': {"T"},
	'Ћ': {"C"},
	'Һ': {"C", "H"}, // H: not in the table; Bashkir, Kazakh, Tatar
	'У': {"U"},
	'Ў': {"U"},
	'Ѫ': {"U"},
	'Ф': {"F"},
	'Х': {"KH", "H"},     // H: Serbian, Macedonian
	'Ц': {"TS", "C"},     // C: Serbian, Macedonian
	'Ч': {"CH", "C"},     // C: Serbian
	'Џ': {"DZ", "DJ"},    // DJ: Macedonian
	'Ш': {"SH", "S"},     // S: Serbian
	'Щ': {"SHCH", "SHT"}, // SHT: Bulgarian
	'Ъ': {"IE", "", "A"}, // A: Bulgaria's own system
	'Ы': {"Y"},
	'Ь': {""},
	'ʼ': {""}, // Ukrainian and Belorussian apostrophe
	'Ѵ': {"Y"},
	'Э': {"E"},
	'Ю': {"IU", "YU"}, // YU: Ukraine first letter, Bulgaria
	'Я': {"IA", "YA"}, // YA: Ukraine first letter, Bulgaria

	// Not in table B: Kazakh, Kyrgyz, Tajik and Uzbek letters, as their states
	// print them.
	'Ә': {"A"},
	'Ғ': {"G", "GH"},
	'Қ': {"K", "Q"},
	'Ң': {"N", "NG"},
	'Ө': {"O", "OE"},
	'Ұ': {"U"},
	'Ү': {"U"},
	'Ҳ': {"H"},
	'Ҷ': {"J"},
}
