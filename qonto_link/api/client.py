"""The client of Qonto's Business API for one organization.

    with QontoClient(base_url=…, access_token=…, staging_token=…) as client:
        for ligne in client.transactions(bank_account_id=compte, updated_at_from=depuis): …

Lists are generators over pages; amounts are integer cents; errors are those of `qonto_link.api.errors`.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from qonto_link.api.facturation import FacturationMixin
from qonto_link.api.lectures import LecturesMixin
from qonto_link.api.paiements import PaiementsMixin
from qonto_link.api.transport import Reglages, Transport


class QontoClient(LecturesMixin, FacturationMixin, PaiementsMixin):
    """A context manager over one HTTP session. Give `access_token` (OAuth) or `api_key` (`login:secret`), not both."""

    def __init__(
        self,
        *,
        base_url: str,
        access_token: str = "",
        api_key: str = "",
        staging_token: str = "",
        reglages: Reglages | None = None,
        renouveler: Callable[[], str] | None = None,
    ) -> None:
        """`renouveler`: gives a new `Authorization` after a 401; the refused call is then made once more."""
        if bool(access_token) == bool(api_key):
            raise ValueError("QontoClient needs an access token or an API key")
        autorisation = f"Bearer {access_token}" if access_token else api_key
        self._transport = Transport(
            base_url,
            entetes={"Authorization": autorisation},
            staging_token=staging_token,
            reglages=reglages or Reglages(),
            renouveler=renouveler,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()
