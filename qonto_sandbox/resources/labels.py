"""Labels (reference §14.2)."""

from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import not_found
from qonto_sandbox.core.pagination import page_answer
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.schemas import common
from qonto_sandbox.schemas import organization as schemas

READ = ("organization.read",)


def view(row: Record) -> dict[str, Any]:
    return {"id": row["id"], "name": row["name"], "parent_id": row["parent_id"]}


@endpoint("GET", "/v2/labels", scopes=READ, query=common.PageQuery, response=schemas.LabelList, errors=(401, 403, 422))
def list_labels(call: Call) -> Response:
    """Lister les libellés analytiques."""
    return page_answer(
        call.query, "labels", call.world.store["labels"].by("organization_id", call.organization_id), view
    )


@endpoint("GET", "/v2/labels/{id}", scopes=READ, response=schemas.LabelAnswer, errors=(401, 403, 404))
def show_label(call: Call) -> Response:
    """Lire un libellé analytique."""
    row = call.world.store["labels"].get(call.path["id"])
    if row is None or row["organization_id"] != call.organization_id:
        raise not_found()
    return answer({"label": view(row)})
