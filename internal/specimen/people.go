package specimen

// name is an invented person's.
type name struct{ family, given, sex, nativeFamily, nativeGiven string }

func latin(family, given, sex string) name { return name{family: family, given: given, sex: sex} }

// names are chosen for what is hard about them: accents that ICAO 9303-3
// writes with two letters, hyphens, particles, apostrophes, and lengths that
// every format must truncate.
var names = []name{
	latin("Eriksson", "Anna Maria", "F"),
	latin("Müller-Lüdenscheidt", "Jürgen", "M"),
	latin("O'Connor", "Siobhán", "F"),
	latin("García Hernández", "José Luis", "M"),
	latin("Øvergård", "Bjørn", "M"),
	latin("Papadopoulos-Konstantinidis-Alexandropoulos", "Aikaterini Despoina", "F"),
	latin("Dupont", "Jean-Pierre", "M"),
	latin("Łukaszewski", "Stanisław", "M"),
	latin("Björnsdóttir", "Guðrún", "F"),
	latin("Çelik", "Şule", "F"),
	latin("van der Berg", "Pieter", "M"),
	latin("Škvorecký", "Jiří", "M"),
	latin("de Saint-Exupéry", "Antoine Marie Roger", "M"),
	latin("Zimmermann", "Zoë", "F"),
	latin("Quesada", "Xavier", "M"),
	latin("Weiß", "Rüdiger", "M"),
	latin("Bennelong Wooloomooloo Warrandyte Warnambool", "Dingo Potoroo", "M"),
	latin("Nilavadhanananda", "Chayapa Dejthamrong Krasuang", "F"),
	latin("Smith", "Jo", "<"),
	latin("Kowalczyk", "Wojciech Æneas", "M"),
	latin("Ó Briain-Mac Giolla Phádraig", "Caoimhe", "F"),
	latin("Nguyen", "Kim", "F"),
}

// The names of a region, as its documents spell them in Latin letters.
var (
	western  = []name{latin("Ashworth-Pell", "Harriet", "F"), latin("Fenwick", "Toby James", "M"), latin("O'Rahilly", "Aoife", "F"), latin("Mac Suibhne", "Seán", "M"), latin("Llewelyn-Vaughan", "Carys", "F")}
	african  = []name{latin("Adjovi-Hounkpatin", "Sèna Mahougnon", "F"), latin("Koudjo", "Yaovi", "M"), latin("N'Guessan", "Akissi Éléonore", "F"), latin("Ouattara-Kéïta", "Brahima", "M"), latin("Ndoye", "Fatou Bintou", "F"), latin("Diatta", "Cheikh", "M"), latin("Okonkwo-Balogun", "Oluwaseun Chidiebere", "M"), latin("Adéyemí", "Ọlá", "F")}
	iberian  = []name{latin("Muñoz Ibáñez", "María del Pilar", "F"), latin("Zúñiga", "Íñigo", "M"), latin("Nogueira da Conceição", "João Sebastião", "M"), latin("Araújo Magalhães", "Inês", "F"), latin("Etxeberria Güell", "Nerea", "F"), latin("de la Peña y Ordóñez", "Ramón", "M")}
	germanic = []name{latin("Größl", "Käthe", "F"), latin("Überreiter", "Jörg Matthäus", "M"), latin("Zgraggen", "Beat", "M"), latin("von Weißenfels-Öttinger", "Annegret", "F"), latin("Buchli", "Flurina", "F")}
	nordic   = []name{latin("Þorgrímsson", "Ægir Örn", "M"), latin("Ísleifsdóttir", "Sædís", "F"), latin("Åkerström", "Göran", "M"), latin("Sørbø", "Håkon", "M")}
	french   = []name{latin("Lefèvre-Bérenger", "Océane", "F"), latin("Kerguélen", "Loïc Gaël", "M"), latin("D'Aubignac", "Anne-Sophie", "F"), latin("Vaillancourt de Montgolfier", "Hyacinthe Marie", "M"), latin("Œuvrard", "Maëlle", "F")}
	turkish  = []name{latin("Yıldırımoğlu", "Gülşen", "F"), latin("Işık", "İlker", "M"), latin("Kılıç", "Ömer", "M")}
	eastern  = []name{latin("Tanabe", "Haruka", "F"), latin("Ōnishi", "Kenjirō", "M"), latin("Lü", "Xiaoyan", "F"), latin("Ouyang", "Zhengming", "M"), latin("Nguyễn Thị", "Hồng Ánh", "F"), latin("Đặng", "Quốc Việt", "M")}
	arabic   = []name{latin("El Idrissi", "Khadija", "F"), latin("Benslimane", "Abdelilah", "M"), latin("Abdel-Rahman", "Mohamed Hossam El-Din", "M"), latin("El-Sherbini", "Nourhan", "F")}
	polish   = []name{latin("Brzęczyszczykiewicz", "Grzegorz", "M"), latin("Wójcik-Żółkiewska", "Małgorzata", "F")}

	ukrainian = []name{
		{"Kovalchuk", "Oleksandra", "F", "Ковальчук", "Олександра"},
		{"Yermolenko", "Zakhar", "M", "Єрмоленко", "Захар"},
		{"Shcherbyna", "Yuliia", "F", "Щербина", "Юлія"},
	}
	bulgarian = []name{
		{"Dimitrova", "Tsvetelina Petrova", "F", "Димитрова", "Цветелина Петрова"},
		{"Zhelyazkov", "Hristo Yordanov", "M", "Желязков", "Христо Йорданов"},
	}
	greek = []name{
		{"Charalampopoulou", "Evgenia", "F", "Χαραλαμποπούλου", "Ευγενία"},
		{"Tzavaras", "Xenofon", "M", "Τζαβάρας", "Ξενοφών"},
	}
)
