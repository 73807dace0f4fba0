import uuid
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from gestion_acces.models import Fichier
from portal.lib import stockage
from portal.lib.rotation import rechiffrer_champs


class Command(BaseCommand):
    help = "Réécrit champs et fichiers chiffrés avec la première clé de ENCRYPTION_KEYS. Peut reprendre."

    def handle(self, *args: Any, **options: Any) -> None:
        champs = rechiffrer_champs()
        fichiers = 0
        for fichier in Fichier.objects.presents().iterator():
            if not stockage.cle_courante(fichier.cle):
                self._resceller(fichier)
                fichiers += 1
        stockage.effacer(stockage.SONDE)
        stockage.sonder()
        self.stdout.write(f"{champs} ligne(s) et {fichiers} fichier(s) réécrits avec la première clé.")

    def _resceller(self, fichier: Fichier) -> None:
        """The new copy stands before the row points to it, and the former one goes last."""
        ancienne, nouvelle = fichier.cle, f"{fichier.dossier_id}/{uuid.uuid4().hex}"
        stockage.resceller(ancienne, nouvelle)
        with transaction.atomic():
            change = Fichier.objects.filter(pk=fichier.pk, cle=ancienne).update(cle=nouvelle)
            transaction.on_commit(lambda: stockage.effacer(ancienne if change else nouvelle))
