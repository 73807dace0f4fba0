"""One line: its life, its split, its receipts, the entry that has booked it already."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseFormSet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin

from banque.enums import EtatOperation
from banque.errors import BanqueError
from banque.forms import TAUX, VentilationFormSet
from banque.models import Imputation, Operation, PieceJointe
from banque.queries import pieces_de
from banque.services.fil_de_vie import etapes
from banque.services.imputation import Part, compte_tva, resoudre_compte, tva_incluse, ventiler
from banque.services.mention import ecritures_candidates, lier_a_la_main
from banque.services.reprises import est_a_reprendre, reprendre
from banque.views.communs import operation_ou_404, un_ou_404
from comptabilite.models import Ecriture
from comptabilite.services.plan import compte as compte_du_plan
from gestion_acces.acces import ACTE, FORMULAIRE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de
from gestion_acces.services.fichiers import reponse as reponse_fichier


@vue_dossier_cabinet()
def operation(request: RequeteCabinet, operation_id: int) -> HttpResponse:
    ligne = operation_ou_404(request, operation_id)
    candidates = ecritures_candidates(ligne) if ligne.etat == EtatOperation.A_VERIFIER else []
    contexte = {
        "dossier": request.dossier,
        "operation": ligne,
        "banque": ligne.compte_bancaire,
        "etapes": etapes(ligne),
        "pieces": pieces_de(ligne),
        "imputations": _imputations(ligne),
        "candidates": candidates,
        "a_reprendre": est_a_reprendre(ligne),
        "taux": TAUX,
        "taux_actuel": str(ligne.taux_tva or ""),
    }
    return render(request, "banque/operation.html", contexte)


@vue_dossier_cabinet()
def justificatifs(request: RequeteCabinet, operation_id: int) -> HttpResponse:
    ligne = operation_ou_404(request, operation_id)
    page = "banque/justificatifs.html" + ("#volet" if request.headers.get("HX-Request") else "")
    reponse = render(request, page, {"dossier": request.dossier, "operation": ligne, "pieces": pieces_de(ligne)})
    reponse["Vary"] = "HX-Request"
    return reponse


@vue_dossier_cabinet()
def justificatif(request: RequeteCabinet, piece_id: int) -> HttpResponseBase:
    piece = un_ou_404(PieceJointe.objects.filter(dossier=request.dossier, pk=piece_id).select_related("fichier"))
    if piece.fichier is None or piece.fichier.est_efface:
        raise Http404
    return xframe_options_sameorigin(reponse_fichier)(piece.fichier, telecharger="telecharger" in request.GET)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def operation_ventiler(request: RequeteCabinet, operation_id: int) -> HttpResponse:
    ligne = operation_ou_404(request, operation_id)
    formset = VentilationFormSet(request.POST or None, initial=_initial(ligne))
    erreur = ""
    if request.method == "POST" and formset.is_valid():
        try:
            parts = _parts(request, ligne, formset)
            ventiler(operation=ligne, parts=parts, par=request.user.nom_complet, maintenant=timezone.now())
            messages.success(request, "La ligne est ventilée et validée.")
            return redirect("banque:operation", request.dossier.pk, ligne.pk)
        except BanqueError as refus:
            erreur = str(refus)
    contexte = {"dossier": request.dossier, "operation": ligne, "formset": formset, "erreur": erreur}
    statut = 422 if erreur or (formset.is_bound and not formset.is_valid()) else 200
    return render(request, "banque/ventiler.html", contexte, status=statut)


def _imputations(ligne: Operation) -> QuerySet[Imputation]:
    lignes = Imputation.objects.filter(dossier=ligne.dossier, operation=ligne)
    return lignes.select_related("compte", "tiers").order_by("rang")


def _initial(ligne: Operation) -> list[dict[str, Any]]:
    parts = _imputations(ligne)
    deja = [
        {
            "compte": part.tiers.code if part.tiers else part.compte.numero,
            "montant": abs(part.montant_cents),
            "libelle": part.libelle,
        }
        for part in parts
    ]
    propose = ligne.tiers.code if ligne.tiers else ligne.compte.numero if ligne.compte else ""
    return deja or [{"compte": propose, "montant": abs(ligne.montant_cents)}]


def _parts(request: RequeteCabinet, ligne: Operation, formset: "BaseFormSet[Any]") -> list[Part]:
    """The parts typed, the VAT of each made a part of its own. Amounts are typed positive, as on the document."""
    signe, parts = (-1 if ligne.montant_cents < 0 else 1), []
    for form in formset.forms:
        if form.est_vide():
            continue
        donnees = form.cleaned_data
        compte, tiers = resoudre_compte(
            dossier=request.dossier, saisie=donnees["compte"], journal=ligne.compte_bancaire.journal
        )
        ttc = signe * donnees["montant"]
        tva = tva_incluse(ttc, donnees["taux_tva"]) if donnees["taux_tva"] else 0
        parts.append(Part(compte, ttc - tva, tiers, donnees["libelle"]))
        if tva:
            compte_de_tva = compte_du_plan(dossier=request.dossier, numero=compte_tva(compte))
            parts.append(Part(compte_de_tva, tva, None, donnees["libelle"], est_tva=True))
    return parts


@vue_dossier_cabinet(methodes=ACTE)
def operation_lier(request: RequeteCabinet, operation_id: int) -> HttpResponse:
    ligne = operation_ou_404(request, operation_id)
    choisie = request.POST.get("ecriture", "")
    ecriture = Ecriture.objects.filter(dossier=request.dossier, pk=int(choisie) if choisie.isdigit() else 0).first()
    try:
        if ecriture is None:
            raise BanqueError("Choisissez une écriture.")
        lier_a_la_main(operation=ligne, ecriture=ecriture)
        messages.success(request, "La ligne est rapprochée de son écriture.")
    except BanqueError as refus:
        messages.error(request, str(refus))
    return redirect("banque:operation", request.dossier.pk, ligne.pk)


@vue_dossier_cabinet(methodes=ACTE)
def operation_reprendre(request: RequeteCabinet, operation_id: int) -> HttpResponse:
    """Take a line that the bank has changed as it gives it now."""
    ligne = operation_ou_404(request, operation_id)
    try:
        attend = reprendre(operation=ligne, maintenant=timezone.now(), origine=origine_de(request))
    except BanqueError as refus:
        messages.error(request, str(refus))
        return redirect("banque:operation", request.dossier.pk, ligne.pk)
    if attend:
        messages.success(request, "La ligne attend d’être intégrée de nouveau, telle que la banque la donne.")
        return redirect("banque:acquisitions", request.dossier.pk)
    messages.success(request, "La ligne n’est plus au relevé de la banque : elle est retirée de la grille.")
    return redirect("banque:grille", request.dossier.pk, ligne.compte_bancaire_id)
