"""i-Dépôt in the client's space: deposit, look, take back what the firm has not treated."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from depot.enums import OrigineDocument
from depot.queries import documents_choisis
from depot.services.documents import jeter
from depot.views import commun
from depot.views.commun import CLIENT, contexte_liste
from gestion_acces.acces import ACTE, FORMULAIRE, RequeteClient, niveau_suffit, vue_dossier_client
from gestion_acces.enums import Niveau, Service
from gestion_acces.services.audit import origine_de
from portal.lib.affichage import pluriel


@vue_dossier_client(service=Service.I_DEPOT)
def accueil(request: RequeteClient) -> HttpResponseBase:
    if request.GET.get("export"):
        return commun.exporter_liste(request.dossier, request.GET)
    contexte: dict[str, Any] = {
        **CLIENT,
        **contexte_liste(request.dossier, request.GET),
        "retour": request.get_full_path(),
        "peut_deposer": niveau_suffit(request.niveau, Niveau.PREPARER),
    }
    return render(request, "depot/accueil.html", contexte)


@vue_dossier_client(service=Service.I_DEPOT)
def apercu(request: RequeteClient, document_id: int) -> HttpResponseBase:
    return commun.apercu(request, request.dossier, document_id)


@vue_dossier_client(methodes=FORMULAIRE, service=Service.I_DEPOT, niveau=Niveau.PREPARER)
def deposer(request: RequeteClient) -> HttpResponse:
    return commun.deposer(request, request.dossier, request.user, origine=OrigineDocument.CLIENT, espace=CLIENT)


@vue_dossier_client(methodes=FORMULAIRE, service=Service.I_DEPOT)
def archive(request: RequeteClient) -> HttpResponseBase:
    if request.method == "POST" and not documents_choisis(request.dossier, request.POST.getlist("document")):
        messages.warning(request, "Cochez d’abord des documents dans la liste.")
        return redirect("depot:accueil_client", request.dossier.pk)
    return commun.archive(request, request.dossier)


@vue_dossier_client(methodes=ACTE, service=Service.I_DEPOT, niveau=Niveau.PREPARER)
def lot(request: RequeteClient) -> HttpResponseBase:
    """The bin, for one's own documents that the firm has not taken into account."""
    documents = documents_choisis(request.dossier, request.POST.getlist("document"))
    nombre, restes = jeter(
        documents=documents,
        par=request.user.email,
        origine=origine_de(request),
        maintenant=timezone.now(),
        client=True,
    )
    if not documents:
        messages.warning(request, "Cochez d’abord des documents dans la liste.")
    else:
        messages.success(request, f"{nombre} {pluriel(nombre, 'document')} dans la corbeille.")
    for reste in restes[:10]:
        messages.warning(request, reste)
    return redirect(reverse("depot:accueil_client", args=[request.dossier.pk]))
