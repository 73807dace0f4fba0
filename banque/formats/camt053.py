"""camt.053.001.02 (ISO 20022): what everybody reads (comptabilite.md §C.1). Amounts are unsigned, elements ordered."""

import hashlib
import re
from collections.abc import Iterator
from datetime import date as Date
from xml.sax.saxutils import escape

from banque.enums import MENTION
from banque.formats import LigneExportee, ReleveExporte, decimale

ESPACE_DE_NOMS = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
_INTERDITS = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
# Interbank code → (family, sub-family) of the domain PMNT.
FAMILLES: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("05", "13", "18", "39", "45", "C2"), ("RCDT", "ESCT")),
    **dict.fromkeys(("06", "14", "21", "44", "C1"), ("ICDT", "ESCT")),
    "12": ("ICDT", "RRCT"),
    "C3": ("ICDT", "RPCR"),
    "C4": ("RCDT", "RPCR"),
    "C5": ("ICDT", "RPCR"),
    "B1": ("RDDT", "ESDD"),
    "B2": ("RDDT", "BBDD"),
    "B5": ("RDDT", "RPCR"),
    "A1": ("IDDT", "ESDD"),
    "B3": ("IDDT", "RPCR"),
    **dict.fromkeys(("11", "28"), ("CCRD", "POSD")),
    "29": ("CCRD", "CWDL"),
    "62": ("MDOP", "CHRG"),
    "02": ("RCHQ", "OTHR"),
    "01": ("ICHQ", "OTHR"),
}


def _texte(texte: str, longueur: int) -> str:
    return escape(_INTERDITS.sub(" ", texte).strip()[:longueur].strip())


def reference_35(identifiant: str) -> str:
    """The schema gives 35 signs: a UUID loses its dashes, a longer id becomes its print."""
    if len(identifiant) <= 35:
        return identifiant
    compact = identifiant.replace("-", "")
    return compact if len(compact) <= 35 else hashlib.sha256(identifiant.encode()).hexdigest()[:32]


def _sens(cents: int) -> str:
    return "CRDT" if cents >= 0 else "DBIT"


def _solde(code: str, cents: int, jour: Date, devise: str) -> str:
    return (
        f"   <Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{devise}">{decimale(abs(cents))}</Amt><CdtDbtInd>{_sens(cents)}</CdtDbtInd>'
        f"<Dt><Dt>{jour:%Y-%m-%d}</Dt></Dt></Bal>"
    )


def _famille(ligne: LigneExportee) -> str:
    defaut = ("MCOP", "OTHR") if ligne.montant_cents >= 0 else ("MDOP", "OTHR")
    famille, sous_famille = FAMILLES.get(ligne.code_operation, defaut)
    return (
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{famille}</Cd><SubFmlyCd>{sous_famille}</SubFmlyCd></Fmly></Domn>"
        f"<Prtry><Cd>{_texte(ligne.code_operation or '99', 35)}</Cd><Issr>CFONB</Issr></Prtry></BkTxCd>"
    )


def _parties(ligne: LigneExportee) -> str:
    role = "Dbtr" if ligne.montant_cents >= 0 else "Cdtr"
    nom = f"<{role}><Nm>{_texte(ligne.contrepartie, 140)}</Nm></{role}>" if ligne.contrepartie else ""
    compte = (
        f"<{role}Acct><Id><IBAN>{ligne.contrepartie_iban}</IBAN></Id></{role}Acct>"
        if re.fullmatch(r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}", ligne.contrepartie_iban)
        else ""
    )
    return f"<RltdPties>{nom}{compte}</RltdPties>" if nom or compte else ""


def _motifs(ligne: LigneExportee) -> str:
    """The reference with the mention first, then the other texts, 140 signs each."""
    tete = " ".join(texte for texte in (ligne.reference, MENTION if ligne.comptabilise else "") if texte)
    if len(tete) > 140 and ligne.comptabilise:
        tete = f"{ligne.reference[: 139 - len(MENTION)]} {MENTION}"
    suite = [ligne.complement[debut : debut + 140] for debut in range(0, len(ligne.complement), 140)]
    motifs = [_texte(motif, 140) for motif in (tete, *suite)]
    corps = "".join(f"<Ustrd>{motif}</Ustrd>" for motif in motifs if motif)
    return f"<RmtInf>{corps}</RmtInf>" if corps else ""


