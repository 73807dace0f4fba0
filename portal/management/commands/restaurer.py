from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.lib.archive import ArchiveRefusee, restaurer


class Command(BaseCommand):
    help = "Remet une sauvegarde dans une base migrée et vide."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lignes, fichiers = restaurer(options["archive"])
        except (ArchiveRefusee, OSError) as refus:
            raise CommandError(str(refus)) from None
        self.stdout.write(f"{lignes} ligne(s) et {fichiers} fichier(s) restaurés.")
