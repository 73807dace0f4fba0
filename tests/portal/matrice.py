"""Rights of the pages of the portal itself (see tests/matrice.py)."""

from typing import Any

from gestion_acces.models import Dossier
from portal.nuit.models import Passage, Visite
from tests.matrice import Constante
from tests.nuit.factories import PassageFactory, VisiteFactory

DROITS = {
    "metriques": "public GET",
    "sante_pret": "public GET",
    "sante_vivant": "public GET",
    "accueil": "connecte GET",
    "accueil_cabinet": "cabinet GET",
    "cockpit": "cabinet GET",
    "cockpit_attente": "cabinet GET",
    "cockpit_tresorerie": "cabinet GET",
    "nuit": "cabinet GET",
    "nuit_visite": "cabinet dossier GET",
    "nuit_rejouer": "cabinet administrateur POST",
    "recherche_dossiers": "cabinet GET",
    "composants": "cabinet administrateur GET+POST",
    "accueil_client": "connecte GET",
}

FABRIQUES: dict[str, Any] = {
    "quoi": Constante("integrer"),
    "visite_id": lambda dossier: visite(dossier).pk,
}


def visite(dossier: Dossier) -> Visite:
    trouvee: Visite = Visite.objects.filter(dossier=dossier).first() or VisiteFactory(
        dossier=dossier, passage=passage(), etat="echouee"
    )
    return trouvee


def passage() -> Passage:
    garde: Passage = Passage.objects.first() or PassageFactory()
    return garde
