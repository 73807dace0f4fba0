"""The pages that the user's browser opens: sign-in, then consent."""

import secrets
from datetime import timedelta

from werkzeug.wrappers import Response

from qonto_sandbox.core import ids
from qonto_sandbox.core.formats import instant
from qonto_sandbox.core.pages import page
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.oauth import flow as flows
from qonto_sandbox.oauth.scopes import SCOPES, SENSITIVE

APPLICATION = "Portail du cabinet"
ROLES = {
    "owner": "Titulaire",
    "admin": "Administrateur",
    "manager": "Manager",
    "reporting": "Comptable",
    "accountant": "Comptable",
    "employee": "Employé",
}
CODE_LIFE = timedelta(minutes=10)


@endpoint("GET", "/oauth2/auth", auth=("none",), tag="oauth", media_type="text/html", errors=(400,))
def authorize(call: Call) -> Response:
    """Page de connexion de l’utilisateur, dans son navigateur."""
    try:
        flow = flows.begin(call)
    except flows.Refusal as refusal:
        return refusal.response()
    response = _sign_in_page(call, flow)
    # Lax: the browser arrives from the application's site. Kept from the page's own scripts.
    response.set_cookie(flows.COOKIE, flow["csrf"], httponly=True, samesite="Lax", path="/oauth2/")
    return response


@endpoint("POST", "/oauth2/auth/login", auth=("none",), tag="oauth", body="form", media_type="text/html")
def sign_in(call: Call) -> Response:
    """Ouvrir la session de l’utilisateur choisi et montrer le consentement."""
    try:
        flow = flows.resume(call)
    except flows.Refusal as refusal:
        return refusal.response()
    flow["email"] = call.request.form.get("email", "").strip().lower()
    call.world.store["flows"].put(flow)
    choices = flows.memberships_of(call, flow)
    if not choices:
        return _sign_in_page(call, flow, error="Choisissez l’un des utilisateurs proposés.")
    return _consent_page(call, flow, choices)


@endpoint("POST", "/oauth2/auth/consent", auth=("none",), tag="oauth", body="form", media_type="text/html")
def decide(call: Call) -> Response:
    """Accepter ou refuser, et revenir à l’application."""
    try:
        flow = flows.resume(call)
    except flows.Refusal as refusal:
        return refusal.response()
    uri, state = flow["redirect_uri"], flow["state"]
    form = call.request.form
    if form.get("decision") != "accept":
        call.world.store["flows"].delete(flow["id"])
        return flows.redirect_with(
            uri, error="access_denied", error_description="The resource owner denied the request.", state=state
        )
    choices = flows.memberships_of(call, flow)
    asked = form.getlist("organization_id") if flow["identity_type"] == "user" else [form.get("organization_id")]
    chosen = [row for row in choices if row["organization_id"] in asked]
    if not chosen:
        return _consent_page(call, flow, choices, error="Choisissez l’organisation à connecter.")
    call.world.store["flows"].delete(flow["id"])
    code = grant(call, flow, chosen)
    return flows.redirect_with(uri, code=code, scope=flow["scope"], state=state)


def grant(call: Call, flow: Record, memberships: list[Record]) -> str:
    """Record the consent; returns the code that the application exchanges.

    Of a user (`identity_type=user`), it holds for several organizations: each call names one of them.
    """
    world, scopes, membership = call.world, flow["scope"].split(), memberships[0]
    of_user = {row["organization_id"]: row["id"] for row in memberships} if flow["identity_type"] == "user" else {}
    consent = world.store["consents"].put(
        {
            "id": ids.new(),
            "organization_id": membership["organization_id"],
            "membership_id": membership["id"],
            "client_id": flow["client_id"],
            "scopes": scopes,
            "memberships": of_user,
            "created_at": world.stamp(),
            "revoked_at": None,
        }
    )
    code = f"ory_ac_{secrets.token_urlsafe(32)}.{secrets.token_urlsafe(32)}"
    world.store["codes"].put(
        {
            "id": code,
            "consent_id": consent["id"],
            "client_id": flow["client_id"],
            "redirect_uri": flow["redirect_uri"],
            "code_challenge": flow["code_challenge"],
            "nonce": flow["nonce"],
            "scopes": scopes,
            "expires_at": instant(world.now() + CODE_LIFE),
            "used": False,
        }
    )
    return code


def _sign_in_page(call: Call, flow: Record, error: str = "") -> Response:
    groups = flows.people(call, flow)
    emails = [row["email"] for _, members in groups for row in members]
    checked = flow["login_hint"] if flow["login_hint"] in emails else next(iter(emails), "")
    return page(
        "connexion.html",
        422 if error else 200,
        flow=flow,
        groups=[(organization["legal_name"], [_named(row) for row in members]) for organization, members in groups],
        checked=checked,
        application=APPLICATION,
        error=error,
    )


def _named(member: Record) -> Record:
    return member | {"role_words": ROLES.get(member["role"], member["role"])}


def _consent_page(call: Call, flow: Record, choices: list[Record], error: str = "") -> Response:
    organizations = call.world.store["organizations"]
    return page(
        "consentement.html",
        422 if error else 200,
        flow=flow,
        person=choices[0],
        organizations=[organizations.get(row["organization_id"]) for row in choices],
        scopes=[(name, SCOPES[name], name in SENSITIVE) for name in flow["scope"].split()],
        application=APPLICATION,
        error=error,
    )
