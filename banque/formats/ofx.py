"""OFX 1.02, the SGML form that French accounting software accepts most widely (comptabilite.md §C.2).

Dates carry no hour: an hour with a zone moves lines by a day in several programs.
"""

from collections.abc import Iterator

from banque.enums import MENTION, ModeReglement
from banque.formats import LigneExportee, ReleveExporte, decimale
from portal.lib.rib import Rib, rib_de

FIN = "\r\n"
EN_TETE = (
    "OFXHEADER:100",
    "DATA:OFXSGML",
    "VERSION:102",
    "SECURITY:NONE",
    "ENCODING:USASCII",
    "CHARSET:1252",
    "COMPRESSION:NONE",
    "OLDFILEUID:NONE",
    "NEWFILEUID:NONE",
    "",
)
_PAR_CODE = {"29": "ATM", "61": "INT", "63": "INT", "70": "INT"} | dict.fromkeys(("62", "64", "65", "66", "67"), "FEE")
_PAR_MODE = {
    ModeReglement.VIREMENT.value: "XFER",
    ModeReglement.CARTE.value: "POS",
    ModeReglement.CHEQUE.value: "CHECK",
    ModeReglement.PRELEVEMENT.value: "DIRECTDEBIT",
}


def _texte(texte: str, longueur: int) -> str:
    """Cut, then escape: an escaped sign counts for one."""
    plat = " ".join(texte.split())[:longueur]
    return plat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _type(ligne: LigneExportee) -> str:
    return (
        _PAR_CODE.get(ligne.code_operation)
        or _PAR_MODE.get(ligne.mode_reglement)
        or ("CREDIT" if ligne.montant_cents >= 0 else "DEBIT")
    )


def _memo(ligne: LigneExportee) -> str:
    morceaux = [ligne.reference, ligne.complement, MENTION if ligne.comptabilise else ""]
    texte = " ".join(morceau for morceau in morceaux if morceau)
    if len(texte) > 255 and ligne.comptabilise:
        texte = f"{texte[: 254 - len(MENTION)]} {MENTION}"
    return _texte(texte, 255)


def _operation(ligne: LigneExportee) -> str:
    memo = _memo(ligne)
    cheque = f"<CHECKNUM>{_texte(ligne.numero_cheque, 12)}" if ligne.numero_cheque else ""
    return (
        f"<STMTTRN><TRNTYPE>{_type(ligne)}<DTPOSTED>{ligne.jour:%Y%m%d}<TRNAMT>{decimale(ligne.montant_cents)}"
        f"<FITID>{_texte(ligne.identifiant, 255)}{cheque}<NAME>{_texte(ligne.libelle, 32)}"
        + (f"<MEMO>{memo}" if memo else "")
        + "</STMTTRN>"
    )


def _lignes(releve: ReleveExporte) -> Iterator[str]:
    rib = rib_de(releve.iban) or Rib(releve.bic[:8], "", releve.iban, "")
    guichet = f"<BRANCHID>{rib.guichet}" if rib.guichet else ""
    cle = f"<ACCTKEY>{rib.cle}" if rib.cle else ""
    etat = "<STATUS><CODE>0<SEVERITY>INFO</STATUS>"
    yield from EN_TETE
    yield "<OFX>"
    yield f"<SIGNONMSGSRSV1><SONRS>{etat}<DTSERVER>{releve.cree_le:%Y%m%d}<LANGUAGE>FRA</SONRS></SIGNONMSGSRSV1>"
    yield f"<BANKMSGSRSV1><STMTTRNRS><TRNUID>1{etat}"
    yield f"<STMTRS><CURDEF>{releve.devise}"
    yield (f"<BANKACCTFROM><BANKID>{rib.banque}{guichet}<ACCTID>{rib.compte}<ACCTTYPE>CHECKING{cle}</BANKACCTFROM>")
    yield f"<BANKTRANLIST><DTSTART>{releve.du:%Y%m%d}<DTEND>{releve.au:%Y%m%d}"
    yield from map(_operation, releve.lignes)
    yield "</BANKTRANLIST>"
    yield f"<LEDGERBAL><BALAMT>{decimale(releve.solde_cloture_cents)}<DTASOF>{releve.au:%Y%m%d}</LEDGERBAL>"
    yield "</STMTRS></STMTTRNRS></BANKMSGSRSV1>"
    yield "</OFX>"


def ecrire(releve: ReleveExporte) -> Iterator[bytes]:
    """The header, the account, its lines, the closing balance."""
    for ligne in _lignes(releve):
        yield (ligne + FIN).encode("cp1252", "replace")
