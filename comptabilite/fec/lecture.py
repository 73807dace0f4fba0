"""The validated lines of an exercice as lines of a FEC, streamed in the order of validation (§A.8)."""

import hashlib
import json
from collections.abc import Iterator

from django.db.models import Case, F, Q, When

from comptabilite.enums import EtatEcriture
from comptabilite.fec.format import (
    FIN_DE_LIGNE,
    SEPARATEUR,
    date_fec,
    montant_fec,
    nettoyer_texte,
)
from comptabilite.models import Compte, Exercice, Journal, LigneEcriture, Tiers

LOT = 2_000


class Libelles:
    """The codes and labels of a dossier, ready to be written: one small dictionary each, never a join a line."""

    def __init__(self, exercice: Exercice) -> None:
        dossier = exercice.dossier_id
        self.journaux = dict(Journal.objects.filter(dossier=dossier).values_list("pk", "code"))
        noms_journaux = dict(Journal.objects.filter(dossier=dossier).values_list("pk", "libelle"))
        self.debuts = {pk: self._deux(code, noms_journaux[pk]) for pk, code in self.journaux.items()}
        self.comptes = {
            pk: self._deux(numero, libelle)
            for pk, numero, libelle in Compte.objects.filter(dossier=dossier).values_list("pk", "numero", "libelle")
        }
        self.tiers: dict[int | None, str] = {
            pk: self._deux(code, nom)
            for pk, code, nom in Tiers.objects.filter(dossier=dossier).values_list("pk", "code", "nom").iterator()
        }
        self.tiers[None] = SEPARATEUR

    @staticmethod
    def _deux(code: str, libelle: str) -> str:
        """Code and name; a name of which nothing can be shown is told by its code: the file wants one."""
        propre = nettoyer_texte(code)
        return f"{propre}{SEPARATEUR}{nettoyer_texte(libelle) or propre}"

    def empreinte(self) -> str:
        """A print of all labels: exports that share it and the last hash of the chain differ by lettering only."""
        textes = [sorted(self.debuts.values()), sorted(self.comptes.values()), sorted(self.tiers.values())]
        return hashlib.sha256(json.dumps(textes, ensure_ascii=False).encode()).hexdigest()


def lignes_fec(exercice: Exercice, libelles: Libelles) -> Iterator[tuple[str, int, int, int]]:
    """Each line with its entry number, its debit and its credit in cents.

    A partial lettering, or one whose lines are in two exercices, is not exported: its sum is not zero in this file.
    """
    exportable = Q(lettrage__total=True, lettrage__a_cheval=False)
    valeurs = (
        LigneEcriture.objects.filter(
            ecriture__dossier_id=exercice.dossier_id, ecriture__exercice=exercice, ecriture__etat=EtatEcriture.VALIDEE
        )
        .annotate(
            code_lettrage=Case(When(exportable, then=F("lettrage__code"))),
            date_lettrage=Case(When(exportable, then=F("lettrage__date"))),
        )
        .order_by("ecriture__numero", "rang")
        .values_list(
            "ecriture__numero",
            "ecriture__journal_id",
            "date",
            "compte_id",
            "tiers_id",
            "ecriture__piece",
            "ecriture__date_piece",
            "libelle",
            "debit_cents",
            "credit_cents",
            "code_lettrage",
            "date_lettrage",
            "ecriture__validee_le",
        )
    )
    for (
        numero,
        journal,
        date,
        compte,
        tiers,
        piece,
        le,
        texte,
        debit,
        credit,
        code,
        date_code,
        validee,
    ) in valeurs.iterator(chunk_size=LOT):
        lettre = f"{code}\t{date_fec(date_code)}" if code else SEPARATEUR
        yield (
            f"{libelles.debuts[journal]}\t{numero}\t{date_fec(date)}\t{libelles.comptes[compte]}\t{libelles.tiers[tiers]}\t"
            f"{nettoyer_texte(piece)}\t{date_fec(le)}\t{nettoyer_texte(texte)}\t{montant_fec(debit)}\t"
            f"{montant_fec(credit)}\t{lettre}\t{date_fec(validee)}\t\t{FIN_DE_LIGNE}",
            numero or 0,
            debit,
            credit,
        )
