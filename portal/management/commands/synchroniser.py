from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.models import Sum
from django.utils import timezone

from gestion_acces.models import Dossier
from portal.nuit.enums import EtatVisite
from portal.nuit.models import Visite
from portal.nuit.services.plan import clore_les_passages, ouvrir_a_la_main
from portal.nuit.services.visite import visiter
from qonto_link.models import Connexion


class Command(BaseCommand):
    help = "La nuit, maintenant : lit chez Qonto ce qui a changé, et dit ce qui a été fait."

    def add_arguments(self, parser: ArgumentParser) -> None:
        choix = parser.add_mutually_exclusive_group(required=True)
        choix.add_argument("--dossier", metavar="CODE")
        choix.add_argument("--tous", action="store_true", help="tous les dossiers associés à Qonto")
        parser.add_argument("--fils", type=int, default=1, help="dossiers lus en même temps (1)")

    def handle(self, *args: Any, **options: Any) -> None:
        lies = Connexion.objects.vivantes().values("dossier")
        dossiers = Dossier.objects.filter(pk__in=lies).order_by("cabinet", "code")
        if not options["tous"]:
            dossiers = dossiers.filter(code=options["dossier"])
            if not dossiers:
                raise CommandError(f"Aucun dossier « {options['dossier']} » n’est associé à Qonto.")
        passage = ouvrir_a_la_main(dossiers=list(dossiers.values_list("pk", flat=True)), maintenant=timezone.now())
        a_faire = list(passage.visites.order_by("pk").values_list("pk", flat=True))
        echecs = sum(not self._dire(visite) for visite in _visites(a_faire, options["fils"]))
        clore_les_passages(maintenant=timezone.now())
        somme = passage.visites.aggregate(lignes=Sum("nb_nouvelles"), requetes=Sum("nb_requetes"))
        if not options["tous"] and echecs:
            raise CommandError("La synchronisation a échoué.")
        self.stdout.write(
            f"Terminé : {len(a_faire)} dossier(s), {echecs} échec(s), {somme['lignes'] or 0} nouvelle(s) ligne(s), "
            f"{somme['requetes'] or 0} requête(s)."
        )

    def _dire(self, visite: Visite) -> bool:
        """One line a dossier; one that fails stops no other, and comes back by itself if it may."""
        bilan = (
            f"{visite.nb_nouvelles} nouvelle(s), {visite.nb_changees} modifiée(s), "
            f"{visite.nb_pieces} justificatif(s), {visite.nb_virements} paiement(s), "
            f"{visite.nb_requetes} requête(s)"
        )
        if visite.etat == EtatVisite.PREVUE and not visite.erreur:
            bilan = "déjà en cours de lecture ailleurs"
        elif visite.etat in (EtatVisite.PREVUE, EtatVisite.ECHOUEE):
            suite = " – nouvel essai prévu" if visite.etat == EtatVisite.PREVUE else ""
            bilan = f"échec : {visite.erreur}{suite}"
        self.stdout.write(f"{visite.dossier.code:<13} {bilan}")
        return not visite.erreur


def _visites(a_faire: list[int], fils: int) -> Iterator[Visite]:
    """The visits as they end. With one thread everything happens in this one."""
    if fils <= 1:
        faites = (visiter(visite_id=visite_id, horloge=timezone.now) for visite_id in a_faire)
        yield from (visite for visite in faites if visite is not None)
        return
    with ThreadPoolExecutor(fils) as pool:
        yield from (visite for visite in pool.map(_dans_un_fil, a_faire) if visite is not None)


def _dans_un_fil(visite_id: int) -> Visite | None:
    try:
        return visiter(visite_id=visite_id, horloge=timezone.now)
    finally:
        connections.close_all()
