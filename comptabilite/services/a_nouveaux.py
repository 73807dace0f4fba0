"""À-nouveaux: the opening entry of an exercice, computed from the former one (comptabilite.md §D.9).

While the former exercice is open they are a provisional draft, computed again each time; once it is closed they are
final and validated. The open items of the collective accounts come one line each, so that they can still be lettered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, Sum

from comptabilite.enums import EtatEcriture, OrigineEcriture
from comptabilite.errors import ExerciceRefuse
from comptabilite.models import Compte, Ecriture, Exercice, Lettrage, LigneEcriture, SoldeMensuel, Tiers
from comptabilite.services.ecritures import (
    EcritureSaisie,
    LigneSaisie,
    defaire_lettrages_de,
    passer_ecritures,
)
from comptabilite.services.journaux import journal
from comptabilite.services.plan import compte, verrouiller_comptabilite
from comptabilite.services.validation import valider_ecritures
from gestion_acces.models import Utilisateur
from gestion_acces.services.audit import Origine

LIBELLE = "Reprise des soldes"
PIECE = "AN"
BENEFICE, PERTE = "120", "129"


def cle_provisoire(exercice: Exercice) -> str:
    return f"an-provisoire:{exercice.pk}"


def cle_definitive(exercice: Exercice) -> str:
    return f"an:{exercice.pk}"


@dataclass(frozen=True)
class _Repris:
    ligne: LigneSaisie
    origine: LigneEcriture | None = None


def exercice_suivant(exercice: Exercice) -> Exercice | None:
    return Exercice.objects.filter(dossier_id=exercice.dossier_id, debut=exercice.fin + timedelta(days=1)).first()


def _ligne(compte_repris: Compte, solde: int, libelle: str = LIBELLE, tiers: Tiers | None = None) -> LigneSaisie:
    return LigneSaisie(compte_repris, max(solde, 0), max(-solde, 0), libelle, tiers)


def _postes_ouverts(exercice: Exercice) -> Iterable[_Repris]:
    """The lines of the collective accounts that nothing in the exercice pays: each keeps its own label."""
    ouvertes = LigneEcriture.objects.filter(
        Q(lettrage__isnull=True) | Q(lettrage__total=False) | Q(lettrage__a_cheval=True),
        dossier_id=exercice.dossier_id,
        compte__collectif=True,
        date__range=(exercice.debut, exercice.fin),
    )
    for ligne in ouvertes.select_related("compte", "tiers", "ecriture").order_by(
        "compte__numero", "tiers__code", "date", "id"
    ):
        texte = f"{ligne.ecriture.date:%d/%m/%Y} {ligne.ecriture.piece} {ligne.libelle}"
        yield _Repris(_ligne(ligne.compte, ligne.solde_cents, texte, ligne.tiers), ligne)


def _soldes(exercice: Exercice) -> tuple[list[_Repris], int]:
    """The balances of the other accounts of classes 1 to 5, and the result of the exercice (positive = profit)."""
    mois = exercice.debut.replace(day=1)
    sommes = (
        SoldeMensuel.objects.filter(dossier_id=exercice.dossier_id, mois__range=(mois, exercice.fin))
        .values("compte_id")
        .annotate(debit=Sum("debit_cents"), credit=Sum("credit_cents"))
    )
    soldes = {somme["compte_id"]: somme["debit"] - somme["credit"] for somme in sommes}
    comptes = Compte.objects.filter(pk__in=soldes, collectif=False).order_by("numero")
    bilan = [_Repris(_ligne(x, soldes[x.pk])) for x in comptes if x.numero[0] in "12345" and soldes[x.pk]]
    resultat = -sum(soldes[x.pk] for x in comptes if x.numero[0] in "67")
    return bilan, resultat


def lignes_a_reprendre(exercice: Exercice) -> list[_Repris]:
    """What the next exercice opens with: balances, open items, and the result in 120 or 129."""
    bilan, resultat = _soldes(exercice)
    if resultat:
        numero = BENEFICE if resultat > 0 else PERTE
        bilan.append(_Repris(_ligne(compte(dossier=exercice.dossier, numero=numero), -resultat)))
    return [*bilan, *_postes_ouverts(exercice)]


def reprendre(
    *,
    exercice: Exercice,
    auteur: Utilisateur | None = None,
    origine: Origine | None = None,
    maintenant: datetime,
) -> Ecriture | None:
    """Compute the à-nouveaux that follow `exercice`; None when there is nothing to carry over.

    The next exercice is opened if need be. A provisional entry replaces the former one; once `exercice` is closed the
    entry is final, validated at once, and takes over the letterings that ran across the two exercices.
    """
    with transaction.atomic():
        verrouiller_comptabilite(exercice.dossier)
        exercice.refresh_from_db()
        suivant = exercice_suivant(exercice)
        _effacer_provisoire(exercice)
        if Ecriture.objects.filter(dossier=exercice.dossier, cle=cle_definitive(exercice)).exists():
            raise ExerciceRefuse("Les à-nouveaux définitifs de cet exercice sont déjà passés.")
        repris = lignes_a_reprendre(exercice)
        if len(repris) < 2:
            return None
        date = suivant.debut if suivant else exercice.fin + timedelta(days=1)
        saisie = EcritureSaisie(
            journal=journal(dossier=exercice.dossier, code="AN"),
            date=date,
            piece=PIECE,
            libelle=LIBELLE,
            lignes=[x.ligne for x in repris],
            origine=OrigineEcriture.A_NOUVEAUX,
            cle=cle_definitive(exercice) if exercice.est_clos else cle_provisoire(exercice),
        )
        [ecriture] = passer_ecritures(dossier=exercice.dossier, saisies=[saisie], auteur=auteur, maintenant=maintenant)
        if exercice.est_clos:
            valider_ecritures(
                dossier=exercice.dossier, ecritures=[ecriture], auteur=auteur, origine=origine, maintenant=maintenant
            )
    return ecriture


def _effacer_provisoire(exercice: Exercice) -> None:
    for ecriture in Ecriture.objects.filter(
        dossier=exercice.dossier, cle=cle_provisoire(exercice), etat=EtatEcriture.BROUILLARD
    ):
        defaire_lettrages_de(ecriture)
        LigneEcriture.objects.filter(ecriture=ecriture).delete()
        ecriture.delete()


def detacher_lettrages_a_cheval(exercice: Exercice) -> list[LigneEcriture]:
    """Take the lines of `exercice` out of the letterings that run into the next one; called before it closes.

    Their à-nouveau lines will be free to be lettered with the payments that stayed.
    """
    lignes = list(
        LigneEcriture.objects.filter(
            dossier_id=exercice.dossier_id,
            lettrage__a_cheval=True,
            date__range=(exercice.debut, exercice.fin),
        ).select_related("lettrage")
    )
    lettrages = {ligne.lettrage_id for ligne in lignes if ligne.lettrage_id}
    LigneEcriture.objects.filter(lettrage_id__in=lettrages).update(lettrage=None)
    Lettrage.objects.filter(pk__in=lettrages).delete()
    return lignes