def _details(ligne: LigneExportee) -> str:
    cheque = f"<ChqNb>{_texte(ligne.numero_cheque, 35)}</ChqNb>" if ligne.numero_cheque else ""
    bout_en_bout = _texte(ligne.reference, 35) or "NOTPROVIDED"
    montant = (
        f'<AmtDtls><InstdAmt><Amt Ccy="{ligne.devise_locale}">{decimale(abs(ligne.montant_local_cents))}</Amt>'
        "</InstdAmt></AmtDtls>"
        if re.fullmatch("[A-Z]{3}", ligne.devise_locale) and ligne.montant_local_cents is not None
        else ""
    )
    return (
        f"    <NtryDtls><TxDtls>\n     <Refs><EndToEndId>{bout_en_bout}</EndToEndId>{cheque}</Refs>{montant}\n"
        f"     {_parties(ligne)}\n     {_motifs(ligne)}\n    </TxDtls></NtryDtls>"
    )


def _entree(ligne: LigneExportee, devise: str) -> str:
    correction = "<RvslInd>true</RvslInd>" if ligne.correction else ""
    return (
        f"   <Ntry>\n    <NtryRef>{_texte(reference_35(ligne.identifiant), 35)}</NtryRef>\n"
        f'    <Amt Ccy="{devise}">{decimale(abs(ligne.montant_cents))}</Amt>'
        f"<CdtDbtInd>{_sens(ligne.montant_cents)}</CdtDbtInd>{correction}<Sts>BOOK</Sts>\n"
        f"    <BookgDt><Dt>{ligne.jour:%Y-%m-%d}</Dt></BookgDt><ValDt><Dt>{ligne.valeur:%Y-%m-%d}</Dt></ValDt>\n"
        f"    {_famille(ligne)}\n{_details(ligne)}\n"
        f"    <AddtlNtryInf>{_texte(ligne.libelle, 500) or 'Operation'}</AddtlNtryInf>\n   </Ntry>"
    )


def _tete(releve: ReleveExporte) -> Iterator[str]:
    cree = releve.cree_le.isoformat(timespec="seconds")
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<Document xmlns="{ESPACE_DE_NOMS}">\n <BkToCstmrStmt>'
    yield f"  <GrpHdr><MsgId>PORTAIL-{releve.cree_le:%Y%m%d%H%M%S}</MsgId><CreDtTm>{cree}</CreDtTm></GrpHdr>"
    yield f"  <Stmt>\n   <Id>{releve.iban[:27]}-{releve.au:%y%m%d}</Id>"
    yield f"   <ElctrncSeqNb>{releve.au:%j}</ElctrncSeqNb>\n   <CreDtTm>{cree}</CreDtTm>"
    yield f"   <FrToDt><FrDtTm>{releve.du}T00:00:00</FrDtTm><ToDtTm>{releve.au}T23:59:59</ToDtTm></FrToDt>"
    titulaire = f"<Ownr><Nm>{_texte(releve.titulaire, 140)}</Nm></Ownr>" if releve.titulaire else ""
    bic = f"<Svcr><FinInstnId><BIC>{releve.bic}</BIC></FinInstnId></Svcr>" if releve.bic else ""
    yield f"   <Acct><Id><IBAN>{releve.iban}</IBAN></Id><Ccy>{releve.devise}</Ccy>{titulaire}{bic}</Acct>"


def ecrire(releve: ReleveExporte) -> Iterator[bytes]:
    """One statement: the account, both balances, one entry per line."""
    for ligne in _tete(releve):
        yield f"{ligne}\n".encode()
    yield f"{_solde('OPBD', releve.solde_ouverture_cents, releve.du, releve.devise)}\n".encode()
    yield f"{_solde('CLBD', releve.solde_cloture_cents, releve.au, releve.devise)}\n".encode()
    for entree in releve.lignes:
        yield f"{_entree(entree, releve.devise)}\n".encode()
    yield b"  </Stmt>\n </BkToCstmrStmt>\n</Document>\n"
