"""Organization, bank accounts, people, labels, statements (reference §4, §14)."""

from typing import Annotated

from qonto_link.api.schemas.base import Jour, ListeVide, Moment, Schema, Texte


class BankAccount(Schema):
    """Everything beyond the first fields is absent for users who may not read it."""

    id: str
    name: Texte = ""
    slug: Texte = ""
    status: Texte = "active"
    main: bool = False
    organization_id: Texte = ""
    iban: Texte = ""
    bic: Texte = ""
    currency: Texte = "EUR"
    balance_cents: int | None = None
    authorized_balance_cents: int | None = None
    updated_at: Moment = None
    is_external_account: bool = False
    account_number: Texte = ""


class Organization(Schema):
    id: str
    slug: Texte = ""
    name: Texte = ""
    legal_name: Texte = ""
    legal_number: Texte = ""
    legal_form: Texte = ""
    legal_country: Texte = ""
    legal_address: Texte = ""
    legal_sector: Texte = ""
    legal_registration_date: Jour = None
    locale: Texte = ""
    bank_accounts: Annotated[tuple[BankAccount, ...], ListeVide] = ()

    @property
    def siren(self) -> str:
        """The SIREN: `legal_number` holds a SIREN or a SIRET in France."""
        return "".join(signe for signe in self.legal_number if signe.isdigit())[:9]


class Label(Schema):
    id: str
    name: Texte = ""
    parent_id: str | None = None


class Membership(Schema):
    id: str
    first_name: Texte = ""
    last_name: Texte = ""
    email: Texte = ""
    role: Texte = ""
    status: Texte = ""
    team_id: Texte = ""
    kyc_status: Texte = ""


class StatementFile(Schema):
    file_name: Texte = ""
    file_content_type: Texte = ""
    file_size: int = 0
    file_url: Texte = ""


class Statement(Schema):
    id: str
    bank_account_id: Texte = ""
    period: Texte = ""
    file: StatementFile | None = None
