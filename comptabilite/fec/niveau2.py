"""The second level of control: what the tax administration's tool does not look at (§A.5, N1 to N16)."""

from collections import defaultdict
from datetime import date as Date
from datetime import datetime

from comptabilite.fec.rapport import Rapport

# Journals that hold no entry of the period: their presence is a warning (N12).
MOTS_CENTRALISATION = ("centralisation",)


def _cents(texte: str) -> int:
    """Cents of an amount in the legal form; what is not one was reported by the first level and counts zero."""
    entier, _, decimales = texte.strip().partition(",")
    try:
        return int(entier or 0) * 100 + int(decimales[:2].ljust(2, "0") or 0)
    except ValueError:
        return 0


def _jour(texte: str) -> Date | None:
    try:
        return datetime.strptime(texte.strip(), "%Y%m%d").date()  # noqa: DTZ007 - a calendar day has no zone
    except ValueError:
        return None


class Niveau2:
    """Follows the file line by line; `conclure` reports what is known at its end only."""

    def __init__(self, rapport: Rapport, index: dict[str, int], debut: Date | None, cloture: Date | None) -> None:
        self.rapport, self.index, self.debut, self.cloture = rapport, index, debut, cloture
        self.numero = ""
        self.identite: tuple[str, str, str] = ("", "", "")
        self.solde_ecriture = self.lignes_ecriture = self.premiere_ligne = 0
        self.racines: set[str] = set()
        self.attendu = 0
        self.validee = ""
        self.autre_que_an = False
        self.jours: dict[str, Date | None] = {}
        self.lettrages: defaultdict[tuple[str, str, str], int] = defaultdict(int)
        self.libelles: dict[str, str] = {}
        # Prints, not texts: a million lines must stay small.
        self.documents: dict[int, str] = {}

    def lire(self, champs: list[str], nom: str) -> str:
        place = self.index.get(nom)
        return champs[place].strip() if place is not None else ""

    def controler(self, rang: int, champs: list[str]) -> None:
        numero = self.lire(champs, "EcritureNum")
        debit, credit = _cents(self.lire(champs, "Debit")), _cents(self.lire(champs, "Credit"))
        self.rapport.total_debit_cents += debit
        self.rapport.total_credit_cents += credit
        if numero != self.numero or not self.premiere_ligne:
            self._clore_ecriture()
            self._ouvrir_ecriture(rang, numero, champs)
        elif self._identite(champs) != self.identite:
            self.rapport.noter(
                "N3", "un même numéro porte deux journaux, deux dates ou deux pièces", ligne=rang, numero=numero
            )
        self.solde_ecriture += debit - credit
        self.lignes_ecriture += 1
        self.racines.add(self.lire(champs, "CompteNum")[:2])
        self._dates(rang, numero, champs)
        self._lettrage(rang, numero, champs, debit - credit)
        self._libelles(rang, numero, champs)
        self._double(rang, numero, champs, debit, credit)

    def _identite(self, champs: list[str]) -> tuple[str, str, str]:
        return (
            self.lire(champs, "JournalCode"),
            self.lire(champs, "EcritureDate"),
            self.lire(champs, "PieceRef"),
        )

    def _ouvrir_ecriture(self, rang: int, numero: str, champs: list[str]) -> None:
        self.numero, self.premiere_ligne, self.identite = numero, rang, self._identite(champs)
        self.rapport.nb_ecritures += 1
        self.attendu += 1
        if not numero.isdecimal() or int(numero) != self.attendu:
            self.rapport.noter(
                "N3", f"numéro {self.attendu} attendu, {numero or 'vide'} lu", ligne=rang, numero=numero
            )
            self.attendu = int(numero) if numero.isdecimal() else self.attendu
        validee = self.lire(champs, "ValidDate")
        if validee < self.validee:
            self.rapport.noter(
                "N4", f"validée le {validee}, après une écriture du {self.validee}", ligne=rang, numero=numero
            )
        self.validee = max(validee, self.validee)
        est_an = self.lire(champs, "JournalCode") == "AN"
        if est_an and self.autre_que_an:
            self.rapport.noter("N9", "des à-nouveaux suivent d’autres écritures", ligne=rang, numero=numero)
        self.autre_que_an |= not est_an
        texte = f"{self.lire(champs, 'JournalLib')} {self.lire(champs, 'EcritureLib')}".lower()
        if any(mot in texte for mot in MOTS_CENTRALISATION):
            self.rapport.noter("N12", "écriture de centralisation", ligne=rang, numero=numero)

    def _clore_ecriture(self) -> None:
        if not self.premiere_ligne:
            return
        if self.solde_ecriture:
            signe = "-" if self.solde_ecriture < 0 else ""
            ecart = f"{signe}{abs(self.solde_ecriture) // 100},{abs(self.solde_ecriture) % 100:02d}"
            self.rapport.noter("N2", f"écart de {ecart} €", ligne=self.premiere_ligne, numero=self.numero)
        if self.lignes_ecriture < 2:
            self.rapport.noter("N16", "une seule ligne", ligne=self.premiere_ligne, numero=self.numero)
        if self.racines & {"12"} and any(racine.startswith(("6", "7")) for racine in self.racines):
            self.rapport.noter(
                "N12", "les classes 6 et 7 sont soldées par le résultat", ligne=self.premiere_ligne, numero=self.numero
            )
        self.solde_ecriture = self.lignes_ecriture = 0
        self.racines = set()

    def _dates(self, rang: int, numero: str, champs: list[str]) -> None:
        for nom in ("EcritureDate", "PieceDate", "ValidDate", "DateLet"):
            texte = self.lire(champs, nom)
            if texte and texte not in self.jours:
                self.jours[texte] = _jour(texte)
            if texte and self.jours[texte] is None:
                self.rapport.noter("N6", f"{nom} « {texte} » n’existe pas au calendrier", ligne=rang, numero=numero)
        jour = self.jours.get(self.lire(champs, "EcritureDate"))
        if jour and self.debut and self.cloture and not self.debut <= jour <= self.cloture:
            self.rapport.noter("N5", f"le {jour:%d/%m/%Y} est hors de l’exercice", ligne=rang, numero=numero)

    def _lettrage(self, rang: int, numero: str, champs: list[str], solde: int) -> None:
        lettre, date = self.lire(champs, "EcritureLet"), self.lire(champs, "DateLet")
        if bool(lettre) != bool(date):
            self.rapport.noter("N10", "lettre et date de lettrage vont ensemble", ligne=rang, numero=numero)
        if lettre:
            cle = (self.lire(champs, "CompteNum"), self.lire(champs, "CompAuxNum"), lettre)
            self.lettrages[cle] += solde

    def _libelles(self, rang: int, numero: str, champs: list[str]) -> None:
        for code, libelle in (("CompteNum", "CompteLib"), ("CompAuxNum", "CompAuxLib")):
            cle, texte = self.lire(champs, code), self.lire(champs, libelle)
            if cle and self.libelles.setdefault(f"{code}:{cle}", texte) != texte:
                self.rapport.noter("N11", f"{cle} a deux libellés", ligne=rang, numero=numero)

    def _double(self, rang: int, numero: str, champs: list[str], debit: int, credit: int) -> None:
        auxiliaire, piece = self.lire(champs, "CompAuxNum"), self.lire(champs, "PieceRef")
        if not auxiliaire or not piece:
            return
        cle = hash((auxiliaire, piece, debit, credit))
        autre = self.documents.setdefault(cle, numero)
        if autre != numero:
            self.rapport.noter(
                "N14",
                f"la pièce {piece} de {auxiliaire} est déjà dans l’écriture n° {autre}",
                ligne=rang,
                numero=numero,
            )

    def conclure(self) -> None:
        self._clore_ecriture()
        if self.rapport.total_debit_cents != self.rapport.total_credit_cents:
            self.rapport.noter("N1", "le total des débits n’est pas celui des crédits")
        for (compte, auxiliaire, lettre), solde in self.lettrages.items():
            if solde:
                self.rapport.noter("N10", f"{compte} {auxiliaire} : le lettrage {lettre} ne se solde pas")
