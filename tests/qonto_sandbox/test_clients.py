"""Clients (partner reference §3.7)."""

from tests.qonto_sandbox.payer import Payer, error

PATH = "/v2/clients"
NEW = {
    "kind": "company",
    "name": "Épicerie Durand",
    "email": "compta@durand.example",
    "tax_identification_number": "732829320",
    "currency": "EUR",
    "locale": "fr",
    "billing_address": {"street_address": "1 rue du Bac", "city": "Paris", "zip_code": "75007", "country_code": "FR"},
}


def create(payer: Payer, **changes: object) -> dict[str, object]:
    answer = payer.send("POST", PATH, {**NEW, **changes})
    assert answer.status_code == 200, answer.text
    made: dict[str, object] = answer.json()["client"]
    return made


def test_body_is_flat_and_answer_wrapped(payer: Payer) -> None:
    made = create(payer)
    assert (made["kind"], made["type"], made["city"]) == ("company", "company", "Paris")
    assert made["e_invoicing_reachable"] is True
    assert payer.get(f"{PATH}/{made['id']}").json()["client"] == made


def test_names_are_needed_by_kind(payer: Payer) -> None:
    assert error(payer.send("POST", PATH, {"kind": "company"})) == (422, "missing")
    assert error(payer.send("POST", PATH, {"kind": "individual", "first_name": "Ana"})) == (422, "missing")
    assert error(payer.send("POST", PATH, {**NEW, "kind": "other"})) == (400, "not_in_list")
    person = create(payer, kind="individual", name=None, first_name="Ana", last_name="Gomez")
    assert person["name"] == "Ana Gomez"


def test_list_is_filtered_and_sorted_by_name(payer: Payer) -> None:
    create(payer)
    names = [row["name"] for row in payer.get(PATH).json()["clients"]]
    assert names == sorted(names)
    found = payer.get(PATH, **{"filter[name]": "epicerie"}).json()["clients"]
    assert [row["name"] for row in found] == ["Épicerie Durand"]
    exact = payer.get(PATH, **{"filter[email]": "COMPTA@durand.example"}).json()["clients"]
    assert len(exact) == 1
    assert payer.get(PATH, **{"filter[name]": "e"}).status_code == 400
    assert error(payer.get(PATH, sort_by="email:asc")) == (400, "not_in_list")


def test_update_and_delete(payer: Payer) -> None:
    made = create(payer)
    changed = payer.send("PATCH", f"{PATH}/{made['id']}", {"email": "new@durand.example"})
    assert changed.json()["client"]["email"] == "new@durand.example"
    assert changed.json()["client"]["name"] == "Épicerie Durand"
    assert payer.send("DELETE", f"{PATH}/{made['id']}").status_code == 204
    assert error(payer.get(f"{PATH}/{made['id']}")) == (404, "not_found")


def test_client_of_another_company_is_not_found(payer: Payer) -> None:
    made = create(payer)
    assert Payer(payer.qonto, "atelier-bertin-1174").get(f"{PATH}/{made['id']}").status_code == 404
