"""Verification of payee, beneficiaries, transfers and strong authentication (reference §7 – §13).

A call under strong authentication raises ScaRequired with a session token. Once the user has approved, the identical
call (same body, same idempotency key, same preference) is made again with `sca_token`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from qonto_link.api.errors import Contexte, QontoError
from qonto_link.api.ressources import Ressources, booleen, instant, jour, lire, sans_vide
from qonto_link.api.schemas.paiements import (
    ApprovalRequest,
    Beneficiary,
    BulkTransfer,
    BulkVerification,
    InternalTransfer,
    PayeeVerification,
    ScaSession,
    Transfer,
)
from qonto_link.api.transport import IDEMPOTENCY, SCA_PREFERENCE, SCA_SESSION

LECTURE_VOP = 60.0


def entetes_sca(idempotency_key: str, preference: str = "", sca_token: str = "") -> dict[str, str]:
    return sans_vide({IDEMPOTENCY: idempotency_key, SCA_PREFERENCE: preference, SCA_SESSION: sca_token})


class PaiementsMixin(Ressources):
    def verify_payee(self, *, iban: str, beneficiary_name: str) -> PayeeVerification:
        """Ask the payee's bank whose account it is. A bank that does not answer still gives a usable token."""
        corps = {"iban": iban, "beneficiary_name": beneficiary_name}
        try:
            return self._un(PayeeVerification, "POST", "/v2/sepa/verify_payee", "", corps=corps, lecture=LECTURE_VOP)
        except QontoError as refus:
            if not (refus.items and refus.items[0].proof_token):
                raise
            premier = refus.items[0]
            reponse = {"proof_token": premier.proof_token, "error_code": premier.code}
            return lire(PayeeVerification, reponse, refus.contexte)

    def bulk_verify_payee(self, requests: Sequence[Mapping[str, str]]) -> BulkVerification:
        """`requests`: up to 400 of `{"id", "beneficiary_name", "iban"}`. The token serves exactly these IBANs."""
        corps = {"requests": [dict(demande) for demande in requests]}
        return self._un(BulkVerification, "POST", "/v2/sepa/bulk_verify_payee", "", corps=corps, lecture=LECTURE_VOP)

    def beneficiaries(
        self, *, iban: Sequence[str] = (), status: Sequence[str] = (), trusted: bool | None = None
    ) -> Iterator[Beneficiary]:
        params = sans_vide({"iban[]": list(iban), "status[]": list(status), "trusted": booleen(trusted)})
        return self._liste(Beneficiary, "/v2/sepa/beneficiaries", "beneficiaries", params)

    def beneficiary(self, id: str) -> Beneficiary:
        return self._un(Beneficiary, "GET", f"/v2/sepa/beneficiaries/{id}", "beneficiary")

    def create_beneficiary(
        self, beneficiary: Mapping[str, Any], *, idempotency_key: str, preference: str = "", sca_token: str = ""
    ) -> Beneficiary:
        return self._un(
            Beneficiary,
            "POST",
            "/v2/sepa/beneficiaries",
            "beneficiary",
            corps={"beneficiary": dict(beneficiary)},
            entetes=entetes_sca(idempotency_key, preference, sca_token),
        )

    def create_transfer(
        self, body: Mapping[str, Any], *, idempotency_key: str, preference: str = "", sca_token: str = ""
    ) -> Transfer:
        """`body`: `{"vop_proof_token": …, "transfer": {…}}`, amounts as decimal strings."""
        return self._un(
            Transfer,
            "POST",
            "/v2/sepa/transfers",
            "transfer",
            corps=dict(body),
            entetes=entetes_sca(idempotency_key, preference, sca_token),
        )

    def transfers(
        self,
        *,
        status: Sequence[str] = (),
        ids: Sequence[str] = (),
        beneficiary_ids: Sequence[str] = (),
        updated_at_from: datetime | None = None,
        scheduled_date_from: date | None = None,
        scheduled_date_to: date | None = None,
        sort_by: str = "updated_at:asc",
    ) -> Iterator[Transfer]:
        """`ids`: 100 at most a call."""
        params = sans_vide(
            {
                "status[]": list(status),
                "ids[]": list(ids),
                "beneficiary_ids[]": list(beneficiary_ids),
                "updated_at_from": instant(updated_at_from),
                "scheduled_date_from": jour(scheduled_date_from),
                "scheduled_date_to": jour(scheduled_date_to),
                "sort_by": sort_by,
            }
        )
        return self._liste(Transfer, "/v2/sepa/transfers", "transfers", params)

    def transfer(self, id: str) -> Transfer:
        return self._un(Transfer, "GET", f"/v2/sepa/transfers/{id}", "transfer")

    def cancel_transfer(self, id: str) -> None:
        """Only while it is pending, else Refused with code `cannot_cancel`."""
        self._transport.appeler("POST", f"/v2/sepa/transfers/{id}/cancel")

    def download_proof(self, id: str) -> bytes:
        """The proof of a settled transfer, a PDF."""
        return self._transport.appeler("POST", f"/v2/sepa/transfers/{id}/download_proof").content

    def create_bulk_transfer(
        self, body: Mapping[str, Any], *, idempotency_key: str, preference: str = "", sca_token: str = ""
    ) -> BulkTransfer:
        """`body` is flat; the answer is wrapped or bare according to the source, both are read."""
        corps = self._transport.json(
            "POST",
            "/v2/sepa/bulk_transfers",
            corps=dict(body),
            entetes=entetes_sca(idempotency_key, preference, sca_token),
        )
        return self._lot(corps, "POST", "/v2/sepa/bulk_transfers")

    def bulk_transfer(self, id: str) -> BulkTransfer:
        chemin = f"/v2/sepa/bulk_transfers/{id}"
        return self._lot(self._transport.json("GET", chemin), "GET", chemin)

    def bulk_transfers(self) -> Iterator[BulkTransfer]:
        """Every bulk, the last updated first."""
        return self._liste(BulkTransfer, "/v2/sepa/bulk_transfers", "bulk_transfers", {})

    def _lot(self, corps: dict[str, Any], methode: str, chemin: str) -> BulkTransfer:
        return lire(BulkTransfer, corps.get("bulk_transfer", corps), Contexte(methode, chemin))

    def create_internal_transfer(self, body: Mapping[str, Any], *, idempotency_key: str) -> InternalTransfer:
        return self._un(
            InternalTransfer,
            "POST",
            "/v2/internal_transfers",
            "internal_transfer",
            corps={"internal_transfer": dict(body)},
            entetes={IDEMPOTENCY: idempotency_key},
        )

    def sca_session(self, token: str, *, mock: bool = False) -> ScaSession:
        """What the user decided; ask at most once a second. `mock`: the sandbox's simulated method."""
        racine = "/v2/mocked_sca_sessions" if mock else "/v2/sca_sessions"
        return self._un(ScaSession, "GET", f"{racine}/{token}", "", nom=f"{racine}/…")

    def decide_mocked_sca(self, token: str, *, allow: bool) -> None:
        """Sandbox only: decide in the place of the user."""
        decision = "allow" if allow else "deny"
        chemin = f"/v2/mocked_sca_sessions/{token}/{decision}"
        self._transport.appeler("POST", chemin, nom=f"/v2/mocked_sca_sessions/…/{decision}")

    def create_multi_transfer_request(self, body: Mapping[str, Any], *, idempotency_key: str) -> ApprovalRequest:
        """The documented way out of a four-eyes policy."""
        return self._un(
            ApprovalRequest,
            "POST",
            "/v2/requests/multi_transfers",
            "request_multi_transfer",
            corps={"request_multi_transfer": dict(body)},
            entetes={IDEMPOTENCY: idempotency_key},
        )

    def requests(
        self, *, status: Sequence[str] = (), request_type: Sequence[str] = (), created_at_from: datetime | None = None
    ) -> Iterator[ApprovalRequest]:
        params = sans_vide(
            {
                "status[]": list(status),
                "request_type[]": list(request_type),
                "created_at_from": instant(created_at_from),
            }
        )
        return self._liste(ApprovalRequest, "/v2/requests", "requests", params)
