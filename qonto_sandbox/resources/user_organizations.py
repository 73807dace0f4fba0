"""The organizations to which the user gave access (reference §2.3; shape of Qonto's published example)."""

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.core.store import Record
from qonto_sandbox.schemas.common import Uuid, Wire


class UserOrganization(Wire):
    id: Uuid
    name: str | None
    legal_name: str | None
    legal_number: str
    legal_country: str
    membership_role: str | None


class UserOrganizations(Wire):
    organizations: list[UserOrganization]


def _consented(call: Call) -> list[Record]:
    """The memberships of this person, one an organization, whose consent for this application stands."""
    store, email = call.world.store, call.membership["email"]
    consents = store["consents"].where(client_id=call.principal.client_id, revoked_at=None)
    members = (id for row in consents for id in (row.get("memberships") or {"": row["membership_id"]}).values())
    found = (store["memberships"].get(id) for id in members)
    mine = [row for row in found if row is not None and row["email"] == email]
    return list({row["organization_id"]: row for row in mine}.values())


@endpoint(
    "GET",
    "/v2/user_organizations",
    auth=("oauth",),
    scopes=("user_organization.read", "organization.read"),
    response=UserOrganizations,
    errors=(401, 403),
)
def list_user_organizations(call: Call) -> Response:
    """Lister les organisations auxquelles l’utilisateur a donné accès."""
    shown = []
    for member in _consented(call):
        organization = call.world.store["organizations"].get(member["organization_id"])
        assert organization is not None, "a membership is of an organization"
        names = ("id", "name", "legal_name", "legal_number", "legal_country")
        shown.append({name: organization[name] for name in names} | {"membership_role": member["role"]})
    return answer({"organizations": shown})
