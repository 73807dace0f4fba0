"""The clients of a company (partner reference §3.7). Bodies are flat, answers are wrapped."""

import unicodedata
from typing import Any, Literal

from pydantic import Field
from werkzeug.wrappers import Response

from qonto_sandbox.core import ids
from qonto_sandbox.core.answers import answer, empty
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.pagination import page_answer, sorted_by
from qonto_sandbox.core.params import Body
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.resources.shapes import Meta, PageQuery
from qonto_sandbox.schemas.common import Asked, Wire

KINDS = ("company", "individual", "freelancer")
# Longest text by property.
TEXTS = {
    "name": 250,
    "first_name": 60,
    "last_name": 60,
    "email": 254,
    "e_invoicing_address": 125,
    "vat_number": 20,
    "tax_identification_number": 30,
    "address": 250,
    "city": 50,
    "zip_code": 20,
    "province_code": 2,
    "country_code": 2,
    "recipient_code": 7,
    "currency": 3,
    "locale": 5,
}
ADDRESS = {"street_address": 250, "city": 50, "zip_code": 20, "province_code": 2, "country_code": 2}
ADDRESSES = ("billing_address", "delivery_address")


class Address(Asked):
    street_address: str | None = None
    city: str | None = None
    zip_code: str | None = None
    province_code: str | None = None
    country_code: str | None = None


class Phone(Asked):
    country_code: str
    number: str


class ClientChanges(Asked):
    kind: Literal["company", "individual", "freelancer"] | None = None
    name: str | None = Field(default=None, max_length=250)
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    extra_emails: list[str] | None = Field(default=None, max_length=100)
    phone: Phone | None = None
    e_invoicing_address: str | None = None
    vat_number: str | None = None
    tax_identification_number: str | None = None
    address: str | None = None
    city: str | None = None
    zip_code: str | None = None
    province_code: str | None = None
    country_code: str | None = None
    billing_address: Address | None = None
    delivery_address: Address | None = None
    recipient_code: str | None = None
    currency: str | None = None
    locale: str | None = None


class Client(ClientChanges, Wire):
    id: str
    type: str
    phone_number: str | None
    e_invoicing_reachable: bool
    created_at: str
    updated_at: str


class OneClient(Wire):
    client: Client


class ClientPage(Wire):
    clients: list[Client]
    meta: Meta


class ClientQuery(PageQuery):
    filter_name: str | None = Field(default=None, alias="filter[name]")
    filter_email: str | None = Field(default=None, alias="filter[email]")
    filter_vat_number: str | None = Field(default=None, alias="filter[vat_number]")
    filter_tax_identification_number: str | None = Field(default=None, alias="filter[tax_identification_number]")
    sort_by: str = "name:asc"


def view(record: Record) -> dict[str, Any]:
    phone = record["phone"]
    number = f"{phone['country_code']}{phone['number']}" if phone else None
    shown = {name: value for name, value in record.items() if name != "organization_id"}
    return shown | {"type": record["kind"], "phone_number": number}


def plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def blank(organization_id: str, stamp: str) -> Record:
    return {
        "id": ids.new(),
        "organization_id": organization_id,
        "kind": "company",
        **dict.fromkeys(TEXTS),
        "extra_emails": [],
        "phone": None,
        **dict.fromkeys(ADDRESSES),
        "e_invoicing_reachable": False,
        "created_at": stamp,
        "updated_at": stamp,
    }


def _read_address(body: Body, name: str) -> dict[str, str | None] | None:
    if not body.has(name):
        return None
    nested = body.object(name)
    return {key: nested.text(key, required=False, longest=longest) or None for key, longest in ADDRESS.items()}


