from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from portal.lib.archive import sauvegarder


class Command(BaseCommand):
    help = "Écrit toutes les lignes et tous les fichiers (chiffrés) dans une archive."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sortie", required=True, type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        lignes, fichiers = sauvegarder(options["sortie"])
        self.stdout.write(f"{options['sortie']} : {lignes} ligne(s), {fichiers} fichier(s).")
