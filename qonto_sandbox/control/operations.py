"""Pages of the tester: the user's phone, and the orders, invoices, registrations and notifications of a company."""

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.control import invoices
from qonto_sandbox.control.onboarding import STEPS
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.pages import euros_text, moment_text, page
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.onboarding import progress
from qonto_sandbox.payments import engine, sca

SHOWN = 25
MOVING = ("pending", "processing")
WORDS = {
    "pending": "en attente",
    "processing": "en cours",
    "settled": "exécuté",
    "declined": "refusé",
    "canceled": "annulé",
    "delivered": "remis",
    "dropped": "abandonné",
    "draft": "brouillon",
    "unpaid": "à encaisser",
    "paid": "payée",
}
METHODS = {
    "paired-device": "téléphone associé",
    "passkey": "clé d’accès",
    "sms-otp": "code par SMS (123456)",
    "mock": "simulation",
}


def _company(call: Call) -> Record:
    """The company chosen by its slug, the first one otherwise."""
    slug = call.request.args.get("organisation", "")
    rows = list(call.world.store["organizations"])
    return next((row for row in rows if row["slug"] == slug), rows[0])


def _waiting(world: World) -> list[dict[str, Any]]:
    rows = [row for row in world.store["sca_sessions"] if sca.result_of(world, row) == "waiting"]
    rows.sort(key=lambda row: str(row["created_at"]), reverse=True)
    shown = []
    for row in rows[:SHOWN]:
        member = world.store["memberships"].get(row["membership_id"]) or {"first_name": "", "last_name": ""}
        shown.append(
            {
                "id": row["id"],
                "about": row["about"],
                "person": f"{member['first_name']} {member['last_name']}",
                "method": METHODS[row["method"]],
                "since": moment_text(row["created_at"]),
            }
        )
    return shown


def _transfers(world: World, company: Record) -> list[dict[str, Any]]:
    rows = world.store["transfers"].by("organization_id", company["id"])
    rows.sort(key=lambda row: str(row["updated_at"]), reverse=True)
    rows.sort(key=lambda row: row["status"] not in MOVING)
    payees = world.store["beneficiaries"]
    return [
        {
            "id": row["id"],
            "payee": (payees.get(row["beneficiary_id"]) or {"name": "—"})["name"],
            "amount": euros_text(row["amount_cents"]),
            "reference": row["reference"],
            "words": WORDS[row["status"]],
            "reason": row["declined_reason"] or "",
            "moving": row["status"] in MOVING,
            "settled": row["status"] == "settled",
            "day": moment_text(row["updated_at"]),
        }
        for row in rows[:SHOWN]
    ]


def _invoices(world: World, company: Record) -> list[dict[str, Any]]:
    rows = world.store["client_invoices"].by("organization_id", company["id"])
    rows.sort(key=lambda row: str(row["issue_date"]), reverse=True)
    return [
        {
            "id": row["id"],
            "number": row["number"] or "sans numéro",
            "client": row["client"]["name"],
            "amount": euros_text(row["total_amount_cents"]),
            "words": "annulée" if row["status"] == "canceled" else WORDS[row["status"]],
            "unpaid": row["status"] == "unpaid",
            "final": row["status"] in ("unpaid", "paid"),
        }
        for row in rows[:SHOWN]
    ]


def _registrations(world: World) -> list[dict[str, Any]]:
    rows = sorted(world.store["registrations"], key=lambda row: str(row["updated_at"]), reverse=True)
    return [
        {
            "id": row["id"],
            "name": row["organization"].get("legal_name") or row["organization"].get("legal_number"),
            "words": STEPS[row["status"]][0],
            "day": moment_text(row["updated_at"]),
        }
        for row in rows[:SHOWN]
    ]


def _deliveries(world: World) -> list[dict[str, Any]]:
    return [
        {
            "id": row["id"],
            "kind": row["event_type"],
            "url": row["callback_url"],
            "words": WORDS[row["state"]],
            "state": row["state"],
            "tries": len(row["attempts"]),
            "answer": (row["attempts"][-1]["status"] or row["attempts"][-1]["error"]) if row["attempts"] else "",
        }
        for row in world.deliveries.log()[:SHOWN]
    ]


@endpoint("GET", "/_sandbox/telephone", auth=("none",), tag="control", media_type="text/html")
def phone(call: Call) -> Response:
    """Le téléphone de l’utilisateur : les authentifications qui attendent sa réponse."""
    return page("telephone.html", sessions=_waiting(call.world))


@endpoint("GET", "/_sandbox/operations", auth=("none",), tag="control", media_type="text/html")
def operations(call: Call) -> Response:
    """Virements, factures, adhésions et notifications d’une entreprise."""
    world, company = call.world, _company(call)
    return page(
        "operations.html",
        company=company,
        companies=list(world.store["organizations"]),
        transfers=_transfers(world, company),
        invoices=_invoices(world, company),
        registrations=_registrations(world),
        deliveries=_deliveries(world),
        queue={"paused": world.deliveries.paused, "copies": world.deliveries.copies},
    )


Act = Callable[[World, str], object]


def _found(world: World, collection: str, identifier: str) -> Record:
    row = world.store[collection].get(identifier)
    if row is None:
        raise not_found()
    return row


def _again(world: World, identifier: str) -> object:
    found = world.deliveries.again(identifier)
    if found is None:
        raise not_found()
    return found


def _queue(world: World, name: str) -> None:
    queue = world.deliveries
    if name == "retenir":
        queue.paused = True
    elif name == "doubler":
        queue.copies = 1 if queue.copies > 1 else 2
    else:
        queue.release(order={"relacher": "fifo", "inverser": "lifo"}.get(name, "random"))


ACTS: dict[str, Act] = {
    "autoriser": lambda world, id: sca.decide(world, _found(world, "sca_sessions", id), "allow"),
    "refuser": lambda world, id: sca.decide(world, _found(world, "sca_sessions", id), "deny"),
    "executer": lambda world, id: engine.force(world, _found(world, "transfers", id), outcome="settle"),
    "rejeter": lambda world, id: engine.force(
        world, _found(world, "transfers", id), outcome="decline", reason="beneficiary_network_rules_error"
    ),
    "retourner": lambda world, id: engine.give_back(world, _found(world, "transfers", id)),
    "facturer": lambda world, id: invoices.make(
        world, _found(world, "organizations", id), cents=120_00, rate="0.2", title="Prestation du jour"
    ),
    "encaisser": lambda world, id: invoices.collect(world, _found(world, "client_invoices", id)),
    "crediter": lambda world, id: invoices.credit(world, _found(world, "client_invoices", id)),
    "avancer": lambda world, id: progress.forward(world, _found(world, "registrations", id)),
    "renvoyer": _again,
    "file": _queue,
}


@endpoint("POST", "/_sandbox/operations/{act}", auth=("none",), tag="control", body="form", media_type="text/html")
def perform(call: Call) -> Response:
    """Un acte d’une de ces pages, puis retour à la page."""
    act = ACTS.get(call.path["act"])
    if act is None:
        raise ApiError(400, "not_in_list", f"act must be one of: {', '.join(ACTS)}", parameter="act")
    act(call.world, call.request.form.get("id", ""))
    slug = call.request.form.get("organisation", "")
    phone_act = call.path["act"] in ("autoriser", "refuser")
    response = Response("", 303)
    response.headers["Location"] = "/_sandbox/telephone" if phone_act else f"/_sandbox/operations?organisation={slug}"
    return response
