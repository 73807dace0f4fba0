"""The documents and the follow-up of an application, in the client's space."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from gestion_acces.acces import ACTE, RequeteClient, vue_dossier_client
from gestion_acces.enums import Service
from gestion_acces.errors import FichierRefuse
from gestion_acces.services import fichiers
from gestion_acces.services.audit import origine_de
from qonto_link.adhesion import sonnette
from qonto_link.adhesion.enums import EtatJustificatif, Statut
from qonto_link.adhesion.errors import AdhesionError
from qonto_link.adhesion.forms import JustificatifForm
from qonto_link.adhesion.models import Adhesion, Justificatif
from qonto_link.adhesion.queries import frise
from qonto_link.adhesion.services import justificatifs as services
from qonto_link.adhesion.services import suivi as services_suivi
from qonto_link.adhesion.services.brouillon import adhesion_du
from qonto_link.adhesion.tasks import envoyer_adhesion
from qonto_link.adhesion.views.brouillon import cadre
from qonto_link.errors import QontoInjoignable, QontoLinkError
from qonto_link.services import association


def _ailleurs(request: RequeteClient) -> HttpResponse:
    return redirect("qonto_link:adhesion", request.dossier.pk)


@vue_dossier_client(service=Service.QONTO, dirigeant=True)
def justificatifs(request: RequeteClient) -> HttpResponse:
    adhesion = adhesion_du(request.dossier)
    if adhesion is None or adhesion.statut == Statut.OUVERTE:
        return _ailleurs(request)
    contexte = {**cadre(request, adhesion, "justificatifs"), "attendus": services.attendus(adhesion)}
    return render(request, "adhesion/justificatifs.html", contexte)


@vue_dossier_client(service=Service.QONTO, dirigeant=True, methodes=ACTE)
def justificatif_deposer(request: RequeteClient) -> HttpResponse:
    """One file. A script gets the line of the list, 422 when it is refused; a plain form comes back to the page."""
    adhesion = adhesion_du(request.dossier)
    if adhesion is None:
        return _ailleurs(request)
    form = JustificatifForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refuse(request, "", str(next(iter(form.errors.values()))[0]))
    fichier = form.cleaned_data["fichier"]
    try:
        justificatif, nouveau = services.deposer(
            adhesion=adhesion,
            genre=form.cleaned_data["type"],
            associe=form.cleaned_data["associe"],
            flux=fichier,
            nom=fichier.name,
            par=request.user,
            origine=origine_de(request),
            maintenant=timezone.now(),
        )
    except (FichierRefuse, AdhesionError) as refus:
        return _refuse(request, fichier.name, str(refus))
    if adhesion.registration_id:
        envoyer_adhesion.delay(adhesion_id=adhesion.pk)
    return _accepte(request, justificatif, nouveau)


def _refuse(request: RequeteClient, nom: str, raison: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        contexte = {"nom": nom or "Fichier", "etat": f"refusé : {raison}", "refuse": True}
        return render(request, "composants/fichier.html", contexte, status=422)
    messages.error(request, raison)
    return redirect("qonto_link:adhesion_justificatifs", request.dossier.pk)


def _accepte(request: RequeteClient, justificatif: Justificatif, nouveau: bool) -> HttpResponse:
    deja = "" if nouveau else "ce fichier était déjà dans votre dossier ; "
    if request.htmx:  # type: ignore[attr-defined]
        contexte = {
            "nom": justificatif.nom,
            "octets": justificatif.fichier.taille,
            "etat": f"{deja}{justificatif.etat_en_mots}",
        }
        return render(request, "composants/fichier.html", contexte)
    messages.success(request, f"« {justificatif.nom} » est reçu : {deja}{justificatif.etat_en_mots}.")
    return redirect("qonto_link:adhesion_justificatifs", request.dossier.pk)


def _un_justificatif(request: RequeteClient, justificatif_id: int) -> Justificatif:
    present = Justificatif.objects.pour_dossier(request.dossier).presents().select_related("fichier")
    justificatif = present.filter(pk=justificatif_id).first()
    if justificatif is None:
        raise Http404
    return justificatif


@vue_dossier_client(service=Service.QONTO, dirigeant=True)
def justificatif(request: RequeteClient, justificatif_id: int) -> HttpResponseBase:
    ligne = _un_justificatif(request, justificatif_id)
    if ligne.fichier.est_efface:
        return render(request, "adhesion/efface.html", {"dossier": request.dossier, "justificatif": ligne}, status=410)
    return fichiers.reponse(ligne.fichier)


@vue_dossier_client(service=Service.QONTO, dirigeant=True, methodes=ACTE)
def justificatif_retirer(request: RequeteClient, justificatif_id: int) -> HttpResponse:
    ligne = _un_justificatif(request, justificatif_id)
    services.retirer(justificatif=ligne, origine=origine_de(request), maintenant=timezone.now())
    if ligne.qonto_file_id:
        envoyer_adhesion.delay(adhesion_id=ligne.adhesion_id)
    messages.success(request, f"« {ligne.nom} » est retiré ; il sera effacé.")
    return redirect("qonto_link:adhesion_justificatifs", request.dossier.pk)


def contexte_suivi(adhesion: Adhesion) -> dict[str, Any]:
    """What the follow-up shows, to the client and to his cabinet. The number is read first: see `sonnette`."""
    numero, maintenant = sonnette.numero(adhesion.dossier_id), timezone.now()
    adhesion.refresh_from_db()
    deposes = adhesion.justificatifs.presents().select_related("fichier").order_by("pk")
    return {
        "adhesion": adhesion,
        "frise": frise(adhesion, maintenant),
        "jours": adhesion.sans_nouvelles(maintenant),
        "deposes": deposes,
        "en_route": sum(un.etat == EtatJustificatif.A_TRANSMETTRE for un in deposes),
        "sonnette": sonnette.jeton(adhesion.dossier_id),
        "numero": numero,
    }


@vue_dossier_client(service=Service.QONTO, dirigeant=True)
def suivi(request: RequeteClient) -> HttpResponse:
    adhesion = adhesion_du(request.dossier)
    if adhesion is None or adhesion.est_modifiable:
        return _ailleurs(request)
    contexte = {"dossier": request.dossier, "membre": request.membre, **contexte_suivi(adhesion)}
    return render(request, "adhesion/suivi.html", contexte)


@vue_dossier_client(service=Service.QONTO, dirigeant=True, methodes=ACTE)
def actualiser(request: RequeteClient) -> HttpResponse:
    adhesion = adhesion_du(request.dossier)
    if adhesion is None or not adhesion.registration_id:
        return _ailleurs(request)
    try:
        services_suivi.lire(adhesion=adhesion, maintenant=timezone.now())
    except QontoInjoignable as panne:
        messages.error(request, str(panne))
    else:
        messages.success(request, "Qonto a répondu : le suivi est à jour.")
    return redirect("qonto_link:adhesion_suivi", request.dossier.pk)


@vue_dossier_client(service=Service.QONTO, dirigeant=True, methodes=ACTE)
def associer_le_compte(request: RequeteClient) -> HttpResponse:
    """The end of the path: Qonto's consent page with the organization of the registration pre-selected."""
    adhesion = adhesion_du(request.dossier)
    if adhesion is None or adhesion.statut != Statut.OUVERTE:
        return _ailleurs(request)
    try:
        adresse = association.depart(
            dossier=request.dossier,
            utilisateur=request.user,
            maintenant=timezone.now(),
            registration_id=adhesion.registration_id,
            organisation_attendue=adhesion.organisation_id if adhesion.est_creation else "",
        )
    except QontoLinkError as refus:
        messages.error(request, str(refus))
        return redirect("qonto_link:applications", request.dossier.pk)
    return redirect(adresse)
