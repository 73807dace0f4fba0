"""The payments that a dissociation would leave without news."""

from gestion_acces.models import Dossier
from qonto_link.pendants import Pendant
from qonto_link.virements.enums import StatutVirement
from qonto_link.virements.models import Virement

CONSEQUENCES: dict[str, tuple[str, str]] = {
    StatutVirement.PROGRAMME: (
        "programmé",
        "reste chez Qonto et s’exécutera à sa date ; pour l’arrêter, annulez-le avant de dissocier.",
    ),
    StatutVirement.EN_COURS: ("en cours", "suit son cours chez Qonto ; le portail n’en aura plus de nouvelles."),
    StatutVirement.ENVOYE: ("envoyé", "suit son cours chez Qonto ; le portail n’en aura plus de nouvelles."),
    StatutVirement.ATTENTE_SCA: ("à authentifier", "ne partira pas."),
    StatutVirement.A_APPROUVER: ("à approuver", "ne partira pas."),
}


def virements_en_attente(dossier: Dossier) -> list[Pendant]:
    """One line per state, in the order of their urgency."""
    statuts = list(Virement.objects.filter(dossier=dossier, statut__in=CONSEQUENCES).values_list("statut", flat=True))
    lignes = []
    for statut, (etat, consequence) in CONSEQUENCES.items():
        nombre = statuts.count(statut)
        if nombre:
            s = "s" if nombre > 1 else ""
            accord = etat if etat.startswith("à ") or etat == "en cours" else f"{etat}{s}"
            lignes.append(Pendant(f"{nombre} virement{s} {accord}", consequence))
    return lignes
