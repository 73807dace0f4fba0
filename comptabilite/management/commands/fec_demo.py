from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from comptabilite.models import Ecriture, Exercice
from comptabilite.services.validation import valider_ecritures
from gestion_acces.models import Dossier
from portal.lib.affichage import jour_de_paris

CODE = "LENOIR"


class Command(BaseCommand):
    help = "Valide les écritures du dossier de démonstration et écrit ses FEC."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sortie", required=True, type=Path, help="dossier où écrire les fichiers")
        parser.add_argument("--dossier", default=CODE)

    def handle(self, *args: Any, **options: Any) -> None:
        dossier = Dossier.objects.filter(code=options["dossier"]).select_related("cabinet").first()
        if dossier is None:
            raise CommandError("La démonstration n’est pas encore installée : lancez d’abord « make run ».")
        maintenant = timezone.now()
        validation = valider_ecritures(dossier=dossier, jusqu_au=jour_de_paris(maintenant), maintenant=maintenant)
        self.stdout.write(f"{validation.nombre} écriture(s) validée(s) dans le dossier {dossier.code}.")
        exercices = Exercice.objects.filter(
            dossier=dossier, pk__in=Ecriture.objects.filter(dossier=dossier, numero__isnull=False).values("exercice")
        ).order_by("debut")
        if not exercices:
            raise CommandError("Le dossier de démonstration n’a aucune écriture validée.")
        for exercice in exercices:
            call_command(
                "fec",
                dossier=dossier.code,
                cabinet=dossier.cabinet.nom,
                exercice=exercice.fin.year,
                sortie=options["sortie"],
                stdout=self.stdout,
            )
