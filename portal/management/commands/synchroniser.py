from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from banque.enums import EtatSynchronisation
from banque.services.synchronisation import demander, executer
from gestion_acces.models import Dossier
from qonto_link.models import Connexion


class Command(BaseCommand):
    help = "La nuit, maintenant : lit chez Qonto ce qui a changé, et dit ce qui a été fait."

    def add_arguments(self, parser: ArgumentParser) -> None:
        choix = parser.add_mutually_exclusive_group(required=True)
        choix.add_argument("--dossier", metavar="CODE")
        choix.add_argument("--tous", action="store_true", help="tous les dossiers associés à Qonto")

    def handle(self, *args: Any, **options: Any) -> None:
        lies = Connexion.objects.vivantes().values("dossier")
        dossiers = Dossier.objects.filter(pk__in=lies).select_related("cabinet").order_by("cabinet", "code")
        if not options["tous"]:
            dossiers = dossiers.filter(code=options["dossier"])
            if not dossiers:
                raise CommandError(f"Aucun dossier « {options['dossier']} » n’est associé à Qonto.")
        echecs = sum(not self._synchroniser(dossier) for dossier in dossiers.iterator())
        if not options["tous"] and echecs:
            raise CommandError("La synchronisation a échoué.")
        self.stdout.write(f"Terminé : {len(dossiers)} dossier(s), {echecs} échec(s).")

    def _synchroniser(self, dossier: Dossier) -> bool:
        """One dossier that fails stops no other."""
        demande = demander(dossier=dossier, par="commande", maintenant=timezone.now())
        run = executer(synchronisation=demande, maintenant=timezone.now())
        reussi = run.etat == EtatSynchronisation.TERMINEE
        bilan = (
            f"{run.nb_nouvelles} nouvelle(s), {run.nb_changees} modifiée(s), {run.nb_connues} déjà là, "
            f"{run.nb_pieces} justificatif(s)"
        )
        self.stdout.write(f"{dossier.code:<13} {bilan if reussi else 'échec : ' + run.erreur}")
        return reussi
