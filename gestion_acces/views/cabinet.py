"""The dossier in the cabinet space: list, GRC card by tabs, the Qonto tile and its accesses."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from gestion_acces.acces import (
    ACTE,
    FORMULAIRE,
    RequeteCabinet,
    vue_cabinet,
    vue_dossier_cabinet,
)
from gestion_acces.enums import Service
from gestion_acces.errors import FicheIncomplete
from gestion_acces.forms import AccesForm, DirigeantForm, IdentiteForm
from gestion_acces.queries import acces_du_service, page_de_dossiers
from gestion_acces.services.audit import origine_de
from gestion_acces.services.dossiers import manques_pour_qonto, modifier_dossier
from gestion_acces.services.invitations import inviter_membre
from gestion_acces.services.tuiles import (
    activer_service,
    definir_acces,
    desactiver_service,
    rattacher_dirigeant,
    service_actif,
)
from gestion_acces.tasks import confier, envoyer_invitation


@vue_cabinet()
def dossier_liste(request: HttpRequest) -> HttpResponse:
    recherche = request.GET.get("q", "").strip()[:80]
    page = page_de_dossiers(cast(RequeteCabinet, request).membre, recherche, request.GET.get("apres", ""))
    return render(request, "gestion_acces/dossier_liste.html", {"page": page, "recherche": recherche})


@vue_dossier_cabinet(methodes=FORMULAIRE)
def dossier_fiche(request: RequeteCabinet) -> HttpResponse:
    form = IdentiteForm(request.POST or None, instance=request.dossier)
    if request.method == "POST" and form.is_valid():
        modifier_dossier(
            dossier=request.dossier, champs=form.champs(), origine=origine_de(request), date=timezone.now()
        )
        messages.success(request, "La fiche est enregistrée.")
        return redirect("gestion_acces:dossier_fiche", request.dossier.pk)
    contexte = {"dossier": request.dossier, "form": form, "onglet": "identite"}
    return render(request, "gestion_acces/dossier_identite.html", contexte, status=422 if form.errors else 200)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def dossier_dirigeant(request: RequeteCabinet) -> HttpResponse:
    initial = {nom: getattr(request.dossier, nom) for nom in DirigeantForm.base_fields}
    form = DirigeantForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        modifier_dossier(
            dossier=request.dossier, champs=form.cleaned_data, origine=origine_de(request), date=timezone.now()
        )
        messages.success(request, "Le dirigeant est enregistré.")
        return redirect("gestion_acces:dossier_dirigeant", request.dossier.pk)
    contexte = {"dossier": request.dossier, "form": form, "onglet": "dirigeant"}
    return render(request, "gestion_acces/dossier_dirigeant.html", contexte, status=422 if form.errors else 200)


@vue_dossier_cabinet()
def dossier_divers(request: RequeteCabinet) -> HttpResponse:
    actif = service_actif(request.dossier, Service.QONTO)
    contexte = {
        "dossier": request.dossier,
        "onglet": "divers",
        "service_qonto": actif,
        "manques": [] if actif else manques_pour_qonto(request.dossier),
    }
    return render(request, "gestion_acces/dossier_divers.html", contexte)


@vue_dossier_cabinet(methodes=ACTE, reauthentification=True)
def tuile_enregistrer(request: RequeteCabinet) -> HttpResponse:
    dossier, origine, date = request.dossier, origine_de(request), timezone.now()
    if request.POST.get("qonto") != "on":
        desactiver_service(dossier=dossier, service=Service.QONTO, origine=origine, date=date)
        messages.success(request, "La tuile Qonto est désactivée : votre client ne la voit plus.")
        return redirect("gestion_acces:dossier_divers", dossier.pk)
    try:
        activer_service(dossier=dossier, service=Service.QONTO, par=request.user, origine=origine, date=date)
    except FicheIncomplete as refus:
        messages.error(request, str(refus))
        return redirect("gestion_acces:dossier_divers", dossier.pk)
    _rattacher_et_inviter(request)
    return redirect("gestion_acces:tuile_confirmation", dossier.pk)


def _rattacher_et_inviter(request: RequeteCabinet) -> None:
    origine, maintenant = origine_de(request), timezone.now()
    membre, nouveau = rattacher_dirigeant(dossier=request.dossier, origine=origine, date=maintenant, par=request.user)
    if nouveau:
        invitation = inviter_membre(membre=membre, par=request.user, origine=origine, maintenant=maintenant)
        confier(envoyer_invitation, invitation_id=str(invitation.pk))
        messages.info(request, f"Une invitation est partie à {invitation.email}.")


@vue_dossier_cabinet()
def tuile_confirmation(request: RequeteCabinet) -> HttpResponse:
    actif = service_actif(request.dossier, Service.QONTO)
    if actif is None:
        return redirect("gestion_acces:dossier_divers", request.dossier.pk)
    contexte = {"dossier": request.dossier, "onglet": "divers", "lignes": acces_du_service(actif)}
    return render(request, "gestion_acces/tuile_confirmation.html", contexte)


@vue_dossier_cabinet(methodes=FORMULAIRE, reauthentification=True)
def tuile_acces(request: RequeteCabinet) -> HttpResponse:
    actif = service_actif(request.dossier, Service.QONTO)
    if actif is None:
        return redirect("gestion_acces:dossier_divers", request.dossier.pk)
    form = AccesForm(request.POST or None, lignes=acces_du_service(actif))
    if request.method == "POST" and form.is_valid():
        definir_acces(
            service_dossier=actif,
            niveaux=form.niveaux(),
            origine=origine_de(request),
            date=timezone.now(),
            par=request.user,
        )
        messages.success(request, "Les accès au service Qonto sont enregistrés.")
        return redirect("gestion_acces:dossier_divers", request.dossier.pk)
    contexte = {"dossier": request.dossier, "onglet": "divers", "form": form}
    return render(request, "gestion_acces/tuile_acces.html", contexte, status=422 if form.errors else 200)
