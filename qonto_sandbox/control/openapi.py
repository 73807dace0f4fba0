"""The OpenAPI 3.1 description, made from the endpoints as they are declared."""

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from werkzeug.wrappers import Response

from qonto_sandbox.core import auth, idempotency
from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.routing import ENDPOINTS, Call, Endpoint, endpoint
from qonto_sandbox.oauth.scopes import SCOPES
from qonto_sandbox.payments import sca
from qonto_sandbox.schemas.common import (
    CodeErrorBody,
    ErrorBody,
    FlatErrorBody,
    ListErrorBody,
    OAuthErrorBody,
    ScaBody,
    SingleErrorBody,
)

# Where Qonto itself answers; the rest is of the local one alone.
BUSINESS = ("/v1/", "/v2/", "/register/", "/data_api/")
GATED = (*BUSINESS, "/oauth2/token", "/oauth2/revoke")
REFERENCE = "#/components/schemas/{model}"
REASONS = {
    200: "Succès",
    201: "Créé",
    204: "Fait, sans contenu",
    302: "Jeton de passage absent ou faux : la porte du bac à sable",
    303: "Retour à la page",
    400: "Demande mal formée",
    401: "Identifiants absents ou refusés",
    403: "Droit ou portée absents",
    404: "Inconnu, ou d’une autre organisation",
    409: "Conflit",
    412: "Authentification forte périmée",
    422: "Demande inacceptable",
    428: "Authentification forte requise",
    429: "Trop de requêtes",
    500: "Erreur du serveur",
    501: "Fonction absente",
    503: "Banque injoignable",
}
MEDIA = {
    "json": "application/json",
    "optional": "application/json",
    "multipart": "multipart/form-data",
    "form": "application/x-www-form-urlencoded",
}
ERRORS = (ErrorBody, ListErrorBody, SingleErrorBody, CodeErrorBody, FlatErrorBody, OAuthErrorBody, ScaBody)
TOLD_BY_CODE = ("PATCH /v2/client_invoices/{id}", 412)
ModelKey = tuple[type[BaseModel], JsonSchemaMode]


class Description:
    """Collects the models, then writes the whole."""

    def __init__(self, url: str) -> None:
        self._url, rows = url, list(ENDPOINTS.values())
        models: set[type[BaseModel]] = {*ERRORS}
        for row in rows:
            models |= {model for model in (row.request_schema, row.response_schema) if model is not None}
        keys: list[ModelKey] = [
            (model, "validation") for model in sorted(models, key=lambda model: model.__qualname__)
        ]
        self._map, self._definitions = models_json_schema(keys, ref_template=REFERENCE)
        self._rows = rows

    def body(self) -> dict[str, Any]:
        paths: dict[str, dict[str, Any]] = {}
        for row in self._rows:
            paths.setdefault(row.path, {})[row.method.lower()] = self._operation(row)
        return {
            "openapi": "3.1.0",
            "info": {"title": "Qonto local", "version": "2", "description": "Ce que sert le Qonto local."},
            "servers": [{"url": self._url}],
            "paths": paths,
            "components": {
                "schemas": self._definitions.get("$defs", {}),
                "securitySchemes": _security(self._url),
            },
        }

    def _operation(self, row: Endpoint) -> dict[str, Any]:
        parameters = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{(\w+)}", row.path)
        ]
        if row.query_schema is not None:
            parameters += _query(row.query_schema)
        if row.idempotent:
            schema = {"type": "string"}
            parameters.append({"name": idempotency.HEADER, "in": "header", "required": True, "schema": schema})
        parameters += _headers(row)
        operation: dict[str, Any] = {
            "operationId": re.sub(r"\W+", "_", row.name).strip("_").lower(),
            "summary": row.summary,
            "tags": [row.tag],
            "parameters": parameters,
            "responses": self._responses(row),
            "security": _wanted(row),
        }
        if row.body != "none":
            schema = self._ref(row.request_schema) if row.request_schema else {"type": "object"}
            operation["requestBody"] = {
                "required": row.body != "optional",
                "content": {MEDIA[row.body]: {"schema": schema}},
            }
        return operation

    def _responses(self, row: Endpoint) -> dict[str, Any]:
        success: dict[str, Any] = {"description": REASONS[row.status]}
        if row.response_schema is not None:
            success["content"] = {"application/json": {"schema": self._ref(row.response_schema)}}
        elif row.media_type != "application/json":
            success["content"] = {row.media_type: {"schema": {"type": "string"}}}
        found: dict[str, Any] = {str(row.status): success}
        for status in sorted({*row.errors, *_common(row)}):
            model = _error(row, status)
            body = {"content": {"application/json": {"schema": self._ref(model)}}} if model else {}
            found[str(status)] = {"description": REASONS.get(status, "Erreur"), **body}
        return found

    def _ref(self, model: type[BaseModel]) -> dict[str, Any]:
        return dict(self._map[(model, "validation")])


