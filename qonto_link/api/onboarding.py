"""The Onboarding Partners API: registrations, their files and events (partner reference §1).

Static partner credentials, no OAuth, no version in the paths, no idempotency key: a creation whose answer was lost
must be looked for in `registrations()` before it is tried again.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from qonto_link.api.ressources import Ressources
from qonto_link.api.schemas.adhesion import OnboardingEvent, OnboardingWebhook, Registration, RegistrationFile
from qonto_link.api.transport import Multipart, Reglages, Transport

RACINE = "/register"
PAR_PAGE = 25


class OnboardingClient(Ressources):
    """A context manager over one HTTP session to the onboarding host."""

    def __init__(
        self,
        *,
        base_url: str,
        token: str,
        partner_id: str,
        staging_token: str = "",
        reglages: Reglages | None = None,
    ) -> None:
        self._transport = Transport(
            base_url,
            entetes={"Authorization": f"Bearer {token}", "Qonto-Partner-Id": partner_id},
            staging_token=staging_token,
            reglages=reglages or Reglages(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()

    def create_registration(self, body: Mapping[str, Any]) -> Registration:
        return self._un(Registration, "POST", f"{RACINE}/registrations", "registration", corps=dict(body))

    def registration(self, id: str) -> Registration:
        return self._un(Registration, "GET", f"{RACINE}/registrations/{id}", "registration")

    def registrations(self) -> Iterator[Registration]:
        return self._liste(Registration, f"{RACINE}/registrations", "registrations", {}, PAR_PAGE)

    def trigger_owner_email(self, id: str) -> None:
        """Qonto mails the owner his link (company being created)."""
        self._transport.appeler("POST", f"{RACINE}/registrations/{id}/trigger_owner_email")

    def upload_file(
        self,
        registration_id: str,
        *,
        file_type: str,
        morceaux: Iterable[bytes],
        taille: int,
        nom: str,
        type_mime: str,
        stakeholder_id: str = "",
    ) -> RegistrationFile:
        """One file per type (and person): delete the former one to replace it. Company being created only."""
        textes = {"file_type": file_type} | ({"stakeholder_id": stakeholder_id} if stakeholder_id else {})
        return self._un(
            RegistrationFile,
            "POST",
            f"{RACINE}/registrations/{registration_id}/files",
            "registration_file",
            flux=Multipart(textes=textes, nom=nom, type_mime=type_mime, taille=taille, morceaux=morceaux),
        )

    def files(self, registration_id: str) -> Iterator[RegistrationFile]:
        chemin = f"{RACINE}/registrations/{registration_id}/files"
        return self._liste(RegistrationFile, chemin, "registration_files", {}, PAR_PAGE)

    def delete_file(self, registration_id: str, id: str) -> None:
        self._transport.appeler("DELETE", f"{RACINE}/registrations/{registration_id}/files/{id}")

    def create_webhook(self, *, callback_url: str, secret: str) -> OnboardingWebhook:
        """One callback gets every event."""
        corps = {"callback_url": callback_url, "enabled": True, "secret": secret}
        return self._un(OnboardingWebhook, "POST", f"{RACINE}/webhooks", "", corps=corps)

    def events(self) -> Iterator[OnboardingEvent]:
        return self._liste(OnboardingEvent, f"{RACINE}/events", "events", {}, PAR_PAGE)
