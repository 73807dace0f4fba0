"""What the night checks in each dossier without asking Qonto. A fault is an incident of the dossier, and ends with it.

One more control is one more line of `CONTROLES`: a function that reads the dossier and tells what is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from banque.services.preuve import verifier_les_soldes
from comptabilite.models import ControleLivres
from comptabilite.services.controle_livres import controler_livres
from gestion_acces.models import Dossier
from portal.lib.calendrier import est_son_tour, jour_de_paris
from qonto_link.enums import ClasseIncident
from qonto_link.models import Incident
from qonto_link.services.incidents import signaler


@dataclass(frozen=True)
class Anomalie:
    """One fault. `objet` tells it from the others of the same control, and is the same every night."""

    objet: str
    titre: str
    detail: str
    remede: str


def soldes(dossier: Dossier, maintenant: datetime) -> list[Anomalie]:
    return [
        Anomalie(
            str(discordance.compte.pk),
            f"Les soldes de {discordance.compte.libelle} ne s’enchaînent pas",
            discordance.detail,
            "Ouvrez les relevés du compte : la ligne nommée dit où regarder. La nuit suivante relit Qonto.",
        )
        for discordance in verifier_les_soldes(dossier=dossier, maintenant=maintenant)
    ]


def chaine_des_ecritures(dossier: Dossier, maintenant: datetime) -> list[Anomalie]:
    """The open years every night, with their FEC; those that are closed once a week. What was found is kept."""
    clos = est_son_tour(dossier.pk, jour_de_paris(maintenant))
    controler_livres(dossier=dossier, clos=clos, maintenant=maintenant)
    rompus = ControleLivres.objects.filter(dossier=dossier, sain=False, rupture_numero__isnull=False)
    return [
        Anomalie(
            str(rompu.exercice_id),
            "Des écritures validées ont été modifiées",
            f"{rompu.exercice}, écriture n° {rompu.rupture_numero} : {rompu.rupture_raison}.",
            "Ne validez plus rien dans cet exercice et donnez la référence au support.",
        )
        for rompu in rompus.select_related("exercice").order_by("exercice__debut")
    ]


@dataclass(frozen=True)
class Controle:
    """`apres_lecture`: it means nothing while what Qonto has was not read to the end."""

    nom: str
    verifier: Callable[[Dossier, datetime], list[Anomalie]]
    apres_lecture: bool = False


CONTROLES = (Controle("soldes", soldes, apres_lecture=True), Controle("chaine", chaine_des_ecritures))


def controler(*, dossier: Dossier, maintenant: datetime, lu: bool = True, clore: bool = True) -> int:
    """Run every control that makes sense; returns how many faults it found. Those that are over are closed, unless the
    caller knows that none was open."""
    vues: list[str] = []
    joues = [controle for controle in CONTROLES if lu or not controle.apres_lecture]
    for controle in joues:
        for anomalie in controle.verifier(dossier, maintenant):
            cle = f"controle:{controle.nom}:{anomalie.objet}"
            signaler(
                dossier=dossier,
                classe=ClasseIncident.CONTROLE,
                titre=anomalie.titre,
                detail=anomalie.detail,
                remede=anomalie.remede,
                cle=cle,
                maintenant=maintenant,
            )
            vues.append(cle)
    if clore:
        _clore(dossier, joues, vues, maintenant)
    return len(vues)


def _clore(dossier: Dossier, joues: list[Controle], vues: list[str], maintenant: datetime) -> None:
    prefixes = tuple(f"controle:{controle.nom}:" for controle in joues)
    ouverts = Incident.objects.pour_dossier(dossier).ouverts().filter(classe=ClasseIncident.CONTROLE)
    passes = [pk for pk, cle in ouverts.values_list("pk", "cle") if cle.startswith(prefixes) and cle not in vues]
    if passes:
        Incident.objects.filter(pk__in=passes).update(resolu_le=maintenant)
