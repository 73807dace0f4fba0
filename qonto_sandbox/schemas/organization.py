"""Organization, accounts, labels, members, statements."""

from pydantic import Field

from qonto_sandbox.schemas.common import Asked, DateTime, Day, Meta, PageQuery, Uuid, Wire


class Address(Wire):
    street_address: str
    city: str
    zip_code: str
    country_code: str


class EmbeddedAccount(Wire):
    id: Uuid
    slug: str
    iban: str
    bic: str
    currency: str
    balance: float
    balance_cents: int
    authorized_balance: float
    authorized_balance_cents: int
    name: str
    updated_at: DateTime
    status: str
    main: bool
    is_external_account: bool
    account_number: str | None


class Organization(Wire):
    id: Uuid
    name: str | None
    slug: str
    legal_name: str | None
    locale: str
    legal_share_capital: float
    legal_country: str
    legal_registration_date: Day | None
    legal_form: str
    legal_address: str
    legal_sector: str | None
    contract_signed_at: str = Field(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$")
    legal_number: str
    address: Address | None
    bank_accounts: list[EmbeddedAccount]


class OrganizationAnswer(Wire):
    organization: Organization


class OrganizationQuery(Asked):
    include_external_accounts: bool = False


class Account(Wire):
    """Beyond `main`, a field is there for those who may read it."""

    id: Uuid
    name: str
    organization_id: Uuid
    status: str
    main: bool
    iban: str | None = None
    bic: str | None = None
    currency: str | None = None
    balance: float | None = None
    balance_cents: int | None = None
    authorized_balance: float | None = None
    authorized_balance_cents: int | None = None
    updated_at: DateTime | None = None
    is_external_account: bool | None = None
    account_number: str | None = None


class AccountAnswer(Wire):
    bank_account: Account


class AccountList(Wire):
    bank_accounts: list[Account]
    meta: Meta


class AccountName(Asked):
    name: str


class AccountRequest(Asked):
    bank_account: AccountName


class Label(Wire):
    id: Uuid
    name: str
    parent_id: Uuid | None


class LabelAnswer(Wire):
    label: Label


class LabelList(Wire):
    labels: list[Label]
    meta: Meta


class ListedMembership(Wire):
    id: Uuid
    first_name: str
    last_name: str
    role: str | None
    team_id: Uuid | None
    residence_country: str | None
    birthdate: Day | None
    nationality: str | None
    birth_country: str | None
    ubo: bool | None
    status: str
    email: str | None


class MembershipList(Wire):
    memberships: list[ListedMembership]
    meta: Meta


class Membership(Wire):
    id: Uuid
    first_name: str
    last_name: str
    email: str
    phone_number: str | None
    position: str | None
    status: str
    role: str | None
    locale: str
    team_id: Uuid | None
    kyc_status: str


class MembershipAnswer(Wire):
    membership: Membership


class Invitation(Asked):
    email: str
    first_name: str
    last_name: str
    role: str
    team_id: Uuid | None = None


class InvitationRequest(Asked):
    membership: Invitation


class InvitedMembership(Wire):
    id: Uuid
    first_name: str
    last_name: str
    email: str
    role: str
    locale: str
    team_id: Uuid | None


class InvitedMembershipAnswer(Wire):
    membership: InvitedMembership


class StatementFile(Wire):
    file_name: str
    file_content_type: str
    file_size: str = Field(pattern=r"^\d+$")
    file_url: str


class Statement(Wire):
    id: Uuid
    bank_account_id: Uuid
    period: str = Field(pattern=r"^\d\d-\d{4}$")
    file: StatementFile


class StatementAnswer(Wire):
    statement: Statement


class StatementList(Wire):
    statements: list[Statement]
    meta: Meta


class StatementsQuery(PageQuery):
    bank_account_ids: list[Uuid] = Field([], alias="bank_account_ids[]")
    ibans: list[str] = Field([], alias="ibans[]")
    period_from: str | None = Field(None, examples=["01-2026"])
    period_to: str | None = Field(None, examples=["12-2026"])
    sort_by: str = Field("period:desc", pattern="^period:(asc|desc)$")
