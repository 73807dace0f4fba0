"""The hash chain of the validated entries (comptabilite.md §D.9): h(n) = SHA-256(h(n-1) ‖ canonical bytes of n)."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date as Date
from itertools import groupby
from operator import itemgetter

from comptabilite.models import Ecriture, Exercice, LigneEcriture

VERSION = 1
_EN_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class EcritureFixe:
    """What validation freezes of an entry, as the canonical bytes see it."""

    numero: int
    journal: str
    date: Date
    piece: str
    date_piece: Date
    libelle: str
    validee_le: Date
    lignes: tuple[tuple[int, str, str, str, int, int], ...]


def octets_canoniques(exercice: Exercice, ecriture: EcritureFixe) -> bytes:
    """One JSON array, UTF-8, no blanks; the dossier and the exercice are in it: an entry cannot be transplanted."""
    contenu = [
        VERSION,
        str(exercice.dossier_id),
        exercice.debut.isoformat(),
        exercice.fin.isoformat(),
        ecriture.numero,
        ecriture.journal,
        ecriture.date.isoformat(),
        ecriture.piece,
        ecriture.date_piece.isoformat(),
        ecriture.libelle,
        ecriture.validee_le.isoformat(),
        ecriture.lignes,
    ]
    return _EN_JSON(contenu).encode()


def maillon(precedente: str, octets: bytes) -> str:
    """The next link of the chain, in hexadecimal."""
    return hashlib.sha256(precedente.encode() + octets).hexdigest()


CHAMPS_LIGNE = ("ecriture_id", "rang", "compte__numero", "tiers__code", "libelle", "debit_cents", "credit_cents")


def lignes_par_ecriture(ecritures: Iterable[int]) -> dict[int, tuple[tuple[int, str, str, str, int, int], ...]]:
    """The frozen content of the lines of these entries."""
    lignes = (
        LigneEcriture.objects.filter(ecriture_id__in=list(ecritures))
        .order_by("ecriture_id", "rang")
        .values_list(*CHAMPS_LIGNE)
    )
    return {
        pk: tuple(
            (rang, compte, tiers or "", libelle, debit, credit)
            for _, rang, compte, tiers, libelle, debit, credit in lot
        )
        for pk, lot in groupby(lignes, key=itemgetter(0))
    }


@dataclass(frozen=True)
class Rupture:
    """The first entry at which the chain breaks, and why."""

    exercice: Exercice
    numero: int
    raison: str


def _validees(exercice: Exercice, lot: int) -> Iterator[list[Ecriture]]:
    dernier = 0
    while True:
        page = list(
            Ecriture.objects.filter(dossier_id=exercice.dossier_id, exercice=exercice, numero__gt=dernier)
            .select_related("journal")
            .order_by("numero")[:lot]
        )
        if not page:
            return
        yield page
        dernier = page[-1].numero or 0


def verifier_exercice(exercice: Exercice, *, lot: int = 2000) -> Rupture | None:
    """Recompute the chain of an exercice from its first entry; None when every link fits and none is missing."""
    precedente, attendu = "", 1
    for page in _validees(exercice, lot):
        lignes = lignes_par_ecriture(ecriture.pk for ecriture in page)
        for ecriture in page:
            numero = ecriture.numero or 0
            if numero != attendu:
                return Rupture(exercice, attendu, f"l’écriture n° {attendu} manque")
            fixe = EcritureFixe(
                numero,
                ecriture.journal.code,
                ecriture.date,
                ecriture.piece,
                ecriture.date_piece,
                ecriture.libelle,
                ecriture.validee_le or ecriture.date,
                lignes.get(ecriture.pk, ()),
            )
            if ecriture.empreinte_precedente != precedente:
                return Rupture(exercice, numero, "son maillon précédent n’est pas celui de l’écriture d’avant")
            if ecriture.empreinte != maillon(precedente, octets_canoniques(exercice, fixe)):
                return Rupture(exercice, numero, "son contenu n’est plus celui qui a été validé")
            precedente, attendu = ecriture.empreinte, attendu + 1
    if (attendu - 1, precedente) != (exercice.dernier_numero, exercice.derniere_empreinte):
        return Rupture(exercice, attendu, f"il manque des écritures après la n° {attendu - 1}")
    return None
