"""Automatic lettering, from the strongest evidence to the weakest (comptabilite.md §D.6).

What is certain is lettered; what could be read in two ways is proposed to a person.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from django.db import transaction

from comptabilite.models import Lettrage, LigneEcriture
from comptabilite.services.lettrage import lettrer
from comptabilite.services.plan import parametres, verrouiller_comptabilite
from gestion_acces.models import Dossier, Utilisateur
from portal.lib.affichage import PARIS

MAXIMUM_SOMME = 12
Groupe = list[LigneEcriture]


@dataclass(frozen=True)
class Proposition:
    """Lines that could pay each other, why, and the difference that would go to 658 or 758."""

    lignes: tuple[LigneEcriture, ...]
    raison: str
    certaine: bool
    ecart_cents: int = 0


def lignes_ouvertes(dossier: Dossier, compte_id: int, tiers_id: int | None) -> Groupe:
    """The lines of an account (and third party) that may still be lettered, oldest first."""
    ouvertes = LigneEcriture.objects.filter(
        dossier=dossier, compte_id=compte_id, lettrage__isnull=True, ecriture__exercice__cloture_le__isnull=True
    )
    ouvertes = ouvertes.filter(tiers__isnull=True) if tiers_id is None else ouvertes.filter(tiers_id=tiers_id)
    return list(ouvertes.select_related("compte", "tiers", "ecriture", "dossier").order_by("date", "id"))


def _par(lignes: Iterable[LigneEcriture], cle: Callable[[LigneEcriture], object]) -> list[Groupe]:
    groupes: defaultdict[object, Groupe] = defaultdict(list)
    for ligne in lignes:
        valeur = cle(ligne)
        if valeur:
            groupes[valeur].append(ligne)
    return list(groupes.values())


def _meme_piece(lignes: Groupe) -> list[Proposition]:
    """Same document reference and the amounts cancel out: an invoice and its payment, or its credit note."""
    groupes = _par(lignes, lambda ligne: ligne.ecriture.piece.strip().upper())
    return [
        Proposition(tuple(groupe), "même pièce, montants qui se soldent", certaine=True)
        for groupe in groupes
        if len(groupe) > 1 and sum(ligne.solde_cents for ligne in groupe) == 0
    ]


def _piece_citee(lignes: Groupe) -> list[Proposition]:
    """The label of one quotes the document reference of the other (end-to-end reference), and the amounts agree."""
    trouvees = []
    for ligne in lignes:
        citees = [
            autre
            for autre in lignes
            if autre.solde_cents == -ligne.solde_cents
            and len(ligne.ecriture.piece) >= 4
            and ligne.ecriture.piece.upper() in autre.libelle.upper()
        ]
        if len(citees) == 1:
            trouvees.append(Proposition((ligne, citees[0]), "référence citée dans le libellé", certaine=True))
    return trouvees


def _paire_unique(lignes: Groupe) -> list[Proposition]:
    """One debit and one credit of an amount that occurs nowhere else in the account."""
    groupes = _par(lignes, lambda ligne: abs(ligne.solde_cents))
    return [
        Proposition(tuple(groupe), "seule paire de ce montant", certaine=True)
        for groupe in groupes
        if len(groupe) == 2 and groupe[0].solde_cents == -groupe[1].solde_cents
    ]


def _somme(lignes: Groupe) -> list[Proposition]:
    """Several invoices that one payment pays; two ways of paying it are a question, not an answer."""
    if len(lignes) > MAXIMUM_SOMME:
        return []
    propositions = []
    for ligne in lignes:
        autres = [autre for autre in lignes if autre.solde_cents * ligne.solde_cents < 0]
        solutions: list[tuple[LigneEcriture, ...]] = []
        for taille in range(2, len(autres) + 1):
            for choix in combinations(autres, taille):
                if sum(autre.solde_cents for autre in choix) == -ligne.solde_cents:
                    solutions.append(choix)
                if len(solutions) == 2:
                    break
            if len(solutions) == 2:
                break
        if solutions:
            certaine = len(solutions) == 1
            raison = "une somme de lignes égale ce montant" if certaine else "deux combinaisons possibles"
            propositions.append(Proposition((ligne, *solutions[0]), raison, certaine=certaine))
    return propositions


def _a_la_tolerance(lignes: Groupe, tolerance: int) -> list[Proposition]:
    """A debit and a credit that differ by a few cents: always asked, the difference goes to 658 or 758."""
    propositions = []
    debits = [ligne for ligne in lignes if ligne.solde_cents > 0]
    credits_ = [ligne for ligne in lignes if ligne.solde_cents < 0]
    for debit in debits:
        proches = [c for c in credits_ if 0 < abs(debit.solde_cents + c.solde_cents) <= tolerance]
        if len(proches) == 1:
            ecart = debit.solde_cents + proches[0].solde_cents
            propositions.append(
                Proposition((debit, proches[0]), "écart dans la tolérance", certaine=False, ecart_cents=ecart)
            )
    return propositions


def proposer(*, dossier: Dossier, compte_id: int, tiers_id: int | None) -> list[Proposition]:
    """What could be lettered, strongest first; each line is proposed once."""
    tolerance = parametres(dossier).tolerance_cents
    restantes = lignes_ouvertes(dossier, compte_id, tiers_id)
    etapes: tuple[Callable[[Groupe], list[Proposition]], ...] = (
        _meme_piece,
        _piece_citee,
        _paire_unique,
        _somme,
        lambda lignes: _a_la_tolerance(lignes, tolerance),
    )
    retenues: list[Proposition] = []
    for etape in etapes:
        for proposition in etape(restantes):
            prises = {ligne.pk for deja in retenues for ligne in deja.lignes}
            if not prises & {ligne.pk for ligne in proposition.lignes}:
                retenues.append(proposition)
        prises = {ligne.pk for deja in retenues for ligne in deja.lignes}
        restantes = [ligne for ligne in restantes if ligne.pk not in prises]
    return retenues


def lettrer_automatiquement(
    *,
    dossier: Dossier,
    compte_id: int,
    tiers_id: int | None,
    auteur: Utilisateur | None = None,
    maintenant: datetime,
) -> Sequence[Lettrage]:
    """Letter what is certain in one account (and third party); the rest stays for `proposer`."""
    with transaction.atomic():
        verrouiller_comptabilite(dossier)
        return [
            lettrer(
                lignes=proposition.lignes,
                date=maintenant.astimezone(PARIS).date(),
                auteur=auteur,
                motif=proposition.raison[:40],
            )
            for proposition in proposer(dossier=dossier, compte_id=compte_id, tiers_id=tiers_id)
            if proposition.certaine
        ]
