"""Countries, by their ISO 3166-1 code, in the words and the order in which people look for them."""

_NOMS = (
    "AF Afghanistan|ZA Afrique du Sud|AL Albanie|DZ Algérie|DE Allemagne|AD Andorre|AO Angola|SA Arabie saoudite|"
    "AR Argentine|AM Arménie|AU Australie|AT Autriche|AZ Azerbaïdjan|BH Bahreïn|BD Bangladesh|BE Belgique|BJ Bénin|"
    "BY Biélorussie|BO Bolivie|BA Bosnie-Herzégovine|BR Brésil|BG Bulgarie|BF Burkina Faso|BI Burundi|KH Cambodge|"
    "CM Cameroun|CA Canada|CV Cap-Vert|CL Chili|CN Chine|CY Chypre|CO Colombie|KM Comores|CG Congo|"
    "CD Congo (République démocratique)|KR Corée du Sud|CR Costa Rica|CI Côte d’Ivoire|HR Croatie|CU Cuba|DK Danemark|"
    "DJ Djibouti|EG Égypte|AE Émirats arabes unis|EC Équateur|ES Espagne|EE Estonie|US États-Unis|ET Éthiopie|"
    "FI Finlande|GA Gabon|GE Géorgie|GH Ghana|GR Grèce|GT Guatemala|GN Guinée|HT Haïti|HN Honduras|HU Hongrie|IN Inde|"
    "ID Indonésie|IQ Irak|IR Iran|IE Irlande|IS Islande|IL Israël|IT Italie|JP Japon|JO Jordanie|KZ Kazakhstan|"
    "KE Kenya|XK Kosovo|KW Koweït|LA Laos|LV Lettonie|LB Liban|LY Libye|LI Liechtenstein|LT Lituanie|LU Luxembourg|"
    "MK Macédoine du Nord|MG Madagascar|MY Malaisie|ML Mali|MT Malte|MA Maroc|MU Maurice|MR Mauritanie|MX Mexique|"
    "MD Moldavie|MC Monaco|MN Mongolie|ME Monténégro|MZ Mozambique|NP Népal|NE Niger|NG Nigéria|NO Norvège|"
    "NZ Nouvelle-Zélande|UZ Ouzbékistan|PK Pakistan|PS Palestine|PA Panama|PY Paraguay|NL Pays-Bas|PE Pérou|"
    "PH Philippines|PL Pologne|PT Portugal|QA Qatar|CF République centrafricaine|DO République dominicaine|"
    "CZ Tchéquie|RO Roumanie|GB Royaume-Uni|RU Russie|RW Rwanda|SM Saint-Marin|SN Sénégal|RS Serbie|SG Singapour|"
    "SK Slovaquie|SI Slovénie|SD Soudan|LK Sri Lanka|SE Suède|CH Suisse|SY Syrie|TW Taïwan|TZ Tanzanie|TD Tchad|"
    "TH Thaïlande|TG Togo|TN Tunisie|TR Turquie|UA Ukraine|UY Uruguay|VE Venezuela|VN Viêt Nam|YE Yémen|ZM Zambie"
)
PAYS: tuple[tuple[str, str], ...] = (
    ("", "Choisir…"),
    ("FR", "France"),
    *((ligne[:2], ligne[3:]) for ligne in _NOMS.split("|")),
)
