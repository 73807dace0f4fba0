"""Every answer that a test meets is held against the OpenAPI description: status, media type, body."""

import json
import re
from collections import Counter
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import requests

BUSINESS = ("/v1/", "/v2/", "/register/", "/data_api/")


class Contract:
    """The description of a running local Qonto. `seen` counts the answers checked, by operation and status."""

    def __init__(self, url: str) -> None:
        self.seen = Counter[tuple[str, str, int]]()
        self.described: dict[str, Any] = requests.get(f"{url}/_sandbox/openapi.json", timeout=60).json()
        self._validators: dict[tuple[str, str, str], Any] = {}

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], str]]:
        """What is written plainly comes before what has a parameter."""
        ordered = sorted(self.described["paths"], key=lambda path: (path.count("{"), path))
        return [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), path) for path in ordered]

    def operation(self, method: str, address: str) -> tuple[str, str] | None:
        """The method and the path as described, or None for what is not served."""
        asked = urlsplit(address).path
        for pattern, path in self._paths:
            if pattern.fullmatch(asked) and method.lower() in self.described["paths"][path]:
                return method.lower(), path
        return None

    def _validator(self, method: str, path: str, place: str, schema: dict[str, Any]) -> Any:
        key = (method, path, place)
        if key not in self._validators:
            whole = {**schema, "components": self.described["components"]}
            self._validators[key] = jsonschema.Draft202012Validator(whole)
        return self._validators[key]

    def check(self, response: requests.Response) -> None:
        """Raises when the answer, or the accepted request, is not as described."""
        request = response.request
        found = self.operation(request.method or "", request.url or "")
        if found is None or not found[1].startswith(BUSINESS):
            return
        method, path = found
        described = self.described["paths"][path][method]
        name = f"{method} {path} {response.status_code}"
        assert str(response.status_code) in described["responses"], f"{name} is not described: {response.text[:300]}"
        self._check_body(method, path, response, described["responses"][str(response.status_code)], name)
        if response.ok:
            self._check_request(method, path, request, described)
        self.seen[(method, path, response.status_code)] += 1

    def _check_body(
        self, method: str, path: str, response: requests.Response, described: dict[str, Any], name: str
    ) -> None:
        assert response.headers["X-Tyk-Trace-Id"], name
        content = described.get("content")
        if not content:
            assert not response.content, f"{name} has a body"
            return
        (media,) = content
        kind = response.headers.get("Content-Type", "")
        if media == "application/json":
            assert kind.startswith(media), f"{name}: {kind}"
            body = response.json()
            self._validator(method, path, str(response.status_code), content[media]["schema"]).validate(body)
            if not response.ok:
                assert body["trace_id"] == response.headers["X-Tyk-Trace-Id"], name
        elif media != "application/octet-stream":
            assert kind == media, f"{name}: {kind}"

    def _check_request(
        self, method: str, path: str, request: requests.PreparedRequest, described: dict[str, Any]
    ) -> None:
        asked = described.get("requestBody")
        if asked is None or "application/json" not in asked["content"]:
            return
        if not request.body:
            assert not asked["required"], f"{method} {path}: a body is said to be required"
            return
        schema = asked["content"]["application/json"]["schema"]
        self._validator(method, path, "request", schema).validate(json.loads(request.body))


def spoiled(response: requests.Response) -> bool:
    """What the gate, the gateway, a fault or the browser's pages answer is not of the API."""
    kind = response.headers.get("Content-Type", "")
    return response.is_redirect or kind.startswith(("text/", "application/xml"))
