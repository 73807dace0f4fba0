"""Plan of accounts, journals with their five tabs (S20), third parties."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.forms import BaseForm, BaseModelForm
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from comptabilite.errors import ComptabiliteError
from comptabilite.forms import referentiel as forms
from comptabilite.models import Compte, Journal, Tiers
from comptabilite.services import plan as service_plan
from comptabilite.services.journaux import journaux_usuels
from comptabilite.services.referentiel import creer_journal, modifier
from comptabilite.views.etats import FORMATS
from comptabilite.views.saisie import listes
from gestion_acces.acces import FORMULAIRE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de
from portal.lib.pages import paginer
from portal.lib.tableaux import Colonne, exporter

ONGLETS = {"general": "Général", "comptes": "Comptes", "saisie": "Saisie", "acd": "ACD", "ged": "GED"}
FORMULAIRES: dict[str, type[BaseModelForm]] = {  # type: ignore[type-arg]
    "general": forms.GeneralForm,
    "saisie": forms.SaisieForm,
    "acd": forms.AcdForm,
    "ged": forms.GedForm,
}
COLONNES_PLAN = (Colonne("Compte", "numero"), Colonne("Intitulé", "libelle"))
COLONNES_TIERS = (
    Colonne("Code", "code"),
    Colonne("Nom", "nom"),
    Colonne("SIREN", "siren"),
    Colonne("TVA", "numero_tva"),
)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def plan(request: RequeteCabinet) -> HttpResponseBase:
    form = forms.CompteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            compte = service_plan.compte(dossier=request.dossier, **form.cleaned_data)
        except ComptabiliteError as refus:
            form.add_error("numero", str(refus))
        else:
            messages.success(request, f"Compte {compte} prêt.")
            return redirect("comptabilite:compte", request.dossier.pk, compte.pk)
    recherche = request.GET.get("q", "").strip()[:80]
    comptes = Compte.objects.pour_dossier(request.dossier)
    for mot in recherche.split():
        comptes = comptes.filter(Q(numero__startswith=mot) | Q(libelle__icontains=mot))
    if request.GET.get("export") in FORMATS:
        lignes = comptes.order_by("numero").iterator()
        return exporter(format=request.GET["export"], nom="plan-de-comptes", colonnes=COLONNES_PLAN, lignes=lignes)
    page = paginer(comptes, cles=("numero",), parametres=request.GET, taille=100)
    contexte = {"dossier": request.dossier, "onglet": "plan", "form": form, "page": page, "recherche": recherche}
    return render(request, "comptabilite/plan.html", contexte, status=422 if form.errors else 200)


def _modifier(
    request: RequeteCabinet, objet: Any, form: Any, gabarit: str, retour: str, **contexte: Any
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        modifier(objet=objet, champs=form.cleaned_data, origine=origine_de(request), maintenant=timezone.now())
        messages.success(request, "Les modifications sont enregistrées.")
        return redirect(retour, request.dossier.pk)
    contexte |= {"dossier": request.dossier, "form": form}
    return render(request, gabarit, contexte, status=422 if form.errors else 200)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def compte(request: RequeteCabinet, pk: int) -> HttpResponse:
    objet = get_object_or_404(Compte.objects.pour_dossier(request.dossier).select_related("dossier__cabinet"), pk=pk)
    form = forms.CompteModifierForm(request.POST or None, instance=objet)
    return _modifier(
        request, objet, form, "comptabilite/compte.html", "comptabilite:plan", compte=objet, onglet="plan"
    )


@vue_dossier_cabinet(methodes=FORMULAIRE)
def tiers_liste(request: RequeteCabinet) -> HttpResponseBase:
    form = forms.TiersCreerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        nouveau = service_plan.tiers(dossier=request.dossier, **form.cleaned_data)
        messages.success(request, f"Tiers {nouveau} prêt.")
        return redirect("comptabilite:tiers", request.dossier.pk, nouveau.pk)
    recherche, type_tiers = request.GET.get("q", "").strip()[:80], request.GET.get("type", "")
    tous = Tiers.objects.pour_dossier(request.dossier).select_related("compte")
    if type_tiers in ("F", "C"):
        tous = tous.filter(type=type_tiers)
    for mot in recherche.split():
        tous = tous.filter(Q(code__istartswith=mot) | Q(nom__icontains=mot) | Q(siren__startswith=mot))
    if request.GET.get("export") in FORMATS:
        lignes = tous.order_by("nom", "id").iterator()
        return exporter(format=request.GET["export"], nom="tiers", colonnes=COLONNES_TIERS, lignes=lignes)
    contexte = {
        "dossier": request.dossier,
        "onglet": "tiers",
        "form": form,
        "page": paginer(tous, cles=("nom", "id"), parametres=request.GET),
        "recherche": recherche,
        "type_tiers": type_tiers,
    }
    return render(request, "comptabilite/tiers_liste.html", contexte, status=422 if form.errors else 200)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def tiers(request: RequeteCabinet, pk: int) -> HttpResponse:
    objet = get_object_or_404(Tiers.objects.pour_dossier(request.dossier).select_related("dossier__cabinet"), pk=pk)
    form = forms.TiersForm(request.POST or None, instance=objet)
    return _modifier(
        request, objet, form, "comptabilite/tiers.html", "comptabilite:tiers_liste", tiers=objet, onglet="tiers"
    )


@vue_dossier_cabinet(methodes=FORMULAIRE)
def journaux(request: RequeteCabinet) -> HttpResponse:
    journaux_usuels(dossier=request.dossier)
    form = forms.JournalCreerForm(request.POST or None, dossier=request.dossier)
    if request.method == "POST" and form.is_valid():
        try:
            journal = creer_journal(
                dossier=request.dossier, **form.cleaned_data, origine=origine_de(request), maintenant=timezone.now()
            )
        except ComptabiliteError as refus:
            form.add_error(None, str(refus))
        else:
            messages.success(request, f"Journal {journal} créé.")
            return redirect("comptabilite:journal_fiche", request.dossier.pk, journal.pk, "general")
    contexte = {
        "dossier": request.dossier,
        "onglet": "journaux",
        "form": form,
        "journaux": Journal.objects.pour_dossier(request.dossier).select_related("compte_tresorerie").order_by("code"),
    }
    return render(request, "comptabilite/journaux.html", contexte, status=422 if form.errors else 200)


def _form_journal(request: RequeteCabinet, journal: Journal, volet: str) -> BaseForm:
    donnees = request.POST or None
    if volet == "comptes":
        return forms.ComptesForm(donnees, journal=journal)
    return FORMULAIRES[volet](donnees, instance=journal)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def journal_fiche(request: RequeteCabinet, pk: int, volet: str) -> HttpResponse:
    if volet not in ONGLETS:
        raise Http404
    tous = Journal.objects.pour_dossier(request.dossier).select_related("dossier__cabinet", "compte_tresorerie")
    journal = get_object_or_404(tous, pk=pk)
    form = _form_journal(request, journal, volet)
    if request.method == "POST" and form.is_valid():
        champs = form.champs() if isinstance(form, forms.ComptesForm) else form.cleaned_data
        modifier(objet=journal, champs=champs, origine=origine_de(request), maintenant=timezone.now())
        messages.success(request, "La fiche du journal est enregistrée.")
        return redirect("comptabilite:journal_fiche", request.dossier.pk, journal.pk, volet)
    contexte = {
        "dossier": request.dossier,
        "onglet": "journaux",
        "journal": journal,
        "volets": ONGLETS,
        "volet": volet,
        "form": form,
        **listes(request),
    }
    return render(request, "comptabilite/journal_fiche.html", contexte, status=422 if form.errors else 200)
