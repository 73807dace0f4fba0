from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gestion_acces.models import Cabinet, EvenementAudit
from gestion_acces.services.audit import verifier_chaine


class Command(BaseCommand):
    help = "Vérifie que le journal d’audit de chaque cabinet est intact ; sort en erreur s’il ne l’est pas."

    def handle(self, *args: Any, **options: Any) -> None:
        alteres = 0
        for cabinet in Cabinet.objects.order_by("nom", "pk"):
            fautif = verifier_chaine(cabinet)
            if fautif is None:
                lignes = EvenementAudit.objects.filter(cabinet=cabinet).count()
                self.stdout.write(f"{cabinet.nom} : intact, {lignes} ligne(s)")
            else:
                alteres += 1
                self.stderr.write(f"{cabinet.nom} : ALTÉRÉ à la ligne n° {fautif.rang} ({fautif.acte})")
        if alteres:
            raise CommandError(f"{alteres} journal(aux) altéré(s).")
