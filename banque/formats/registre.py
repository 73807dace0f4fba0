"""The formats by name."""

from banque.enums import FormatReleve
from banque.formats import Ecrivain, camt053, cfonb120, ofx, tableaux

ECRIVAINS: dict[str, Ecrivain] = {
    FormatReleve.CFONB120: cfonb120.ecrire,
    FormatReleve.OFX: ofx.ecrire,
    FormatReleve.CAMT053: camt053.ecrire,
    FormatReleve.CSV: tableaux.ecrire_csv,
    FormatReleve.XLSX: tableaux.ecrire_xlsx,
}
