"""i-Facture in the client's space: the invoices and the suppliers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from facturation.errors import FacturationError
from facturation.forms import (
    AutrementForm,
    EcheancesForm,
    JoindreForm,
)
from facturation.models import Facture
from facturation.saisie import Auteur
from facturation.services.corrections import annuler_note
from facturation.services.factures import changer_echeances
from facturation.services.paiement import regler_autrement
from facturation.views import pages
from facturation.views.commun import (
    CLIENT,
    contexte_facture,
    echeance_ou_404,
    facture_ou_404,
    fournisseur_ou_404,
    reglement_ou_404,
    rendre,
)
from gestion_acces.acces import ACTE, FORMULAIRE, RequeteClient, niveau_sur, vue_dossier_client
from gestion_acces.enums import Niveau, Service
from gestion_acces.services.audit import origine_de


def auteur_de(request: RequeteClient) -> Auteur:
    return Auteur(request.user, origine_de(request), timezone.now())


@vue_dossier_client(service=Service.I_FACTURE)
def liste(request: RequeteClient) -> HttpResponse:
    return pages.liste(
        request, CLIENT, peut_preparer=request.niveau != Niveau.CONSULTER, peut_regler=_peut_regler(request)
    )


def _peut_regler(request: RequeteClient) -> bool:
    return niveau_sur(request.membre, Service.QONTO) in (Niveau.PREPARER, Niveau.PAYER)


@vue_dossier_client(service=Service.I_FACTURE)
def export(request: RequeteClient) -> HttpResponseBase:
    return pages.export(request)


@vue_dossier_client(service=Service.I_FACTURE)
def calendrier(request: RequeteClient) -> HttpResponse:
    return pages.calendrier(request, CLIENT)


@vue_dossier_client(methodes=FORMULAIRE, service=Service.I_FACTURE, niveau=Niveau.PREPARER)
def nouvelle(request: RequeteClient) -> HttpResponse:
    return pages.nouvelle(request, CLIENT, auteur_de(request))


@vue_dossier_client(methodes=FORMULAIRE, service=Service.I_FACTURE, niveau=Niveau.PREPARER)
def importation(request: RequeteClient) -> HttpResponse:
    return pages.importation(request, CLIENT, auteur_de(request))


@vue_dossier_client(service=Service.I_FACTURE)
def facture(request: RequeteClient, facture_id: UUID) -> HttpResponse:
    return _page_facture(request, facture_ou_404(request.dossier, facture_id))


def _page_facture(request: RequeteClient, ligne: Facture, joindre: JoindreForm | None = None) -> HttpResponse:
    contexte = contexte_facture(ligne, joindre) | {
        "peut_preparer": request.niveau != Niveau.CONSULTER,
        "peut_payer": _peut_regler(request),
    }
    return rendre(request, "facturation/facture.html", CLIENT | contexte, status=422 if joindre else 200)


@vue_dossier_client(methodes=ACTE, service=Service.I_FACTURE, niveau=Niveau.PREPARER)
def joindre(request: RequeteClient, facture_id: UUID) -> HttpResponse:
    ligne = facture_ou_404(request.dossier, facture_id)
    issue = pages.joindre(request, CLIENT, ligne, auteur_de(request))
    return _page_facture(request, ligne, joindre=issue) if isinstance(issue, JoindreForm) else issue


@vue_dossier_client(service=Service.I_FACTURE)
def fichier(request: RequeteClient, facture_id: UUID) -> HttpResponseBase:
    return pages.fichier(request, facture_ou_404(request.dossier, facture_id))


@vue_dossier_client(methodes=FORMULAIRE, service=Service.I_FACTURE, niveau=Niveau.PREPARER)
def echeances(request: RequeteClient, facture_id: UUID) -> HttpResponse:
    ligne = facture_ou_404(request.dossier, facture_id)
    actuelles = [(e.date, e.montant_cents) for e in ligne.echeances.order_by("rang")]
    texte = request.GET.get("nombre", "")[:3]
    nombre = min(max(int(texte), 1), 24) if texte.isdecimal() else len(actuelles)
    form = EcheancesForm(request.POST or None, lignes=actuelles, nombre=nombre)
    if request.method == "POST" and form.is_valid():
        try:
            changer_echeances(
                facture=ligne, echeances=form.echeances(), maintenant=timezone.now(), origine=origine_de(request)
            )
            messages.success(request, "Les échéances sont enregistrées.")
            return redirect("facturation:facture_client", request.dossier.pk, ligne.pk)
        except FacturationError as refus:
            form.add_error(None, str(refus))
    contexte = {"dossier": request.dossier, "facture": ligne, "form": form, "nombre": nombre}
    return rendre(request, "facturation/echeances.html", CLIENT | contexte, status=422 if form.errors else 200)


@vue_dossier_client(methodes=ACTE, service=Service.I_FACTURE, niveau=Niveau.PREPARER)
def autrement(request: RequeteClient, echeance_id: UUID) -> HttpResponse:
    echeance = echeance_ou_404(request.dossier, echeance_id)
    form = AutrementForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choisissez le mode et la date du règlement.")
        return redirect("facturation:facture_client", request.dossier.pk, echeance.facture_id)
    try:
        regler_autrement(
            echeance=echeance,
            mode=form.cleaned_data["mode"],
            jour=form.cleaned_data["jour"],
            par=request.user,
            maintenant=timezone.now(),
            origine=origine_de(request),
        )
        messages.success(request, "Le règlement est noté.")
    except FacturationError as refus:
        messages.error(request, str(refus))
    return redirect("facturation:facture_client", request.dossier.pk, echeance.facture_id)


@vue_dossier_client(methodes=ACTE, service=Service.I_FACTURE, niveau=Niveau.PREPARER)
def annuler_reglement(request: RequeteClient, reglement_id: UUID) -> HttpResponse:
    """Take back a settlement noted by mistake."""
    reglement = reglement_ou_404(request.dossier, reglement_id)
    try:
        annuler_note(reglement=reglement, maintenant=timezone.now(), origine=origine_de(request))
        messages.success(request, "La note est retirée, l’échéance est à nouveau ouverte.")
    except FacturationError as refus:
        messages.error(request, str(refus))
    return redirect("facturation:facture_client", request.dossier.pk, reglement.echeance.facture_id)


@vue_dossier_client(service=Service.I_FACTURE)
def liste_fournisseurs(request: RequeteClient) -> HttpResponse:
    return pages.liste_fournisseurs(request, CLIENT)


@vue_dossier_client(methodes=FORMULAIRE, service=Service.I_FACTURE, niveau=Niveau.PREPARER)
def fournisseur(request: RequeteClient, fournisseur_id: UUID) -> HttpResponse:
    ligne = fournisseur_ou_404(request.dossier, fournisseur_id)
    return pages.fournisseur(request, CLIENT, ligne, auteur_de(request))


@vue_dossier_client(methodes=ACTE, service=Service.I_FACTURE, niveau=Niveau.PREPARER, reauthentification=True)
def iban(request: RequeteClient, fournisseur_id: UUID) -> HttpResponse:
    return pages.iban(request, CLIENT, fournisseur_ou_404(request.dossier, fournisseur_id), auteur_de(request))
