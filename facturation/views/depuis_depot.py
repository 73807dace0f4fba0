"""« Créer la facture fournisseur »: from a document of i-Dépôt to an invoice to pay. One act for each space."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from depot.enums import Panier
from depot.queries import document_du
from depot.services.documents import octets_de
from facturation.enums import OrigineFacture
from facturation.errors import FacturationError
from facturation.services.importation import importer_factur_x
from gestion_acces.acces import ACTE, RequeteCabinet, RequeteClient, vue_dossier_cabinet, vue_dossier_client
from gestion_acces.enums import Niveau, Service
from gestion_acces.models import Dossier, Utilisateur
from gestion_acces.services.audit import origine_de


@vue_dossier_cabinet(methodes=ACTE)
def cabinet(request: RequeteCabinet, document_id: int) -> HttpResponse:
    return _creer(request, request.dossier, request.user, document_id, suffixe="")


@vue_dossier_client(methodes=ACTE, service=Service.I_FACTURE, niveau=Niveau.PREPARER)
def client(request: RequeteClient, document_id: int) -> HttpResponse:
    return _creer(request, request.dossier, request.user, document_id, suffixe="_client")


def _creer(
    request: HttpRequest, dossier: Dossier, par: Utilisateur, document_id: int, *, suffixe: str
) -> HttpResponse:
    document = document_du(dossier, document_id, corbeille=False)
    if document is None or document.panier != Panier.ACHAT:
        raise Http404
    try:
        facture = importer_factur_x(
            dossier=dossier,
            pdf=octets_de(document.fichier),
            fichier=document.fichier,
            par=par,
            maintenant=timezone.now(),
            origine=origine_de(request),
            source=OrigineFacture.DEPOT,
        )
    except FacturationError as refus:
        messages.error(request, str(refus))
        return redirect(f"{reverse(f'depot:accueil{suffixe}', args=[dossier.pk])}?panier=achat&document={document.pk}")
    messages.success(request, "La facture fournisseur est créée, avec son PDF.")
    return redirect(f"facturation:facture{suffixe}", dossier.pk, facture.pk)
