from typing import Any

import pytest

from qonto_sandbox.onboarding.rules import errors_of, flow_of, next_step, steps_of

PERSON: dict[str, Any] = {
    "id": "p1",
    "is_owner": True,
    "first_name": "Sofia",
    "last_name": "Marchand",
    "email": "sofia@fournil-halles.example",
    "gender": "female",
    "phone_number": "0033612345678",
    "nationality": "FR",
    "birth_date": "1991-04-17T00:00:00.000Z",
    "birth_address": {"postal_code": "49000", "city": "Angers", "country": "FR"},
    "residence_address": {"line_1": "3 allée des Tilleuls", "postal_code": "44100", "city": "Nantes", "country": "FR"},
    "capital_amount": {"value": "2000.00", "currency": "EUR"},
    "shareholding_type": "physical",
}
CREATION: dict[str, Any] = {
    "legal_flow": "company_creation",
    "locale": "fr",
    "partner_user": {"first_name": "Sofia", "last_name": "Marchand", "email": "sofia@fournil-halles.example"},
    "organization": {
        "entity_type": "company",
        "legal_name": "Fournil des Halles",
        "legal_form": "SASU",
        "legal_sector": "C.10.71",
        "legal_registration_date": "2026-11-02",
        "address": {"line_1": "14 rue des Carmes", "postal_code": "44000", "city": "Nantes", "country": "FR"},
        "total_capital_amount": {"value": "2000.00", "currency": "EUR"},
    },
    "stakeholders": [PERSON],
}
EXISTING: dict[str, Any] = {
    "legal_flow": "existing_company",
    "locale": "fr",
    "partner_user": CREATION["partner_user"],
    "organization": {"legal_number": "852379890"},
    "stakeholders": [],
}


def found(body: dict[str, Any], *, embed: bool = True) -> list[tuple[str, str]]:
    return [(e["code"], e["source"]["pointer"]) for e in errors_of(body, embed_partner=embed)]


def test_complete_requests_have_no_error() -> None:
    assert found(CREATION) == []
    assert found(EXISTING) == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"legal_flow": "other"}, ("not_in_list", "/legal_flow")),
        ({"locale": None}, ("missing", "/locale")),
        ({"locale": "nl"}, ("not_in_list", "/locale")),
        ({"partner_user": None}, ("missing", "/partner_user")),
        (
            {"partner_user": {"first_name": "A", "last_name": "B", "email": "no"}},
            ("invalid_format", "/partner_user/email"),
        ),
        ({"organization": {}}, ("missing", "/organization/legal_number")),
        ({"organization": {"legal_number": "85237989000018"}}, ("invalid_format", "/organization/legal_number")),
        ({"partner_redirect_url": "javascript:x"}, ("invalid_format", "/partner_redirect_url")),
    ],
)
def test_faults_point_at_the_property(changes: dict[str, Any], error: tuple[str, str]) -> None:
    assert error in found({**EXISTING, **changes})


def test_creation_needs_one_owner() -> None:
    assert ("missing", "/stakeholders") in found({**CREATION, "stakeholders": []})
    assert ("invalid_format", "/stakeholders") in found({**CREATION, "stakeholders": [PERSON, PERSON]})


def test_redirect_url_is_for_embed_partners() -> None:
    body = {**EXISTING, "partner_redirect_url": "https://portail.example/retour"}
    assert found(body) == []
    assert found(body, embed=False) == [("not_allowed", "/partner_redirect_url")]


def test_creation_is_seamless_only_with_statutes_and_identities() -> None:
    files = [{"file_type": "organization-by-laws", "stakeholder_id": None}]
    manual = flow_of(CREATION, files)
    assert manual["type"] == "manual"
    assert [row["source"]["pointer"] for row in manual["breakdown"]] == [
        "/stakeholders/0/files/stakeholder-proof-of-identity"
    ]
    identity = {"file_type": "stakeholder-proof-of-identity", "stakeholder_id": "p1"}
    assert flow_of(CREATION, [*files, identity]) == {"type": "seamless", "breakdown": []}


def test_steps_follow_the_country_and_the_flow() -> None:
    assert next_step({**CREATION, "status": "contract_signed"}) == "submitted"
    assert next_step({**EXISTING, "status": "contract_signed"}) == "completed"
    assert next_step({**EXISTING, "status": "completed"}) is None
    abroad = {**CREATION, "organization": {"address": {"country": "DE"}}}
    assert "capital_deposit_statement_ready" in steps_of(abroad)
