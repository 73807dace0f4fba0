"""A user's browser on the consent page, played by plain HTTP."""

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from tests.qonto import LocalQonto

REDIRECT = "http://127.0.0.1:45671/retour"
STATE = "etat-imprevisible"
VERIFIER = "v" * 60
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@dataclass
class Browser:
    qonto: LocalQonto

    def __post_init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False

    def open(self, **changes: str) -> requests.Response:
        """Open the authorize address; an empty value drops the parameter."""
        parameters = {
            "client_id": self.qonto.identifiants["client_id"],
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": "offline_access organization.read",
            "state": STATE,
        } | changes
        given = {name: value for name, value in parameters.items() if value}
        return self.session.get(f"{self.qonto.url}/oauth2/auth", params=given, allow_redirects=False)

    def send(self, page: requests.Response, path: str, **fields: str | list[str]) -> requests.Response:
        flow = re.search(r'name="flow"\s+value="([^"]+)"', page.text)
        assert flow, page.text
        return self.session.post(
            f"{self.qonto.url}/oauth2/auth/{path}", data={"flow": flow[1]} | fields, allow_redirects=False
        )

    def consent(
        self, *, email: str = "alice@maison-lenoir.example", decision: str = "accept", **changes: str
    ) -> dict[str, str]:
        """The whole passage; returns the parameters with which the application is called back."""
        page = self.send(self.open(**changes), "login", email=email)
        organization = re.search(r'name="organization_id"\s+value="([^"]+)"', page.text)
        fields = {"organization_id": organization[1]} if organization else {}
        return returned(self.send(page, "consent", decision=decision, **fields))


def returned(answer: requests.Response) -> dict[str, str]:
    assert answer.status_code in {302, 303}, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def post_token(qonto: LocalQonto, path: str = "token", **form: str) -> requests.Response:
    keys = qonto.identifiants
    fields = {"client_id": keys["client_id"], "client_secret": keys["client_secret"]} | form
    headers = {"X-Qonto-Staging-Token": keys["staging_token"]}
    return requests.post(f"{qonto.url}/oauth2/{path}", data=fields, headers=headers, allow_redirects=False, timeout=10)


def exchange(qonto: LocalQonto, code: str, **form: str) -> requests.Response:
    return post_token(qonto, grant_type="authorization_code", code=code, redirect_uri=REDIRECT, **form)


def tokens(qonto: LocalQonto, **changes: str) -> dict[str, Any]:
    """A fresh pair of the main company, with the scopes asked in `scope`."""
    answer = exchange(qonto, Browser(qonto).consent(**changes)["code"])
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body
