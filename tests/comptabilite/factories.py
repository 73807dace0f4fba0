"""Factories of the accounting dossier: rows written beside the services, for the tests of the constraints."""

from datetime import UTC, datetime
from datetime import date as Date

import factory
from factory.django import DjangoModelFactory

from comptabilite import models
from comptabilite.enums import NatureJournal, TypeTiers
from comptabilite.services.ecritures import LigneSaisie, passer_ecriture
from comptabilite.services.journaux import journal
from comptabilite.services.plan import compte, tiers
from gestion_acces.models import Dossier
from tests.factories import DossierFactory

MAINTENANT = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)


class ExerciceFactory(DjangoModelFactory[models.Exercice]):
    class Meta:
        model = models.Exercice

    dossier = factory.SubFactory(DossierFactory)
    debut = Date(2026, 1, 1)
    fin = Date(2026, 12, 31)


class CompteFactory(DjangoModelFactory[models.Compte]):
    class Meta:
        model = models.Compte

    dossier = factory.SubFactory(DossierFactory)
    numero = factory.Sequence(lambda n: f"606{n:05d}")
    libelle = "Achats non stockés"


class JournalFactory(DjangoModelFactory[models.Journal]):
    class Meta:
        model = models.Journal

    dossier = factory.SubFactory(DossierFactory)
    code = factory.Sequence(lambda n: f"J{n}")
    libelle = "Opérations diverses"
    nature = NatureJournal.GENERAL


class TiersFactory(DjangoModelFactory[models.Tiers]):
    class Meta:
        model = models.Tiers

    dossier = factory.SubFactory(DossierFactory)
    type = TypeTiers.FOURNISSEUR
    code = factory.Sequence(lambda n: f"FTIERS{n}")
    nom = factory.Sequence(lambda n: f"Tiers {n}")
    compte = factory.SubFactory(
        CompteFactory, dossier=factory.SelfAttribute("..dossier"), numero="40100000", collectif=True, lettrable=True
    )


class EcritureFactory(DjangoModelFactory[models.Ecriture]):
    """An entry without any line: only inside a transaction that gives it some."""

    class Meta:
        model = models.Ecriture

    exercice = factory.SubFactory(ExerciceFactory)
    dossier = factory.SelfAttribute("exercice.dossier")
    journal = factory.SubFactory(JournalFactory, dossier=factory.SelfAttribute("..dossier"))
    date = Date(2026, 5, 20)
    piece = "FS9289482"
    date_piece = Date(2026, 5, 20)
    libelle = "AARO FS9289482"
    created_at = MAINTENANT


def achat(
    dossier: Dossier,
    *,
    ttc_cents: int = 18999,
    tva_cents: int = 3166,
    jour: Date = Date(2026, 5, 20),
    piece: str = "FS9289482",
    fournisseur: str = "AARO",
    cle: str = "",
) -> models.Ecriture:
    """The purchase of the reference (§D.4), as a draft."""
    return passer_ecriture(
        dossier=dossier,
        journal=journal(dossier=dossier, code="ACH"),
        date=jour,
        piece=piece,
        libelle=f"{fournisseur} {piece}",
        lignes=[
            LigneSaisie(compte(dossier=dossier, numero="607"), debit_cents=ttc_cents - tva_cents),
            LigneSaisie(compte(dossier=dossier, numero="44566"), debit_cents=tva_cents),
            LigneSaisie(
                compte(dossier=dossier, numero="401"),
                credit_cents=ttc_cents,
                tiers=tiers(dossier=dossier, type="F", nom=fournisseur),
            ),
        ],
        cle=cle,
        maintenant=MAINTENANT,
    )


def operation_diverse(
    dossier: Dossier, *, cents: int = 1000, debit: str = "606", credit: str = "512", jour: Date = Date(2026, 5, 20)
) -> models.Ecriture:
    """Two lines in OD, as a draft."""
    return passer_ecriture(
        dossier=dossier,
        journal=journal(dossier=dossier, code="OD"),
        date=jour,
        piece="OD1",
        libelle="Opération diverse",
        lignes=[
            LigneSaisie(compte(dossier=dossier, numero=debit), debit_cents=cents),
            LigneSaisie(compte(dossier=dossier, numero=credit), credit_cents=cents),
        ],
        maintenant=MAINTENANT,
    )
