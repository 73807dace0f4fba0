"""The registry of endpoints, filled by the decorator `endpoint`; also the source of the OpenAPI description."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pydantic import BaseModel
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from qonto_sandbox.core.errors import forbidden
from qonto_sandbox.core.families import Family
from qonto_sandbox.core.params import Body, Query
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World

# oauth: Bearer of the authorization server · key: login:secret · partner: onboarding's two headers · none: open
Auth = Literal["oauth", "key", "partner", "none"]
# optional: JSON that may be left out
BodyKind = Literal["json", "optional", "multipart", "form", "none"]


@dataclass(frozen=True)
class Principal:
    """Who calls. Without organization for a partner."""

    kind: Auth
    organization_id: str = ""
    membership_id: str = ""
    client_id: str = ""
    scopes: frozenset[str] = frozenset()
    token_id: str = ""


@dataclass
class Call:
    """One request that passed the checks common to all."""

    world: World
    request: Request
    endpoint: "Endpoint"
    path: dict[str, str]
    principal: Principal
    trace_id: str

    @cached_property
    def query(self) -> Query:
        return Query(self.request.args)

    @cached_property
    def body(self) -> Body:
        """The JSON object that was sent, empty when it is optional and absent. Raises 422 when it cannot be read."""
        raw = self.request.get_data(cache=True)
        return Body({}) if self.endpoint.body == "optional" and not raw.strip() else Body.read(raw)

    @property
    def organization_id(self) -> str:
        return self.principal.organization_id

    @property
    def organization(self) -> Record:
        found = self.world.store["organizations"].get(self.principal.organization_id)
        assert found is not None, "a principal belongs to an organization of the store"
        return found

    @property
    def membership(self) -> Record:
        found = self.world.store["memberships"].get(self.principal.membership_id)
        assert found is not None, "a principal acts for a membership of the store"
        return found

    def require_role(self, *roles: str) -> None:
        if self.membership["role"] not in roles:
            raise forbidden()

    def forward(self, request: Request) -> Response:
        """The answer of the whole server to another request."""
        respond: Callable[[Request], Response] = self.request.environ["sandbox.respond"]
        return respond(request)

    def url(self, path: str) -> str:
        """An absolute address at the host that the client itself used."""
        return self.request.host_url.rstrip("/") + path


Handler = Callable[[Call], Response]


@dataclass(frozen=True)
class Endpoint:
    method: str
    path: str
    handler: Handler
    auth: tuple[Auth, ...]
    scopes: tuple[str, ...]
    idempotent: bool
    body: BodyKind
    summary: str
    status: int
    request_schema: type[BaseModel] | None = None
    response_schema: type[BaseModel] | None = None
    query_schema: type[BaseModel] | None = None
    errors: tuple[int, ...] = ()
    media_type: str = "application/json"
    tag: str = ""
    locked: bool = True
    family: Family = "business"
    single: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


ENDPOINTS: dict[str, Endpoint] = {}


def endpoint(
    method: str,
    path: str,
    *,
    scopes: tuple[str, ...] = (),
    auth: tuple[Auth, ...] = ("oauth", "key"),
    idempotent: bool = False,
    body: BodyKind | None = None,
    status: int = 200,
    request: type[BaseModel] | None = None,
    response: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    errors: tuple[int, ...] = (),
    media_type: str = "application/json",
    tag: str = "",
    locked: bool = True,
    family: Family | None = None,
    single: tuple[int, ...] = (),
) -> Callable[[Handler], Handler]:
    """Declare an endpoint. `path` is written like `/v2/labels/{id}`.

    `scopes`: one of them suffices, none means any. `body` defaults to JSON for POST, PUT and PATCH, which then must be
    an object. `request`, `response`, `query` describe it for OpenAPI and the schema tests. `errors` lists the statuses
    that the reference names. `locked=False`: the handler takes the world's lock itself. `family`: how errors are told.
    `single`: the statuses whose error is one object instead of a list.
    """
    kind: BodyKind = body or ("json" if method in {"POST", "PUT", "PATCH"} else "none")

    def declare(handler: Handler) -> Handler:
        declared = Endpoint(
            method=method,
            path=path,
            handler=handler,
            auth=auth,
            scopes=scopes,
            idempotent=idempotent,
            body=kind,
            summary=(handler.__doc__ or "").strip().split("\n")[0],
            status=status,
            request_schema=request,
            response_schema=response,
            query_schema=query,
            errors=errors,
            media_type=media_type,
            tag=tag or handler.__module__.rsplit(".", 1)[-1],
            locked=locked,
            family=family or ("onboarding" if "partner" in auth else "business"),
            single=single,
        )
        assert declared.name not in ENDPOINTS, f"{declared.name} is declared twice"
        ENDPOINTS[declared.name] = declared
        return handler

    return declare


def url_map() -> Map:
    """The routes of everything declared so far."""
    return Map(
        [
            Rule(row.path.replace("{", "<").replace("}", ">"), methods=[row.method], endpoint=row)
            for row in ENDPOINTS.values()
        ],
        strict_slashes=True,
        merge_slashes=False,
    )
