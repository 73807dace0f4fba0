"""The applications seen by the cabinet: list, follow-up, corrections proposed to the GRC card."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from gestion_acces.acces import ACTE, RequeteCabinet, vue_cabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de
from qonto_link.adhesion.certificat import certificat_pdf
from qonto_link.adhesion.enums import EtatCorrection
from qonto_link.adhesion.models import Adhesion, Correction
from qonto_link.adhesion.queries import FILTRES, liste_adhesions
from qonto_link.adhesion.services.brouillon import decider_correction
from qonto_link.adhesion.services.suivi import rappeler
from qonto_link.adhesion.views.suivi import contexte_suivi


@vue_cabinet()
def adhesions(request: HttpRequest) -> HttpResponse:
    filtre = request.GET.get("etat", "")
    lignes, suite = liste_adhesions(
        cast(RequeteCabinet, request).membre,
        maintenant=timezone.now(),
        filtre=filtre,
        apres=request.GET.get("apres", ""),
    )
    contexte = {"lignes": lignes, "suite": suite, "filtres": FILTRES.items(), "filtre": filtre}
    return render(request, "adhesion/liste.html", contexte)


@vue_dossier_cabinet()
def adhesion(request: RequeteCabinet) -> HttpResponse:
    derniere = Adhesion.objects.pour_dossier(request.dossier).order_by("-pk").first()
    if derniere is None:
        return redirect("qonto_link:dossier", request.dossier.pk)
    corrections = derniere.corrections.filter(etat=EtatCorrection.PROPOSEE).order_by("pk")
    contexte = {
        "dossier": request.dossier,
        "onglet": "qonto",
        "corrections": corrections,
        **contexte_suivi(derniere),
    }
    return render(request, "adhesion/cabinet.html", contexte)


@vue_dossier_cabinet(methodes=ACTE)
def correction_decider(request: RequeteCabinet, correction_id: int) -> HttpResponse:
    correction = Correction.objects.filter(pk=correction_id, dossier=request.dossier).select_related("dossier").first()
    if correction is None:
        raise Http404
    accepter = request.POST.get("decision") == "accepter"
    decider_correction(
        correction=correction,
        accepter=accepter,
        par=request.user,
        origine=origine_de(request),
        maintenant=timezone.now(),
    )
    if accepter:
        messages.success(request, f"« {correction.libelle} » est reprise dans la fiche.")
    else:
        messages.success(request, f"La proposition sur « {correction.libelle} » est écartée.")
    return redirect("qonto_link:adhesion_cabinet", request.dossier.pk)


@vue_dossier_cabinet(methodes=ACTE)
def adhesion_rappeler(request: RequeteCabinet) -> HttpResponse:
    adhesion = Adhesion.objects.pour_dossier(request.dossier).vivantes().first()
    if adhesion and rappeler(adhesion=adhesion, maintenant=timezone.now(), origine=origine_de(request)):
        messages.success(request, "Le dirigeant a reçu un rappel.")
    else:
        messages.info(request, "Aucun rappel n’est parti : ce n’est pas à lui d’agir, ou il a été prévenu récemment.")
    return redirect("qonto_link:adhesion_cabinet", request.dossier.pk)


@vue_dossier_cabinet()
def certificat(request: RequeteCabinet) -> HttpResponseBase:
    """The proof of erasure of the identity papers of the dossier (B12)."""
    pdf = certificat_pdf(dossier=request.dossier, maintenant=timezone.now())
    reponse = HttpResponse(pdf, content_type="application/pdf")
    reponse["Content-Disposition"] = f'attachment; filename="effacement-{request.dossier.code}.pdf"'
    return reponse
