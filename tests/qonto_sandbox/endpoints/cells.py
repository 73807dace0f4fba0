"""A cell: an operation, an answer that it may give, and how to obtain it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from tests.qonto_sandbox.endpoints.declared import OPERATIONS, Operation
from tests.qonto_sandbox.endpoints.stage import Sent, Stage
from tests.qonto_sandbox.endpoints.valid import VALID

Obtain = Callable[[Stage, Operation], requests.Response]
# list: {"errors": [{…}]} · object: {"errors": {…}} · message: {"errors": {"message"}} · flat: {code, detail}
# code: {code, message} · sca: the flat body of a 428 · oauth: that of the authorization server · none: no JSON at all
SHAPES = {"business": "list", "invoices": "list", "onboarding": "list", "webhooks": "flat", "oauth": "oauth"}


@dataclass(frozen=True)
class Cell:
    operation: str
    status: int
    # Of the error; of a success, "".
    code: str
    obtain: Obtain
    shape: str = ""
    # Where it points: a JSON pointer, or the name of a parameter.
    source: str = ""
    said: str = ""

    @property
    def id(self) -> str:
        place = f" {self.source}" if self.source else ""
        return f"{self.operation} {self.status} {self.code or 'success'}{place}{' ' + self.said if self.said else ''}"

    def check(self, answer: requests.Response) -> None:
        operation = OPERATIONS[self.operation]
        assert answer.status_code == self.status, (self.id, answer.status_code, answer.text[:500])
        shape = self.shape or SHAPES[operation.family]
        if not self.code or shape == "none":
            return
        body = answer.json()
        item = told(body, shape)
        assert item["error" if shape == "oauth" else "code"] == self.code, (self.id, body)
        if self.said:
            assert self.said in answer.text, (self.id, body)
        if self.source:
            source = item["source"]
            assert self.source in (source.get("pointer"), source.get("parameter")), (self.id, body)
        if shape == "list" and operation.family == "invoices":
            assert item["status"] == str(self.status), (self.id, body)
        if shape != "oauth":
            assert body["trace_id"] == answer.headers["X-Tyk-Trace-Id"], self.id


def told(body: dict[str, Any], shape: str) -> dict[str, Any]:
    """The error in a body of this shape, and of no other."""
    if shape == "list":
        assert isinstance(body["errors"], list) and body["errors"], body
        item: dict[str, Any] = body["errors"][0]
        assert item["detail"], body
        return item
    if shape == "object":
        assert isinstance(body["errors"], dict) and body["errors"]["detail"], body
        return dict(body["errors"])
    if shape == "message":
        assert set(body["errors"]) == {"message"}, body
        return {"code": body["errors"]["message"]}
    assert "errors" not in body, body
    if shape == "oauth":
        assert body["error_description"], body
    elif shape == "flat":
        assert body["detail"], body
    else:
        assert body["message"], body
    return body


def sent_for(stage: Stage, operation: Operation) -> Sent:
    build = VALID.get(operation.name)
    return build(stage) if build else Sent()


def changed(change: Callable[[Sent], Sent]) -> Obtain:
    """The answer to the valid request once changed."""
    return lambda stage, operation: stage.send(operation, change(sent_for(stage, operation)))


def body_with(envelope: str = "", **changes: Any) -> Obtain:
    return changed(lambda sent: sent.with_json(envelope, **changes))


def sending(files: Any) -> Obtain:
    return changed(lambda sent: sent.but(files=files))


def asking(**params: Any) -> Obtain:
    return changed(lambda sent: sent.but(params={**sent.params, **params}))
