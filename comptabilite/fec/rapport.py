"""What a control of a FEC found."""

from collections import Counter
from dataclasses import dataclass, field

from comptabilite.enums import Severite

MAXIMUM_PAR_REGLE = 100

# Rules T: Test Compta Demat's own (§A.5, 1–7). Rules N: ours.
REGLES: dict[str, tuple[Severite, str]] = {
    "T-NOM": (Severite.BLOQUANT, "Nom du fichier"),
    "T-SEP": (Severite.BLOQUANT, "Séparateur"),
    "T-O": (Severite.BLOQUANT, "Colonnes obligatoires"),
    "T-S": (Severite.INFORMATION, "Colonnes supplémentaires"),
    "T-VIDE": (Severite.BLOQUANT, "Fichier vide"),
    "T-LIGNE": (Severite.BLOQUANT, "Ligne blanche"),
    "T-COL": (Severite.BLOQUANT, "Nombre de colonnes"),
    "T-CLE": (Severite.BLOQUANT, "Champ clé vide"),
    "T-NOMBRE": (Severite.BLOQUANT, "Montant"),
    "T-DATE": (Severite.BLOQUANT, "Date"),
    "T-V": (Severite.BLOQUANT, "Donnée absente"),
    "T-A-COMPTE": (Severite.ALERTE, "Compte hors plan comptable"),
    "T-A-ANNEE": (Severite.ALERTE, "Année invraisemblable"),
    "T-A-SENS": (Severite.ALERTE, "Débit et crédit sur une ligne"),
    "N1": (Severite.BLOQUANT, "Équilibre du fichier"),
    "N2": (Severite.BLOQUANT, "Équilibre de chaque écriture"),
    "N3": (Severite.BLOQUANT, "Numérotation continue"),
    "N4": (Severite.BLOQUANT, "Ordre de validation"),
    "N5": (Severite.BLOQUANT, "Date dans l’exercice"),
    "N6": (Severite.BLOQUANT, "Date du calendrier"),
    "N7": (Severite.BLOQUANT, "Ordre et casse des colonnes"),
    "N8": (Severite.BLOQUANT, "SIREN et date de clôture"),
    "N9": (Severite.ALERTE, "À-nouveaux en tête"),
    "N10": (Severite.ALERTE, "Lettrage"),
    "N11": (Severite.ALERTE, "Un libellé par compte"),
    "N12": (Severite.ALERTE, "Solde des classes 6 et 7, centralisation"),
    "N13": (Severite.ALERTE, "Caractères remplacés"),
    "N14": (Severite.ALERTE, "Pièce comptabilisée deux fois"),
    "N15": (Severite.ALERTE, "Brouillards restants"),
    "N16": (Severite.BLOQUANT, "Deux lignes par écriture"),
}


@dataclass(frozen=True)
class Anomalie:
    """One fault: its rule, the line of the file, the entry, and what is wrong in words."""

    code: str
    ligne: int
    numero: str
    message: str

    @property
    def severite(self) -> Severite:
        return REGLES[self.code][0]

    @property
    def regle(self) -> str:
        return REGLES[self.code][1]


@dataclass
class Rapport:
    """The faults (the first hundred of each rule) with their true count, and the totals."""

    anomalies: list[Anomalie] = field(default_factory=list)
    comptes: Counter[str] = field(default_factory=Counter)
    nb_lignes: int = 0
    nb_ecritures: int = 0
    total_debit_cents: int = 0
    total_credit_cents: int = 0

    def noter(self, code: str, message: str, *, ligne: int = 0, numero: str = "") -> None:
        self.comptes[code] += 1
        if self.comptes[code] <= MAXIMUM_PAR_REGLE:
            self.anomalies.append(Anomalie(code, ligne, numero, message))

    @property
    def conforme(self) -> bool:
        """No blocking fault."""
        return all(REGLES[code][0] != Severite.BLOQUANT for code in self.comptes)

    @property
    def nb_bloquants(self) -> int:
        return sum(nombre for code, nombre in self.comptes.items() if REGLES[code][0] == Severite.BLOQUANT)

    @property
    def nb_alertes(self) -> int:
        return sum(nombre for code, nombre in self.comptes.items() if REGLES[code][0] == Severite.ALERTE)

    def en_json(self) -> list[dict[str, str | int]]:
        """The form kept in the register."""
        return [
            {
                "code": x.code,
                "regle": x.regle,
                "severite": x.severite.value,
                "ligne": x.ligne,
                "numero": x.numero,
                "message": x.message,
            }
            for x in self.anomalies
        ]
