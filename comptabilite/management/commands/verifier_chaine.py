from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from comptabilite.models import Exercice
from comptabilite.queries.soldes import soldes_faux
from comptabilite.services.empreinte import verifier_exercice


class Command(BaseCommand):
    help = "Recalcule la chaîne des empreintes des écritures validées et les soldes mensuels."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dossier", default="", help="code du dossier ; tous par défaut")

    def handle(self, *args: Any, **options: Any) -> None:
        exercices = Exercice.objects.select_related("dossier").order_by("dossier_id", "debut")
        if options["dossier"]:
            exercices = exercices.filter(dossier__code=options["dossier"])
        ruptures = 0
        for exercice in exercices.iterator():
            rupture = verifier_exercice(exercice)
            if rupture is None:
                self.stdout.write(
                    f"{exercice.dossier.code} {exercice} : {exercice.dernier_numero} écritures, chaîne intacte"
                )
                continue
            ruptures += 1
            self.stderr.write(
                f"{exercice.dossier.code} {exercice} : rupture à l’écriture n° {rupture.numero}, {rupture.raison}"
            )
        for dossier in {exercice.dossier for exercice in exercices}:
            for ecart in soldes_faux(dossier):
                ruptures += 1
                self.stderr.write(f"{dossier.code} : {ecart}")
        if ruptures:
            raise CommandError(f"{ruptures} anomalie(s).")
