"""A payment of which only a person can tell what became: lost behind a look-alike, or in a bulk that stays mute."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone

from facturation.doutes import LigneSosie, decrire
from facturation.forms import DetacherForm, LignesPerduesForm, RattacherForm, RienPartiForm
from facturation.views.client_paiements import REFUS, vers_panneau
from facturation.views.commun import CLIENT, client_de, ordre_ou_404, rendre
from gestion_acces.acces import ACTE, RequeteClient, vue_dossier_client
from gestion_acces.enums import Niveau, Service
from gestion_acces.services.audit import origine_de
from portal.lib.affichage import pluriel
from qonto_link.api.errors import QontoError
from qonto_link.virements.enums import StatutOrdre
from qonto_link.virements.models import Ordre
from qonto_link.virements.services.muets import (
    ECART_REGARDS,
    declarer_lignes_perdues,
    detacher_lot,
    ecouter,
    est_detachable,
    est_muet,
)
from qonto_link.virements.services.sosies import declarer_rien_parti, rattacher_sosie, sosies_de

MUET = "Qonto ne répond pas pour le moment : rien n’est décidé, l’échéance reste réservée. Réessayez."


def _lire(ordre: Ordre) -> list[LigneSosie]:
    with client_de(ordre.compte) as client:
        return decrire(sosies_de(ordre=ordre, client=client, maintenant=timezone.now()), client)


def _choix(lignes: list[LigneSosie]) -> list[tuple[str, str]]:
    return [(ligne.id, f"{ligne.titre} – {ligne.detail}") for ligne in lignes]


def _page(request: RequeteClient, ordre: Ordre, **formulaires: Any) -> HttpResponse:
    """Asks Qonto; when there is nothing left to decide, the panel says where the payment stands."""
    if ordre.statut == StatutOrdre.ACCEPTE:
        return _page_muette(request, ordre, **formulaires)
    try:
        lignes = _lire(ordre)
    except (QontoError, *REFUS) as refus:
        messages.warning(request, str(refus) if isinstance(refus, REFUS) else MUET)
        return vers_panneau(request, ordre)
    contexte = {
        "dossier": request.dossier,
        "ordre": ordre,
        "virements": list(ordre.virements.order_by("rang")),
        "lignes": lignes,
        "rattacher": RattacherForm(formulaires.get("rattacher"), choix=_choix(lignes), prefix="r"),
        "rien": RienPartiForm(formulaires.get("rien"), prefix="n"),
        "erreur": formulaires.get("erreur", ""),
    }
    return rendre(request, "facturation/doute.html", CLIENT | contexte, status=422 if formulaires else 200)


def _page_muette(request: RequeteClient, ordre: Ordre, **formulaires: Any) -> HttpResponse:
    """The same for a bulk that Qonto has and does not show."""
    maintenant = timezone.now()
    try:
        with client_de(ordre.compte) as client:
            silence = ecouter(ordre=ordre, client=client, maintenant=maintenant)
            lignes = decrire(silence.sosies, client)
    except (QontoError, *REFUS) as refus:
        messages.warning(request, str(refus) if isinstance(refus, REFUS) else MUET)
        return vers_panneau(request, ordre)
    second = (ordre.regard_negatif or maintenant) + ECART_REGARDS
    contexte = {
        "dossier": request.dossier,
        "ordre": ordre,
        "virements": silence.virements,
        "lignes": lignes,
        "muet": est_muet(ordre, maintenant),
        "detachable": est_detachable(ordre),
        "second_regard_le": second if maintenant < second else None,
        "detacher": DetacherForm(formulaires.get("detacher"), prefix="d"),
        "perdus": LignesPerduesForm(formulaires.get("perdus"), prefix="p"),
        "erreur": formulaires.get("erreur", ""),
    }
    return rendre(request, "facturation/lot_muet.html", CLIENT | contexte, status=422 if formulaires else 200)


@vue_dossier_client(service=Service.QONTO, niveau=Niveau.PAYER)
def doute(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    return _page(request, ordre_ou_404(request.dossier, ordre_id))


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER, reauthentification=True)
def rattacher(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    """« C'était ce paiement »."""
    ordre = ordre_ou_404(request.dossier, ordre_id)
    try:
        form = RattacherForm(request.POST, choix=[(vu, vu) for vu in request.POST.getlist("vu")], prefix="r")
        if not form.is_valid():
            return _page(request, ordre, rattacher=request.POST)
        with client_de(ordre.compte) as client:
            rattacher_sosie(
                ordre=ordre,
                sosie_id=form.cleaned_data["sosie"],
                client=client,
                motif=form.cleaned_data["motif"],
                maintenant=timezone.now(),
                origine=origine_de(request),
            )
        messages.success(request, "Le virement de Qonto est rattaché à ce paiement.")
    except (QontoError, *REFUS) as refus:
        return _refus(request, ordre, refus, rattacher=request.POST)
    return vers_panneau(request, ordre)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER, reauthentification=True)
