"""What the references say of each operation, one line each: who may call it, what it asks for, what it answers.

Columns: method, path, who (O access token, K API key, P partner, C the application itself), scopes (one of them
suffices), marks, success, then the refusals of its own. Everyone's refusals are not repeated: 302 (the gate), 401,
429, 500, and 403 where a token or a scope is asked for.

Marks: I idempotency key · S strong authentication · V proof of the payee · P pages (400, 422) · J a JSON body ·
j a JSON body that may be left out · M a file · B its 404 is a single object · b its 422 is a single object.
"""

# ruff: noqa: E501 the table reads across

import re
from dataclasses import dataclass
from functools import cached_property

EVERYONE = {302, 401, 429, 500}
TABLE = """
POST   /oauth2/token                                    C  -                                   -    200 400
POST   /oauth2/revoke                                   C  -                                   -    200 400
DELETE /v2/oauth2/consents                              O  organization.read                   -    204 -
GET    /v2/user_organizations                           O  user_organization.read|organization.read - 200 -
GET    /v2/organization                                 OK organization.read                   -    200 400
GET    /v2/bank_accounts                                OK organization.read                   P    200 400,422
POST   /v2/bank_accounts                                O  bank_account.write                  IJ   200 400,422
GET    /v2/bank_accounts/{id}                           OK organization.read                   -    200 404
PATCH  /v2/bank_accounts/{id}                           O  bank_account.write                  J    200 400,404,422
POST   /v2/bank_accounts/{id}/close                     O  bank_account.write                  S    200 400,404,412,422,428
GET    /v2/bank_accounts/{id}/iban_certificate          OK organization.read                   -    200 400,404
GET    /v2/transactions                                 OK organization.read                   Pb   200 400,422
GET    /v2/transactions/{id}                            OK organization.read                   B    200 400,404
GET    /v2/transactions/{id}/attachments                OK organization.read                   PB   200 400,404,422
POST   /v2/transactions/{id}/attachments                OK attachment.write                    IMB  200 400,404,422
DELETE /v2/transactions/{id}/attachments                OK attachment.write                    B    200 404
DELETE /v2/transactions/{id}/attachments/{attachment_id} OK attachment.write                   B    200 404
POST   /v2/attachments                                  OK attachment.write                    IM   200 400,422
GET    /v2/attachments/{id}                             OK attachment.read|organization.read   -    200 404
POST   /v2/sepa/verify_payee                            OK payment.write                       J    200 400,422,501,503,504
POST   /v2/sepa/bulk_verify_payee                       OK payment.write                       J    200 400,422,501,504
GET    /v2/sepa/beneficiaries                           OK organization.read                   P    200 400,422
GET    /v2/sepa/beneficiaries/{id}                      OK organization.read                   -    200 404
POST   /v2/sepa/beneficiaries                           O  payment.write                       IJS  201 400,412,422,428
PATCH  /v2/sepa/beneficiaries/{id}                      O  payment.write                       JS   200 400,404,412,422,428
PUT    /v2/sepa/beneficiaries/{id}                      O  payment.write                       JS   200 400,404,412,422,428
DELETE /v2/sepa/beneficiaries/{id}                      O  payment.write                       -    204 404
PATCH  /v2/sepa/beneficiaries/trust                     O  beneficiary.trust                   JS   200 400,412,422,428
PATCH  /v2/sepa/beneficiaries/untrust                   O  payment.write                       J    200 400,422
POST   /v2/sepa/transfers                               OK payment.write                       IJSV 200 400,404,412,422,428
GET    /v2/sepa/transfers                               OK organization.read                   P    200 400,422
GET    /v2/sepa/transfers/{id}                          OK organization.read                   -    200 404
POST   /v2/sepa/transfers/{id}/cancel                   OK payment.write                       -    204 400,404
POST   /v2/sepa/transfers/{id}/download_proof           OK payment.write                       -    200 400,404
POST   /v2/sepa/bulk_transfers                          O  payment.write                       IJSV 200 400,404,412,422,428
GET    /v2/sepa/bulk_transfers                          OK organization.read                   P    200 400,422
GET    /v2/sepa/bulk_transfers/{id}                     OK organization.read                   -    200 404
POST   /v2/sepa/recurring_transfers                     O  payment.write                       IJSV 200 400,404,412,422,428
GET    /v2/sepa/recurring_transfers                     OK organization.read                   P    200 400,422
GET    /v2/sepa/recurring_transfers/{id}                OK organization.read                   -    200 404
POST   /v2/sepa/recurring_transfers/{id}/cancel         OK payment.write                       -    204 400,404
POST   /v2/internal_transfers                           OK internal_transfer.write             IJ   200 400,422
POST   /v2/requests/transfers                           O  request_transfers.write             IJ   200 400,404,422
POST   /v2/requests/multi_transfers                     O  request_transfers.write             IJb  200 400,404,422
GET    /v2/requests                                     OK organization.read                   Pb   200 400,422
POST   /v2/requests/{request_type}/{id}/approve         O  request_review.write                IjSb 200 400,404,412,422,428
POST   /v2/requests/{request_type}/{id}/decline         OK request_review.write                jb   200 400,404,422
GET    /v2/sca_sessions/{token}                         O  -                                   -    200 404
GET    /v2/mocked_sca_sessions/{token}                  O  -                                   -    200 404
POST   /v2/mocked_sca_sessions/{token}/{decision}       O  -                                   -    200 400,404
GET    /v2/statements                                   OK organization.read                   Pb   200 400,404,422
GET    /v2/statements/{id}                              OK organization.read                   B    200 404
GET    /v2/labels                                       OK organization.read                   P    200 400,422
GET    /v2/labels/{id}                                  OK organization.read                   -    200 404
GET    /v2/memberships                                  OK organization.read                   P    200 400,422
GET    /v2/membership                                   O  membership.read                     -    200 -
POST   /v2/memberships/invite_employee_or_accountant    O  membership.write                    Jb   200 400,422
GET    /v2/client_invoices                              OK client_invoices.read                P    200 400,422
POST   /v2/client_invoices                              OK client_invoice.write                J    200 400,409,422
GET    /v2/client_invoices/{id}                         OK client_invoices.read                -    200 404
PATCH  /v2/client_invoices/{id}                         OK client_invoice.write                J    200 400,404,409,412,422
DELETE /v2/client_invoices/{id}                         OK client_invoice.write                -    204 404,412
POST   /v2/client_invoices/{id}/finalize                OK client_invoice.write                -    200 404,422
POST   /v2/client_invoices/{id}/mark_as_paid            OK client_invoice.write                j    200 400,404,422
POST   /v2/client_invoices/{id}/unmark_as_paid          OK client_invoice.write                -    200 404,422
POST   /v2/client_invoices/{id}/mark_as_canceled        OK client_invoice.write                -    200 404,422
POST   /v2/client_invoices/{id}/send                    OK client_invoice.write                J    204 400,404,422
POST   /v2/client_invoices/{id}/send_by_einvoice        OK client_invoice.write                -    204 404,422
POST   /v2/client_invoices/bulk                         OK client_invoice.write                M    200 422
POST   /v2/client_invoices/uploads                      OK client_invoice.write                M    200 422
GET    /v2/client_invoices/uploads/{id}                 OK client_invoices.read                -    200 404
GET    /v2/credit_notes                                 OK client_invoices.read                P    200 400,422
GET    /v2/credit_notes/{id}                            OK client_invoices.read                -    200 404
GET    /v2/clients                                      OK client.read                         P    200 400,422
POST   /v2/clients                                      OK client.write                        J    200 400,422
GET    /v2/clients/{id}                                 OK client.read                         -    200 404
PATCH  /v2/clients/{id}                                 OK client.write                        J    200 400,404,422
DELETE /v2/clients/{id}                                 OK client.write                        -    204 404
GET    /v2/quotes                                       OK client_invoices.read                P    200 400,422
POST   /v2/quotes                                       OK client_invoice.write                J    201 400,409,422
GET    /v2/quotes/{id}                                  OK client_invoices.read                B    200 404
PATCH  /v2/quotes/{id}                                  OK client_invoice.write                JB   200 400,404,412,422
DELETE /v2/quotes/{id}                                  OK client_invoice.write                -    204 404
POST   /v2/quotes/{id}/send                             OK client_invoice.write                J    204 400,404,422
GET    /v2/products                                     OK product.read                        P    200 400,422
POST   /v2/products                                     OK product.write                       J    200 400,422
GET    /v2/products/{id}                                OK product.read                        -    200 404
GET    /v2/supplier_invoices                            OK supplier_invoice.read               P    200 400,422
GET    /v2/supplier_invoices/{id}                       OK supplier_invoice.read               -    200 404
POST   /v2/supplier_invoices/bulk                       OK supplier_invoice.write              M    200 400
GET    /v2/einvoicing/settings                          OK einvoicing.read                     -    200 404
POST   /v1/embed_auth_links                             O  embed_auth_link.write               J    200 400,422
POST   /v1/encoded_requests/dispatch                    O  -                                   J    200 400,422
GET    /v2/webhook_subscriptions                        O  webhook                             P    200 400,422
POST   /v2/webhook_subscriptions                        O  webhook                             J    201 400
GET    /v2/webhook_subscriptions/{id}                   O  webhook                             -    200 404
PUT    /v2/webhook_subscriptions/{id}                   O  webhook                             J    200 400,404
DELETE /v2/webhook_subscriptions/{id}                   O  webhook                             -    204 404
POST   /register/registrations                          P  -                                   J    201 400,422
GET    /register/registrations                          P  -                                   P    200 400,422
GET    /register/registrations/{id}                     P  -                                   -    200 404
POST   /register/registrations/{id}/trigger_owner_email P  -                                   -    204 404
POST   /register/partner_events                         P  -                                   J    201 400,404,422
POST   /register/webhooks                               P  -                                   J    201 400,422
POST   /data_api/webhooks                               P  -                                   J    201 400,422
GET    /register/events                                 P  -                                   P    200 400,422
POST   /register/dev/trigger_event                      P  -                                   J    201 400,404,422
POST   /register/registrations/{registration_id}/files  P  -                                   M    201 404,409,422
GET    /register/registrations/{registration_id}/files  P  -                                   -    200 404
GET    /register/registrations/{registration_id}/files/{id} P -                                -    200 404
DELETE /register/registrations/{registration_id}/files/{id} P -                                -    204 404
GET    /register/registrations/{registration_id}/files/{id}/download P -                       -    200 404
"""
INVOICES = re.compile(r"/v2/(client_invoices|quotes)\b")


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    who: str
    scopes: tuple[str, ...]
    marks: str
    success: int
    own: frozenset[int]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def family(self) -> str:
        """How it tells its errors (partner reference §0.5)."""
        if self.path.startswith("/oauth2/"):
            return "oauth"
        if self.path.startswith(("/register/", "/data_api/")):
            return "onboarding"
        if self.path.startswith("/v2/webhook_subscriptions"):
            return "webhooks"
        return "invoices" if INVOICES.match(self.path) else "business"

    @cached_property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    @property
    def names_one(self) -> bool:
        """Whether the path names a thing that may be unknown."""
        return bool(self.parameters)

    @property
    def statuses(self) -> set[int]:
        forbidden = {403} if "O" in self.who and (self.scopes or "K" not in self.who) else set()
        return {self.success} | self.own | EVERYONE | forbidden


def _read(line: str) -> Operation:
    method, path, who, scopes, marks, success, own = line.split()
    return Operation(
        method=method,
        path=path,
        who=who,
        scopes=tuple(scopes.split("|")) if scopes != "-" else (),
        marks=marks.strip("-"),
        success=int(success),
        own=frozenset(int(status) for status in own.split(",")) if own != "-" else frozenset(),
    )


OPERATIONS = {row.name: row for row in map(_read, TABLE.strip().splitlines())}