def _common(row: Endpoint) -> set[int]:
    """What every call of this kind may meet, whatever the endpoint does."""
    if not row.path.startswith(GATED):
        return set()
    found = {302, 401, 429, 500}
    if row.scopes or row.auth == ("oauth",):
        found.add(403)
    if row.idempotent or row.query_schema is not None:
        found.add(400)
    if row.query_schema is not None and "page" in row.query_schema.model_fields:
        # A page beyond the last one.
        found |= {422}
    if row.body in ("json", "optional"):
        found |= {400} if row.family in ("webhooks", "onboarding") else {400, 422}
    return found


def _error(row: Endpoint, status: int) -> type[BaseModel] | None:
    if row.media_type in ("text/html", "application/octet-stream") and not row.path.startswith(BUSINESS):
        return None
    if status == 302 or (status == 500 and not _tells_500(row)):
        # Qonto's own 500 has no body; nor has the way to the gate.
        return None
    if row.path.startswith("/oauth2/"):
        return ListErrorBody if status == 429 else OAuthErrorBody
    if status == 428:
        return ScaBody
    if row.family == "webhooks":
        return FlatErrorBody
    if 428 in row.errors and status in (412, 422):
        return ErrorBody
    if (row.name, status) == TOLD_BY_CODE:
        return CodeErrorBody
    return SingleErrorBody if status in row.single else ListErrorBody


def _tells_500(row: Endpoint) -> bool:
    """Invoicing, and the banks of the payees, say what broke."""
    return row.family == "invoices" or 500 in row.errors


def _query(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema(ref_template=REFERENCE)
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": {key: value for key, value in described.items() if key != "title"},
            **({"style": "form", "explode": True} if described.get("type") == "array" else {}),
        }
        for name, described in schema["properties"].items()
    ]


def _headers(row: Endpoint) -> list[dict[str, Any]]:
    """Those that may be sent: of a strong authentication, and of a user with several organizations."""
    names: list[tuple[str, dict[str, Any]]] = []
    if 428 in row.errors:
        names += [(sca.PREFERENCE, {"enum": list(sca.METHODS)}), (sca.SESSION, {}), (sca.CODE, {})]
    if "oauth" in row.auth and row.path.startswith(BUSINESS):
        names.append((auth.ORGANIZATION, {"format": "uuid"}))
    return [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string", **more}} for name, more in names
    ]


def _security(url: str) -> dict[str, Any]:
    flow = {"authorizationUrl": f"{url}/oauth2/auth", "tokenUrl": f"{url}/oauth2/token", "scopes": SCOPES}
    return {
        "oauth": {"type": "oauth2", "flows": {"authorizationCode": flow}},
        "key": {"type": "apiKey", "in": "header", "name": "Authorization"},
        "partner": {"type": "http", "scheme": "bearer"},
        "partnerId": {"type": "apiKey", "in": "header", "name": "Qonto-Partner-Id"},
        "staging": {"type": "apiKey", "in": "header", "name": "X-Qonto-Staging-Token"},
    }


def _wanted(row: Endpoint) -> list[dict[str, list[str]]]:
    gate: dict[str, list[str]] = (
        {} if row.path.startswith(("/_sandbox", "/oauth2/auth", "/.well")) else {"staging": []}
    )
    if "none" in row.auth:
        return [gate]
    found = []
    for kind in row.auth:
        if kind == "oauth":
            found += [{"oauth": [scope]} | gate for scope in row.scopes] or [{"oauth": []} | gate]
        else:
            found.append({kind: []} | ({"partnerId": []} if kind == "partner" else {}) | gate)
    return found


@endpoint("GET", "/_sandbox/openapi.json", auth=("none",), tag="control")
def openapi(call: Call) -> Response:
    """Description OpenAPI de tout ce qui est servi."""
    return answer(Description(call.url("")).body())
