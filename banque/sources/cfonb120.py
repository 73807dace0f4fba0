"""Reads a CFONB 120 statement (comptabilite.md §B): several accounts and days, with or without line ends."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import timedelta

from banque.codes import mode_du_code
from banque.enums import Source, StatutRecue
from banque.errors import FichierIllisible
from banque.formats.cfonb120 import decoder_montant
from banque.sources import OperationRecue, ReleveRecu
from banque.sources.fichiers import debut_du_jour, empreinte, numeroter_les_jumelles
from portal.lib.rib import iban_francais

LONGUEUR = 120


@dataclass
class _Mouvement:
    ligne: int
    enregistrement: str
    complements: list[tuple[str, str]] = field(default_factory=list)
    bruts: list[str] = field(default_factory=list)


@dataclass
class _Compte:
    iban: str
    rib: str
    du: Date
    ouverture: int
    solde: int
    au: Date
    operations: list[OperationRecue] = field(default_factory=list)


def enregistrements(contenu: bytes) -> Iterator[tuple[int, str]]:
    """The records with their number, whatever ends the lines. Raises FichierIllisible on another length."""
    texte = contenu.decode("latin-1").replace("\x1a", "")
    lignes = texte.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    numero = 0
    for ligne in lignes:
        if not ligne.strip():
            continue
        if len(ligne) > LONGUEUR and len(ligne.rstrip()) > LONGUEUR and len(ligne) % LONGUEUR:
            raise FichierIllisible(f"{len(ligne)} positions au lieu de {LONGUEUR}.", numero + 1)
        for debut in range(0, max(len(ligne.rstrip()), 1), LONGUEUR):
            numero += 1
            yield numero, ligne[debut : debut + LONGUEUR].ljust(LONGUEUR)


def _jour(texte: str, numero: int) -> Date:
    try:
        jour, mois, annee = int(texte[:2]), int(texte[2:4]), int(texte[4:6])
        return Date(2000 + annee, mois, jour)
    except ValueError:
        raise FichierIllisible(f"la date « {texte} » n’existe pas.", numero) from None


def _montant(enregistrement: str, numero: int) -> int:
    """In cents, whatever the number of decimals of position 20."""
    decimales = enregistrement[19].strip() or "2"
    try:
        valeur = decoder_montant(enregistrement[90:104])
        exposant = int(decimales) - 2
    except ValueError:
        raise FichierIllisible(f"le montant « {enregistrement[90:104]} » est illisible.", numero) from None
    quotient, reste = divmod(valeur * 100, int("1" + "0" * (exposant + 2)))
    if reste:
        raise FichierIllisible("le montant a des fractions de centime.", numero)
    return quotient


def _rib(enregistrement: str) -> str:
    return enregistrement[2:7] + enregistrement[11:16] + enregistrement[21:32]


def _texte_de(mouvement: _Mouvement, *qualifiants: str) -> str:
    return " ".join(texte for qualifiant, texte in mouvement.complements if qualifiant in qualifiants and texte)


def _iban_tiers(mouvement: _Mouvement, qualifiant: str) -> str:
    return _texte_de(mouvement, qualifiant).replace(" ", "")[:34]


def _complements(mouvement: _Mouvement) -> tuple[str, ...]:
    """Free labels as they are; any other text keeps its qualifier, so that nothing is dropped."""
    connus = {"NBE", "NPY", "CBE", "CPY", "LCC", "LC2", "RCN", "MMO"}
    textes = [
        texte if qualifiant in ("LIB", "") else f"{qualifiant} {texte}"
        for qualifiant, texte in mouvement.complements
        if texte and qualifiant not in connus
    ]
    rejet = mouvement.enregistrement[40:42].strip()
    return (*textes, *([f"Motif de rejet {rejet}"] if rejet else []))


def _devise_locale(mouvement: _Mouvement) -> tuple[str, int | None]:
    brut = next((texte for qualifiant, texte in mouvement.complements if qualifiant == "MMO"), "")
    if len(brut) < 18 or not brut[3:18].strip().isdigit():
        return "", None
    decimales, valeur = int(brut[3]), int(brut[4:18])
    if decimales > 2:
        return brut[:3], valeur // 10 ** (decimales - 2)
    return brut[:3], valeur * 10 ** (2 - decimales)


def _operation(mouvement: _Mouvement, compte: _Compte) -> OperationRecue:
    brut, numero = mouvement.enregistrement, mouvement.ligne
    montant, code = _montant(brut, numero), brut[32:34].strip()
    jour, valeur = _jour(brut[34:40], numero), _jour(brut[42:48].strip() or brut[34:40], numero)
    libelle, reference_zone = brut[48:79].strip(), brut[104:120].strip()
    devise_locale, montant_local = _devise_locale(mouvement)
    textes = [f"{qualifiant}{texte}" for qualifiant, texte in mouvement.complements]
    identite = empreinte(compte.iban, jour, valeur, montant, code, libelle, reference_zone, *textes)
    return OperationRecue(
        source=Source.CFONB120.value,
        external_id=identite,
        statut=StatutRecue.REGLEE.value,
        montant_cents=montant,
        reglee_le=debut_du_jour(jour),
        date_valeur=valeur,
        libelle=libelle,
        solde_apres_cents=compte.solde + montant,
        contrepartie=_texte_de(mouvement, "NBE" if montant < 0 else "NPY") or libelle,
        contrepartie_iban=_iban_tiers(mouvement, "CBE" if montant < 0 else "CPY"),
        reference=(_texte_de(mouvement, "LCC", "LC2") or _texte_de(mouvement, "RCN")[:35].strip() or reference_zone),
        complements=_complements(mouvement),
        type_operation=brut[7:11].strip(),
        code_operation=code,
        mode_reglement=mode_du_code(code),
        devise=brut[16:19].strip() or "EUR",
        montant_local_cents=montant_local,
        devise_locale=devise_locale,
        numero_cheque=brut[81:88].strip("0 ") if code == "01" else "",
        payload="\n".join([brut, *mouvement.bruts]).encode("latin-1"),
    )


class _Lecture:
    """Walks the records, account by account, and checks the chain of balances."""

    def __init__(self) -> None:
        self.comptes: dict[str, _Compte] = {}
        self.ouvert: _Compte | None = None
        self.mouvement: _Mouvement | None = None

    def lire(self, numero: int, brut: str) -> None:
        lecteurs = {"01": self._ancien_solde, "04": self._mouvement, "05": self._complement, "07": self._nouveau_solde}
        lecteur = lecteurs.get(brut[:2])
        if lecteur is None:
            raise FichierIllisible(f"l’enregistrement commence par « {brut[:2]} », qui n’existe pas.", numero)
        lecteur(numero, brut)

    def _ancien_solde(self, numero: int, brut: str) -> None:
        if self.ouvert:
            raise FichierIllisible("un nouveau relevé commence avant le solde de clôture du précédent.", numero)
        rib, jour, solde = _rib(brut), _jour(brut[34:40], numero), _montant(brut, numero)
        compte = self.comptes.get(rib)
        if compte is None:
            try:
                iban = iban_francais(rib[:5], rib[5:10], rib[10:])
            except ValueError:
                raise FichierIllisible(f"le numéro de compte « {rib} » n’est pas un RIB.", numero) from None
            compte = self.comptes[rib] = _Compte(iban, rib, jour, solde, solde, jour)
        elif compte.solde != solde:
            raise FichierIllisible("l’ancien solde n’est pas le nouveau solde du relevé précédent.", numero)
        self.ouvert = compte

    def _compte_ouvert(self, numero: int, brut: str) -> _Compte:
        if self.ouvert is None or self.ouvert.rib != _rib(brut):
            raise FichierIllisible("le mouvement n’est pas du compte dont le relevé est ouvert.", numero)
        return self.ouvert

    def _clore_mouvement(self, compte: _Compte) -> None:
        if self.mouvement:
            operation = _operation(self.mouvement, compte)
            compte.operations.append(operation)
            compte.solde += operation.montant_cents
            self.mouvement = None

    def _mouvement(self, numero: int, brut: str) -> None:
        compte = self._compte_ouvert(numero, brut)
        self._clore_mouvement(compte)
        self.mouvement = _Mouvement(numero, brut)

    def _complement(self, numero: int, brut: str) -> None:
        if self.mouvement is None:
            raise FichierIllisible("un complément ne suit aucun mouvement.", numero)
        self.mouvement.complements.append((brut[45:48].strip(), brut[48:118].rstrip()))
        self.mouvement.bruts.append(brut)

    def _nouveau_solde(self, numero: int, brut: str) -> None:
        compte = self._compte_ouvert(numero, brut)
        self._clore_mouvement(compte)
        if compte.solde != _montant(brut, numero):
            raise FichierIllisible("l’ancien solde et les mouvements ne donnent pas le nouveau solde.", numero)
        compte.au = _jour(brut[34:40], numero)
        self.ouvert = None


def _premier_jour(compte: _Compte) -> Date:
    """The day after the old balance; some banks date that balance of the first movement's day."""
    jours = [operation.jour for operation in compte.operations if operation.jour]
    return min([compte.du + timedelta(days=1), *jours, compte.au])


def lire(contenu: bytes) -> list[ReleveRecu]:
    """One statement per account of the file. Raises FichierIllisible with the number of the record."""
    lecture, numero = _Lecture(), 0
    for numero, brut in enregistrements(contenu):
        lecture.lire(numero, brut)
    if lecture.ouvert or not lecture.comptes:
        raise FichierIllisible("le fichier s’arrête avant le solde de clôture.", numero or None)
    return [
        ReleveRecu(
            iban=compte.iban,
            du=_premier_jour(compte),
            au=compte.au,
            solde_ouverture_cents=compte.ouverture,
            solde_cloture_cents=compte.solde,
            operations=tuple(numeroter_les_jumelles(compte.operations)),
        )
        for compte in lecture.comptes.values()
    ]
