"""The user withdraws his consent inside Qonto: the application learns it by a webhook, or by its next call."""

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import not_found
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.oauth.tokens import withdraw


@endpoint("POST", "/_sandbox/api/organizations/{id}/revoke_consents", auth=("none",), body="none", tag="control")
def revoke_consents(call: Call) -> Response:
    """Retirer, comme le dirigeant le ferait chez Qonto, les autorisations données par cette entreprise."""
    if call.world.store["organizations"].get(call.path["id"]) is None:
        raise not_found()
    standing = call.world.store["consents"].where(revoked_at=None)
    rows = [row for row in standing if call.path["id"] in (row["organization_id"], *row.get("memberships", {}))]
    for consent in rows:
        withdraw(call, consent)
    return answer({"revoked": len(rows)})
