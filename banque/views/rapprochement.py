"""État de rapprochement bancaire: the screen, its PDF, and what was frozen at the month ends."""

from datetime import date as Date
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from banque.errors import BanqueError
from banque.forms import DateForm
from banque.models import CompteBancaire, RapprochementArrete
from banque.services.rapprochement import (
    arreter,
    dernier_arrete,
    empreinte,
    est_fin_de_mois,
    nom_du_pdf,
    ouverture_du_releve,
    rapprocher,
)
from banque.views.communs import banque_ou_404, un_ou_404
from comptabilite.errors import ComptabiliteError
from comptabilite.services.rapprochement import EtatRapprochement
from comptabilite.services.rapprochement_pdf import pdf_de_rapprochement
from gestion_acces.acces import ACTE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de
from gestion_acces.services.fichiers import reponse as reponse_fichier
from portal.lib.calendrier import jour_de_paris

MAX_LISTE = 60


@vue_dossier_cabinet()
def rapprochement(request: RequeteCabinet, banque_id: int) -> HttpResponse:
    banque = banque_ou_404(request, banque_id)
    dernier = banque.dernier_jour_integre or jour_de_paris(timezone.now())
    form = DateForm(request.GET if "date" in request.GET else None, initial={"date": dernier})
    date = form.cleaned_data["date"] if form.is_valid() else dernier
    arretes = RapprochementArrete.objects.filter(dossier=request.dossier, compte_bancaire=banque)
    contexte: dict[str, Any] = {
        "dossier": request.dossier,
        "banque": banque,
        "form": form,
        "date": date,
        "arretes": arretes.select_related("arrete_par").order_by("-date", "-id")[:MAX_LISTE],
    }
    try:
        etat = rapprocher(banque=banque, date=date)
    except (BanqueError, ComptabiliteError) as refus:
        return render(request, "banque/rapprochement.html", contexte | {"refus": str(refus)})
    if "pdf" in request.GET:
        return _pdf(request, banque, etat)
    return render(request, "banque/rapprochement.html", contexte | _figeage(banque, etat))


def _figeage(banque: CompteBancaire, etat: EtatRapprochement) -> dict[str, Any]:
    """Whether this day is or may be frozen, and whether its books have moved since."""
    arrete = dernier_arrete(banque, etat.date)
    integre = banque.dernier_jour_integre
    return {
        "etat": etat,
        "arrete": arrete,
        "a_bouge": arrete is not None and arrete.empreinte != empreinte(etat),
        "arretable": est_fin_de_mois(etat.date)
        and etat.est_rapproche
        and integre is not None
        and etat.date <= integre,
        "ouverture": ouverture_du_releve(banque),
        "fin_de_mois": None if integre is None else _derniere_fin_de_mois(integre),
    }


def _derniere_fin_de_mois(jour: Date) -> Date:
    return jour if est_fin_de_mois(jour) else jour.replace(day=1) - timedelta(days=1)


def _pdf(request: RequeteCabinet, banque: CompteBancaire, etat: EtatRapprochement) -> HttpResponse:
    document = pdf_de_rapprochement(
        etat, banque=banque.libelle, auteur=request.user.nom_complet, maintenant=timezone.now()
    )
    reponse = HttpResponse(document, content_type="application/pdf")
    reponse["Content-Disposition"] = f'attachment; filename="{nom_du_pdf(banque, etat.date)}"'
    return reponse


@vue_dossier_cabinet(methodes=ACTE)
def rapprochement_arreter(request: RequeteCabinet, banque_id: int) -> HttpResponse:
    banque = banque_ou_404(request, banque_id)
    form = DateForm(request.POST)
    retour = reverse("banque:rapprochement", args=[request.dossier.pk, banque.pk])
    if not form.is_valid():
        messages.error(request, "Choisissez une date.")
        return redirect(retour)
    date = form.cleaned_data["date"]
    try:
        arreter(banque=banque, date=date, auteur=request.user, origine=origine_de(request), maintenant=timezone.now())
        messages.success(request, f"L’état de rapprochement au {date:%d/%m/%Y} est arrêté.")
    except (BanqueError, ComptabiliteError) as refus:
        messages.error(request, str(refus))
    return redirect(f"{retour}?date={date:%Y-%m-%d}")


@vue_dossier_cabinet()
def rapprochement_arrete(request: RequeteCabinet, arrete_id: int) -> HttpResponseBase:
    """The PDF as it was frozen."""
    arretes = RapprochementArrete.objects.filter(dossier=request.dossier, pk=arrete_id)
    return reponse_fichier(un_ou_404(arretes.select_related("fichier")).fichier, telecharger=True)
