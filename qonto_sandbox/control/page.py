"""The page under /_sandbox/: what people do by hand, each act a plain form."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from qonto_sandbox.control import movements
from qonto_sandbox.control.faults import read_fault
from qonto_sandbox.core.errors import ApiError
from qonto_sandbox.core.faults import KINDS
from qonto_sandbox.core.formats import PARIS
from qonto_sandbox.core.pages import euros_text, moment_text, page
from qonto_sandbox.core.params import Body
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.payments import sca

SHOWN_LINES = 15
KINDS_OF_MOVEMENT = {
    "income": "Virement reçu",
    "transfer": "Virement émis",
    "card": "Paiement par carte",
    "direct_debit": "Prélèvement",
    "qonto_fee": "Frais Qonto",
    "cheque": "Remise de chèque",
    "swift_income": "Virement SWIFT reçu",
}
STATUSES = {
    "completed": ("Réglée", "etiquette-succes"),
    "pending": ("En attente", "etiquette-attention"),
    "declined": ("Refusée", "etiquette-danger"),
    "reversed": ("Annulée", ""),
}
STEPS = {"3600": "1 heure", "86400": "1 jour", "604800": "1 semaine"}


def _chosen(call: Call) -> Record:
    rows = list(call.world.store["organizations"])
    slug = call.query.text("organisation")
    return next((row for row in rows if row["slug"] == slug), rows[0])


def _account(row: Record) -> dict[str, Any]:
    return {
        "name": row["name"],
        "iban": " ".join(row["iban"][place : place + 4] for place in range(0, len(row["iban"]), 4)),
        "balance": euros_text(row["balance_cents"]),
        "authorized": euros_text(row["authorized_balance_cents"]),
        "differs": row["balance_cents"] != row["authorized_balance_cents"],
        "closed": row["status"] != "active",
    }


def _line(row: Record) -> dict[str, Any]:
    words, style = STATUSES[row["status"]]
    amount = row["amount_cents"] if row["side"] == "credit" else -row["amount_cents"]
    return {
        "id": row["id"],
        "when": moment_text(row["settled_at"] or row["emitted_at"]),
        "label": row["label"],
        "kind": KINDS_OF_MOVEMENT.get(row["operation_type"], row["operation_type"]),
        "amount": euros_text(amount),
        "credit": row["side"] == "credit",
        "status": words,
        "style": style,
        "pending": row["status"] == "pending",
        "receipts": len(row["attachment_ids"]),
        "note": row["note"] or "",
    }


@endpoint("GET", "/_sandbox/", auth=("none",), tag="control", media_type="text/html")
def home(call: Call) -> Response:
    """Page de pilotage du Qonto local."""
    store, organization = call.world.store, _chosen(call)
    accounts = store["bank_accounts"].by("organization_id", organization["id"])
    lines = [row for account in accounts for row in store["transactions"].by("bank_account_id", account["id"])]
    lines.sort(key=lambda row: str(row["updated_at"] if row["status"] == "pending" else row["settled_at"] or ""))
    recent = sorted(lines, key=lambda row: (str(row["emitted_at"]), row["id"]), reverse=True)[:SHOWN_LINES]
    waiting = [row for row in store["sca_sessions"] if sca.result_of(call.world, row) == "waiting"]
    return page(
        "pilotage.html",
        organizations=list(store["organizations"]),
        chosen=organization,
        accounts=[_account(row) for row in accounts],
        open_accounts=[row for row in accounts if row["status"] == "active"],
        lines=[_line(row) for row in recent],
        total=len(lines),
        kinds=KINDS_OF_MOVEMENT.items(),
        now=call.world.now().astimezone(PARIS).strftime("%d/%m/%Y %H:%M"),
        moved=call.world.clock.offset != timedelta(0),
        steps=STEPS.items(),
        faults=[{"fault": fault, "words": KINDS[fault.kind]} for fault in call.world.faults.all()],
        fault_kinds=KINDS.items(),
        waiting=waiting,
        done=call.query.text("fait"),
        refused=call.query.text("refus"),
    )


def _movement(call: Call, form: dict[str, str]) -> str:
    account = movements.account_named(call.world, form.get("bank_account_id", ""))
    amount = form.get("amount", "").replace(",", ".").replace("\u202f", "").replace(" ", "")
    given: dict[str, Any] = {**form, "amount": amount, "receipt": form.get("receipt") == "on"}
    line = movements.add(call.world, account, Body(given))
    return f"Mouvement ajouté : {line['label']}, {euros_text(line['amount_cents'])}."


def _on_line(call: Call, form: dict[str, str]) -> str:
    line = movements.line_named(call.world, form.get("id", ""))
    movements.ACTS[form["geste"]](call.world, line)
    return f"Fait pour « {line['label']} »."


def _advance(call: Call, form: dict[str, str]) -> str:
    call.world.advance(timedelta(seconds=int(form["secondes"])))
    return f"Horloge avancée de {STEPS[form['secondes']]}."


def _fault(call: Call, form: dict[str, str]) -> str:
    fault = read_fault(
        {
            "kind": form.get("kind", ""),
            "path": form.get("path") or "*",
            "times": int(form.get("times") or 1),
            "skip": int(form.get("skip") or 0),
            "seconds": float((form.get("seconds") or "0.5").replace(",", ".")),
            "status": int(form.get("status") or 500),
        }
    )
    call.world.faults.add(fault)
    return f"Panne prête : {KINDS[fault.kind]}."


def _repair(call: Call, form: dict[str, str]) -> str:
    call.world.faults.remove(form.get("id", ""))
    return "Panne retirée."


def _sca(call: Call, form: dict[str, str]) -> str:
    session = call.world.store["sca_sessions"].get(form.get("id", ""))
    if session is None:
        raise ApiError(404, "not_found", "Cette demande n’existe plus")
    sca.decide(call.world, session, form.get("decision", ""))
    return "Demande acceptée." if form.get("decision") == "allow" else "Demande refusée."


def _reset(call: Call, form: dict[str, str]) -> str:
    call.world.reset()
    return "Tout est comme au premier jour."


ACTS: dict[str, Callable[[Call, dict[str, str]], str]] = {
    "mouvement": _movement,
    "ligne": _on_line,
    "horloge": _advance,
    "panne": _fault,
    "reparation": _repair,
    "authentification": _sca,
    "remise-a-zero": _reset,
}


@endpoint(
    "POST", "/_sandbox/actes/{act}", auth=("none",), tag="control", body="form", media_type="text/html", status=303
)
def act(call: Call) -> Response:
    """Un geste de la page de pilotage."""
    form = {name: value for name, value in call.request.form.items() if value}
    back = {"organisation": form.pop("organisation", "")}
    try:
        back["fait"] = ACTS[call.path["act"]](call, form)
    except ApiError as error:
        back["refus"] = error.detail
    except (KeyError, ValueError):
        back["refus"] = "Une valeur manque ou n’est pas lisible."
    response = Response("", 303)
    response.headers["Location"] = f"/_sandbox/?{urlencode(back)}"
    return response
