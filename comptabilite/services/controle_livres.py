"""The books looked over every night (B9): the chain of each exercice, and the FEC of those that are open."""

from datetime import datetime

from comptabilite.errors import ExportRefuse
from comptabilite.fec.rapport import Rapport
from comptabilite.models import ControleLivres, Exercice
from comptabilite.services.empreinte import verifier_exercice
from comptabilite.services.export_fec import precontroler
from gestion_acces.models import Dossier

LONGUEUR_RAISON = 200


def controler_livres(*, dossier: Dossier, clos: bool = True, maintenant: datetime) -> list[ControleLivres]:
    """Control every exercice that has entries and keep what was found, in place of what the night before found.

    A closed exercice (left alone when not `clos`) has handed over its FEC: its chain alone is read again. Playing it
    twice is playing it once.
    """
    exercices = Exercice.objects.filter(dossier=dossier, dernier_numero__gt=0).select_related("dossier")
    if not clos:
        exercices = exercices.filter(cloture_le__isnull=True)
    return [_controler(exercice, maintenant) for exercice in exercices.order_by("debut")]


def _controler(exercice: Exercice, maintenant: datetime) -> ControleLivres:
    rupture = verifier_exercice(exercice)
    rapport, refus = (Rapport(), "") if exercice.est_clos else _precontrole(exercice)
    return ControleLivres.objects.update_or_create(
        exercice=exercice,
        defaults={
            "dossier": exercice.dossier,
            "fait_le": maintenant,
            "nb_ecritures": exercice.dernier_numero,
            "rupture_numero": rupture.numero if rupture else None,
            "rupture_raison": rupture.raison[:LONGUEUR_RAISON] if rupture else "",
            "refus": refus[:LONGUEUR_RAISON],
            "nb_bloquants": rapport.nb_bloquants,
            "nb_alertes": rapport.nb_alertes,
            "anomalies": rapport.en_json(),
            "sain": rupture is None and not refus and rapport.conforme,
        },
    )[0]


def _precontrole(exercice: Exercice) -> tuple[Rapport, str]:
    try:
        return precontroler(exercice=exercice), ""
    except ExportRefuse as refus:
        return Rapport(), str(refus)
