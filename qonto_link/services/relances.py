"""Mails to the dirigeant: his connection must be renewed."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from gestion_acces.enums import RoleClient
from gestion_acces.models import Dossier, MembreDossier
from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from qonto_link.enums import StatutConnexion
from qonto_link.models import Connexion

logger = logging.getLogger(__name__)

# A reminder by hand is refused sooner than this after the last mail.
ECART = timedelta(hours=12)


def adresses_du_dirigeant(dossier: Dossier) -> list[str]:
    """The accounts of the dirigeants, or the address of the GRC card."""
    adresses = MembreDossier.objects.filter(dossier=dossier, role=RoleClient.DIRIGEANT, utilisateur__is_active=True)
    trouvees = list(adresses.values_list("utilisateur__email", flat=True))
    return trouvees or [adresse for adresse in (dossier.dirigeant_email,) if adresse]


def adresse_applications(dossier: Dossier) -> str:
    return f"{settings.PORTAL_URL}{reverse('qonto_link:applications', args=[dossier.pk])}"


def prevenir_reconnexion(*, connexion: Connexion, maintenant: datetime, origine: Origine = SYSTEME) -> bool:
    """Mail the dirigeant once that he must connect again. False when it was sent a short while ago, or to nobody."""
    libre = Connexion.objects.filter(pk=connexion.pk, statut=StatutConnexion.RECONNEXION)
    # Taken before the mail leaves: two workers send one mail.
    pris = libre.filter(rappel_envoye_le__isnull=True).update(rappel_envoye_le=maintenant) or libre.filter(
        rappel_envoye_le__lt=maintenant - ECART
    ).update(rappel_envoye_le=maintenant)
    destinataires = adresses_du_dirigeant(connexion.dossier)
    if not pris or not destinataires:
        return False
    contexte = {"connexion": connexion, "dossier": connexion.dossier, "lien": adresse_applications(connexion.dossier)}
    corps = render_to_string("qonto_link/mails/reconnexion.txt", contexte)
    sujet = f"{connexion.dossier.raison_sociale} : reconnectez votre compte Qonto"
    try:
        send_mail(sujet, corps, None, destinataires)
    except OSError:
        # The mail server does not answer: the next sweep tells him.
        logger.warning("message de reconnexion non envoyé", exc_info=True)
        Connexion.objects.filter(pk=connexion.pk, rappel_envoye_le=maintenant).update(rappel_envoye_le=None)
        return False
    journaliser(
        cabinet=connexion.dossier.cabinet,
        dossier=connexion.dossier,
        acte="qonto.relancer",
        date=maintenant,
        origine=origine,
        objet=connexion.organisation_nom,
        apres={"destinataires": len(destinataires)},
    )
    return True


def prevenir_les_reconnexions(*, maintenant: datetime) -> int:
    """Mail every dirigeant who was not told yet; returns how many mails left."""
    attente = Connexion.objects.filter(statut=StatutConnexion.RECONNEXION, rappel_envoye_le__isnull=True)
    connexions = list(attente.select_related("dossier__cabinet").order_by("pk")[:500])
    return sum(prevenir_reconnexion(connexion=connexion, maintenant=maintenant) for connexion in connexions)
