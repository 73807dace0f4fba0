"""Reads a camt.053 statement (ISO 20022), versions .001.02 to .001.08 and later (comptabilite.md §C.1)."""

from datetime import date as Date
from decimal import Decimal, InvalidOperation

from lxml import etree

from banque.codes import mode_du_code
from banque.enums import Source, StatutRecue
from banque.errors import FichierIllisible
from banque.sources import OperationRecue, ReleveRecu
from banque.sources.fichiers import debut_du_jour, empreinte, numeroter_les_jumelles

# Family → (code of a credit, code of a debit), for banks that give no CFONB code.
_CODES = {
    "RCDT": ("05", "99"),
    "ICDT": ("12", "06"),
    "RDDT": ("B5", "B1"),
    "IDDT": ("A1", "B3"),
    "CCRD": ("11", "11"),
    "RCHQ": ("02", "03"),
    "ICHQ": ("99", "01"),
}


def _sans_espace_de_noms(racine: etree._Element) -> None:
    for element in racine.iter():
        if isinstance(element.tag, str):
            element.tag = etree.QName(element).localname


def _texte(element: etree._Element, *chemins: str) -> str:
    for chemin in chemins:
        if trouve := (element.findtext(chemin) or "").strip():
            return trouve
    return ""


def _textes(element: etree._Element, chemin: str) -> list[str]:
    return [noeud.text.strip() for noeud in element.findall(chemin) if noeud.text and noeud.text.strip()]


def _jour(element: etree._Element, chemin: str, numero: int | None) -> Date | None:
    texte = _texte(element, f"{chemin}/Dt", f"{chemin}/DtTm", chemin)[:10]
    try:
        return Date.fromisoformat(texte) if texte else None
    except ValueError:
        raise FichierIllisible(f"la date « {texte} » n’existe pas.", numero) from None


def _centimes(element: etree._Element, numero: int | None) -> int:
    """The signed amount of an element that holds `Amt` and `CdtDbtInd`."""
    texte, sens = _texte(element, "Amt"), _texte(element, "CdtDbtInd")
    try:
        valeur = Decimal(texte) * 100
    except InvalidOperation:
        raise FichierIllisible(f"le montant « {texte} » est illisible.", numero) from None
    if not valeur.is_finite() or valeur != valeur.to_integral_value() or valeur < 0 or sens not in ("CRDT", "DBIT"):
        raise FichierIllisible(f"le montant « {texte} {sens} » n’est pas celui d’un relevé.", numero)
    return int(valeur) if sens == "CRDT" else -int(valeur)


def _soldes(releve: etree._Element) -> tuple[tuple[int, Date | None], tuple[int, Date | None]]:
    soldes: dict[str, tuple[int, Date | None]] = {}
    for noeud in releve.findall("Bal"):
        soldes.setdefault(_texte(noeud, "Tp/CdOrPrtry/Cd"), (_centimes(noeud, None), _jour(noeud, "Dt", None)))
    ouverture, cloture = soldes.get("OPBD") or soldes.get("PRCD"), soldes.get("CLBD")
    if ouverture is None or cloture is None:
        raise FichierIllisible("il manque le solde d’ouverture (OPBD) ou de clôture (CLBD).")
    return ouverture, cloture


def _code(entree: etree._Element, montant: int) -> str:
    prive = _texte(entree, "BkTxCd/Prtry/Cd")
    if prive and (_texte(entree, "BkTxCd/Prtry/Issr") == "CFONB" or len(prive) == 2):
        return prive[:4]
    famille = _texte(entree, "BkTxCd/Domn/Fmly/Cd")
    if _texte(entree, "BkTxCd/Domn/Fmly/SubFmlyCd") == "CHRG":
        return "62" if montant < 0 else "99"
    defaut = ("91", "99")
    return _CODES.get(famille, defaut)[0 if montant >= 0 else 1]


