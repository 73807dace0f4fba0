"""Settings of electronic invoicing (partner reference §3.9)."""

from typing import Literal

from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.errors import not_found
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.schemas.common import Wire

State = Literal["enabled", "disabled", "pending_creation"]
UNSUPPORTED = {"sending_status": "disabled", "receiving_status": "disabled"}
FRENCH = {"sending_status": "enabled", "receiving_status": "enabled"}


class EinvoicingSettings(Wire):
    sending_status: State
    receiving_status: State


@endpoint(
    "GET",
    "/v2/einvoicing/settings",
    scopes=("einvoicing.read",),
    response=EinvoicingSettings,
    errors=(401, 403, 404),
)
def show_settings(call: Call) -> Response:
    """Lire les réglages de facturation électronique."""
    default = FRENCH if call.organization["legal_country"] == "FR" else UNSUPPORTED
    settings = call.organization.get("einvoicing_settings", default)
    if not settings:
        raise not_found()
    return answer(settings)
