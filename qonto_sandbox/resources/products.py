"""The catalogue of a company, as Qonto publishes it: the references name only its scopes. Bodies are flat."""

from typing import Any, Literal

from pydantic import Field
from werkzeug.wrappers import Response

from qonto_sandbox.core import ids
from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import not_found
from qonto_sandbox.core.pagination import page_answer, sorted_by
from qonto_sandbox.core.params import Body
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.invoicing.amounts import AMOUNT, RATE
from qonto_sandbox.invoicing.checks import EXEMPTIONS, decimal
from qonto_sandbox.resources.shapes import Meta, Money, PageQuery
from qonto_sandbox.schemas.common import Asked, DateTime, Uuid, Wire

READ, WRITE = ("product.read",), ("product.write",)
TYPES = ("good", "service")
BOTH = ("asc", "desc")
MAX_LINKS = 20


class Link(Wire):
    title: str
    url: str


class NewProduct(Asked):
    title: str = Field(max_length=120)
    type: Literal["good", "service"]
    unit_price: Money
    vat_rate: str = Field(examples=["0.2"])
    description: str | None = Field(default=None, max_length=600)
    internal_note: str | None = Field(default=None, max_length=50_000)
    unit: str | None = Field(default=None, max_length=20)
    vat_exemption_code: str | None = None
    links: list[Link] = Field(default=[])


class Product(NewProduct, Wire):
    id: Uuid
    organization_id: Uuid
    created_at: DateTime
    updated_at: DateTime


class OneProduct(Wire):
    product: Product


class ProductPage(Wire):
    products: list[Product]
    meta: Meta


class ProductQuery(PageQuery):
    filter_type: Literal["good", "service"] | None = Field(default=None, alias="filter[type]")
    sort_by: Literal["created_at:asc", "created_at:desc", "title:asc", "title:desc"] = "title:asc"


@endpoint("GET", "/v2/products", scopes=READ, query=ProductQuery, response=ProductPage, errors=(400, 401, 403, 422))
def list_products(call: Call) -> Response:
    """Lister le catalogue."""
    kind = call.query.choice("filter[type]", TYPES)
    field, descending = call.query.sort({"created_at": BOTH, "title": BOTH}, "title:asc")
    rows = call.world.store["products"].by("organization_id", call.organization_id)
    chosen = [row for row in rows if not kind or row["type"] == kind]
    return page_answer(call.query, "products", sorted_by(chosen, field, descending), dict)


@endpoint("GET", "/v2/products/{id}", scopes=READ, response=OneProduct, errors=(401, 403, 404))
def show_product(call: Call) -> Response:
    """Lire un article du catalogue."""
    record = call.world.store["products"].get(call.path["id"])
    if record is None or record["organization_id"] != call.organization_id:
        raise not_found()
    return answer({"product": record})


def _read(body: Body) -> dict[str, Any]:
    price = body.object("unit_price")
    links = [
        {"title": row.text("title"), "url": row.text("url")}
        for row in (body.objects("links", at_least=0, at_most=MAX_LINKS) if body.has("links") else ())
    ]
    return {
        "title": body.text("title", longest=120),
        "type": body.choice("type", TYPES),
        "unit_price": {"value": decimal(price, "value", AMOUNT), "currency": price.choice("currency", ("EUR",))},
        "vat_rate": decimal(body, "vat_rate", RATE),
        "description": body.text("description", required=False, longest=600) or None,
        "internal_note": body.text("internal_note", required=False, longest=50_000) or None,
        "unit": body.text("unit", required=False, longest=20) or None,
        "vat_exemption_code": body.choice("vat_exemption_code", EXEMPTIONS.split(), required=False) or None,
        "links": links,
    }


@endpoint(
    "POST",
    "/v2/products",
    scopes=WRITE,
    request=NewProduct,
    response=OneProduct,
    errors=(400, 401, 403, 422),
)
def create_product(call: Call) -> Response:
    """Ajouter un article au catalogue."""
    stamp = call.world.stamp()
    record: Record = {
        "id": ids.new(),
        "organization_id": call.organization_id,
        **_read(call.body),
        "created_at": stamp,
        "updated_at": stamp,
    }
    return answer({"product": call.world.store["products"].put(record)})
