"""Reads of the Business API: organization, accounts, lines, attachments, labels, people, statements."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import IO
from uuid import uuid4

import requests

from qonto_link.api.errors import BadAnswer, Contexte
from qonto_link.api.ressources import Ressources, booleen, instant, sans_vide
from qonto_link.api.schemas.comptes import BankAccount, Label, Membership, Organization, Statement
from qonto_link.api.schemas.operations import Attachment, Transaction
from qonto_link.api.transport import IDEMPOTENCY

TOUS_LES_STATUTS = ("pending", "completed", "declined", "reversed")
TOUT_INCLURE = ("attachments", "labels", "vat_details")
MORCEAU = 64 * 1024


class LecturesMixin(Ressources):
    def organization(self, *, include_external_accounts: bool = False) -> Organization:
        params = {"include_external_accounts": "true"} if include_external_accounts else {}
        return self._un(Organization, "GET", "/v2/organization", "organization", params=params)

    def bank_accounts(self) -> Iterator[BankAccount]:
        return self._liste(BankAccount, "/v2/bank_accounts", "bank_accounts", {})

    def bank_account(self, id: str) -> BankAccount:
        return self._un(BankAccount, "GET", f"/v2/bank_accounts/{id}", "bank_account")

    def transactions(
        self,
        *,
        bank_account_id: str,
        status: Sequence[str] = TOUS_LES_STATUTS,
        includes: Sequence[str] = TOUT_INCLURE,
        updated_at_from: datetime | None = None,
        updated_at_to: datetime | None = None,
        settled_at_from: datetime | None = None,
        settled_at_to: datetime | None = None,
        emitted_at_from: datetime | None = None,
        emitted_at_to: datetime | None = None,
        side: str = "",
        with_attachments: bool | None = None,
        sort_by: str = "updated_at:asc",
        per_page: int = 100,
    ) -> Iterator[Transaction]:
        """The lines of one account. A line may come twice when rows move between pages: de-duplicate by `id`.

        More than 10 000 rows are refused (`search_limit_reached`): slice by dates.
        """
        params = sans_vide(
            {
                "bank_account_id": bank_account_id,
                "status[]": list(status),
                "includes[]": list(includes),
                "updated_at_from": instant(updated_at_from),
                "updated_at_to": instant(updated_at_to),
                "settled_at_from": instant(settled_at_from),
                "settled_at_to": instant(settled_at_to),
                "emitted_at_from": instant(emitted_at_from),
                "emitted_at_to": instant(emitted_at_to),
                "side": side,
                "with_attachments": booleen(with_attachments),
                "sort_by": sort_by,
            }
        )
        return self._liste(Transaction, "/v2/transactions", "transactions", params, per_page)

    def transaction(self, id: str, *, includes: Sequence[str] = TOUT_INCLURE) -> Transaction:
        params = {"includes[]": list(includes)}
        return self._un(Transaction, "GET", f"/v2/transactions/{id}", "transaction", params=params)

    def transaction_attachments(self, transaction_id: str) -> Iterator[Attachment]:
        return self._liste(Attachment, f"/v2/transactions/{transaction_id}/attachments", "attachments", {})

    def attachment(self, id: str) -> Attachment:
        return self._un(Attachment, "GET", f"/v2/attachments/{id}", "attachment")

    def upload_attachment(
        self, *, fichier: IO[bytes], nom: str, type_mime: str, idempotency_key: str = ""
    ) -> Attachment:
        """Send a file (PDF, PNG, JPEG, 10 MB at most). The answer holds its id alone."""
        return self._un(
            Attachment,
            "POST",
            "/v2/attachments",
            "attachment",
            fichiers={"file": (nom, fichier, type_mime)},
            entetes={IDEMPOTENCY: idempotency_key or str(uuid4())},
        )

    def attach_to_transaction(
        self, transaction_id: str, *, fichier: IO[bytes], nom: str, type_mime: str, idempotency_key: str = ""
    ) -> None:
        """Attach a file to a line. Qonto works on it later: the id is seen in `transaction_attachments`."""
        self._transport.appeler(
            "POST",
            f"/v2/transactions/{transaction_id}/attachments",
            fichiers={"file": (nom, fichier, type_mime)},
            entetes={IDEMPOTENCY: idempotency_key or str(uuid4())},
        )

    def ouvrir_fichier(self, url: str) -> AbstractContextManager[requests.Response]:
        """The streamed answer of a presigned address; `Unavailable` when it is cut."""
        return self._transport.telechargement(url)

    def telecharger(self, url: str, destination: IO[bytes], *, taille_max: int = 30 * 1024 * 1024) -> int:
        """Write the file of a presigned address piece by piece; returns its size. Raises BadAnswer when too large."""
        total = 0
        with self._transport.telechargement(url) as reponse:
            for morceau in reponse.iter_content(MORCEAU):
                total += len(morceau)
                if total > taille_max:
                    raise BadAnswer(Contexte("GET", "(fichier)", reponse.status_code), "fichier trop gros")
                destination.write(morceau)
        return total

    def labels(self) -> Iterator[Label]:
        return self._liste(Label, "/v2/labels", "labels", {})

    def memberships(self) -> Iterator[Membership]:
        return self._liste(Membership, "/v2/memberships", "memberships", {})

    def membership(self) -> Membership:
        """The person who gave the consent (scope `membership.read`)."""
        return self._un(Membership, "GET", "/v2/membership", "membership")

    def statements(
        self, *, bank_account_id: str = "", period_from: str = "", period_to: str = ""
    ) -> Iterator[Statement]:
        """Monthly statements; periods are written `MM-YYYY`."""
        params = sans_vide(
            {
                "bank_account_ids[]": [bank_account_id] if bank_account_id else [],
                "period_from": period_from,
                "period_to": period_to,
                "sort_by": "period:asc",
            }
        )
        return self._liste(Statement, "/v2/statements", "statements", params)

    def statement(self, id: str) -> Statement:
        return self._un(Statement, "GET", f"/v2/statements/{id}", "statement")

    def revoke_consents(self) -> None:
        """Withdraw the consent that the user gave to this application."""
        self._transport.appeler("DELETE", "/v2/oauth2/consents")
