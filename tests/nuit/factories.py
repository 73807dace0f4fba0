"""Runs of the night and their visits."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from portal.nuit import models
from tests.factories import DossierFactory

DEBUT = datetime(2026, 6, 10, 0, 15, tzinfo=UTC)


class PassageFactory(DjangoModelFactory[models.Passage]):
    class Meta:
        model = models.Passage

    jour = date(2026, 6, 10)
    debut = DEBUT
    fin_prevue = datetime(2026, 6, 10, 3, 15, tzinfo=UTC)


class VisiteFactory(DjangoModelFactory[models.Visite]):
    class Meta:
        model = models.Visite

    passage = factory.SubFactory(PassageFactory)
    dossier = factory.SubFactory(DossierFactory)
    prevue_le = DEBUT
