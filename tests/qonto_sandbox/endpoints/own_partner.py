"""The refusals of OAuth, Embed, subscriptions and onboarding that their marks do not tell (partner reference)."""

import base64
from collections.abc import Iterator
from typing import Any

import requests

from tests.qonto_sandbox.endpoints.cells import Cell, Obtain, body_with, changed, sent_for
from tests.qonto_sandbox.endpoints.declared import Operation
from tests.qonto_sandbox.endpoints.own_payments import UNKNOWN
from tests.qonto_sandbox.endpoints.stage import PDF, Sent, Stage

REGISTRATIONS, EVENTS = "POST /register/registrations", "POST /register/partner_events"
TRIGGER, UPLOAD = "POST /register/dev/trigger_event", "POST /register/registrations/{registration_id}/files"
SUBSCRIPTIONS = "/v2/webhook_subscriptions"


def form_with(**changes: str | None) -> Obtain:
    def change(sent: Sent) -> Sent:
        return sent.but(data={name: value for name, value in {**sent.data, **changes}.items() if value is not None})

    return changed(change)


def of_tokens() -> Iterator[Cell]:
    name = "POST /oauth2/token"
    for changes, code in (
        ({"code": "ory_ac_unknown"}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:1/autre"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "ory_rt_unknown"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
    ):
        yield Cell(name, 400, code, form_with(**changes))
    yield Cell(name, 400, "invalid_grant", _twice, said="already been used")
    yield Cell("POST /oauth2/revoke", 400, "invalid_request", form_with(token=None))
    for one in (name, "POST /oauth2/revoke"):
        yield Cell(one, 401, "invalid_client", form_with(client_secret="wrong"))
        yield Cell(one, 401, "invalid_client", form_with(client_id=None))


def _twice(stage: Stage, operation: Operation) -> requests.Response:
    sent = sent_for(stage, operation)
    assert stage.send(operation, sent).ok
    return stage.send(operation, sent)


def of_embed() -> Iterator[Cell]:
    name, envelope = "POST /v1/embed_auth_links", "embed_auth_link"
    yield Cell(name, 400, "missing", body_with(embed_auth_link=None), source=f"/{envelope}")
    action = body_with(envelope, post_authn_action="dance")
    yield Cell(name, 400, "not_in_list", action, source=f"/{envelope}/post_authn_action")
    back = body_with(envelope, callback_url="nowhere")
    yield Cell(name, 400, "bad_request", back, source=f"/{envelope}/callback_url")
    name = "POST /v1/encoded_requests/dispatch"
    yield Cell(name, 400, "missing", body_with(data=None), source="/data")
    yield Cell(name, 400, "bad_request", body_with(data="%"), source="/data")
    inner = base64.b64encode(b'{"method":"GET","path":"/register/events"}').decode()
    yield Cell(name, 400, "bad_request", body_with(data=inner), source="/path")


def of_subscriptions() -> Iterator[Cell]:
    for name in (f"POST {SUBSCRIPTIONS}", f"PUT {SUBSCRIPTIONS}/{{id}}"):
        yield Cell(name, 400, "bad_request", body_with(callback_url=None), said="CallbackURL is missing")
        yield Cell(
            name, 400, "bad_request", body_with(callback_url="http://portail.example/w"), source="/callback_url"
        )
        long = f"https://portail.example/{'a' * 512}"
        yield Cell(name, 400, "bad_request", body_with(callback_url=long), source="/callback_url")
        yield Cell(name, 400, "bad_request", body_with(types=[]), source="/types")
        yield Cell(name, 400, "missing", body_with(types=None), source="/types")
        yield Cell(name, 400, "not_in_list", body_with(types=["v1/nothing"]), source="/types")
        yield Cell(name, 400, "bad_request", body_with(description="a" * 257), source="/description")
    yield Cell(f"POST {SUBSCRIPTIONS}", 400, "bad_request", body_with(secret="short"), source="/secret")


def of_onboarding() -> Iterator[Cell]:
    for changes, code, place in (
        ({"legal_flow": None}, "missing", "/legal_flow"),
        ({"legal_flow": "other"}, "not_in_list", "/legal_flow"),
        ({"locale": "nl"}, "not_in_list", "/locale"),
        ({"partner_user": None}, "missing", "/partner_user"),
        ({"stakeholders": []}, "missing", "/stakeholders"),
    ):
        yield Cell(REGISTRATIONS, 422, code, body_with(**changes), source=place)
    yield Cell(REGISTRATIONS, 422, "not_allowed", _of_another_partner, source="/partner_redirect_url")
    yield Cell(EVENTS, 404, "not_found", body_with(registration_id=UNKNOWN))
    yield Cell(EVENTS, 422, "missing", body_with(event=None), source="/event")
    yield Cell(EVENTS, 422, "missing", body_with(occurred_at=None), source="/occurred_at")
    yield Cell(EVENTS, 422, "invalid_format", body_with(organization_id=UNKNOWN), source="/organization_id")
    for name in ("POST /register/webhooks", "POST /data_api/webhooks"):
        yield Cell(name, 422, "missing", body_with(callback_url=None), source="/callback_url")
        yield Cell(name, 422, "missing", body_with(secret=None), source="/secret")
        yield Cell(name, 422, "invalid_format", body_with(callback_url="nowhere"), source="/callback_url")
        yield Cell(name, 422, "invalid_format", body_with(enabled="yes"), source="/enabled")
    yield Cell(TRIGGER, 404, "not_found", body_with(resource_id=UNKNOWN))
    yield Cell(TRIGGER, 422, "not_in_list", body_with(event_type="registrations.refused"), source="/event_type")
    yield Cell(TRIGGER, 422, "invalid_format", body_with(resource_id="x"), source="/resource_id")


def _of_another_partner(stage: Stage, operation: Operation) -> requests.Response:
    """`partner_redirect_url` is for Embed partners alone."""
    stage.options(embed_partner=False)
    try:
        sent = sent_for(stage, operation).with_json(partner_redirect_url="https://portail.example/retour")
        return stage.send(operation, sent)
    finally:
        stage.options(embed_partner=True)


def of_papers() -> Iterator[Cell]:
    yield Cell(UPLOAD, 422, "missing", _filed(data={}), source="/file_type")
    yield Cell(UPLOAD, 422, "not_in_list", _filed(data={"file_type": "photo"}), source="/file_type")
    identity = {"file_type": "stakeholder-proof-of-identity"}
    yield Cell(UPLOAD, 422, "missing", _filed(data=identity), source="/stakeholder_id")
    yield Cell(UPLOAD, 404, "not_found", _filed(data={**identity, "stakeholder_id": UNKNOWN}))
    yield Cell(UPLOAD, 422, "missing", _filed(files=None), source="/file")
    text = {"file": ("note.txt", b"text", "text/plain")}
    yield Cell(UPLOAD, 422, "invalid_format", _filed(files=text), source="/file")
    heavy = {"file": ("gros.pdf", PDF + b"0" * (30 * 1024 * 1024), "application/pdf")}
    yield Cell(UPLOAD, 422, "file_too_large", _filed(files=heavy), source="/file")
    yield Cell(UPLOAD, 409, "already_exists", _twice)
    yield Cell(UPLOAD, 422, "not_allowed", _for_a_company_that_exists, source="/legal_flow")


def _filed(**changes: Any) -> Obtain:
    return changed(lambda sent: sent.but(**changes))


def _for_a_company_that_exists(stage: Stage, operation: Operation) -> requests.Response:
    user = {"first_name": "Claire", "last_name": "Morel", "email": "claire@atelier-morel.example"}
    asked = {"legal_flow": "existing_company", "locale": "fr", "partner_user": user}
    made = stage.call(REGISTRATIONS, json={**asked, "organization": {"legal_number": "852379890"}})["registration"]
    return stage.send(operation, sent_for(stage, operation).but(path={"registration_id": made["id"]}))


def own() -> Iterator[Cell]:
    for part in (of_tokens, of_embed, of_subscriptions, of_onboarding, of_papers):
        yield from part()
