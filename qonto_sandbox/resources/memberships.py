"""Members of the organization (reference §14.3)."""

import re
from typing import Any

from werkzeug.wrappers import Response

from qonto_sandbox.core import ids
from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import invalid
from qonto_sandbox.core.pagination import page_answer
from qonto_sandbox.core.params import Body
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.schemas import common
from qonto_sandbox.schemas import organization as schemas

EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
INVITED_ROLES = ("employee", "accountant", "reporting")
LISTED = (
    "id",
    "first_name",
    "last_name",
    "role",
    "team_id",
    "residence_country",
    "birthdate",
    "nationality",
    "birth_country",
    "ubo",
    "status",
    "email",
)
OWN = (
    "id",
    "first_name",
    "last_name",
    "email",
    "phone_number",
    "position",
    "status",
    "role",
    "locale",
    "team_id",
    "kyc_status",
)
INVITED = ("id", "first_name", "last_name", "email", "role", "locale", "team_id")


def _view(row: Record, fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in fields}


@endpoint(
    "GET",
    "/v2/memberships",
    scopes=("organization.read",),
    query=common.PageQuery,
    response=schemas.MembershipList,
    errors=(401, 403, 422),
)
def list_memberships(call: Call) -> Response:
    """Lister les membres."""
    rows = call.world.store["memberships"].by("organization_id", call.organization_id)
    return page_answer(call.query, "memberships", rows, lambda row: _view(row, LISTED))


@endpoint(
    "GET",
    "/v2/membership",
    scopes=("membership.read",),
    auth=("oauth",),
    response=schemas.MembershipAnswer,
    errors=(401, 403),
)
def show_own_membership(call: Call) -> Response:
    """Lire le membre qui a donné son accord."""
    return answer({"membership": _view(call.membership, OWN)})


@endpoint(
    "POST",
    "/v2/memberships/invite_employee_or_accountant",
    scopes=("membership.write",),
    auth=("oauth",),
    request=schemas.InvitationRequest,
    response=schemas.InvitedMembershipAnswer,
    errors=(400, 401, 403, 422),
    single=(422,),
)
def invite(call: Call) -> Response:
    """Inviter un employé ou un comptable."""
    call.require_role("owner", "admin")
    asked = call.body.object("membership")
    row = _invited(call, asked)
    call.world.store["memberships"].put(row)
    call.world.events.publish("memberships", "created", row)
    return answer({"membership": _view(row, INVITED)})


def _invited(call: Call, asked: Body) -> Record:
    email = asked.text("email").strip().lower()
    names = {name: asked.text(name) for name in ("first_name", "last_name")}
    role, team_id = asked.text("role"), asked.uuid("team_id", required=False)
    if not EMAIL.match(email):
        raise invalid(asked.pointer("email"), "email is invalid")
    if role not in INVITED_ROLES:
        detail = f"role must be one of: {', '.join(INVITED_ROLES)}"
        raise invalid(asked.pointer("role"), detail, code="not_in_list")
    members = call.world.store["memberships"].by("organization_id", call.organization_id)
    if any(row["email"] == email for row in members):
        raise invalid(asked.pointer("email"), "email has already been taken", code="taken")
    return {
        "id": ids.new(),
        "organization_id": call.organization_id,
        **names,
        "email": email,
        "phone_number": None,
        "position": None,
        "role": role,
        "locale": "fr",
        "team_id": team_id or call.membership["team_id"],
        **dict.fromkeys(("residence_country", "birthdate", "nationality", "birth_country")),
        "ubo": False,
        "status": "pending",
        "kyc_status": "pending",
        "paired_device": False,
    }
