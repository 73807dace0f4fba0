"""The pages to which an Embed link leads: the user is known already, acts, and goes back (partner reference §2.3)."""

import hmac
import secrets
from typing import Any

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from qonto_sandbox.core import formats
from qonto_sandbox.core.errors import ApiError
from qonto_sandbox.core.formats import moment
from qonto_sandbox.core.pages import euros_text, page
from qonto_sandbox.core.params import Body
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.payments import engine, orders, payees, sca

FIELDS = ("bank_account_id", "name", "iban", "amount", "reference")
WORDS = {
    "bad_request": "L’IBAN ou le montant est mal écrit.",
    "insufficient_funds": "Le compte n’a pas assez d’argent.",
    "attachment_required": "Au-delà de 30 000 €, un virement demande une pièce : faites-le depuis l’application.",
    "transfer_to_same_organization": "Ce compte est le vôtre : faites un virement interne.",
}


def _closed(words: str, status: int) -> Response:
    return page("lien_ferme.html", status, framed=True, words=words)


def _accounts(call: Call, link: Record) -> list[Record]:
    rows = call.world.store["bank_accounts"].by("organization_id", link["organization_id"])
    return [row for row in rows if row["status"] == "active"]


def _shown(call: Call, link: Record, *, status: int = 200, error: str = "", given: Any = None) -> Response:
    store = call.world.store
    accounts = [
        {"id": row["id"], "name": row["name"], "balance": euros_text(row["authorized_balance_cents"])}
        for row in _accounts(call, link)
    ]
    return page(
        "embarque.html",
        status,
        framed=True,
        link=link,
        person=store["memberships"].get(link["membership_id"]),
        organization=store["organizations"].get(link["organization_id"]),
        accounts=accounts,
        given={name: (given or {}).get(name, "") for name in FIELDS},
        error=error,
    )


@endpoint(
    "GET", "/embed-auth-link/{id}", auth=("none",), tag="embed", media_type="text/html", errors=(404, 410), status=200
)
def open_link(call: Call) -> Response:
    """La page de Qonto où mène un lien Embed ; il ne s’ouvre qu’une fois, et dix minutes."""
    link = call.world.store["embed_links"].get(call.path["id"])
    if link is None:
        return _closed("Ce lien n’existe pas.", 404)
    if link["used_at"] is not None:
        return _closed("Ce lien a déjà servi. Revenez à votre application pour en demander un autre.", 410)
    if call.world.now() >= moment(link["expired_at"]):
        return _closed("Ce lien a expiré. Revenez à votre application pour en demander un autre.", 410)
    link |= {"used_at": call.world.stamp(), "session": secrets.token_urlsafe(24)}
    call.world.store["embed_links"].put(link)
    return _shown(call, link)


@endpoint("POST", "/embed-auth-link/{id}", auth=("none",), tag="embed", body="form", media_type="text/html")
def act_on_link(call: Call) -> Response:
    """Agir ou abandonner sur cette page, puis revenir à l’application."""
    link, form = call.world.store["embed_links"].get(call.path["id"]), call.request.form
    if link is None or not hmac.compare_digest(link.get("session") or "", form.get("session", "")):
        return _closed("Cette page n’est plus ouverte. Revenez à votre application.", 410)
    if form.get("decision") == "confirmer":
        if form.get("code", "").strip() != sca.SMS_CODE:
            return _shown(call, link, status=422, error="Ce code n’est pas celui du message.", given=form)
        if link["post_authn_action"] == "create_sepa_transfer":
            try:
                _pay(call, link, form)
            except ApiError as refused:
                words = WORDS.get(refused.code, "Remplissez tous les champs.")
                return _shown(call, link, status=422, error=words, given=form)
    # Once: a second sending of the form does nothing.
    call.world.store["embed_links"].put({**link, "session": None})
    if not link["callback_url"]:
        return _closed("C’est terminé. Vous pouvez fermer cette page.", 200)
    response = Response("", 303)
    response.headers["Location"] = link["callback_url"]
    return response


def _pay(call: Call, link: Record, form: MultiDict[str, str]) -> None:
    """The transfer of the form, authorised by the code. Raises ApiError."""
    body = Body({name: form.get(name, "").strip() for name in FIELDS})
    account = next((row for row in _accounts(call, link) if row["id"] == body.get("bank_account_id")), None)
    payee = payees.read_payee(Body({"name": body.get("name"), "iban": body.get("iban")}))
    try:
        cents = formats.cents(str(body.get("amount")).replace(",", ".").replace(" ", ""))
    except ValueError:
        cents = 0
    reference = body.text("reference", longest=orders.LONGEST)
    if account is None or cents <= 0:
        raise ApiError(400, "bad_request", "amount must be positive")
    if cents > orders.ATTACHMENT_ABOVE:
        raise ApiError(400, "attachment_required", "An attachment is required")
    if any(row["iban"] == payee["iban"] for row in _accounts(call, link)):
        raise ApiError(400, "transfer_to_same_organization", "Use an internal transfer")
    orders.check_funds(account, cents)
    order = orders.Order(
        amount_cents=cents,
        reference=reference,
        note=None,
        scheduled_date=None,
        attachment_ids=(),
        beneficiary=None,
        payee=payee,
        prefix="",
    )
    made = orders.new_transfer(call.world, account=account, initiator_id=link["membership_id"], order=order)
    engine.plan(call.world, made)
