"""What the models of the room share."""

from typing import Self, TypeVar

from django.db import models

from gestion_acces.models import Dossier

M = TypeVar("M", bound=models.Model)


class DuDossierQuerySet(models.QuerySet[M]):
    """Rows of one dossier."""

    def pour_dossier(self, dossier: Dossier) -> Self:
        return self.filter(dossier=dossier)
