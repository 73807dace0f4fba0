"""Qonto's refusals of a payment, in words: what it means and what to do. Unknown codes keep their reference."""

from qonto_link.api.errors import QontoError

_SOLDE = "Le solde du compte Qonto ne suffit pas. Alimentez-le, puis payez à nouveau."
_VOP = "La vérification du bénéficiaire manque ou a expiré. Relancez-la, puis validez."
_REFUS = {
    "insufficient_funds": _SOLDE,
    "debit_account_insufficient_funds": _SOLDE,
    "beneficiary_bic_invalid": "Le BIC du bénéficiaire est refusé. Vérifiez les coordonnées du fournisseur.",
    "beneficiary_iban_invalid": "L’IBAN du bénéficiaire est refusé. Vérifiez les coordonnées du fournisseur.",
    "beneficiary_network_rules_error": "La banque du bénéficiaire ne peut pas recevoir ce virement.",
    "beneficiary_status": "Qonto n’accepte pas ce bénéficiaire. Ouvrez Qonto pour voir pourquoi.",
    "organisation_compliance_reasons": "Qonto a refusé ce virement après contrôle. Contactez le support de Qonto.",
    "qonto_processing_failed": "Qonto n’a pas pu traiter ce virement. Vous pouvez payer à nouveau.",
    "transfer_to_same_organization": "Ce compte est à votre société : faites un virement interne dans Qonto.",
    "payment_policy_approval_required": "Votre société exige une seconde validation dans Qonto pour ce montant.",
    "payment_policy_approver_missing": "Votre société exige une seconde validation, et personne ne peut la donner.",
    "bank_account_not_found": "Qonto ne trouve plus le compte à débiter. Associez-le à nouveau depuis la tuile Qonto.",
    "vop_proof_token_missing": _VOP,
    "vop_proof_token_invalid": _VOP,
    "sca_not_enrolled": (
        "Qonto n’a pas d’appareil pour vous authentifier. Associez votre téléphone dans Qonto, ou choisissez une "
        "autre méthode."
    ),
    "attachment_required": "Au-delà de 30 000 €, Qonto demande un justificatif : joignez la facture.",
    "forbidden": "Votre rôle dans Qonto ne permet pas de faire ce virement.",
}


def phrase_du_code(code: str) -> str:
    """The sentence of a code of Qonto, or an empty string when it is not known."""
    return _REFUS.get(code, "")


def phrase_du_refus(refus: QontoError, *, quoi: str = "ce paiement", suite: str = " Rien n’est parti.") -> str:
    """What to show for a refusal of `quoi`; an unknown one keeps Qonto's code and reference, then says `suite`."""
    if phrase := phrase_du_code(refus.code):
        return phrase
    if refus.status == 412:
        return "L’authentification a expiré ou a été refusée. Rien n’est parti : vous pouvez recommencer."
    reference = f" (référence {refus.trace_id})" if refus.trace_id else ""
    return f"Qonto a refusé {quoi} : {refus.code or refus.status}{reference}.{suite}"