def rien_parti(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    """« Rien n'est parti »: the instalment opens again."""
    ordre, form = ordre_ou_404(request.dossier, ordre_id), RienPartiForm(request.POST, prefix="n")
    if not form.is_valid():
        return _page(request, ordre, rien=request.POST)
    try:
        with client_de(ordre.compte) as client:
            declarer_rien_parti(
                ordre=ordre,
                vus=request.POST.getlist("vu"),
                client=client,
                motif=form.cleaned_data["motif"],
                maintenant=timezone.now(),
                origine=origine_de(request),
            )
        messages.success(request, "C’est noté : l’échéance est à nouveau ouverte.")
    except (QontoError, *REFUS) as refus:
        return _refus(request, ordre, refus, rien=request.POST)
    return vers_panneau(request, ordre)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER, reauthentification=True)
def detacher(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    """« Ce n'était pas cet envoi »: the bulk that somebody attached is nobody's again."""
    ordre, form = ordre_ou_404(request.dossier, ordre_id), DetacherForm(request.POST, prefix="d")
    if not form.is_valid():
        return _page(request, ordre, detacher=request.POST)
    try:
        with client_de(ordre.compte) as client:
            detacher_lot(
                ordre=ordre,
                client=client,
                motif=form.cleaned_data["motif"],
                maintenant=timezone.now(),
                origine=origine_de(request),
            )
        messages.success(request, "L’envoi est détaché. Les échéances restent réservées.")
    except (QontoError, *REFUS) as refus:
        return _refus(request, ordre, refus, detacher=request.POST)
    return vers_panneau(request, ordre)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER, reauthentification=True)
def lignes_perdues(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    """« Ces virements ne sont pas partis »: their instalments open again."""
    ordre, form = ordre_ou_404(request.dossier, ordre_id), LignesPerduesForm(request.POST, prefix="p")
    if not form.is_valid():
        return _page(request, ordre, perdus=request.POST)
    try:
        with client_de(ordre.compte) as client:
            nombre = declarer_lignes_perdues(
                ordre=ordre,
                vus=request.POST.getlist("vu"),
                client=client,
                motif=form.cleaned_data["motif"],
                maintenant=timezone.now(),
                origine=origine_de(request),
            )
        suite = pluriel(nombre, "échéance est à nouveau ouverte", "échéances sont à nouveau ouvertes")
        messages.success(request, f"C’est noté : {nombre} {suite}.")
    except (QontoError, *REFUS) as refus:
        return _refus(request, ordre, refus, perdus=request.POST)
    return vers_panneau(request, ordre)


def _refus(request: RequeteClient, ordre: Ordre, refus: Exception, **formulaires: Any) -> HttpResponse:
    ordre.refresh_from_db()
    return _page(request, ordre, erreur=str(refus) if isinstance(refus, REFUS) else MUET, **formulaires)
