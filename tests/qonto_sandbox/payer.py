"""A member who pays at the local Qonto, for the tests of payments."""

import uuid
from dataclasses import dataclass, field
from typing import Any

import requests

import qonto_sandbox.build
from qonto_sandbox.core.routing import url_map
from tests.qonto import LocalQonto

assert qonto_sandbox.build, "its import declares the endpoints"
ROUTES = url_map().bind("localhost")
AARO = "FR7610011000201234567890188"
MOCK = {"X-Qonto-2fa-Preference": "mock"}
SESSION = "X-Qonto-Sca-Session-Token"
KEY = "X-Qonto-Idempotency-Key"


@dataclass
class Payer:
    qonto: LocalQonto
    slug: str | None = None
    session: requests.Session = field(init=False)

    def __post_init__(self) -> None:
        self.session = self.qonto.session(slug=self.slug)

    @property
    def account_id(self) -> str:
        return str(self.qonto.company(self.slug)["bank_account_id"])

    def get(self, path: str, **params: Any) -> requests.Response:
        return as_declared("GET", path, self.session.get(self.qonto.url + path, params=params))

    def send(self, method: str, path: str, body: Any = None, **headers: str | None) -> requests.Response:
        sent = {name: value for name, value in headers.items() if value is not None}
        return as_declared(method, path, self.session.request(method, self.qonto.url + path, json=body, headers=sent))

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str | None) -> requests.Response:
        return self.send("POST", path, body, **{KEY: key or str(uuid.uuid4())}, **headers)

    def proof(self, iban: str = AARO, name: str = "AARO") -> str:
        answer = self.post("/v2/sepa/verify_payee", {"iban": iban, "beneficiary_name": name})
        return str(answer.json()["proof_token"]["token"])

    def bulk_proof(self, *ibans: str) -> str:
        rows = [{"id": str(rank), "beneficiary_name": "AARO", "iban": iban} for rank, iban in enumerate(ibans)]
        answer = self.post("/v2/sepa/bulk_verify_payee", {"requests": rows})
        return str(answer.json()["proof_token"]["token"])

    def beneficiary(self, **equal: Any) -> dict[str, Any]:
        """The first seeded beneficiary with these values."""
        rows = self.get("/v2/sepa/beneficiaries", per_page=100).json()["beneficiaries"]
        found: dict[str, Any] = next(row for row in rows if all(row[name] == value for name, value in equal.items()))
        return found

    def body(self, *, token: str | None = None, **changes: Any) -> dict[str, Any]:
        transfer = {
            "bank_account_id": self.account_id,
            "reference": "FS9289482",
            "amount": "189.99",
            "beneficiary": {"name": "AARO", "iban": AARO},
            **changes,
        }
        given = {name: value for name, value in transfer.items() if value is not None}
        return {"vop_proof_token": token or self.proof(), "transfer": given}

    def approved(self, path: str, body: Any, *, method: str = "POST", key: str | None = None) -> requests.Response:
        """Send, approve the mock challenge, send again."""
        key = key or str(uuid.uuid4())
        first = self.send(method, path, body, **{KEY: key}, **MOCK)
        assert first.status_code == 428, first.text
        token = first.json()["sca_session_token"]
        self.send("POST", f"/v2/mocked_sca_sessions/{token}/allow")
        return self.send(method, path, body, **{KEY: key, SESSION: token}, **MOCK)

    def pay(self, **changes: Any) -> dict[str, Any]:
        """A transfer made, strong authentication included."""
        answer = self.approved("/v2/sepa/transfers", self.body(**changes))
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()["transfer"]
        return made

    def transfer(self, identifier: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/v2/sepa/transfers/{identifier}").json()["transfer"]
        return found

    def account(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/v2/bank_accounts/{self.account_id}").json()["bank_account"]
        return found

    def wait(self, **step: float) -> None:
        """Advance the clock; ten seconds settle any transfer without date."""
        self.qonto.api("POST", "clock/advance", **(step or {"seconds": 10}))


def as_declared(method: str, path: str, answer: requests.Response) -> requests.Response:
    """The answer, when it has the status and the shape that its endpoint declares."""
    if not answer.ok:
        return answer
    endpoint, _ = ROUTES.match(path, method)
    assert answer.status_code == endpoint.status, (method, path, answer.status_code)
    if endpoint.response_schema is not None:
        endpoint.response_schema.model_validate(answer.json(), strict=True)
    return answer


def error(answer: requests.Response) -> tuple[int, str]:
    """Status and code of a shape A body."""
    return answer.status_code, answer.json()["errors"][0]["code"]
