"""The inbox of Qonto's events: signature on the raw bytes, stored, then handled; a replay is the same row."""

import json
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from pydantic import ValidationError

from qonto_link.adhesion.errors import SignatureInvalide
from qonto_link.adhesion.models import AbonnementPartenaire, Adhesion, EvenementRecu
from qonto_link.adhesion.services import boite
from qonto_link.adhesion.services.boite import ESSAIS_MAX, TAILLE_MAX, Reception, noter_essai, noter_traite, ranger
from qonto_link.adhesion.services.suivi import franchir
from qonto_link.api.errors import QontoError
from qonto_link.api.schemas.adhesion import OnboardingEvent
from qonto_link.api.webhooks import signature_onboarding_valide
from qonto_link.services import clients

SOURCE = "partenaire"


def assurer_abonnement(*, maintenant: datetime) -> bool:
    """Have Qonto post its events here, once per address of the portal. False when it could not be asked."""
    adresse = f"{settings.PORTAL_URL}{reverse('qonto_link:webhook_partenaire')}"
    if AbonnementPartenaire.objects.filter(callback_url=adresse).exists():
        return True
    try:
        with clients.onboarding_client() as client:
            recu = client.create_webhook(callback_url=adresse, secret=settings.QONTO_ONBOARDING_WEBHOOK_SECRET)
    except QontoError:
        # The polling does without; the next application asks again.
        return False
    AbonnementPartenaire.objects.get_or_create(
        callback_url=adresse, defaults={"external_id": recu.id, "created_at": maintenant}
    )
    return True


def recevoir_partenaire(*, corps: bytes, signature: str, maintenant: datetime) -> Reception:
    """Store an event of the onboarding API. Raises SignatureInvalide; a body that is no event is one too."""
    secret = settings.QONTO_ONBOARDING_WEBHOOK_SECRET
    if len(corps) > TAILLE_MAX or not signature_onboarding_valide(secret=secret, corps=corps, signature=signature):
        raise SignatureInvalide
    try:
        recu = OnboardingEvent.model_validate_json(corps)
        cree_le = recu.created_at
    except ValidationError:
        raise SignatureInvalide from None
    if not recu.id or cree_le is None:
        raise SignatureInvalide
    return ranger(
        source=SOURCE,
        external_id=recu.id,
        genre=recu.event_type,
        resource_id=recu.resource_id,
        corps=corps,
        maintenant=maintenant,
    )


def traiter(*, evenement: EvenementRecu, maintenant: datetime) -> Adhesion | None:
    """Handle an event once; returns the application that moved. Running again does nothing more.

    One that names an application not known yet waits: it may have overtaken the answer to the creation.
    """
    if evenement.traite_le:
        return None
    adhesion = _adhesion_de(evenement)
    if adhesion is None and evenement.tentatives + 1 < ESSAIS_MAX:
        noter_essai(evenement)
        return None
    avance = False
    with transaction.atomic():
        code = evenement.type.rsplit(".", 1)[-1]
        if adhesion is not None and (evenement.type.startswith("registrations.") or code == "deleted"):
            survenue = datetime.fromisoformat(json.loads(evenement.corps)["created_at"])
            avance = franchir(
                adhesion=adhesion, code=code, survenue_le=survenue, source="webhook", maintenant=maintenant
            )
        erreur = "" if adhesion is not None else "adhésion inconnue du portail"
        noter_traite(evenement, maintenant=maintenant, erreur=erreur)
    return adhesion if avance else None


def _adhesion_de(evenement: EvenementRecu) -> Adhesion | None:
    """By the registration, or by the organization for the events that name it."""
    adhesions = Adhesion.objects.select_related("dossier__cabinet")
    if not evenement.resource_id:
        return None
    return (
        adhesions.filter(registration_id=evenement.resource_id).first()
        or adhesions.vivantes().filter(organisation_id=evenement.resource_id).first()
    )


def en_attente(limite: int = 500) -> list[int]:
    """Events of applications that no task has handled."""
    return boite.en_attente(SOURCE, limite)
