"""Validation (the final character of an entry) and its only correction, the contre-passation (§D.9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime

from django.db import transaction
from django.db.models import Case, IntegerField, QuerySet, Value, When

from comptabilite.enums import EtatEcriture, NatureJournal, OrigineEcriture
from comptabilite.errors import EcritureRefusee, ValidationRefusee
from comptabilite.models import Ecriture, Exercice, LigneEcriture
from comptabilite.services.ecritures import (
    LONGUEUR_LIBELLE,
    EcritureSaisie,
    LigneSaisie,
    lignes_saisies,
    origine_de_l_acte,
    passer_ecritures,
    resume,
)
from comptabilite.services.empreinte import EcritureFixe, lignes_par_ecriture, maillon, octets_canoniques
from comptabilite.services.lettrage import lettrer
from comptabilite.services.plan import verrouiller_comptabilite
from comptabilite.services.scellement import Sceau, sceller
from gestion_acces.models import Dossier, Utilisateur
from gestion_acces.services.audit import Origine, journaliser
from portal.lib.affichage import PARIS

LOT = 5000


@dataclass(frozen=True)
class Validation:
    """What a validation did: how many entries, with which numbers, in each exercice."""

    nombre: int
    numeros: dict[int, tuple[int, int]]


def dans_l_ordre_legal(ecritures: QuerySet[Ecriture]) -> QuerySet[Ecriture]:
    """The à-nouveaux take the first numbers (§A.2), then the day, then the order of entry."""
    an_d_abord = Case(
        When(journal__nature=NatureJournal.A_NOUVEAUX, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return ecritures.order_by("exercice__debut", an_d_abord, "date", "id")


def brouillards(
    *, dossier: Dossier, ecritures: Sequence[Ecriture] | None = None, jusqu_au: Date | None = None
) -> QuerySet[Ecriture]:
    """The drafts to validate: those given, or all those dated on or before `jusqu_au`.

    The provisional à-nouveaux (the former exercice is still open) are left: they will be computed again.
    """
    voulus = Ecriture.objects.filter(dossier=dossier, etat=EtatEcriture.BROUILLARD)
    voulus = voulus.exclude(origine=OrigineEcriture.A_NOUVEAUX, cle__startswith="an-provisoire:")
    if ecritures is not None:
        return voulus.filter(pk__in=[ecriture.pk for ecriture in ecritures])
    if jusqu_au is not None:
        return voulus.filter(date__lte=jusqu_au)
    raise ValueError("ecritures or jusqu_au")


def valider_ecritures(
    *,
    dossier: Dossier,
    ecritures: Sequence[Ecriture] | None = None,
    jusqu_au: Date | None = None,
    auteur: Utilisateur | None = None,
    origine: Origine | None = None,
    maintenant: datetime,
) -> Validation:
    """Give final numbers, without holes, and the links of the hash chain; nothing of them changes any more.

    Entries already validated are left as they are. Raises ValidationRefusee (nothing is validated then) for an entry
    dated after today.
    """
    acteur = origine_de_l_acte(auteur, origine)
    jour = maintenant.astimezone(PARIS).date()
    with transaction.atomic():
        verrouiller_comptabilite(dossier)
        a_valider = brouillards(dossier=dossier, ecritures=ecritures, jusqu_au=jusqu_au)
        _refuser_les_futures(a_valider, jour)
        exercices = Exercice.objects.filter(pk__in=a_valider.values("exercice")).order_by("debut")
        numeros = {}
        for exercice in exercices.select_for_update(of=("self",)):
            numeros[exercice.pk] = _valider_exercice(exercice, a_valider, jour, acteur.email)
        nombre = sum(dernier - premier + 1 for premier, dernier in numeros.values())
        if nombre:
            journaliser(
                cabinet=dossier.cabinet,
                dossier=dossier,
                acte="ecriture.valider",
                date=maintenant,
                origine=acteur,
                objet=f"{nombre} écriture(s)",
                apres={"numeros": [list(bornes) for bornes in numeros.values()]},
            )
    return Validation(nombre, numeros)


def _refuser_les_futures(a_valider: QuerySet[Ecriture], jour: Date) -> None:
    future = a_valider.filter(date__gt=jour).order_by("date", "id").first()
    if future is not None:
        raise ValidationRefusee(
            f"{future.reference} est datée du {future.date:%d/%m/%Y}, après aujourd’hui : elle se validera ce jour-là."
        )


def _valider_exercice(exercice: Exercice, a_valider: QuerySet[Ecriture], jour: Date, par: str) -> tuple[int, int]:
    """Number and seal the drafts of one exercice; first and last number given."""
    derniere = Ecriture.objects.filter(
        dossier_id=exercice.dossier_id, exercice=exercice, numero=exercice.dernier_numero
    ).first()
    validee_le = max(jour, derniere.validee_le) if derniere and derniere.validee_le else jour
    numero, precedente = exercice.dernier_numero, exercice.derniere_empreinte
    premier = numero + 1
    champs = ("pk", "journal__code", "date", "piece", "date_piece", "libelle")
    lus = list(dans_l_ordre_legal(a_valider.filter(exercice=exercice)).values_list(*champs))
    for debut in range(0, len(lus), LOT):
        lot = lus[debut : debut + LOT]
        lignes = lignes_par_ecriture(ecriture[0] for ecriture in lot)
        sceaux: list[Sceau] = []
        for pk, journal, date, piece, date_piece, libelle in lot:
            numero += 1
            fixe = EcritureFixe(numero, journal, date, piece, date_piece, libelle, validee_le, lignes[pk])
            empreinte = maillon(precedente, octets_canoniques(exercice, fixe))
            sceaux.append((pk, numero, precedente, empreinte))
            precedente = empreinte
        sceller(sceaux=sceaux, validee_le=validee_le, validee_par=par)
    return premier, numero


def contrepasser(
    *,
    ecriture: Ecriture,
    date: Date,
    motif: str = "",
    auteur: Utilisateur | None = None,
    origine: Origine | None = None,
    maintenant: datetime,
) -> Ecriture:
    """Reverse a validated entry: same accounts, sides swapped, in an open period; the reversal is validated at once.

    The lines of both are lettered together where nothing letters them yet. Raises EcritureRefusee for a draft (change
    it instead) or an entry already reversed, PeriodeFermee when the date is not open.
    """
    with transaction.atomic():
        verrouiller_comptabilite(ecriture.dossier)
        actuelle = Ecriture.objects.select_related("dossier", "journal").get(pk=ecriture.pk)
        if actuelle.est_brouillard:
            raise EcritureRefusee(
                "Un brouillard se modifie ou se supprime ; seule une écriture validée se contre-passe."
            )
        if Ecriture.objects.filter(annule=actuelle).exists():
            raise EcritureRefusee(f"L’écriture n° {actuelle.numero} est déjà contre-passée.")
        inverse = EcritureSaisie(
            journal=actuelle.journal,
            date=date,
            piece=actuelle.piece,
            libelle=f"Annulation écr. n° {actuelle.numero} {actuelle.libelle}"[:LONGUEUR_LIBELLE],
            lignes=[
                LigneSaisie(x.compte, x.credit_cents, x.debit_cents, "", x.tiers) for x in lignes_saisies(actuelle)
            ],
            origine=OrigineEcriture.CONTRE_PASSATION,
            date_piece=actuelle.date_piece,
            annule=actuelle,
        )
        [annulation] = passer_ecritures(
            dossier=actuelle.dossier, saisies=[inverse], auteur=auteur, maintenant=maintenant
        )
        valider_ecritures(
            dossier=actuelle.dossier, ecritures=[annulation], auteur=auteur, origine=origine, maintenant=maintenant
        )
        _lettrer_avec(actuelle, annulation, auteur, maintenant)
        journaliser(
            cabinet=actuelle.dossier.cabinet,
            dossier=actuelle.dossier,
            acte="ecriture.contrepasser",
            date=maintenant,
            origine=origine_de_l_acte(auteur, origine),
            objet=actuelle.reference,
            avant=resume(actuelle),
            apres={"date": date.isoformat(), "motif": motif},
        )
        annulation.refresh_from_db()
    return annulation


def _lettrer_avec(ecriture: Ecriture, annulation: Ecriture, auteur: Utilisateur | None, maintenant: datetime) -> None:
    """Letter the lines of an entry with those of its reversal, account by account (§D.6, rule 6)."""
    lignes = LigneEcriture.objects.filter(ecriture__in=[ecriture, annulation]).select_related(
        "compte", "ecriture__exercice", "dossier"
    )
    groupes: dict[tuple[int, int | None], list[LigneEcriture]] = {}
    for ligne in lignes.order_by("id"):
        if ligne.compte.lettrable:
            groupes.setdefault((ligne.compte_id, ligne.tiers_id), []).append(ligne)
    for groupe in groupes.values():
        ouvertes = all(x.lettrage_id is None and not x.ecriture.exercice.est_clos for x in groupe)
        if ouvertes and sum(x.solde_cents for x in groupe) == 0:
            lettrer(
                lignes=groupe,
                date=maintenant.astimezone(PARIS).date(),
                auteur=auteur,
                motif="contre-passation",
            )
