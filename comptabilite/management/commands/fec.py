from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from comptabilite.errors import ExportRefuse
from comptabilite.models import Exercice
from comptabilite.services.export_fec import exporter_fec
from gestion_acces.models import Dossier
from gestion_acces.services.audit import SYSTEME


class Command(BaseCommand):
    help = "Écrit le FEC d’un exercice dans un dossier du disque, le contrôle et l’inscrit au registre."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dossier", required=True, help="code du dossier")
        parser.add_argument("--exercice", required=True, type=int, help="année de clôture")
        parser.add_argument("--sortie", required=True, type=Path, help="dossier où écrire le fichier")
        parser.add_argument("--cabinet", default="", help="nom du cabinet, si plusieurs ont un dossier de ce code")

    def handle(self, *args: Any, **options: Any) -> None:
        exercice = self._exercice(options["dossier"], options["cabinet"], options["exercice"])
        sortie: Path = options["sortie"]
        sortie.mkdir(parents=True, exist_ok=True)
        try:
            export, chemin = exporter_fec(exercice=exercice, sortie=sortie, origine=SYSTEME, maintenant=timezone.now())
        except ExportRefuse as refus:
            raise CommandError(str(refus)) from refus
        self.stdout.write(
            f"{chemin} : {export.nb_lignes} lignes, {export.nb_ecritures} écritures, SHA-256 {export.sha256}"
        )
        for anomalie in export.anomalies:
            self.stdout.write(
                f"  {anomalie['severite']} {anomalie['code']} ligne {anomalie['ligne']} "
                f"écriture {anomalie['numero']} : {anomalie['message']}"
            )
        if not export.conforme:
            raise CommandError("Le fichier est écrit, mais il n’est pas conforme.")
        self.stdout.write(self.style.SUCCESS("Conforme aux deux niveaux de contrôle."))

    def _exercice(self, code: str, cabinet: str, annee: int) -> Exercice:
        dossiers = Dossier.objects.filter(code=code)
        if cabinet:
            dossiers = dossiers.filter(cabinet__nom=cabinet)
        trouves = list(dossiers.select_related("cabinet")[:2])
        if not trouves:
            raise CommandError(f"Aucun dossier {code}.")
        if len(trouves) > 1:
            raise CommandError(f"Plusieurs cabinets ont un dossier {code} : précisez --cabinet.")
        exercice = (
            Exercice.objects.filter(dossier=trouves[0], fin__year=annee).select_related("dossier__cabinet").first()
        )
        if exercice is None:
            raise CommandError(f"Le dossier {code} n’a pas d’exercice clos en {annee}.")
        return exercice
