"""Qonto Embed, the catalogue, and the organizations of a user."""

import base64
import json
import re

import requests

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


class Visitor:
    """A browser sent to a hosted page, without any header of ours."""

    def __init__(self, payer: Payer, action: str = "create_sepa_transfer", back: str | None = "https://p.example/fin"):
        asked = {"post_authn_action": action} | ({"callback_url": back} if back else {})
        self.payer = payer
        self.url = str(payer.post(LINKS, {"embed_auth_link": asked}).json()["embed_auth_link"]["url"])

    def open(self) -> requests.Response:
        return requests.get(self.url, allow_redirects=False, timeout=10)

    def send(self, page: requests.Response, **fields: str) -> requests.Response:
        found = re.search(r'name="session" value="([^"]+)"', page.text)
        given = {"session": found[1] if found else "", "decision": "confirmer", "code": "123456", **fields}
        return requests.post(self.url, data=given, allow_redirects=False, timeout=10)

    def order(self, **changes: str) -> dict[str, str]:
        account = self.payer.account_id
        order = {"name": "AARO", "iban": "FR7610011000201234567890188", "amount": "189,99", "reference": "FS9289482"}
        return {"bank_account_id": account, **order, **changes}


def test_hosted_page_makes_the_transfer_and_goes_back(payer: Payer) -> None:
    visitor, start = Visitor(payer), payer.qonto.api("GET", "clock")["now"]
    page = visitor.open()
    assert page.status_code == 200
    assert "MAISON LENOIR" in page.text
    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    done = visitor.send(page, **visitor.order())
    assert (done.status_code, done.headers["Location"]) == (303, "https://p.example/fin")
    payer.wait()
    (made,) = payer.get("/v2/sepa/transfers", updated_at_from=start).json()["transfers"]
    assert (made["amount_cents"], made["reference"], made["status"]) == (18999, "FS9289482", "settled")
    assert visitor.send(page, **visitor.order()).status_code == 410


def test_hosted_page_opens_once_and_for_ten_minutes(payer: Payer) -> None:
    visitor = Visitor(payer)
    assert visitor.open().status_code == 200
    assert "déjà servi" in visitor.open().text
    late = Visitor(payer)
    payer.wait(minutes=10)
    assert late.open().status_code == 410
    assert requests.get(f"{payer.qonto.url}/embed-auth-link/unknown", timeout=10).status_code == 404


def test_hosted_page_says_what_is_wrong_and_keeps_what_was_typed(payer: Payer) -> None:
    visitor = Visitor(payer)
    page = visitor.open()
    for changes, words in (
        ({"code": "000000"}, "code"),
        ({"iban": "FR1"}, "IBAN"),
        ({"amount": "beaucoup"}, "montant"),
        ({"amount": "90000000"}, "pièce"),
        ({"reference": ""}, "champs"),
        ({"iban": str(payer.qonto.company()["iban"])}, "virement interne"),
    ):
        refused = visitor.send(page, **{**visitor.order(), **changes})
        assert refused.status_code == 422, changes
        assert words in refused.text, changes
        assert 'value="AARO"' in refused.text
    assert visitor.send(page, **visitor.order()).status_code == 303


def test_hosted_page_can_be_left(payer: Payer) -> None:
    for action in ("create_payment_link", "display_card"):
        visitor = Visitor(payer, action, back=None)
        left = visitor.send(visitor.open(), decision="abandonner")
        assert left.status_code == 200
        assert "terminé" in left.text
