"""What a person must hear of: three nights in a row without a reading, and the digest of the night."""

import logging
from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from gestion_acces.enums import RoleCabinet
from gestion_acces.models import Dossier, MembreCabinet
from portal.cockpit import queries
from portal.nuit.enums import EtatVisite, Origine
from portal.nuit.models import Passage, ResumeEnvoye, Visite
from qonto_link.enums import ClasseIncident
from qonto_link.models import Incident
from qonto_link.services.incidents import resoudre, signaler

logger = logging.getLogger(__name__)

NUITS = 3
CLE = "nuits-en-echec"


def _adresse(nom: str, *arguments: object) -> str:
    return f"{settings.PORTAL_URL}{reverse(nom, args=arguments)}"


def responsables(dossier: Dossier) -> list[str]:
    """Those who hold the dossier in their portfolio; the administrators when nobody does."""
    membres = MembreCabinet.objects.filter(cabinet_id=dossier.cabinet_id, actif=True, utilisateur__is_active=True)
    suivi = membres.filter(portefeuille__dossier=dossier).distinct()
    retenus = suivi if suivi.exists() else membres.filter(role=RoleCabinet.ADMINISTRATEUR)
    return list(retenus.order_by("pk").values_list("utilisateur__email", flat=True))


def apres_echec(*, visite: Visite, maintenant: datetime) -> bool:
    """Raise the alert at the third night in a row: an incident, and one mail for the whole trouble."""
    nuits = Visite.objects.filter(dossier_id=visite.dossier_id, passage__origine=Origine.NUIT).order_by("-pk")
    etats = list(nuits.values_list("etat", flat=True)[:NUITS])
    if len(etats) < NUITS or set(etats) != {EtatVisite.ECHOUEE}:
        return False
    incident = signaler(
        dossier=visite.dossier,
        classe=ClasseIncident.CONTROLE,
        titre=f"Aucune lecture chez Qonto depuis {NUITS} nuits",
        detail=visite.erreur,
        remede="Ouvrez la page Qonto du dossier : la cause et son remède y sont.",
        cle=CLE,
        maintenant=maintenant,
    )
    if incident.occurrences > 1:
        return False
    contexte = {"visite": visite, "nuits": NUITS, "lien": _adresse("qonto_link:dossier", visite.dossier_id)}
    corps = render_to_string("nuit/mails/alerte.txt", contexte)
    sujet = f"{visite.dossier.raison_sociale} : {NUITS} nuits sans lecture chez Qonto"
    try:
        send_mail(sujet, corps, None, responsables(visite.dossier))
    except OSError:
        logger.warning("alerte non envoyée", exc_info=True)
        # Nobody was told: the next night counts as the first, and tells it.
        Incident.objects.filter(pk=incident.pk).update(occurrences=0)
        return False
    return True


def lever(*, dossier: Dossier, maintenant: datetime) -> None:
    """The dossier was read: the alert is over."""
    resoudre(dossier=dossier, classe=ClasseIncident.CONTROLE, cle=CLE, maintenant=maintenant)


def destinataires(passage: Passage) -> list[int]:
    """The people of the firms that this run concerns, who have not had its digest."""
    cabinets = Visite.objects.filter(passage=passage).values("dossier__cabinet")
    membres = MembreCabinet.objects.filter(actif=True, utilisateur__is_active=True, cabinet__in=cabinets)
    recus = ResumeEnvoye.objects.filter(passage=passage).values("membre")
    return list(membres.exclude(pk__in=recus).order_by("pk").values_list("pk", flat=True))


def envoyer_resume(*, passage: Passage, membre: MembreCabinet, maintenant: datetime) -> bool:
    """What the night brought and what waits for this person. Nothing is sent about an empty portfolio, nor twice."""
    concerne = Q(passage=passage, dossier__in=queries.portefeuille(membre))
    if not Visite.objects.filter(concerne).exists():
        return False
    try:
        with transaction.atomic():
            pris = ResumeEnvoye.objects.create(passage=passage, membre=membre, envoye_le=maintenant)
    except IntegrityError:
        return False
    contexte = {
        "membre": membre,
        "nuit": queries.derniere_nuit_de(membre, passage),
        "attentes": [
            (compteur, _adresse("cockpit_attente", compteur.cle))
            for compteur in queries.attentes(membre, maintenant)
            if compteur.nombre
        ],
        "echecs": Visite.objects.filter(concerne, etat=EtatVisite.ECHOUEE).select_related("dossier")[:20],
        "lien": _adresse("cockpit"),
    }
    corps = render_to_string("nuit/mails/resume.txt", contexte)
    try:
        send_mail(f"Votre nuit du {passage.jour:%d/%m/%Y}", corps, None, [membre.utilisateur.email])
    except OSError:
        # The mail server does not answer: the task comes back.
        pris.delete()
        raise
    return True
