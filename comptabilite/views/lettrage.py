"""Lettering: the accounts that wait, the lines of one, the acts."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from comptabilite.errors import ComptabiliteError
from comptabilite.models import Compte, Lettrage, LigneEcriture, Tiers
from comptabilite.queries.lettrages import comptes_a_lettrer, lignes_a_lettrer
from comptabilite.services.lettrage import delettrer, lettrer
from comptabilite.services.lettrage_automatique import lettrer_automatiquement, proposer
from comptabilite.services.lettrage_ecart import lettrer_avec_ecart
from gestion_acces.acces import ACTE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de
from portal.lib.affichage import jour_de_paris, pluriel


@vue_dossier_cabinet()
def lettrages(request: RequeteCabinet) -> HttpResponse:
    type_tiers = request.GET.get("type", "")
    contexte = {
        "dossier": request.dossier,
        "onglet": "lettrage",
        "type_tiers": type_tiers,
        "comptes": comptes_a_lettrer(request.dossier, type_tiers=type_tiers if type_tiers in ("F", "C") else ""),
    }
    return render(request, "comptabilite/lettrages.html", contexte)


def _compte_et_tiers(request: RequeteCabinet, numero: str, code: str) -> tuple[Compte, Tiers | None]:
    compte = get_object_or_404(Compte.objects.pour_dossier(request.dossier), numero=numero)
    tiers = get_object_or_404(Tiers.objects.pour_dossier(request.dossier), code=code) if code else None
    return compte, tiers


@vue_dossier_cabinet()
def lettrage(request: RequeteCabinet) -> HttpResponse:
    if not request.GET.get("compte"):
        return redirect("comptabilite:lettrages", request.dossier.pk)
    compte, tiers = _compte_et_tiers(request, request.GET.get("compte", ""), request.GET.get("tiers", ""))
    contexte = {
        "dossier": request.dossier,
        "onglet": "lettrage",
        "compte": compte,
        "tiers": tiers,
        "toutes": bool(request.GET.get("toutes")),
        "page": lignes_a_lettrer(request.dossier, compte, tiers, request.GET),
        "propositions": proposer(dossier=request.dossier, compte_id=compte.pk, tiers_id=tiers.pk if tiers else None)[
            :20
        ],
    }
    return render(request, "comptabilite/lettrage.html", contexte)


def _retour(request: RequeteCabinet, compte: Compte, tiers: Tiers | None) -> HttpResponse:
    adresse = reverse("comptabilite:lettrage", args=[request.dossier.pk])
    return redirect(f"{adresse}?{urlencode({'compte': compte.numero, 'tiers': tiers.code if tiers else ''})}")


def _lignes_choisies(request: RequeteCabinet) -> list[LigneEcriture]:
    choix = [int(pk) for pk in request.POST.getlist("ligne") if pk.isdecimal()]
    lignes = LigneEcriture.objects.pour_dossier(request.dossier).filter(pk__in=choix)
    return list(lignes.select_related("dossier", "compte", "tiers"))


@vue_dossier_cabinet(methodes=ACTE)
def lettrer_choix(request: RequeteCabinet) -> HttpResponse:
    if not request.POST.get("compte"):
        return redirect("comptabilite:lettrages", request.dossier.pk)
    compte, tiers = _compte_et_tiers(request, request.POST.get("compte", ""), request.POST.get("tiers", ""))
    lignes, maintenant = _lignes_choisies(request), timezone.now()
    try:
        if "ecart" in request.POST:
            fait = lettrer_avec_ecart(lignes=lignes, auteur=request.user, maintenant=maintenant)
        else:
            jour, partiel = jour_de_paris(maintenant), "partiel" in request.POST
            fait = lettrer(lignes=lignes, date=jour, auteur=request.user, partiel=partiel)
    except ComptabiliteError as refus:
        messages.error(request, str(refus))
    else:
        messages.success(request, f"Lettrage {fait.code} posé sur {len(lignes)} lignes.")
    return _retour(request, compte, tiers)


@vue_dossier_cabinet(methodes=ACTE)
def lettrer_auto(request: RequeteCabinet) -> HttpResponse:
    if not request.POST.get("compte"):
        return redirect("comptabilite:lettrages", request.dossier.pk)
    compte, tiers = _compte_et_tiers(request, request.POST.get("compte", ""), request.POST.get("tiers", ""))
    faits = lettrer_automatiquement(
        dossier=request.dossier,
        compte_id=compte.pk,
        tiers_id=tiers.pk if tiers else None,
        auteur=request.user,
        maintenant=timezone.now(),
    )
    nombre = len(faits)
    messages.success(request, f"{nombre} {pluriel(nombre, 'lettrage posé', 'lettrages posés')} automatiquement.")
    return _retour(request, compte, tiers)


@vue_dossier_cabinet(methodes=ACTE)
def delettrer_groupe(request: RequeteCabinet, pk: int) -> HttpResponse:
    groupes = Lettrage.objects.pour_dossier(request.dossier).select_related("dossier__cabinet", "compte", "tiers")
    groupe = groupes.filter(pk=pk).first()
    if groupe is None:
        raise Http404
    try:
        delettrer(lettrage=groupe, auteur=request.user, origine=origine_de(request), maintenant=timezone.now())
    except ComptabiliteError as refus:
        messages.error(request, str(refus))
    else:
        messages.success(request, f"Le lettrage {groupe.code} est défait.")
    return _retour(request, groupe.compte, groupe.tiers)
