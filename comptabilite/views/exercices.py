"""Validation, locks, exercices, closing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from comptabilite.errors import ComptabiliteError
from comptabilite.forms.exercices import ExerciceForm, ValidationForm, VerrouForm
from comptabilite.models import Exercice
from comptabilite.queries.validation import apercu_validation
from comptabilite.services.a_nouveaux import reprendre
from comptabilite.services.cloture import cloturer_exercice, etat_de_cloture, verrouiller
from comptabilite.services.exercices import ouvrir_exercice
from comptabilite.services.plan import parametres
from comptabilite.services.validation import valider_ecritures
from gestion_acces.acces import ACTE, FORMULAIRE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de
from portal.lib.affichage import jour_de_paris, pluriel


@vue_dossier_cabinet(methodes=FORMULAIRE)
def validation(request: RequeteCabinet) -> HttpResponse:
    """The preview on GET (`jusqu_au` in the address), the act on POST."""
    aujourd_hui = jour_de_paris(timezone.now())
    donnees = request.POST if request.method == "POST" else request.GET
    form = ValidationForm(donnees if donnees.get("jusqu_au") else None, initial={"jusqu_au": aujourd_hui})
    jusqu_au = form.cleaned_data["jusqu_au"] if form.is_valid() else aujourd_hui
    if request.method == "POST" and form.is_valid():
        try:
            fait = valider_ecritures(
                dossier=request.dossier, jusqu_au=jusqu_au, origine=origine_de(request), maintenant=timezone.now()
            )
        except ComptabiliteError as refus:
            messages.error(request, str(refus))
        else:
            messages.success(
                request, f"{fait.nombre} {pluriel(fait.nombre, 'écriture validée', 'écritures validées')}."
            )
            return redirect("comptabilite:accueil", request.dossier.pk)
    contexte = {
        "dossier": request.dossier,
        "onglet": "validation",
        "form": form,
        "jusqu_au": jusqu_au,
        "apercu": apercu_validation(request.dossier, jusqu_au=jusqu_au, aujourd_hui=aujourd_hui),
    }
    return render(request, "comptabilite/validation.html", contexte, status=422 if request.method == "POST" else 200)


def _page(request: RequeteCabinet, *, exercice: ExerciceForm | None = None, status: int = 200) -> HttpResponse:
    reglages = parametres(request.dossier)
    exercices = Exercice.objects.pour_dossier(request.dossier).select_related("dossier").order_by("-debut")
    contexte = {
        "dossier": request.dossier,
        "onglet": "cloture",
        "parametres": reglages,
        "verrou": VerrouForm(initial={"jusqu_au": reglages.date_verrou}, auto_id="verrou_%s"),
        "verrou_tva": VerrouForm(initial={"jusqu_au": reglages.date_verrou_tva}, auto_id="tva_%s"),
        "exercices": [(x, None if x.est_clos else etat_de_cloture(x)) for x in exercices[:10]],
        "form": exercice or ExerciceForm(),
    }
    return render(request, "comptabilite/cloture.html", contexte, status=status)


@vue_dossier_cabinet()
def cloture(request: RequeteCabinet) -> HttpResponse:
    return _page(request)


@vue_dossier_cabinet(methodes=ACTE)
def verrou_poser(request: RequeteCabinet) -> HttpResponse:
    form = VerrouForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Cette date n’est pas valide.")
        return _page(request, status=422)
    try:
        verrouiller(
            dossier=request.dossier,
            **form.cleaned_data,
            tva="tva" in request.POST,
            origine=origine_de(request),
            maintenant=timezone.now(),
        )
    except ComptabiliteError as refus:
        messages.error(request, str(refus))
        return _page(request, status=422)
    messages.success(request, "La période verrouillée est enregistrée.")
    return redirect("comptabilite:cloture", request.dossier.pk)


@vue_dossier_cabinet(methodes=ACTE)
def exercice_ouvrir(request: RequeteCabinet) -> HttpResponse:
    form = ExerciceForm(request.POST)
    if not form.is_valid():
        return _page(request, exercice=form, status=422)
    try:
        ouvrir_exercice(dossier=request.dossier, **form.cleaned_data)
    except ComptabiliteError as refus:
        form.add_error(None, str(refus))
        return _page(request, exercice=form, status=422)
    messages.success(request, "L’exercice est ouvert.")
    return redirect("comptabilite:cloture", request.dossier.pk)


def _exercice(request: RequeteCabinet, pk: int) -> Exercice:
    return get_object_or_404(Exercice.objects.pour_dossier(request.dossier).select_related("dossier__cabinet"), pk=pk)


@vue_dossier_cabinet(methodes=ACTE, administrateur=True)
def exercice_cloturer(request: RequeteCabinet, pk: int) -> HttpResponse:
    exercice = _exercice(request, pk)
    try:
        cloturer_exercice(exercice=exercice, origine=origine_de(request), maintenant=timezone.now())
    except ComptabiliteError as refus:
        messages.error(request, str(refus))
    else:
        messages.success(request, "L’exercice est clos ; les à-nouveaux définitifs sont validés.")
    return redirect("comptabilite:cloture", request.dossier.pk)


@vue_dossier_cabinet(methodes=ACTE)
def exercice_reprendre(request: RequeteCabinet, pk: int) -> HttpResponse:
    exercice = _exercice(request, pk)
    try:
        ecriture = reprendre(
            exercice=exercice, auteur=request.user, origine=origine_de(request), maintenant=timezone.now()
        )
    except ComptabiliteError as refus:
        messages.error(request, str(refus))
        return redirect("comptabilite:cloture", request.dossier.pk)
    if ecriture is None:
        messages.info(request, "Il n’y a aucun solde à reprendre.")
        return redirect("comptabilite:cloture", request.dossier.pk)
    messages.success(request, "Les à-nouveaux provisoires sont calculés.")
    return redirect("comptabilite:ecriture", request.dossier.pk, ecriture.pk)
