"""Qonto Embed, the catalogue, and the organizations of a user."""

import base64
import json

from tests.qonto import LocalQonto
from tests.qonto_sandbox.oauth import tokens
from tests.qonto_sandbox.payer import Payer, error

LINKS, DISPATCH, PRODUCTS = "/v1/embed_auth_links", "/v1/encoded_requests/dispatch", "/v2/products"
NEW = {"title": "Forfait", "type": "service", "unit_price": {"value": "150.00", "currency": "EUR"}, "vat_rate": "0.2"}


def encoded(**asked: object) -> dict[str, str]:
    return {"data": base64.b64encode(json.dumps(asked).encode()).decode()}


def test_link_to_a_hosted_page(payer: Payer) -> None:
    asked = {"post_authn_action": "create_sepa_transfer", "callback_url": "https://portail.example/fin"}
    made = payer.post(LINKS, {"embed_auth_link": asked}).json()["embed_auth_link"]
    assert {name: made[name] for name in asked} == asked
    assert made["used_at"] is None
    assert error(payer.post(LINKS, {"embed_auth_link": {"post_authn_action": "x"}})) == (400, "not_in_list")


def test_encoded_request_is_answered_as_the_plain_one(payer: Payer) -> None:
    answer = payer.post(DISPATCH, encoded(method="GET", headers={}, path="/v2/labels?per_page=2", payload=None))
    inner = json.loads(base64.b64decode(answer.json()["data"]))
    assert inner["status"] == 200
    assert inner["body"] == payer.get("/v2/labels", per_page=2).json()
    body = {"iban": "FR7610011000201234567890188", "beneficiary_name": "AARO"}
    answer = payer.post(DISPATCH, encoded(method="POST", headers={}, path="/v2/sepa/verify_payee", payload=body))
    assert json.loads(base64.b64decode(answer.json()["data"]))["body"]["match_result"] == "MATCH_RESULT_MATCH"


def test_what_cannot_be_forwarded_is_refused(payer: Payer) -> None:
    assert error(payer.post(DISPATCH, {"data": "!"})) == (400, "bad_request")
    assert error(payer.post(DISPATCH, encoded(method="GET", path="/_sandbox/api/clock"))) == (400, "bad_request")
    assert error(payer.post(DISPATCH, encoded(method="POST", path=DISPATCH))) == (400, "bad_request")


def test_catalogue_is_listed_filtered_and_grows(payer: Payer) -> None:
    rows = payer.get(PRODUCTS).json()["products"]
    assert [row["title"] for row in rows] == sorted(row["title"] for row in rows)
    services = payer.get(PRODUCTS, **{"filter[type]": "service", "sort_by": "created_at:desc"}).json()["products"]
    assert {row["type"] for row in services} == {"service"}
    made = payer.post(PRODUCTS, NEW | {"links": [{"title": "Page", "url": "https://exemple.example"}]}).json()[
        "product"
    ]
    assert payer.get(f"{PRODUCTS}/{made['id']}").json()["product"] == made
    assert error(payer.get(f"{PRODUCTS}/unknown")) == (404, "not_found")
    assert error(payer.post(PRODUCTS, NEW | {"type": "autre"})) == (400, "not_in_list")
    assert error(payer.post(PRODUCTS, NEW | {"vat_rate": "20"})) == (422, "invalid_format")


def test_user_sees_the_organizations_that_he_opened(qonto: LocalQonto, payer: Payer) -> None:
    (own,) = payer.get("/v2/user_organizations").json()["organizations"]
    organization = payer.get("/v2/organization").json()["organization"]
    assert own == {
        **{name: organization[name] for name in ("id", "name", "legal_name", "legal_number", "legal_country")},
        "membership_role": "owner",
    }
    employee = tokens(qonto, email="karim@maison-lenoir.example", scope="user_organization.read")["access_token"]
    session = qonto.session(token=employee)
    (seen,) = session.get(f"{qonto.url}/v2/user_organizations").json()["organizations"]
    assert seen == own | {"membership_role": "employee"}
