"""Sending an application to Qonto, once.

Qonto's creation takes no idempotency key, so the portal makes it single: the order is committed first
(« à soumettre »), one worker at a time takes it by a lease, and an attempt whose answer may have been lost is looked
for in Qonto's list before another is made.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from qonto_link.adhesion.champs import corps_registration as corps_de
from qonto_link.adhesion.champs import libelle, manques
from qonto_link.adhesion.enums import MODIFIABLES, Statut
from qonto_link.adhesion.errors import AdhesionIncomplete
from qonto_link.adhesion.models import Adhesion
from qonto_link.adhesion.services.suivi import noter
from qonto_link.adhesion.sonnette import sonner
from qonto_link.api.errors import Item, QontoError, Refused, Unauthorized
from qonto_link.api.onboarding import OnboardingClient
from qonto_link.api.schemas.adhesion import Registration
from qonto_link.enums import ClasseIncident
from qonto_link.services import clients
from qonto_link.services.incidents import resoudre, signaler_erreur
from qonto_link.traduction import expliquer

BAIL = timedelta(minutes=2)
ATTENTES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
MARGE_HORLOGE = timedelta(minutes=5)
QUOI = "Envoi de l’adhésion"


def soumettre(*, adhesion: Adhesion, origine: Origine, maintenant: datetime) -> bool:
    """Order the application to leave. False when it has left or is leaving already: twice is once.

    Raises AdhesionIncomplete, with what is missing.
    """
    absents = manques(adhesion.flux, adhesion.contenu)
    if absents and adhesion.est_modifiable:
        raise AdhesionIncomplete([mots for _, mots in absents])
    with transaction.atomic():
        prises = Adhesion.objects.filter(pk=adhesion.pk, statut__in=MODIFIABLES).update(
            statut=Statut.A_SOUMETTRE,
            soumise_le=maintenant,
            modifiee_le=maintenant,
            prochain_essai=None,
            bail_jusqu_a=None,
            tentatives=0,
            motif="",
        )
        adhesion.refresh_from_db()
        if prises:
            journaliser(
                cabinet=adhesion.dossier.cabinet,
                dossier=adhesion.dossier,
                acte="adhesion.soumettre",
                date=maintenant,
                origine=origine,
                objet=adhesion.get_flux_display(),
            )
            transaction.on_commit(lambda: sonner(adhesion.dossier_id))
    return bool(prises)


def envoyer(*, adhesion: Adhesion, maintenant: datetime) -> bool:
    """Make the call that an order waits for. True when the registration exists. Never raises for Qonto's failures."""
    libre = Q(bail_jusqu_a__isnull=True) | Q(bail_jusqu_a__lt=maintenant)
    mienne = Adhesion.objects.filter(libre, pk=adhesion.pk, statut=Statut.A_SOUMETTRE)
    if not mienne.update(bail_jusqu_a=maintenant + BAIL, tentatives=F("tentatives") + 1):
        adhesion.refresh_from_db()
        return bool(adhesion.registration_id)
    adhesion.refresh_from_db()
    try:
        with clients.onboarding_client() as client:
            recue = _retrouver(client, adhesion) if adhesion.tentatives > 1 else None
            if recue is None:
                recue = client.create_registration(corps_de(adhesion.flux, adhesion.contenu))
    except QontoError as panne:
        _noter_echec(adhesion, panne, maintenant)
        return False
    _noter_creation(adhesion, recue, maintenant)
    return True


def _retrouver(client: OnboardingClient, adhesion: Adhesion) -> Registration | None:
    """The registration that a former attempt made, if its answer was lost. The list has no filter: it is walked."""
    corps = corps_de(adhesion.flux, adhesion.contenu)
    depuis = (adhesion.soumise_le or adhesion.demarree_le) - MARGE_HORLOGE
    cle = "legal_number" if corps["organization"].get("legal_number") else "legal_name"
    for recue in client.registrations():
        organisation = recue.organization
        ressemble = (
            recue.legal_flow == adhesion.flux
            and recue.partner_user is not None
            and recue.partner_user.email.lower() == corps["partner_user"]["email"].lower()
            and organisation is not None
            and getattr(organisation, cle) == corps["organization"][cle]
            and (recue.created_at is None or recue.created_at >= depuis)
        )
        if ressemble and not Adhesion.objects.filter(registration_id=recue.id).exists():
            return recue
    return None


