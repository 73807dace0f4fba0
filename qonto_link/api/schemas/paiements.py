"""Verification of payee, beneficiaries, transfers, strong authentication (reference §7 – §13)."""

from typing import Annotated, Any

from pydantic import model_validator

from qonto_link.api.schemas.base import Jour, ListeVide, Moment, Schema, Texte

VOP_MATCH = "MATCH_RESULT_MATCH"
VOP_CLOSE = "MATCH_RESULT_CLOSE_MATCH"
VOP_NO_MATCH = "MATCH_RESULT_NO_MATCH"
VOP_NOT_POSSIBLE = "MATCH_RESULT_NOT_POSSIBLE"

SCA_WAITING, SCA_ALLOW, SCA_DENY = "waiting", "allow", "deny"


def jeton_de_preuve(valeur: Any) -> Any:
    """The proof token is an object now and was a bare string before."""
    return valeur.get("token", "") if isinstance(valeur, dict) else (valeur or "")


class PayeeVerification(Schema):
    """`error_code` is filled when the payee's bank could not answer; the token is usable all the same."""

    match_result: Texte = VOP_NOT_POSSIBLE
    matched_name: Texte = ""
    proof_token: str = ""
    error_code: Texte = ""

    @model_validator(mode="before")
    @classmethod
    def _jeton(cls, brut: Any) -> Any:
        return {**brut, "proof_token": jeton_de_preuve(brut.get("proof_token"))} if isinstance(brut, dict) else brut


class BulkVerificationItem(Schema):
    id: str
    match_result: Texte = VOP_NOT_POSSIBLE
    matched_name: Texte = ""
    error_code: Texte = ""

    @model_validator(mode="before")
    @classmethod
    def _aplatir(cls, brut: Any) -> Any:
        if not isinstance(brut, dict):
            return brut
        reponse, erreur = (brut[cle] if isinstance(brut.get(cle), dict) else {} for cle in ("response", "error"))
        code = str(erreur.get("code") or brut.get("error_code") or "")
        return {**brut, **reponse, "error_code": code.removeprefix("SINGLE_REQUEST_ERROR_CODE_")}


class BulkVerification(Schema):
    requests: tuple[BulkVerificationItem, ...]
    proof_token: str = ""

    @model_validator(mode="before")
    @classmethod
    def _jeton(cls, brut: Any) -> Any:
        return {**brut, "proof_token": jeton_de_preuve(brut.get("proof_token"))} if isinstance(brut, dict) else brut


class Beneficiary(Schema):
    id: str
    name: Texte = ""
    iban: Texte = ""
    bic: Texte = ""
    status: Texte = ""
    trusted: bool = False
    email: Texte = ""
    created_at: Moment = None
    updated_at: Moment = None

    @model_validator(mode="before")
    @classmethod
    def _remonter(cls, brut: Any) -> Any:
        # The real sandbox nests the account; production is flat.
        compte = brut.get("bank_account") if isinstance(brut, dict) else None
        return {**compte, **brut} if isinstance(compte, dict) else brut


class Transfer(Schema):
    id: str
    status: str
    amount_cents: int
    amount_currency: Texte = "EUR"
    reference: Texte = ""
    note: Texte = ""
    bank_account_id: Texte = ""
    beneficiary_id: Texte = ""
    initiator_id: Texte = ""
    declined_reason: Texte = ""
    scheduled_date: Jour = None
    created_at: Moment = None
    updated_at: Moment = None
    processed_at: Moment = None
    completed_at: Moment = None
    transaction_id: Texte = ""
    recurring_transfer_id: Texte = ""

    @property
    def est_final(self) -> bool:
        return self.status in {"settled", "declined", "canceled"}


class BulkError(Schema):
    code: Texte = ""
    detail: Texte = ""


class BulkResult(Schema):
    client_transfer_id: str
    transfer_id: Texte = ""
    status: str
    errors: Annotated[tuple[BulkError, ...], ListeVide] = ()

    @model_validator(mode="before")
    @classmethod
    def _aplatir(cls, brut: Any) -> Any:
        if not isinstance(brut, dict):
            return brut
        plates: list[Any] = []
        for erreur in brut.get("errors") or []:
            plates.extend(erreur["errors"] if isinstance(erreur, dict) and "errors" in erreur else [erreur])
        return {**brut, "errors": plates}


class BulkTransfer(Schema):
    id: str
    total_count: int = 0
    completed_count: int = 0
    pending_count: int = 0
    failed_count: int = 0
    results: Annotated[tuple[BulkResult, ...], ListeVide] = ()
    created_at: Moment = None
    updated_at: Moment = None


class ScaSession(Schema):
    result: str
    canceled_at: Moment = None


class InternalTransfer(Schema):
    id: str
    status: Texte = ""
    reference: Texte = ""
    created_at: Moment = None


class ApprovalRequest(Schema):
    """A request of Qonto's approval flow (four-eyes policy)."""

    id: str
    request_type: Texte = ""
    status: Texte = ""
    note: Texte = ""
    declined_note: Texte = ""
    initiator_id: Texte = ""
    approver_id: Texte = ""
    scheduled_date: Jour = None
    processed_at: Moment = None
    created_at: Moment = None


class WebhookSubscription(Schema):
    id: str
    callback_url: Texte = ""
    types: Annotated[tuple[str, ...], ListeVide] = ()
    secret: Texte = ""
    description: Texte = ""
