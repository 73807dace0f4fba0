from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gestion_acces.services.facteurs import code_totp
from portal.demonstration.comptes import lignes
from portal.demonstration.distribution import cle_totp
from portal.demonstration.etapes import semer_tout


class Command(BaseCommand):
    help = "Remplit la base du cabinet de démonstration (sans effet s’il y est déjà) et montre ses comptes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--comptes", action="store_true", help="montre les comptes, ne remplit rien")
        parser.add_argument("--code", metavar="ADRESSE", help="le code du moment d’un compte")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("La démonstration n’entre pas dans une base de production.")
        if options["code"]:
            self.stdout.write(code_totp(cle_totp(options["code"]), timezone.now()))
            return
        if not options["comptes"]:
            semer_tout(maintenant=timezone.now(), annoncer=lambda titre: self.stdout.write(f"  {titre}"))
        if options["verbosity"] > 0:
            self.stdout.write("\n".join(lignes()))
