"""i-Facture in the client's space: the invoices and the suppliers."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from facturation.errors import FacturationError
from facturation.forms import (
    AutrementForm,
    EcheancesForm,
    FactureForm,
    FournisseurForm,
    IbanForm,
    ImportForm,
    JoindreForm,
)
from facturation.models import Facture
from facturation.queries import avec_echeances, factures, fournisseurs
from facturation.saisie import Auteur, importer, saisir_facture
from facturation.services.corrections import annuler_note
from facturation.services.factures import changer_echeances
from facturation.services.fournisseurs import changer_iban
from facturation.services.paiement import regler_autrement
from facturation.views.commun import (
    CLIENT,
    COLONNES,
    aujourdhui,
    calendrier_du_mois,
    contexte_facture,
    contexte_fournisseur,
    contexte_liste,
    echeance_ou_404,
    facture_ou_404,
    fournisseur_ou_404,
    joindre_a,
    reglement_ou_404,
    rendre,
)
from gestion_acces.acces import ACTE, FORMULAIRE, RequeteClient, niveau_sur, vue_dossier_client
from gestion_acces.enums import Niveau, Service
from gestion_acces.services.audit import origine_de
from gestion_acces.services.fichiers import reponse
from portal.lib.pages import paginer
from portal.lib.tableaux import exporter


def auteur_de(request: RequeteClient) -> Auteur:
    return Auteur(request.user, origine_de(request), timezone.now())


@vue_dossier_client(service=Service.I_FACTURE)
def liste(request: RequeteClient) -> HttpResponse:
    contexte = contexte_liste(request, request.dossier) | {"peut_preparer": request.niveau != Niveau.CONSULTER}
    return rendre(request, "facturation/liste.html", CLIENT | contexte)


@vue_dossier_client(service=Service.I_FACTURE)
def export(request: RequeteClient) -> HttpResponseBase:
    lignes = avec_echeances(
        factures(
            request.dossier,
            recherche=request.GET.get("q", "").strip()[:80],
            situation=request.GET.get("situation", ""),
            jour=aujourdhui(),
        )
    )
    return exporter(
        format=request.GET.get("format", "csv"),
        nom=f"factures-{request.dossier.code}",
        colonnes=COLONNES,
        lignes=lignes.iterator(chunk_size=500),
    )


@vue_dossier_client(service=Service.I_FACTURE)
def calendrier(request: RequeteClient) -> HttpResponse:
    contexte = calendrier_du_mois(request.dossier, request.GET.get("mois", "")[:7])
    return rendre(request, "facturation/calendrier.html", CLIENT | contexte)


@vue_dossier_client(methodes=FORMULAIRE, service=Service.I_FACTURE, niveau=Niveau.PREPARER)
def nouvelle(request: RequeteClient) -> HttpResponse:
    form = FactureForm(request.POST or None, request.FILES or None, initial={"date_emission": aujourdhui()})
    if request.method == "POST" and form.is_valid():
        facture = saisir_facture(form, request.dossier, auteur_de(request))
        if facture:
            messages.success(request, f"La facture {facture.numero} est enregistrée.")
            return redirect("facturation:facture_client", request.dossier.pk, facture.pk)
    contexte = {"dossier": request.dossier, "form": form, "fournisseurs": fournisseurs(request.dossier)[:300]}
    return rendre(request, "facturation/nouvelle.html", CLIENT | contexte, status=422 if form.errors else 200)


@vue_dossier_client(methodes=FORMULAIRE, service=Service.I_FACTURE, niveau=Niveau.PREPARER)
def importation(request: RequeteClient) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    bilan = None
    if request.method == "POST" and form.is_valid():
        bilan = importer(form, request.dossier, auteur_de(request))
    contexte = {"dossier": request.dossier, "form": form, "bilan": bilan}
    return rendre(request, "facturation/import.html", CLIENT | contexte, status=422 if form.errors else 200)


@vue_dossier_client(service=Service.I_FACTURE)
def facture(request: RequeteClient, facture_id: UUID) -> HttpResponse:
    return _page_facture(request, facture_ou_404(request.dossier, facture_id))


def _page_facture(request: RequeteClient, ligne: Facture, joindre: JoindreForm | None = None) -> HttpResponse:
    qonto = niveau_sur(request.membre, Service.QONTO)
    contexte = contexte_facture(ligne, joindre) | {
        "peut_preparer": request.niveau != Niveau.CONSULTER,
        "peut_payer": qonto in (Niveau.PREPARER, Niveau.PAYER),
    }
    return rendre(request, "facturation/facture.html", CLIENT | contexte, status=422 if joindre else 200)


@vue_dossier_client(methodes=ACTE, service=Service.I_FACTURE, niveau=Niveau.PREPARER)
def joindre(request: RequeteClient, facture_id: UUID) -> HttpResponse:
    ligne, form = facture_ou_404(request.dossier, facture_id), JoindreForm(request.POST, request.FILES)
    if form.is_valid() and joindre_a(form, ligne, auteur_de(request)):
        messages.success(request, "Le document est joint à la facture.")
        return redirect("facturation:facture_client", request.dossier.pk, ligne.pk)
    return _page_facture(request, ligne, joindre=form)


@vue_dossier_client(service=Service.I_FACTURE)
def fichier(request: RequeteClient, facture_id: UUID) -> HttpResponseBase:
    ligne = facture_ou_404(request.dossier, facture_id)
    if ligne.fichier is None or ligne.fichier.est_efface:
        raise Http404
    return reponse(ligne.fichier, telecharger="telecharger" in request.GET)


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
    recherche = request.GET.get("q", "").strip()[:80]
    page = paginer(fournisseurs(request.dossier, recherche), cles=("nom", "id"), parametres=request.GET)
    contexte = {"dossier": request.dossier, "page": page, "recherche": recherche}
    return rendre(request, "facturation/fournisseurs.html", CLIENT | contexte)


@vue_dossier_client(methodes=FORMULAIRE, service=Service.I_FACTURE, niveau=Niveau.PREPARER)
def fournisseur(request: RequeteClient, fournisseur_id: UUID) -> HttpResponse:
    ligne = fournisseur_ou_404(request.dossier, fournisseur_id)
    form = FournisseurForm(request.POST or None, instance=ligne)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "La fiche est enregistrée.")
        return redirect("facturation:fournisseur_client", request.dossier.pk, ligne.pk)
    contexte = contexte_fournisseur(ligne) | {"form": form}
    return rendre(request, "facturation/fournisseur.html", CLIENT | contexte, status=422 if form.errors else 200)


@vue_dossier_client(methodes=ACTE, service=Service.I_FACTURE, niveau=Niveau.PREPARER, reauthentification=True)
def iban(request: RequeteClient, fournisseur_id: UUID) -> HttpResponse:
    ligne = fournisseur_ou_404(request.dossier, fournisseur_id)
    form = IbanForm(request.POST)
    if form.is_valid():
        changer_iban(
            fournisseur=ligne,
            iban=form.cleaned_data["iban"],
            par=request.user,
            maintenant=timezone.now(),
            origine=origine_de(request),
        )
        messages.success(request, "Le nouvel IBAN est enregistré. Le prochain paiement demandera une vérification.")
    else:
        messages.error(request, " ".join(str(faute) for faute in form.errors["iban"]))
    return redirect("facturation:fournisseur_client", request.dossier.pk, ligne.pk)