def read(body: Body, record: Record) -> Record:
    """The record with what was posted; the root address and the billing one follow each other."""
    changes: dict[str, Any] = {
        name: body.text(name, required=False, longest=longest) or None
        for name, longest in TEXTS.items()
        if name in body.data
    }
    for key in ("kind", "type"):
        if body.has(key):
            changes["kind"] = body.choice(key, KINDS)
    if "extra_emails" in body.data:
        changes["extra_emails"] = body.array("extra_emails", at_most=100, required=False)
    if body.has("phone"):
        phone = body.object("phone")
        changes["phone"] = {"country_code": phone.text("country_code"), "number": phone.text("number")}
    changes |= {name: _read_address(body, name) for name in ADDRESSES if name in body.data}
    record = {**record, **changes}
    if changes.get("billing_address"):
        billing = changes["billing_address"]
        record |= {name: billing[name] for name in ("city", "zip_code", "province_code", "country_code")}
        record["address"] = billing["street_address"]
    elif record["address"] and not record["billing_address"]:
        names = ("city", "zip_code", "province_code", "country_code")
        record["billing_address"] = {"street_address": record["address"], **{name: record[name] for name in names}}
    # A French company with a SIREN is in the directory of the network.
    record["e_invoicing_reachable"] = bool(
        record["kind"] == "company" and record["country_code"] == "FR" and record["tax_identification_number"]
    )
    _check_names(record)
    return record


def _check_names(record: Record) -> None:
    needed = ("name",) if record["kind"] == "company" else ("first_name", "last_name")
    for name in needed:
        if not record[name]:
            raise ApiError(422, "missing", f"{name} is missing", pointer=f"/{name}")
    if not record["name"]:
        record["name"] = f"{record['first_name']} {record['last_name']}"


def own_client(call: Call) -> Record:
    record = call.world.store["clients"].get(call.path["id"])
    if record is None or record["organization_id"] != call.organization_id:
        raise not_found()
    return record


@endpoint(
    "GET",
    "/v2/clients",
    scopes=("client.read",),
    query=ClientQuery,
    response=ClientPage,
    errors=(400, 401, 403, 422),
)
def list_clients(call: Call) -> Response:
    """Lister les clients."""
    query = call.query
    both = ("asc", "desc")
    field, descending = query.sort({"name": both, "created_at": both}, "name:asc")
    exact = {
        name: query.text(f"filter[{name}]").lower() for name in ("tax_identification_number", "vat_number", "email")
    }
    name = plain(query.text("filter[name]"))
    if name and len(name) < 2:
        raise ApiError(400, "bad_request", "filter[name] must have at least 2 characters", parameter="filter[name]")
    rows = [
        row
        for row in call.world.store["clients"].by("organization_id", call.organization_id)
        if all(not value or (row[key] or "").lower() == value for key, value in exact.items())
        and name in plain(row["name"])
    ]
    return page_answer(query, "clients", sorted_by(rows, field, descending), view)


@endpoint("GET", "/v2/clients/{id}", scopes=("client.read",), response=OneClient, errors=(401, 403, 404))
def show_client(call: Call) -> Response:
    """Lire un client."""
    return answer({"client": view(own_client(call))})


@endpoint(
    "POST",
    "/v2/clients",
    scopes=("client.write",),
    request=ClientChanges,
    response=OneClient,
    errors=(400, 401, 403, 422),
)
def create_client(call: Call) -> Response:
    """Créer un client."""
    record = read(call.body, blank(call.organization_id, call.world.stamp()))
    call.world.store["clients"].put(record)
    call.world.events.publish("clients", "created", record)
    return answer({"client": view(record)})


@endpoint(
    "PATCH",
    "/v2/clients/{id}",
    scopes=("client.write",),
    request=ClientChanges,
    response=OneClient,
    errors=(400, 401, 403, 404, 422),
)
def update_client(call: Call) -> Response:
    """Modifier un client ; ses factures passées gardent ses anciennes données."""
    record = read(call.body, own_client(call)) | {"updated_at": call.world.stamp()}
    call.world.store["clients"].put(record)
    call.world.events.publish("clients", "updated", record)
    return answer({"client": view(record)})


@endpoint("DELETE", "/v2/clients/{id}", scopes=("client.write",), status=204, errors=(401, 403, 404))
def delete_client(call: Call) -> Response:
    """Supprimer un client."""
    record = own_client(call)
    call.world.store["clients"].delete(record["id"])
    call.world.events.publish("clients", "deleted", record)
    return empty(204)
