"""The recovery job: every order in doubt and every payment under way is asked about, one connection at a time."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from portal.lib.affichage import jour_de_paris
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError
from qonto_link.errors import QontoLinkError
from qonto_link.services import clients
from qonto_link.services.connexion import client_pour
from qonto_link.virements.enums import StatutOrdre, StatutVirement
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.doute import lever_doute
from qonto_link.virements.services.envoi import suivre_authentification
from qonto_link.virements.services.muets import PAS_DE_VEILLE, VEILLE, veiller
from qonto_link.virements.services.suivi import suivre_ordre

# A settled transfer without its bank line, or a pending one, is asked about for so long.
HORIZON = timedelta(days=400)


def ordres_a_suivre(maintenant: datetime, limite: int = 2000, *, dossier_id: UUID | None = None) -> list[UUID]:
    """The orders (of one dossier) about which Qonto has something to say, the most pressing first.

    All those in doubt; all those whose payer may have approved with the page closed; then up to `limite` accepted
    ones, the longest not asked about first. A transfer of a later day has nothing to say before that day.
    """
    ordres = Ordre.objects.filter(dossier_id=dossier_id) if dossier_id else Ordre.objects.all()
    if dossier_id and not ordres.exists():
        return []
    en_suspens = ordres.en_suspens().order_by("dernier_envoi", "pk")
    en_attente = ordres.filter(statut=StatutOrdre.ATTENTE_SCA).order_by("sca_depuis", "pk")
    parle = (
        Q(statut__in=(StatutVirement.ENVOYE, StatutVirement.EN_COURS))
        | Q(statut=StatutVirement.PROGRAMME, date_prevue__lte=jour_de_paris(maintenant))
        | Q(statut=StatutVirement.REGLE, transaction_id="")
    )
    veilles = Q(lignes_perdues_le__gte=maintenant - VEILLE) & (
        Q(suivi_le__isnull=True) | Q(suivi_le__lte=maintenant - PAS_DE_VEILLE)
    )
    acceptes = ordres.filter(
        Q(Exists(Virement.objects.filter(parle, ordre=OuterRef("pk")))) | veilles,
        statut=StatutOrdre.ACCEPTE,
        cree_le__gte=maintenant - HORIZON,
    ).order_by(F("suivi_le").asc(nulls_first=True), "cree_le", "pk")
    return [
        *en_suspens.values_list("pk", flat=True),
        *en_attente.values_list("pk", flat=True),
        *acceptes.values_list("pk", flat=True)[:limite],
    ]


def suivre(*, ordre_id: UUID, maintenant: datetime) -> Ordre | None:
    """Bring one order in line with Qonto. An unreachable Qonto or a lost consent leaves it for the next time."""
    ordre = Ordre.objects.select_related("compte__connexion", "dossier__cabinet").filter(pk=ordre_id).first()
    if ordre is None:
        return None
    # Written even when Qonto does not answer: one that fails must not keep the others waiting.
    Ordre.objects.filter(pk=ordre.pk).update(suivi_le=maintenant)
    try:
        # No retries below us: a payment whose answer is lost is a doubt, not a second call.
        with client_pour(ordre.compte.connexion, reglages=clients.reglages(reprises=0)) as client:
            return _suivre(ordre, client, maintenant)
    except (QontoLinkError, QontoError):
        return ordre


def _suivre(ordre: Ordre, client: QontoClient, maintenant: datetime) -> Ordre:
    if ordre.statut == StatutOrdre.ATTENTE_SCA:
        return suivre_authentification(ordre=ordre, client=client, maintenant=maintenant)
    if ordre.statut == StatutOrdre.ACCEPTE:
        suivre_ordre(ordre=ordre, client=client, maintenant=maintenant)
        veiller(ordre=ordre, client=client, maintenant=maintenant)
        return ordre
    return lever_doute(ordre=ordre, client=client, maintenant=maintenant)
