import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date as Date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from banque.enums import FormatReleve
from banque.errors import BanqueError
from banque.formats import ExportImpossible
from banque.formats.registre import ECRIVAINS
from banque.models import CompteBancaire
from banque.services.releves import releve_exporte
from gestion_acces.models import Dossier


class Command(BaseCommand):
    help = "Écrit le relevé intégré d’une banque : CFONB 120, OFX, camt.053, CSV ou Excel."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dossier", required=True, help="code du dossier")
        parser.add_argument("--compte", required=True, help="IBAN de la banque")
        parser.add_argument("--du", required=True, type=Date.fromisoformat, help="premier jour, AAAA-MM-JJ")
        parser.add_argument("--au", required=True, type=Date.fromisoformat, help="dernier jour, AAAA-MM-JJ")
        parser.add_argument("--format", required=True, choices=FormatReleve.values)
        parser.add_argument("--sortie", type=Path, help="fichier à écrire (sortie standard sinon)")
        parser.add_argument("--cabinet", default="", help="nom du cabinet, si plusieurs ont un dossier de ce code")

    def handle(self, *args: Any, **options: Any) -> None:
        banque = self._banque(self._dossier(options["dossier"], options["cabinet"]), options["compte"])
        try:
            releve = releve_exporte(compte=banque, du=options["du"], au=options["au"], maintenant=timezone.localtime())
            self._ecrire(ECRIVAINS[options["format"]](releve), options["sortie"])
        except (BanqueError, ExportImpossible) as refus:
            raise CommandError(str(refus)) from refus

    def _ecrire(self, morceaux: Iterator[bytes], sortie: Path | None) -> None:
        if sortie is None:
            for morceau in morceaux:
                sys.stdout.buffer.write(morceau)
            sys.stdout.buffer.flush()
            return
        sortie.parent.mkdir(parents=True, exist_ok=True)
        with sortie.open("wb") as fichier:
            for morceau in morceaux:
                fichier.write(morceau)
        self.stdout.write(str(sortie))

    def _dossier(self, code: str, cabinet: str) -> Dossier:
        dossiers = Dossier.objects.filter(code=code)
        trouves = list((dossiers.filter(cabinet__nom=cabinet) if cabinet else dossiers)[:2])
        if not trouves:
            raise CommandError(f"Aucun dossier {code}.")
        if len(trouves) > 1:
            raise CommandError(f"Plusieurs cabinets ont un dossier {code} : précisez --cabinet.")
        return trouves[0]

    def _banque(self, dossier: Dossier, iban: str) -> CompteBancaire:
        banque = CompteBancaire.objects.filter(dossier=dossier, iban="".join(iban.split()).upper()).first()
        if banque is None:
            raise CommandError(f"Aucune banque du dossier {dossier.code} n’a cet IBAN.")
        return banque
