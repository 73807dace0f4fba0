"""The Qonto tile and the linked account, in the client's space."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from gestion_acces.acces import (
    ACTE,
    FORMULAIRE,
    RequeteClient,
    RequeteConnectee,
    vue_connectee,
    vue_dossier_client,
)
from gestion_acces.enums import Service
from gestion_acces.queries import niveaux_du_membre
from gestion_acces.services.audit import origine_de
from portal.lib import affichage
from qonto_link.adhesion import sonnette
from qonto_link.apercu import dernieres_lignes
from qonto_link.droits import libelles, scopes_requis
from qonto_link.errors import QontoLinkError
from qonto_link.forms import ChoixComptesForm, DissociationForm
from qonto_link.models import CompteQonto, DemandeAssociation
from qonto_link.pendants import pendants
from qonto_link.services import association
from qonto_link.services.comptes import rafraichir_soldes
from qonto_link.services.connexion import connexion_du
from qonto_link.services.dissociation import dissocier, revoquer
from qonto_link.tuile import tuile_du_dossier


@vue_dossier_client()
def applications(request: RequeteClient) -> HttpResponse:
    niveaux = niveaux_du_membre(request.membre)
    # The number before the state: what changes in between is seen at the next question.
    numero = sonnette.numero(request.dossier.pk)
    contexte = {
        "sonnette": sonnette.jeton(request.dossier.pk),
        "numero": numero,
        "dossier": request.dossier,
        "membre": request.membre,
        "niveaux": niveaux,
        "tuile": tuile_du_dossier(request.dossier, timezone.now()) if Service.QONTO in niveaux else None,
    }
    return render(request, "qonto_link/applications.html", contexte)


@vue_dossier_client(service=Service.QONTO)
def compte(request: RequeteClient) -> HttpResponse:
    tuile = tuile_du_dossier(request.dossier, timezone.now())
    if not tuile.est_liee:
        return redirect("qonto_link:applications", request.dossier.pk)
    contexte = {
        "dossier": request.dossier,
        "membre": request.membre,
        "tuile": tuile,
        "lignes": dernieres_lignes(request.dossier),
    }
    return render(request, "qonto_link/compte.html", contexte)


@vue_dossier_client(service=Service.QONTO, methodes=ACTE)
def actualiser(request: RequeteClient) -> HttpResponse:
    connexion = connexion_du(request.dossier)
    if connexion is None:
        return redirect("qonto_link:applications", request.dossier.pk)
    try:
        rafraichir_soldes(connexion=connexion, maintenant=timezone.now())
    except QontoLinkError as panne:
        messages.error(request, str(panne))
    else:
        messages.success(request, "Les soldes sont à jour.")
    return redirect("qonto_link:compte", request.dossier.pk)


@vue_dossier_client(service=Service.QONTO, dirigeant=True)
def associer(request: RequeteClient) -> HttpResponse:
    """What is going to happen, and which rights will be asked."""
    contexte = {
        "dossier": request.dossier,
        "tuile": tuile_du_dossier(request.dossier, timezone.now()),
        "droits": libelles(scopes_requis(request.dossier)),
    }
    return render(request, "qonto_link/associer.html", contexte)


@vue_dossier_client(service=Service.QONTO, dirigeant=True, methodes=ACTE)
def depart(request: RequeteClient) -> HttpResponse:
    try:
        adresse = association.depart(dossier=request.dossier, utilisateur=request.user, maintenant=timezone.now())
    except QontoLinkError as refus:
        messages.error(request, str(refus))
        return redirect("qonto_link:applications", request.dossier.pk)
    return redirect(adresse)


@vue_connectee()
def retour(request: HttpRequest) -> HttpResponse:
    requete, lus = cast(RequeteConnectee, request), request.GET
    try:
        demande, connexion = association.retour(
            state=lus.get("state", "")[:200],
            utilisateur=requete.user,
            code=lus.get("code", "")[:500],
            erreur=lus.get("error", "")[:60],
            origine=origine_de(request),
            maintenant=timezone.now(),
        )
    except QontoLinkError as refus:
        return render(request, "qonto_link/retour_refuse.html", _contexte_refus(requete, refus), status=422)
    if connexion is None:
        return redirect("qonto_link:choisir_comptes", demande.dossier_id, demande.pk)
    messages.success(request, f"Le compte Qonto de {connexion.organisation_nom} est de nouveau connecté.")
    return redirect("qonto_link:applications", demande.dossier_id)


def _contexte_refus(request: RequeteConnectee, refus: QontoLinkError) -> dict[str, object]:
    """The dossier of the person's own last departure, to come back to its tile."""
    derniere = DemandeAssociation.objects.filter(utilisateur=request.user).order_by("-pk").first()
    return {"refus": refus, "dossier_id": derniere.dossier_id if derniere else None}


