"""Verification of payee (F.2): asked when the window opens, kept as evidence with the order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gestion_acces.models import Dossier, Utilisateur
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError
from qonto_link.api.schemas.paiements import VOP_CLOSE, VOP_MATCH, VOP_NO_MATCH
from qonto_link.virements.enums import ResultatVop
from qonto_link.virements.models import VerificationBeneficiaire
from qonto_link.virements.services.preparation import texte_sepa

_RESULTATS = {
    VOP_MATCH: ResultatVop.CONCORDE,
    VOP_CLOSE: ResultatVop.PROCHE,
    VOP_NO_MATCH: ResultatVop.DIFFERENT,
}


def verifier_beneficiaire(
    *,
    dossier: Dossier,
    iban: str,
    nom: str,
    client: QontoClient,
    par: Utilisateur | None,
    maintenant: datetime,
) -> VerificationBeneficiaire:
    """Ask whose account it is and keep the answer. A bank that cannot tell is an answer; no token is said so."""
    nom = texte_sepa(nom)
    try:
        reponse = client.verify_payee(iban=iban, beneficiary_name=nom)
    except QontoError as panne:
        return _garder(dossier, iban, nom, par, maintenant, ResultatVop.IMPOSSIBLE, "", "", panne.code)
    resultat = _RESULTATS.get(reponse.match_result, ResultatVop.IMPOSSIBLE)
    return _garder(
        dossier, iban, nom, par, maintenant, resultat, reponse.matched_name, reponse.proof_token, reponse.error_code
    )


def verifier_beneficiaires(
    *,
    dossier: Dossier,
    payes: Sequence[tuple[str, str]],
    client: QontoClient,
    par: Utilisateur | None,
    maintenant: datetime,
) -> tuple[list[VerificationBeneficiaire], str]:
    """The same for a bulk: (IBAN, name) of each payment, in order. Returns the answers and the bulk's one token.

    Raises QontoError when Qonto gives no token: a bulk cannot leave without it (§7.7).
    """
    noms = [texte_sepa(nom) for _, nom in payes]
    demandes = [
        {"id": str(rang), "beneficiary_name": nom, "iban": iban}
        for rang, ((iban, _), nom) in enumerate(zip(payes, noms, strict=True))
    ]
    reponse = client.bulk_verify_payee(demandes)
    par_id = {item.id: item for item in reponse.requests}
    verifications = []
    for rang, ((iban, _), nom) in enumerate(zip(payes, noms, strict=True)):
        item = par_id.get(str(rang))
        resultat = _RESULTATS.get(item.match_result if item else "", ResultatVop.IMPOSSIBLE)
        trouve, code = (item.matched_name, item.error_code) if item else ("", "")
        verifications.append(_reponse(dossier, iban, nom, par, maintenant, resultat, trouve, "", code))
    return VerificationBeneficiaire.objects.bulk_create(verifications), reponse.proof_token


def _garder(*reponse: Any) -> VerificationBeneficiaire:
    verification = _reponse(*reponse)
    verification.save()
    return verification


def _reponse(
    dossier: Dossier,
    iban: str,
    nom: str,
    par: Utilisateur | None,
    maintenant: datetime,
    resultat: str,
    trouve: str,
    jeton: str,
    code: str,
) -> VerificationBeneficiaire:
    return VerificationBeneficiaire(
        dossier=dossier,
        iban=iban,
        nom_demande=nom,
        resultat=resultat,
        nom_trouve=trouve[:140],
        code_erreur=code[:80],
        jeton=jeton,
        demandee_le=maintenant,
        demandee_par=par,
    )