def _noter_creation(adhesion: Adhesion, recue: Registration, maintenant: datetime) -> None:
    contenu = _avec_les_ids(adhesion.contenu, recue)
    with transaction.atomic():
        Adhesion.objects.filter(pk=adhesion.pk, statut=Statut.A_SOUMETTRE).update(
            statut=Statut.EN_COURS,
            registration_id=recue.id,
            redirection_link=recue.redirection_link,
            bail_jusqu_a=None,
            prochain_essai=None,
            motif="",
        )
        adhesion.refresh_from_db()
        adhesion.donnees = json.dumps(contenu)
        adhesion.save(update_fields=["donnees"])
        journaliser(
            cabinet=adhesion.dossier.cabinet,
            dossier=adhesion.dossier,
            acte="adhesion.creee",
            date=maintenant,
            origine=SYSTEME,
            objet=recue.id,
        )
        for classe in (ClasseIncident.INJOIGNABLE, ClasseIncident.REFUS, ClasseIncident.CADENCE):
            resoudre(dossier=adhesion.dossier, classe=classe, cle=QUOI, maintenant=maintenant)
        noter(adhesion=adhesion, recue=recue, maintenant=maintenant)
        transaction.on_commit(lambda: sonner(adhesion.dossier_id))


def _avec_les_ids(contenu: dict[str, Any], recue: Registration) -> dict[str, Any]:
    """Qonto's id of each person, found by e-mail and by place: the papers of a person need it."""
    par_email = {personne.email.lower(): personne.id for personne in recue.stakeholders if personne.email}
    for rang, associe in enumerate(contenu["associes"]):
        place = recue.stakeholders[rang].id if rang < len(recue.stakeholders) else ""
        associe["stakeholder_id"] = par_email.get(associe.get("email", "").lower(), place)
    return contenu


def _noter_echec(adhesion: Adhesion, panne: QontoError, maintenant: datetime) -> None:
    """Refused: back to the client with the reason. Anything else: kept, and tried again by itself."""
    definitif = isinstance(panne, Refused) and not isinstance(panne, Unauthorized)
    attente = ATTENTES[min(adhesion.tentatives, len(ATTENTES)) - 1]
    with transaction.atomic():
        Adhesion.objects.filter(pk=adhesion.pk, statut=Statut.A_SOUMETTRE).update(
            statut=Statut.REFUSEE if definitif else Statut.A_SOUMETTRE,
            motif=raisons(panne) if definitif else expliquer(panne).message,
            reference_support=panne.trace_id,
            bail_jusqu_a=None,
            prochain_essai=None if definitif else maintenant + attente,
        )
        signaler_erreur(dossier=adhesion.dossier, erreur=panne, quoi=QUOI, maintenant=maintenant)
        adhesion.refresh_from_db()
        transaction.on_commit(lambda: sonner(adhesion.dossier_id))


CHAMPS_QONTO: dict[str, tuple[str, bool]] = {
    "legal_number": ("siren", False),
    "legal_name": ("raison_sociale", False),
    "legal_form": ("forme_juridique", False),
    "legal_sector": ("code_naf", False),
    "legal_registration_date": ("date_creation", False),
    "legal_vat_number": ("numero_tva", False),
    "total_capital_amount": ("capital", False),
    "line_1": ("adresse", False),
    "postal_code": ("code_postal", False),
    "city": ("ville", False),
    "country": ("pays", False),
    "first_name": ("prenom", True),
    "last_name": ("nom", True),
    "email": ("email", True),
    "gender": ("genre", True),
    "phone_number": ("telephone", True),
    "nationality": ("nationalite", True),
    "birth_date": ("date_naissance", True),
    "capital_amount": ("capital", True),
}


def raisons(refus: QontoError) -> str:
    """Every fault that Qonto names, with the field in the words of the form."""
    return " ".join(dict.fromkeys(_raison(item, refus) for item in refus.items)) or expliquer(refus).message


def _raison(item: Item, refus: QontoError) -> str:
    nom, associe = CHAMPS_QONTO.get(item.pointer.rsplit("/", 1)[-1], ("", False))
    probleme = {"missing": "manque", "invalid_format": "n’a pas la forme attendue", "not_in_list": "n’est pas accepté"}
    if not nom or item.code not in probleme:
        return expliquer(refus).message
    return f"« {libelle(nom, associe)} » {probleme[item.code]}."


def a_envoyer(maintenant: datetime, limite: int = 200) -> list[int]:
    """The orders whose time has come: waiting for a retry, or left by a worker that died."""
    libre = Q(bail_jusqu_a__isnull=True) | Q(bail_jusqu_a__lt=maintenant)
    mure = Q(prochain_essai__isnull=True) | Q(prochain_essai__lte=maintenant)
    attente = Adhesion.objects.filter(libre, mure, statut=Statut.A_SOUMETTRE).order_by("prochain_essai", "pk")
    return list(attente.values_list("pk", flat=True)[:limite])