def _demande_ouverte(request: RequeteClient, demande_id: int) -> DemandeAssociation | None:
    """The person's own demand of this dossier whose accounts wait to be chosen. Another's is like none."""
    demandes = DemandeAssociation.objects.filter(dossier=request.dossier, utilisateur=request.user)
    demande = demandes.filter(pk=demande_id, conclue_le__isnull=True).first()
    return demande if demande and demande.organisation.get("comptes") else None


@vue_dossier_client(service=Service.QONTO, dirigeant=True, methodes=FORMULAIRE)
def choisir_comptes(request: RequeteClient, demande_id: int) -> HttpResponse:
    demande = _demande_ouverte(request, demande_id)
    if demande is None:
        return render(request, "qonto_link/choix_perime.html", {"dossier": request.dossier}, status=410)
    comptes = demande.organisation["comptes"]
    choix = [(brut["id"], _libelle(brut["nom"], brut["iban"], brut["solde_cents"])) for brut in comptes]
    principaux = [brut["id"] for brut in comptes if brut["principal"]]
    form = ChoixComptesForm(
        request.POST if request.method == "POST" else None, choix=choix, initial={"comptes": principaux}
    )
    if request.method == "POST" and form.is_valid():
        try:
            association.choisir_comptes(
                demande=demande,
                choisis=form.cleaned_data["comptes"],
                origine=origine_de(request),
                maintenant=timezone.now(),
            )
        except QontoLinkError as refus:
            form.add_error(None, str(refus))
        else:
            messages.success(request, "Votre compte Qonto est associé à votre dossier.")
            return redirect("qonto_link:applications", request.dossier.pk)
    contexte = {"dossier": request.dossier, "form": form, "organisation": demande.organisation}
    return render(request, "qonto_link/choisir_comptes.html", contexte, status=422 if form.errors else 200)


def _libelle(nom: str, iban: str, solde_cents: int | None) -> str:
    solde = "" if solde_cents is None else f" – {affichage.devise(solde_cents)}"
    return f"{nom} – {affichage.iban(iban)}{solde}"


@vue_dossier_client(service=Service.QONTO, dirigeant=True, methodes=FORMULAIRE)
def modifier_comptes(request: RequeteClient) -> HttpResponse:
    connexion = connexion_du(request.dossier)
    if connexion is None:
        return redirect("qonto_link:applications", request.dossier.pk)
    comptes = (
        CompteQonto.objects.pour_dossier(request.dossier).filter(connexion=connexion).order_by("-principal", "nom")
    )
    choix = [(un.external_id, _libelle(un.nom, un.iban, un.solde_cents)) for un in comptes]
    lies = [un.external_id for un in comptes if un.lie]
    form = ChoixComptesForm(request.POST if request.method == "POST" else None, choix=choix, initial={"comptes": lies})
    if request.method == "POST" and form.is_valid():
        try:
            association.modifier_comptes(
                connexion=connexion,
                choisis=form.cleaned_data["comptes"],
                origine=origine_de(request),
                maintenant=timezone.now(),
            )
        except QontoLinkError as refus:
            form.add_error(None, str(refus))
        else:
            messages.success(request, "Les comptes associés sont enregistrés.")
            return redirect("qonto_link:compte", request.dossier.pk)
    contexte = {"dossier": request.dossier, "form": form, "organisation": {"nom": connexion.organisation_nom}}
    return render(request, "qonto_link/choisir_comptes.html", contexte, status=422 if form.errors else 200)


@vue_dossier_client(service=Service.QONTO, dirigeant=True, methodes=FORMULAIRE, reauthentification=True)
def dissociation(request: RequeteClient) -> HttpResponse:
    connexion = connexion_du(request.dossier)
    if connexion is None:
        return redirect("qonto_link:applications", request.dossier.pk)
    form = DissociationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        coupee = dissocier(connexion=connexion, origine=origine_de(request), maintenant=timezone.now())
        if revoquer(connexion=coupee, maintenant=timezone.now()):
            messages.success(request, "Le compte Qonto est dissocié et l’accès est révoqué chez Qonto.")
        else:
            messages.warning(
                request,
                "Le compte Qonto est dissocié. Qonto ne répond pas : le portail révoquera l’accès dès qu’il répondra.",
            )
        return redirect("qonto_link:applications", request.dossier.pk)
    contexte = {
        "dossier": request.dossier,
        "form": form,
        "tuile": tuile_du_dossier(request.dossier, timezone.now()),
        "pendants": pendants(request.dossier),
    }
    return render(request, "qonto_link/dissocier.html", contexte, status=422 if form.errors else 200)
