"""Credentials of the generated organizations."""

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.volume import companies, lines

MOST = 1000


@endpoint("GET", "/_sandbox/api/volume", auth=("none",), tag="control")
def volume(call: Call) -> Response:
    """Identifiants des organisations du mode volume : ?from=0&count=100."""
    asked = call.world.volume
    if asked is None:
        return answer({"organizations": 0, "transactions": 0, "credentials": []})
    first = call.query.integer("from", 0, at_least=0)
    last = min(asked.organizations, first + call.query.integer("count", 100, at_most=MOST))
    rows = [
        {
            "organization_slug": f"volume-{rank:06d}",
            "siren": companies.siren(rank),
            "login": f"volume-{rank:06d}",
            "secret_key": companies.secret_key(rank),
            "access_token": companies.access_token(rank),
            "bank_account_id": lines.account_id(rank),
        }
        for rank in range(first, last)
    ]
    return answer({"organizations": asked.organizations, "transactions": asked.transactions, "credentials": rows})
