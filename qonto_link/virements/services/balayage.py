"""The recovery job: every order in doubt and every payment under way is asked about, one connection at a time."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError
from qonto_link.errors import QontoLinkError
from qonto_link.services import clients
from qonto_link.services.connexion import client_pour
from qonto_link.virements.enums import StatutOrdre, StatutVirement
from qonto_link.virements.models import DUREE_SCA, Ordre
from qonto_link.virements.services.doute import lever_doute
from qonto_link.virements.services.envoi import suivre_authentification
from qonto_link.virements.services.suivi import suivre_ordre

# A settled transfer without its bank line, or a pending one, is asked about for so long.
HORIZON = timedelta(days=400)


def ordres_a_suivre(maintenant: datetime, limite: int = 2000, *, dossier_id: UUID | None = None) -> list[UUID]:
    """The orders (of one dossier) about which Qonto has something to say, the longest silent first."""
    vivants = Q(virements__statut__in=(StatutVirement.ENVOYE, StatutVirement.PROGRAMME, StatutVirement.EN_COURS))
    sans_ligne = Q(virements__statut=StatutVirement.REGLE, virements__transaction_id="")
    en_suspens = Q(statut__in=(StatutOrdre.SOUMISSION, StatutOrdre.DOUTE))
    sca_perdue = Q(statut=StatutOrdre.ATTENTE_SCA, sca_depuis__lt=maintenant - DUREE_SCA)
    lignes = Ordre.objects.filter(
        en_suspens | sca_perdue | (Q(statut=StatutOrdre.ACCEPTE) & (vivants | sans_ligne)),
        cree_le__gte=maintenant - HORIZON,
    )
    if dossier_id is not None:
        lignes = lignes.filter(dossier_id=dossier_id)
    return list(lignes.order_by("modifie_le").values_list("pk", flat=True).distinct()[:limite])


def suivre(*, ordre_id: UUID, maintenant: datetime) -> Ordre | None:
    """Bring one order in line with Qonto. An unreachable Qonto or a lost consent leaves it for the next time."""
    ordre = Ordre.objects.select_related("compte__connexion", "dossier__cabinet").filter(pk=ordre_id).first()
    if ordre is None:
        return None
    try:
        with client_pour(ordre.compte.connexion, reglages=clients.reglages(reprises=1)) as client:
            return _suivre(ordre, client, maintenant)
    except (QontoLinkError, QontoError):
        return ordre


def _suivre(ordre: Ordre, client: QontoClient, maintenant: datetime) -> Ordre:
    if ordre.statut == StatutOrdre.ATTENTE_SCA:
        return suivre_authentification(ordre=ordre, client=client, maintenant=maintenant)
    if ordre.statut == StatutOrdre.ACCEPTE:
        return suivre_ordre(ordre=ordre, client=client, maintenant=maintenant)
    return lever_doute(ordre=ordre, client=client, maintenant=maintenant)
