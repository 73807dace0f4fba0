from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count
from django.utils import timezone

from gestion_acces.services.audit import SYSTEME
from portal.nuit.enums import EtatVisite
from portal.nuit.models import Passage, Visite
from portal.nuit.services.visite import rejouer

PASSAGES = 7


class Command(BaseCommand):
    help = "Les passages de nuit : où ils en sont, ce qui est resté en échec ; --rejouer le remet en file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rejouer", action="store_true", help="remet en file les dossiers en échec du dernier")

    def handle(self, *args: Any, **options: Any) -> None:
        passages = list(Passage.objects.order_by("-debut", "-pk")[:PASSAGES])
        for passage in passages:
            nombres = dict(passage.visites.values_list("etat").annotate(Count("pk")))
            detail = ", ".join(f"{EtatVisite(etat).label.lower()} : {nombre}" for etat, nombre in nombres.items())
            self.stdout.write(f"{passage} – {'terminé' if passage.fin else 'en cours'} – {detail}")
        for visite in self._echecs(passages):
            self.stdout.write(f"  {visite.dossier.code:<13} {visite.erreur}")
            if options["rejouer"] and rejouer(visite=visite, origine=SYSTEME, maintenant=timezone.now()):
                self.stdout.write("                remis en file")

    def _echecs(self, passages: list[Passage]) -> list[Visite]:
        if not passages:
            return []
        echouees = passages[0].visites.filter(etat=EtatVisite.ECHOUEE)
        return list(echouees.select_related("dossier__cabinet", "passage").order_by("dossier__code"))
