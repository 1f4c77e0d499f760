package ocr

import "strings"

// printedLabels are the names of fields in English, French, Spanish, Portuguese
// and German, as passports, cards, residence permits and visas print them; a
// document in another language repeats its labels in English or French
// (ICAO 9303-3, 3.2). Labels that differ from others by no more than the engine's
// errors and mean the same are not repeated.
var printedLabels = []struct{ field, labels string }{
	{fieldNumber, `Passport No|Passport Number|Passport Nr|Document No|Document Number|Doc. No|Card No|Card Number|
		Identity Card No|Permit No|Licence No|Visa No|Number of document|
		Passeport No|No du passeport|Numéro de passeport|No du document|Numéro du document|No document|Document n|
		Carte No|No de la carte|Carte nationale d'identité No|Numéro de la carte|No du titre|Numéro du titre|
		Pasaporte No|No de pasaporte|Número de pasaporte|Pasaporte n|No de documento|Número de documento|Núm. documento|
		Número de soporte|Núm. soporte|IDESP|No de tarjeta|Número de tarjeta|
		Passaporte No|No do passaporte|Número do passaporte|No do documento|Número do documento|No documento|No do cartão|
		Pass-Nr|Passnummer|Pass Nr|Reisepass Nr|Ausweis-Nr|Ausweisnummer|Dokumentennummer|Dokumenten-Nr|Dokument-Nr|
		Nummer des Dokuments|Kartennummer|Seriennummer|Serial No|Kennnummer`},
	{fieldPrimary, `Surname|Surnames|Last name|Last names|Family name|Family names|Surname at present|Primary identifier|
		Nom|Noms|Nom de famille|Nom d'état civil|Identifiant principal|Identifiant primaire|Identificador primario|
		Apellido|Apellidos|Primer apellido|Primeiro apelido|Apelido|Apelidos|Sobrenome|Sobrenomes|
		Familienname|Familiennamen|Nachname|Nachnamen|Zuname`},
	{fieldSecondary, `Given names|Given name|Given name(s)|First name|First names|First name(s)|Forename|Forenames|Forename(s)|Christian names|Other names|
		Secondary identifier|Prénom|Prénoms|Prénom(s)|Identifiant secondaire|Nombre|Nombres|Nombre(s)|Nombre de pila|
		Nomes próprios|Nome próprio|Nome(s) próprio(s)|Nome(s)|Vorname|Vornamen|Vorname(n)|Rufname`},
	{fieldNames, `Name|Full name|Name of holder|Holder's name|Name in full|Nom et prénoms|Nom, prénoms|Nom(s), prénom(s)|Nom complet|
		Nome|Nome completo|Nombre completo|Nombre y apellidos|Apellidos y nombres|Apellidos, nombre|Name, Vorname|Name und Vornamen|Names|
		Surname and given names|Surname, given names|Name, given names|Nachname, Vorname`},
	{fieldBirthName, `Nom de naissance|Nom à la naissance|Name at birth|Birth name|Maiden name|Surname at birth|Nombre de soltera|Nome de solteira|
		Geburtsname|Nome de nascimento|née|geb|geborene`},
	{fieldUsage, `Nom d'usage|Nom usuel|Nom d'époux|Nom d'épouse|Married name|Ehename|Name by marriage|Apellido de casada|épouse|époux|ép`},
	{fieldNationality, `Nationality|Citizenship|Citizen of|Nationalité|Citoyenneté|Nacionalidad|Ciudadanía|Nacionalidade|Cidadania|
		Staatsangehörigkeit|Staatsbürgerschaft|Nationalität|Heimatstaat`},
	{fieldBirth, `Date of birth|Birth date|Birthdate|Born|Born on|DOB|D.O.B.|Date of birth (DDMMYYYY)|Day of birth|
		Date de naissance|Date de naiss|Né le|Née le|Né(e) le|Naissance|Fecha de nacimiento|Fecha nacimiento|Fec. nacimiento|F. nacimiento|Nacido el|
		Data de nascimento|Data nascimento|Nascimento|Nascido em|Geburtsdatum|Geboren am|geb. am|Geburtstag|Tag der Geburt`},
	{fieldSex, `Sex|Sexe|Sexo|Gender|Genre|Género|Gênero|Geschlecht`},
	{fieldExpiry, `Date of expiry|Date of expiration|Expiry date|Expiration date|Expiry|Expiration|Expires|Expires on|Date of exp|Valid until|Valid to|
		Valid through|Valid thru|Card expires|Date expiry|Date of end of validity|Date d'expiration|Date d'exp|Date d'expir|Expire le|Valable jusqu'au|
		Valable jusqu'à|Valide jusqu'au|Valable au|Fin de validité|Date de fin de validité|Date limite de validité|
		Fecha de caducidad|Fecha de vencimiento|Fecha de expiración|Fecha de validez|Caducidad|Vencimiento|Vence|Válido hasta|Válida hasta|Valido hasta el|Validez|
		Data de validade|Validade|Válido até|Válida até|Data de expiração|Data de caducidade|Data de vencimento|
		Gültig bis|Gültigkeit|Gültig bis zum|Ablaufdatum|Ablauf|Datum des Ablaufs`},
	{fieldIssue, `Date of issue|Date of issuance|Issue date|Issued on|Issued|Date issued|Valid from|Date de délivrance|Délivré le|Délivrée le|
		Date d'émission|Date de délivr|Valable du|Valable à partir du|Fecha de expedición|Fecha expedición|Fecha de emisión|Expedido el|Emisión|Expedición|
		Válido desde|Data de emissão|Data de expedição|Emissão|Emitido em|Válido de|Ausstellungsdatum|Ausstellungstag|Ausgestellt am|
		Datum der Ausstellung|Tag der Ausstellung|Gültig ab|Gültig von`},
	{fieldState, `Code of issuing State|Code of state|State code|Country code|Code|Issuing State|Issuing country|Issuing State Code|Country of issue|
		Code du pays|Code de l'État émetteur|Code pays|État émetteur|Pays émetteur|Code de l'État|Code de l'État de délivrance|
		Código|Código del país|Código del Estado|Código país|Código del Estado expedidor|País emisor|Estado emisor|País expedidor|Cód. país|
		Código do país|Código do Estado emissor|País emissor|Estado emissor|
		Ausstellender Staat|Ausstellerstaat|Staatscode|Kode|Code des ausstellenden Staates|Ländercode`},
	{fieldPersonal, `ID No|I.D. Number|Personal No|Personal number|Personal ID No|Personal identification number|Personal identifying number|Identifiant personnel|Personal code|Identification No|Identification number|Identity No|Identity number|
		National identity number|National ID No|ID number|Citizen No|Tax ID|Social security No|
		No personnel|Numéro personnel|Numéro d'identification|No d'identification|No national|Numéro d'identité|
		DNI|DNI No|DNI Núm|NIE|NIF|Número personal|No personal|Número de identificación|No identidad|Número de identidad|CURP|RUN|Cédula|
		Número pessoal|No pessoal|Número de identificação|No identificação civil|No ID civil|CPF|BI|No id. civil|
		Personennummer|Persönliche Nummer|Personenkennzeichen|AHV-Nr|Identifikationsnummer`},
	{fieldOther, `Type|Typ|Tipo|Type of document|Type of permit|Type de titre|Tipo de documento|Tipo de permiso|Art des Titels|Category|Catégorie|Category of permit|
		Place of birth|Birthplace|Lieu de naissance|Lieu|Lugar de nacimiento|Lugar nacimiento|Lugar de naturaleza|Local de nascimento|Naturalidade|Geburtsort|Né(e) à|
		Country of birth|Pays de naissance|País de nacimiento|País de nascimento|Geburtsland|
		Authority|Issuing authority|Autorité|Autorité de délivrance|Autoridad|Autoridad expedidora|Autoridade|Entidade emissora|Behörde|Ausstellende Behörde|Issued by|Délivré par|Expedido por|Ausgestellt von|
		Place of issue|Lieu de délivrance|Lugar de expedición|Local de emissão|Ausstellungsort|Place and date of issue|
		Place and date of birth|Date and place of birth|Date et lieu de naissance|Fecha y lugar de nacimiento|Data e local de nascimento|Geburtstag und -ort|Tag und Ort der Geburt|
		Height|Taille|Estatura|Talla|Altura|Größe|Eyes|Colour of eyes|Color of eyes|Eye colour|Yeux|Couleur des yeux|Color de ojos|Cor dos olhos|Augenfarbe|Hair|Cheveux|
		Address|Adresse|Domicile|Domicilio|Dirección|Endereço|Morada|Residencia|Residência|Wohnort|Anschrift|Residence|
		Signature|Signature of bearer|Holder's signature|Signature du titulaire|Firma|Firma del titular|Assinatura|Assinatura do titular|Unterschrift|Unterschrift des Inhabers|Signature of holder|
		Remarks|Observations|Observaciones|Observações|Anmerkungen|Remarques|Endorsements|Mentions spéciales|
		Profession|Occupation|Profesión|Profissão|Beruf|Father|Mother|Père|Mère|Padre|Madre|Pai|Mãe|Hijo de|Hija de|Hijo/a de|Filiação|Filiación|Parents|Names of parents|
		Father's name|Mother's name|Nom du père|Nom de la mère|Nombre del padre|Nombre de la madre|Spouse|Name of spouse|Conjoint|Cónyuge|Cônjuge|Religious name or pseudonym|Ordensname|Künstlername|Ordens- oder Künstlername|
		Card access number|CAN|Number of entries|Nombre d'entrées|Número de entradas|Anzahl der Einreisen|Duration of stay|Durée du séjour|Duración de estancia|Dauer|Valid from - until|Valid from - to|Valable du - au|Gültig von - bis|Válido de - até|Válido desde - hasta|Valid for|Valable pour|Válido para|Gültig für|
		Blood group|Groupe sanguin|Marital status|État civil|Estado civil|Familienstand|File No|Registro|Equipo|Team`},
}

// labels is the table ready for comparison; longer ones do not hide shorter
// ones, since the nearest of all is taken.
var labels = func() []label {
	var out []label
	for _, group := range printedLabels {
		for text := range strings.SplitSeq(group.labels, "|") {
			text = strings.TrimSpace(text)
			fold := foldLabel(text)
			out = append(out, label{
				field: group.field, text: text, fold: fold, letters: countLetters(fold),
				spanish: text == "Sexo" || text == "Género",
			})
		}
	}
	return out
}()
