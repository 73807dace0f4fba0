"""The hidden page of a registration, where the tester plays the owner, the notary and Qonto, and its control API."""

from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import ApiError, not_found
from qonto_sandbox.core.pages import moment_text, page
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.onboarding import progress, rules
from qonto_sandbox.resources.registrations import view

# What a step means, and who makes it.
STEPS = {
    "pending": ("Dossier créé", "le partenaire"),
    "user_started": ("Le dirigeant s’est connecté à Qonto", "le dirigeant"),
    "contract_signed": ("Contrat signé, offre payée", "le dirigeant"),
    "submitted": ("Prêt pour le dépôt de capital", "le dirigeant"),
    "capital_deposit_activated": ("Les associés sont invités à verser", "les associés"),
    "capital_deposit_request_signed": ("Fonds reçus, le notaire prépare l’attestation", "le notaire"),
    "capital_deposit_certificate_signed": ("Attestation de dépôt signée", "Qonto"),
    "capital_deposit_statement_ready": ("Relevé de dépôt disponible", "Qonto"),
    "completed": ("Compte ouvert", "Qonto"),
    "deleted": ("Dossier supprimé", "Qonto"),
}


def _get(call: Call) -> Record:
    record = call.world.store["registrations"].get(call.path["id"])
    if record is None:
        raise not_found()
    return record


def _steps(record: Record) -> list[dict[str, Any]]:
    order = rules.steps_of(record)
    reached = order.index(record["status"]) if record["status"] in order else len(order)
    return [
        {
            "name": step,
            "words": STEPS[step][0],
            "actor": STEPS[step][1],
            "done": rank <= reached,
            "here": rank == reached,
        }
        for rank, step in enumerate(order)
    ]


@endpoint("GET", "/registrations/{id}", auth=("none",), tag="control", media_type="text/html", errors=(404,))
def registration_page(call: Call) -> Response:
    """La page où le dirigeant est envoyé : elle fait avancer le dossier."""
    record = _get(call)
    files = progress.files_of(call.world, record["id"])
    following = rules.next_step(record)
    return page(
        "adhesion.html",
        registration=record,
        name=record["organization"].get("legal_name") or record["organization"].get("legal_number"),
        created=moment_text(record["created_at"]),
        steps=_steps(record),
        following=STEPS[following][0] if following else "",
        deleted=record["status"] == "deleted",
        flow=rules.flow_of(record, files),
        files=[row["filename"] for row in files],
    )


@endpoint("POST", "/registrations/{id}/{act}", auth=("none",), tag="control", body="form", media_type="text/html")
def move_from_page(call: Call) -> Response:
    """« Étape suivante », ou suppression du dossier, depuis la page."""
    record = _get(call)
    _act(call, record)
    response = Response("", 303)
    response.headers["Location"] = f"/registrations/{record['id']}"
    return response


def _act(call: Call, record: Record) -> None:
    act = call.path["act"]
    if act in ("suivant", "next"):
        progress.forward(call.world, record)
    elif act in ("terminer", "complete"):
        while rules.next_step(record):
            progress.forward(call.world, record)
    elif act in ("supprimer", "delete"):
        if record["status"] not in ("completed", "deleted"):
            progress.delete(call.world, record)
    else:
        raise ApiError(400, "not_in_list", "act must be one of: next, complete, delete", parameter="act")


@endpoint("GET", "/_sandbox/api/registrations", auth=("none",), tag="control")
def list_all(call: Call) -> Response:
    """Tous les dossiers d’adhésion."""
    return answer({"registrations": [view(call, row) for row in call.world.store["registrations"]]})


@endpoint("POST", "/_sandbox/api/registrations/{id}/{act}", auth=("none",), body="none", tag="control")
def move(call: Call) -> Response:
    """Faire avancer un dossier : next (étape suivante), complete (jusqu’au compte ouvert), delete."""
    record = _get(call)
    _act(call, record)
    return answer({"registration": view(call, record) | {"organization_id": record["organization_id"]}})
