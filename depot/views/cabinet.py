"""i-Dépôt in the firm's space: the screen of the sheet (S28), deposit, sorting, states, bin, folders."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from depot.enums import EtatDocument, OrigineDocument, Panier
from depot.errors import ClasseurRefuse, DejaDepose, DocumentPrisEnCompte
from depot.forms import ClasseurForm, DepotForm, NomForm
from depot.models import Classeur
from depot.queries import avoirs_attendus, avoirs_de, documents_choisis, import_vivant, ventes_a_comptabiliser
from depot.services.classeurs import creer_classeur, renommer_classeur, supprimer_classeur
from depot.services.comptabilisation import proposer_vente
from depot.services.documents import changer_etat, decrire_document, jeter, ranger, restaurer
from depot.services.ventes_en_lot import comptabiliser_en_lot
from depot.views import commun
from depot.views.commun import CABINET, classeurs_du, contexte_liste, document_ou_404, formulaire_description
from gestion_acces.acces import ACTE, FORMULAIRE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de
from portal.lib.affichage import pluriel


def retour_vers(request: RequeteCabinet) -> HttpResponse:
    """Back to the list where the act was asked for, with its filters."""
    retour = request.POST.get("retour", "")
    if not url_has_allowed_host_and_scheme(retour, {request.get_host()}, require_https=request.is_secure()):
        retour = reverse("depot:accueil", args=[request.dossier.pk])
    return redirect(retour)


def vers_document(request: RequeteCabinet, document_id: int, panier: str) -> HttpResponse:
    adresse = reverse("depot:accueil", args=[request.dossier.pk])
    return redirect(f"{adresse}?{urlencode({'panier': panier, 'document': document_id})}")


@vue_dossier_cabinet()
def accueil(request: RequeteCabinet) -> HttpResponseBase:
    if request.GET.get("export"):
        return commun.exporter_liste(request.dossier, request.GET)
    liste = contexte_liste(request.dossier, request.GET)
    vente = liste["filtres"].panier == Panier.VENTE
    contexte: dict[str, Any] = {
        **CABINET,
        **liste,
        "retour": request.get_full_path(),
        "avoirs_attendus": avoirs_attendus(request.dossier),
        "import_vivant": import_vivant(request.dossier),
        "a_comptabiliser": ventes_a_comptabiliser(request.dossier).count() if vente else 0,
        "form_rangement": DepotForm(classeurs=classeurs_du(request.dossier)),
    }
    document = contexte["document"]
    if document is not None:
        contexte["form_description"] = formulaire_description(document)
        contexte["proposition"] = proposer_vente(document) if document.est_vente else None
        contexte["lies"] = avoirs_de(document)
    return render(request, "depot/accueil.html", contexte)


@vue_dossier_cabinet()
def apercu(request: RequeteCabinet, document_id: int) -> HttpResponseBase:
    return commun.apercu(request, request.dossier, document_id)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def deposer(request: RequeteCabinet) -> HttpResponse:
    return commun.deposer(request, request.dossier, request.user, origine=OrigineDocument.CABINET, espace=CABINET)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def archive(request: RequeteCabinet) -> HttpResponseBase:
    return commun.archive(request, request.dossier)


@vue_dossier_cabinet(methodes=ACTE)
def decrire(request: RequeteCabinet, document_id: int) -> HttpResponse:
    document = document_ou_404(request.dossier, document_id, corbeille=False)
    form = formulaire_description(document, request.POST)
    if not form.is_valid():
        contexte = {**CABINET, "dossier": request.dossier, "document": document, "form_description": form}
        return render(request, "depot/decrire.html", contexte, status=422)
    donnees = {**form.cleaned_data, "montant_cents": form.cleaned_data["montant_cents"] or 0}
    try:
        decrire_document(document=document, **donnees)
        messages.success(request, "Document enregistré.")
    except DocumentPrisEnCompte as refus:
        messages.error(request, str(refus))
    return vers_document(request, document.pk, form.cleaned_data["panier"] if not document.qonto_id else Panier.VENTE)


@vue_dossier_cabinet(methodes=ACTE)
def lot(request: RequeteCabinet) -> HttpResponseBase:
    """An act on the boxes ticked."""
    documents = documents_choisis(request.dossier, request.POST.getlist("document"))
    acte = request.POST.get("acte", "")
    if not documents:
        messages.warning(request, "Cochez d’abord des documents dans la liste.")
    elif acte == "zip":
        return commun.archive(request, request.dossier)
    elif acte in EtatDocument.values:
        nombre = changer_etat(documents=documents, etat=acte, par=request.user.email, maintenant=timezone.now())
        messages.success(request, f"{nombre} {pluriel(nombre, 'document')} : {EtatDocument(acte).label.lower()}.")
    elif acte in ACTES_DE_LOT:
        ACTES_DE_LOT[acte](request, documents)
    return retour_vers(request)


def _ranger(request: RequeteCabinet, documents: list[Any]) -> None:
    form = DepotForm(request.POST, classeurs=classeurs_du(request.dossier))
    if not form.is_valid():
        messages.error(request, "Choisissez le panier où ranger ces documents.")
        return
    nombre, restes = ranger(documents=documents, **form.cleaned_data)
    dire(request, f"{nombre} {pluriel(nombre, 'document')} dans {Panier(form.cleaned_data['panier']).label}.", restes)


def _jeter(request: RequeteCabinet, documents: list[Any]) -> None:
    nombre, restes = jeter(
        documents=documents, par=request.user.email, origine=origine_de(request), maintenant=timezone.now()
    )
    dire(request, f"{nombre} {pluriel(nombre, 'document')} dans la corbeille.", restes)


def _comptabiliser(request: RequeteCabinet, documents: list[Any]) -> None:
    nombre, restes = comptabiliser_en_lot(
        documents=documents, auteur=request.user, origine=origine_de(request), maintenant=timezone.now()
    )
    dire(request, f"{nombre} {pluriel(nombre, 'écriture')} au journal VTE.", restes)


ACTES_DE_LOT = {"ranger": _ranger, "jeter": _jeter, "comptabiliser": _comptabiliser}


def dire(request: RequeteCabinet, succes: str, restes: list[str]) -> None:
    messages.success(request, succes)
    for reste in restes[:10]:
        messages.warning(request, reste)
    if len(restes) > 10:
        messages.warning(request, f"Et {len(restes) - 10} autres.")


@vue_dossier_cabinet(methodes=ACTE)
def document_restaurer(request: RequeteCabinet, document_id: int) -> HttpResponse:
    document = document_ou_404(request.dossier, document_id)
    try:
        restaurer(document=document, origine=origine_de(request), maintenant=timezone.now())
        messages.success(request, f"« {document.titre} » est de retour dans {document.get_panier_display()}.")
    except DejaDepose as refus:
        messages.error(request, str(refus))
    return vers_document(request, document.pk, document.panier)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def classeurs(request: RequeteCabinet) -> HttpResponse:
    form = ClasseurForm(request.POST or None, initial={"panier": request.GET.get("panier", "")})
    if request.method == "POST" and form.is_valid():
        try:
            creer_classeur(dossier=request.dossier, par=request.user, maintenant=timezone.now(), **form.cleaned_data)
            messages.success(request, "Classeur créé.")
            return redirect("depot:classeurs", request.dossier.pk)
        except ClasseurRefuse as refus:
            form.add_error("nom", str(refus))
    contexte = {**CABINET, "dossier": request.dossier, "form": form, "classeurs": classeurs_du(request.dossier)}
    return render(request, "depot/classeurs.html", contexte, status=422 if form.errors else 200)


@vue_dossier_cabinet(methodes=ACTE)
def classeur_modifier(request: RequeteCabinet, classeur_id: int) -> HttpResponse:
    """Rename, or delete when it is empty."""
    classeur = Classeur.objects.filter(dossier=request.dossier, pk=classeur_id).first()
    if classeur is None:
        raise Http404
    form = NomForm(request.POST)
    try:
        if request.POST.get("acte") == "supprimer":
            supprimer_classeur(classeur=classeur)
            messages.success(request, f"Classeur « {classeur.nom} » supprimé.")
        elif form.is_valid():
            renommer_classeur(classeur=classeur, nom=form.cleaned_data["nom"])
            messages.success(request, "Classeur renommé.")
        else:
            messages.error(request, "Un classeur a un nom.")
    except ClasseurRefuse as refus:
        messages.error(request, str(refus))
    return redirect("depot:classeurs", request.dossier.pk)