def _operation(entree: etree._Element, iban: str, solde: int, numero: int) -> OperationRecue:
    montant = _centimes(entree, numero)
    jour = _jour(entree, "BookgDt", numero) or _jour(entree, "ValDt", numero)
    if jour is None:
        raise FichierIllisible("l’opération n’a pas de date.", numero)
    details = entree.find("NtryDtls/TxDtls")
    details = etree.Element("TxDtls") if details is None else details
    role = "Dbtr" if montant >= 0 else "Cdtr"
    motifs = _textes(details, "RmtInf/Ustrd")
    bout_en_bout = _texte(details, "Refs/EndToEndId").replace("NOTPROVIDED", "")
    libelle = _texte(entree, "AddtlNtryInf") or (motifs[0] if motifs else "")
    contrepartie = _texte(details, f"RltdPties/{role}/Nm", f"RltdPties/{role}/Pty/Nm")
    reference = bout_en_bout or _texte(details, "RmtInf/Strd/CdtrRefInf/Ref")
    complements = [motif.removeprefix(reference).strip() if reference else motif for motif in motifs]
    code, valeur = _code(entree, montant), _jour(entree, "ValDt", numero)
    bruts = etree.tostring(entree, encoding="unicode")
    references = [_texte(entree, "NtryRef"), _texte(entree, "AcctSvcrRef")]
    retour = _texte(details, "RtrInf/Rsn/Cd")
    return OperationRecue(
        source=Source.CAMT053.value,
        external_id=empreinte(iban, jour, valeur, montant, code, libelle, *references, reference, *motifs),
        statut=StatutRecue.REGLEE.value,
        montant_cents=montant,
        reglee_le=debut_du_jour(jour),
        date_valeur=valeur,
        libelle=(libelle or contrepartie or "Opération")[:140],
        solde_apres_cents=solde + montant,
        contrepartie=(contrepartie or libelle)[:140],
        contrepartie_iban=_texte(details, f"RltdPties/{role}Acct/Id/IBAN"),
        reference=reference[:140],
        complements=tuple(
            [texte for texte in complements if texte] + ([f"Motif de retour {retour}"] if retour else [])
        ),
        type_operation=_texte(entree, "BkTxCd/Domn/Fmly/Cd"),
        code_operation=code,
        mode_reglement=mode_du_code(code),
        devise=entree.find("Amt").get("Ccy", "EUR"),
        numero_cheque=_texte(details, "Refs/ChqNb"),
        payload=bruts.encode(),
    )


def _entrees(noeud: etree._Element) -> list[tuple[int, etree._Element]]:
    """The booked entries with their rank, from the oldest day: pending ones do not move the balance."""
    entrees = [
        (numero, entree)
        for numero, entree in enumerate(noeud.findall("Ntry"), start=1)
        if (_texte(entree, "Sts/Cd") or _texte(entree, "Sts")) in ("BOOK", "")
    ]
    return sorted(entrees, key=lambda rang: _texte(rang[1], "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt")[:10])


def _releve(noeud: etree._Element) -> ReleveRecu:
    iban = _texte(noeud, "Acct/Id/IBAN").replace(" ", "")
    if not iban:
        raise FichierIllisible("le relevé ne dit pas l’IBAN du compte.")
    (ouverture, jour_ouverture), (cloture, jour_cloture) = _soldes(noeud)
    solde, operations = ouverture, []
    for numero, entree in _entrees(noeud):
        operation = _operation(entree, iban, solde, numero)
        solde += operation.montant_cents
        operations.append(operation)
    if solde != cloture:
        raise FichierIllisible("le solde d’ouverture et les opérations ne donnent pas le solde de clôture.")
    jours = [operation.jour for operation in operations if operation.jour]
    du = _jour(noeud, "FrToDt/FrDtTm", None) or jour_ouverture
    du, au = du or min(jours, default=None), jour_cloture or max(jours, default=None)
    if du is None or au is None:
        raise FichierIllisible("le relevé ne dit pas sa période.")
    return ReleveRecu(iban, du, au, ouverture, cloture, tuple(numeroter_les_jumelles(operations)))


def lire(contenu: bytes) -> list[ReleveRecu]:
    """One statement per `Stmt`. Raises FichierIllisible with the rank of the entry."""
    parseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        racine = etree.fromstring(contenu, parseur)
    except etree.XMLSyntaxError as erreur:
        raise FichierIllisible("ce n’est pas un fichier XML bien formé.", erreur.lineno) from None
    if racine.getroottree().docinfo.doctype:
        raise FichierIllisible("le fichier déclare un DOCTYPE, ce qu’un relevé ne fait pas.")
    _sans_espace_de_noms(racine)
    releves = racine.findall("BkToCstmrStmt/Stmt")
    if not releves:
        raise FichierIllisible("ce n’est pas un relevé camt.053.")
    return [_releve(noeud) for noeud in releves]
