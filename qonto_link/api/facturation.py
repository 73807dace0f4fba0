"""Sales invoices and credit notes made in Qonto, and the subscriptions to its webhooks (partner reference §3, §4)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from qonto_link.api.ressources import Ressources, instant, sans_vide
from qonto_link.api.schemas.factures import ClientInvoice, CreditNote
from qonto_link.api.schemas.paiements import WebhookSubscription


class FacturationMixin(Ressources):
    def client_invoices(
        self,
        *,
        status: Sequence[str] = (),
        updated_at_from: datetime | None = None,
        updated_at_to: datetime | None = None,
        created_at_from: datetime | None = None,
        created_at_to: datetime | None = None,
        exclude_imported: bool = False,
        sort_by: str = "created_at:asc",
    ) -> Iterator[ClientInvoice]:
        """Invoices; imported ones too, which Qonto hides unless asked."""
        params = sans_vide(
            {
                "filter[status]": ",".join(status),
                "filter[updated_at_from]": instant(updated_at_from),
                "filter[updated_at_to]": instant(updated_at_to),
                "filter[created_at_from]": instant(created_at_from),
                "filter[created_at_to]": instant(created_at_to),
                "exclude_imported": str(exclude_imported).lower(),
                "sort_by": sort_by,
            }
        )
        return self._liste(ClientInvoice, "/v2/client_invoices", "client_invoices", params)

    def client_invoice(self, id: str) -> ClientInvoice:
        return self._un(ClientInvoice, "GET", f"/v2/client_invoices/{id}", "client_invoice")

    def credit_notes(
        self,
        *,
        created_at_from: datetime | None = None,
        created_at_to: datetime | None = None,
        sort_by: str = "created_at:asc",
    ) -> Iterator[CreditNote]:
        params = sans_vide(
            {
                "filter[created_at_from]": instant(created_at_from),
                "filter[created_at_to]": instant(created_at_to),
                "sort_by": sort_by,
            }
        )
        return self._liste(CreditNote, "/v2/credit_notes", "credit_notes", params)

    def credit_note(self, id: str) -> CreditNote:
        return self._un(CreditNote, "GET", f"/v2/credit_notes/{id}", "credit_note")

    def webhook_subscriptions(self) -> Iterator[WebhookSubscription]:
        return self._liste(WebhookSubscription, "/v2/webhook_subscriptions", "subscriptions", {})

    def create_webhook_subscription(
        self, *, callback_url: str, types: Sequence[str], secret: str, description: str = ""
    ) -> WebhookSubscription:
        """Flat in both directions. `secret`: 32 to 128 characters."""
        corps = sans_vide(
            {"callback_url": callback_url, "types": list(types), "secret": secret, "description": description}
        )
        return self._un(WebhookSubscription, "POST", "/v2/webhook_subscriptions", "", corps=corps)

    def replace_webhook_subscription(
        self, id: str, *, callback_url: str, types: Sequence[str], description: str = ""
    ) -> WebhookSubscription:
        """Its secret stays."""
        corps = sans_vide({"callback_url": callback_url, "types": list(types), "description": description})
        return self._un(WebhookSubscription, "PUT", f"/v2/webhook_subscriptions/{id}", "", corps=corps)

    def delete_webhook_subscription(self, id: str) -> None:
        self._transport.appeler("DELETE", f"/v2/webhook_subscriptions/{id}")
