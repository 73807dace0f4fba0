"""Qonto's errors in French: what happened, of which class, with the reference to give to the support (product §9)."""

from dataclasses import dataclass

from qonto_link.api.errors import (
    BadAnswer,
    Forbidden,
    GateClosed,
    QontoError,
    RateLimited,
    Unauthorized,
    Unavailable,
)
from qonto_link.enums import REMEDES, ClasseIncident, Intervenant

# Codes of the reference §3.2; a code that is not here is shown with its reference only.
RAISONS: dict[str, str] = {
    "insufficient_funds": "Le solde du compte ne suffit pas.",
    "cannot_cancel": "Ce virement est déjà en cours d’exécution : il ne peut plus être annulé.",
    "transfer_to_same_organization": "Le bénéficiaire est un compte de la même société.",
    "payment_policy_approval_required": "La politique de paiement de la société demande une approbation dans Qonto.",
    "payment_policy_approver_missing": "Aucun approbateur n’est désigné dans Qonto pour ce montant.",
    "bank_account_not_found": "Ce compte n’existe plus chez Qonto.",
    "iban_generation_failed": "Qonto n’a pas encore validé cette société.",
    "search_limit_reached": "La période demandée contient trop d’opérations pour une seule lecture.",
    "vop_proof_token_missing": "La vérification du bénéficiaire manque.",
    "vop_proof_token_invalid": "La vérification du bénéficiaire n’est plus valable.",
    "sca_not_enrolled": "Aucun appareil n’est prêt pour l’authentification forte dans Qonto.",
    "invalid_grant": "Qonto ne reconnaît plus cette autorisation.",
    "invalid_scope": "Qonto n’accorde pas tous les droits demandés à cette application.",
    "invalid_client": "Les identifiants de l’application auprès de Qonto sont refusés.",
    "not_found": "Qonto ne trouve pas cet élément.",
    "forbidden": "Les droits donnés à Qonto ne suffisent pas pour cela.",
    "not_in_list": "Une valeur envoyée n’est pas acceptée par Qonto.",
    "missing": "Une information obligatoire manque.",
    "invalid_format": "Une information n’a pas la forme attendue.",
    "not_allowed": "Qonto n’accepte pas cette information pour notre application.",
}


@dataclass(frozen=True)
class Explication:
    classe: ClasseIncident
    message: str
    remede: str
    intervenant: Intervenant
    reference: str


def _classe(erreur: QontoError) -> tuple[ClasseIncident, str]:
    if isinstance(erreur, RateLimited):
        return ClasseIncident.CADENCE, "Qonto demande de ralentir : le portail attend puis reprend tout seul."
    if isinstance(erreur, Unavailable):
        return ClasseIncident.INJOIGNABLE, "Qonto ne répond pas pour le moment."
    if isinstance(erreur, GateClosed):
        return ClasseIncident.INJOIGNABLE, "La porte de Qonto est fermée : l’adresse ou la clé d’accès est à vérifier."
    if isinstance(erreur, BadAnswer):
        return ClasseIncident.REPONSE, "Qonto a envoyé une réponse que le portail ne sait pas lire."
    if isinstance(erreur, Unauthorized):
        return ClasseIncident.CONSENTEMENT, "Qonto n’accepte plus notre accès : il a expiré ou a été retiré."
    if isinstance(erreur, Forbidden):
        return ClasseIncident.DROIT, RAISONS["forbidden"]
    raison = RAISONS.get(erreur.code)
    return ClasseIncident.REFUS, raison or "Qonto a refusé la demande sans motif connu du portail."


def expliquer(erreur: QontoError) -> Explication:
    """The error in words fit for the screen; the reference is Qonto's trace id when there is one."""
    classe, message = _classe(erreur)
    remede, intervenant = REMEDES[classe]
    return Explication(classe, message, remede, intervenant, erreur.trace_id)
