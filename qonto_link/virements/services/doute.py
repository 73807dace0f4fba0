"""Orders whose fate is not known: Qonto is asked before anything else (architecture §2, "rows left in doubt").

Found at Qonto: accepted. Not found while its key lives: it may be sent again with the same key, which Qonto answers
once. Not found twice, long after the last call, and nothing that looks like it: it was never made, the instalment
opens again.
"""

from datetime import datetime, timedelta

from django.db import transaction

from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError
from qonto_link.enums import ClasseIncident
from qonto_link.services.incidents import resoudre, signaler
from qonto_link.virements.enums import StatutOrdre
from qonto_link.virements.models import Ordre
from qonto_link.virements.services.acceptation import recevoir
from qonto_link.virements.services.envoi import cle_jeune, renvoyer
from qonto_link.virements.services.etats import deplacer_ordre
from qonto_link.virements.services.recherche import chercher

# Above the worst case of one call (refresh of the token, two waits for an answer): a worker may still be listening.
DELAI_REPONSE = timedelta(minutes=5)
# Nothing that left can still be on its way after this; Qonto's list then tells the truth.
DELAI_PERDU = timedelta(minutes=30)
# A list may be late: once not found is no proof, twice with this time between them is.
ECART_REGARDS = timedelta(minutes=10)
JAMAIS_ARRIVE = "La demande n’est jamais arrivée chez Qonto. Rien n’est parti : vous pouvez payer à nouveau."
# In the reason of a payment that was given up on a person's word.
VERIFIE = "vérifié dans Qonto"
SOSIE = "Un virement chez Qonto ressemble à un paiement dont la réponse s’est perdue"


def lever_doute(
    *,
    ordre: Ordre,
    client: QontoClient,
    maintenant: datetime,
    relancer: bool = False,
    origine: Origine = SYSTEME,
) -> Ordre:
    """Ask Qonto about an order in doubt. `relancer`: its payer waits, so send it again when Qonto has nothing.

    An unreachable Qonto leaves the doubt. Other states are left as they are.
    """
    if ordre.statut not in (StatutOrdre.SOUMISSION, StatutOrdre.DOUTE):
        return ordre
    depart = ordre.dernier_envoi or ordre.cree_le
    if ordre.statut == StatutOrdre.SOUMISSION and maintenant < depart + DELAI_REPONSE:
        return ordre
    with transaction.atomic():
        if ordre.statut == StatutOrdre.SOUMISSION:
            deplacer_ordre(ordre, StatutOrdre.DOUTE, maintenant=maintenant)
        if relancer:
            _noter_relance(ordre, maintenant, origine)
    try:
        constat = chercher(ordre, client)
    except QontoError:
        return ordre
    if constat.trouve is not None:
        return recevoir(ordre, constat.trouve, maintenant=maintenant)
    if relancer and cle_jeune(ordre, maintenant):
        # The key makes it safe, whatever the list shows: Qonto answers what it answered, or does it once.
        return renvoyer(ordre=ordre, client=client, maintenant=maintenant)
    if est_perdu(ordre, maintenant):
        return _conclure(ordre, bool(constat.sosies), maintenant)
    return ordre


def _noter_relance(ordre: Ordre, maintenant: datetime, origine: Origine) -> None:
    journaliser(
        cabinet=ordre.dossier.cabinet,
        dossier=ordre.dossier,
        acte="paiement.verifier",
        date=maintenant,
        origine=origine,
        objet=str(ordre.pk),
    )


def cle_incident(ordre: Ordre) -> str:
    """What names the incident of an order that something at Qonto looks like."""
    return f"sosie:{ordre.pk}"


def est_perdu(ordre: Ordre, maintenant: datetime) -> bool:
    """True when the key is dead and nothing of a doubtful order can still be on its way."""
    depart = ordre.dernier_envoi or ordre.cree_le
    return (
        ordre.statut == StatutOrdre.DOUTE and maintenant >= depart + DELAI_PERDU and not cle_jeune(ordre, maintenant)
    )


def _conclure(ordre: Ordre, sosie: bool, maintenant: datetime) -> Ordre:
    """The key is dead and nothing was found: free at the second look, unless something looks like the payment."""
    cle = cle_incident(ordre)
    if sosie:
        signaler(
            dossier=ordre.dossier,
            classe=ClasseIncident.CONTROLE,
            titre=SOSIE,
            detail=(
                f"Paiement {ordre.pk} : même compte et même montant. L’échéance est retenue jusqu’à ce qu’une "
                "personne habilitée à payer dise, depuis la page du paiement, si c’était lui."
            ),
            cle=cle,
            maintenant=maintenant,
        )
        return ordre
    if ordre.regard_negatif is None:
        vu = Ordre.objects.filter(pk=ordre.pk, statut=StatutOrdre.DOUTE, envois=ordre.envois)
        if vu.update(regard_negatif=maintenant):
            ordre.regard_negatif = maintenant
        return ordre
    if maintenant < ordre.regard_negatif + ECART_REGARDS:
        return ordre
    with transaction.atomic():
        deplacer_ordre(
            ordre, StatutOrdre.REFUSE, maintenant=maintenant, motif=JAMAIS_ARRIVE, jeton_sca="", incertain=False
        )
        resoudre(dossier=ordre.dossier, classe=ClasseIncident.CONTROLE, cle=cle, maintenant=maintenant)
    return ordre
