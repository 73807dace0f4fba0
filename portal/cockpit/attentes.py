"""What waits in the dossiers of a portfolio: each kind names its rows, its words and the screen that handles it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from banque.enums import EtatOperation, StatutRecue
from banque.models import LigneRecue, Operation
from comptabilite.models import ControleLivres
from facturation.enums import NatureFacture
from facturation.models import Echeance, Reglement
from portal.lib.calendrier import jour_de_paris, minuit
from portal.nuit.enums import EtatVisite
from portal.nuit.models import Passage, Visite
from qonto_link.models import Incident
from qonto_link.virements.enums import StatutOrdre
from qonto_link.virements.models import Ordre

BIENTOT = timedelta(days=7)
A_TRAITER = (EtatOperation.A_TRAITER, EtatOperation.PROPOSEE, EtatOperation.A_VERIFIER)


def _a_integrer(maintenant: datetime) -> QuerySet[LigneRecue]:
    """Settled lines up to yesterday evening, Paris time: those that « Oui » would integrate."""
    return LigneRecue.objects.filter(
        statut=StatutRecue.REGLEE, integree=False, reglee_le__lt=minuit(jour_de_paris(maintenant))
    )


def _a_imputer(maintenant: datetime) -> QuerySet[Operation]:
    return Operation.objects.filter(etat__in=A_TRAITER)


def _a_transferer(maintenant: datetime) -> QuerySet[Operation]:
    return Operation.objects.filter(etat=EtatOperation.VALIDEE)


def _a_approuver(maintenant: datetime) -> QuerySet[Ordre]:
    return Ordre.objects.filter(statut=StatutOrdre.A_APPROUVER)


def _a_payer(maintenant: datetime) -> QuerySet[Echeance]:
    vivants = Reglement.objects.filter(echeance=OuterRef("pk"), vivant=True)
    return Echeance.objects.filter(
        ~Exists(vivants),
        facture__nature=NatureFacture.FACTURE,
        date__lte=jour_de_paris(maintenant) + BIENTOT,
    )


def _incidents(maintenant: datetime) -> QuerySet[Incident]:
    return Incident.objects.ouverts()


def derniere_nuit() -> Passage | None:
    return Passage.objects.order_by("-debut", "-pk").first()


def _nuit(maintenant: datetime) -> QuerySet[Visite]:
    passage = Passage.objects.order_by("-debut", "-pk").values("pk")[:1]
    return Visite.objects.filter(passage=passage, etat=EtatVisite.ECHOUEE)


def _livres(maintenant: datetime) -> QuerySet[ControleLivres]:
    return ControleLivres.objects.filter(sain=False)


@dataclass(frozen=True)
class Attente:
    """One kind. `poids` ranks the dossiers to look at; `ecran` takes the dossier's id."""

    cle: str
    titre: str
    unite: str
    ecran: str
    lignes: Callable[[datetime], QuerySet[Any]]
    ton: str = ""
    poids: int = 1
    court: str = ""


ATTENTES: dict[str, Attente] = {
    attente.cle: attente
    for attente in (
        Attente(
            "integrer", "Opérations à intégrer", "opération", "banque:acquisitions", _a_integrer, court="à intégrer"
        ),
        Attente(
            "traiter", "Lignes à traiter", "ligne", "banque:accueil", _a_imputer, "attention", 2, court="à traiter"
        ),
        Attente("transferer", "Lignes à transférer", "ligne", "banque:accueil", _a_transferer, court="à transférer"),
        Attente(
            "approuver",
            "Paiements à approuver",
            "paiement",
            "facturation:paiements",
            _a_approuver,
            "attention",
            20,
            court="à approuver",
        ),
        Attente(
            "factures", "Échéances à 7 jours", "échéance", "facturation:accueil", _a_payer, "", 5, court="à payer"
        ),
        Attente(
            "incidents",
            "Incidents ouverts",
            "incident",
            "qonto_link:incidents",
            _incidents,
            "danger",
            40,
            court="en incident",
        ),
        Attente(
            "livres",
            "Livres à revoir",
            "exercice",
            "comptabilite:fec",
            _livres,
            "danger",
            50,
            court="livres à revoir",
        ),
        Attente(
            "nuit", "Échecs de la nuit", "échec", "qonto_link:dossier", _nuit, "danger", 60, court="échec de nuit"
        ),
    )
}
