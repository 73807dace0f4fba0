"""The local Qonto as the cells use it: who calls, what exists, and how one request is sent."""

import uuid
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import requests

from tests.qonto import LocalQonto
from tests.qonto_sandbox.endpoints.declared import OPERATIONS, Operation
from tests.qonto_sandbox.oauth import tokens

KEY, PREFERENCE, SESSION = "X-Qonto-Idempotency-Key", "X-Qonto-2fa-Preference", "X-Qonto-Sca-Session-Token"
AARO, OTHER_IBAN = "FR7610011000201234567890188", "DE02120300000000202051"
PDF = b"%PDF-1.7\n%contract\n"


@dataclass(frozen=True)
class Sent:
    """A request: what fills its path, its query, its body, its headers. `who` calls."""

    path: dict[str, str] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    json: Any = None
    data: Any = None
    files: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    who: str = ""

    def but(self, **changes: Any) -> "Sent":
        return replace(self, **changes)

    def with_json(self, envelope: str = "", **changes: Any) -> "Sent":
        """With other values in the body, or in its envelope; None takes a value away."""
        body = dict(self.json or {})
        inner = body[envelope] if envelope else body
        inner = {name: value for name, value in {**inner, **changes}.items() if value is not None}
        return replace(self, json={**body, envelope: inner} if envelope else inner)

    def unknown(self) -> "Sent":
        """The same, about something that does not exist."""
        fixed = ("decision", "request_type")
        return self.but(path={k: v if k in fixed else str(uuid.uuid4()) for k, v in self.path.items()})


class Stage:
    """One world for every cell; each makes what it uses up."""

    def __init__(self, qonto: LocalQonto) -> None:
        self.qonto = qonto
        qonto.reset()
        # Thousands of calls, hundreds of them refused; and strong authentication wherever it was ever seen.
        self.options(rate_limits=False, beneficiary_sca=True)
        self._cache: dict[str, requests.Session] = {}

    def options(self, **changes: Any) -> None:
        self.qonto.api("PATCH", "options", **changes)

    def wait(self, **step: float) -> None:
        """Time passes; the tokens that it may have ended are given again."""
        self.qonto.api("POST", "clock/advance", **(step or {"seconds": 10}))
        requests.get(f"{self.qonto.url}/_sandbox/identifiants.json", timeout=20)
        self._cache.pop("poor", None)

    def fault(self, operation: Operation, **fault: Any) -> None:
        self.qonto.api("POST", "faults", method=operation.method, **fault)

    # ── who calls ──

    def caller(self, who: str) -> requests.Session:
        if who not in self._cache:
            self._cache[who] = self._session(who)
        return self._cache[who]

    def _session(self, who: str) -> requests.Session:
        keys = self.qonto.identifiants
        session = self.qonto.session(slug={"other": "atelier-bertin-1174", "leaver": "studio-pixel-3306"}.get(who))
        if who == "poor":
            session.headers["Authorization"] = f"Bearer {tokens(self.qonto, scope='offline_access')['access_token']}"
        elif who == "key":
            session.headers["Authorization"] = f"{keys['login']}:{keys['secret_key']}"
        elif who == "wrong":
            session.headers["Authorization"] = "Bearer nonsense"
        elif who in ("nobody", "application"):
            del session.headers["Authorization"]
        elif who == "partner":
            session.headers["Authorization"] = f"Bearer {keys['partner_token']}"
        if who in ("partner", "wrong"):
            session.headers["Qonto-Partner-Id"] = keys["partner_id"]
        if who == "ungated":
            del session.headers["X-Qonto-Staging-Token"]
        return session

    # ── one request ──

    def send(self, operation: Operation, sent: Sent) -> requests.Response:
        usual = {"P": "partner", "C": "application"}.get(operation.who, "full")
        path = operation.path
        for name in operation.parameters:
            path = path.replace(f"{{{name}}}", sent.path.get(name) or str(uuid.uuid4()))
        headers = {KEY: str(uuid.uuid4())} if "I" in operation.marks else {}
        headers |= {PREFERENCE: "mock"} if "S" in operation.marks else {}
        given = {name: value for name, value in (headers | sent.headers).items() if value}
        return self.caller(sent.who or usual).request(
            operation.method,
            self.qonto.url + path,
            params=sent.params,
            json=sent.json,
            data=sent.data,
            files=sent.files,
            headers=given,
            allow_redirects=False,
            timeout=20,
        )

    def call(self, name: str, **sent: Any) -> Any:
        """The body of a success, strong authentication included."""
        operation, given = OPERATIONS[name], Sent(**sent)
        answer = self.approved(operation, given) if "S" in operation.marks else self.send(operation, given)
        assert answer.status_code == operation.success, (name, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def challenge(self, operation: Operation, sent: Sent) -> tuple[Sent, str]:
        """The request with its key, once it has met its 428; and the token of the challenge."""
        kept = sent.but(headers={KEY: str(uuid.uuid4()), **sent.headers})
        answer = self.send(operation, kept)
        assert answer.status_code == 428, answer.text
        return kept, str(answer.json()["sca_session_token"])

    def decide(self, token: str, decision: str = "allow") -> None:
        self.qonto.api("POST", f"sca/{token}/{decision}")

    def replay(self, operation: Operation, sent: Sent, token: str) -> requests.Response:
        return self.send(operation, sent.but(headers={**sent.headers, SESSION: token}))

    def approved(self, operation: Operation, sent: Sent) -> requests.Response:
        kept, token = self.challenge(operation, sent)
        self.decide(token)
        return self.replay(operation, kept, token)

    # ── what exists ──

    @cached_property
    def company(self) -> dict[str, Any]:
        return self.qonto.company()

    @cached_property
    def account_id(self) -> str:
        return str(self.company["bank_account_id"])

    @property
    def today(self) -> str:
        return str(self.qonto.api("GET", "clock")["now"][:10])

    def first(self, name: str, **params: Any) -> dict[str, Any]:
        """The first row of a list."""
        body = self.call(name, params=params)
        rows: list[dict[str, Any]] = next(value for value in body.values() if isinstance(value, list))
        assert rows, (name, params)
        return rows[0]

    def line(self, **params: Any) -> dict[str, Any]:
        return self.first("GET /v2/transactions", bank_account_id=self.account_id, **params)

    def new_account(self) -> dict[str, Any]:
        made = self.call("POST /v2/bank_accounts", json={"bank_account": {"name": "Projet"}})
        return dict(made["bank_account"])

    def proof(self, iban: str = AARO, name: str = "AARO") -> str:
        made = self.call("POST /v2/sepa/verify_payee", json={"iban": iban, "beneficiary_name": name})
        return str(made["proof_token"]["token"])

    def bulk_proof(self, *ibans: str) -> str:
        rows = [{"id": iban, "beneficiary_name": "AARO", "iban": iban} for iban in ibans]
        return str(self.call("POST /v2/sepa/bulk_verify_payee", json={"requests": rows})["proof_token"]["token"])

    def beneficiary(self, **params: Any) -> dict[str, Any]:
        return self.first("GET /v2/sepa/beneficiaries", **params)

    def forget_known_accounts(self) -> None:
        """A plan allows a few accounts: those that cells opened are closed again."""
        for row in self.call("GET /v2/bank_accounts")["bank_accounts"]:
            if row["status"] == "active" and row["name"] == "Projet" and not row["balance_cents"]:
                self.call("POST /v2/bank_accounts/{id}/close", path={"id": row["id"]})
