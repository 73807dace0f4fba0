"""The clients of Qonto, made from the settings. The one place that reads them."""

from django.conf import settings

from qonto_link.api.oauth import OAuthClient
from qonto_link.api.onboarding import OnboardingClient
from qonto_link.api.transport import Reglages
from qonto_link.budget import avant_requete, ralenti


def reglages(*, reprises: int = 3, lecture: float = 30.0) -> Reglages:
    return Reglages(reprises=reprises, lecture=lecture, avant_requete=avant_requete, ralenti=ralenti)


def oauth_client(*, lecture: float = 15.0) -> OAuthClient:
    return OAuthClient(
        base_url=settings.QONTO_OAUTH_URL,
        client_id=settings.QONTO_CLIENT_ID,
        client_secret=settings.QONTO_CLIENT_SECRET,
        staging_token=settings.QONTO_STAGING_TOKEN,
        reglages=reglages(reprises=0, lecture=lecture),
    )


def onboarding_client() -> OnboardingClient:
    return OnboardingClient(
        base_url=settings.QONTO_ONBOARDING_URL,
        token=settings.QONTO_PARTNER_TOKEN,
        partner_id=settings.QONTO_PARTNER_ID,
        staging_token=settings.QONTO_STAGING_TOKEN,
        reglages=reglages(),
    )
