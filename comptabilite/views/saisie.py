"""An entry: typed, shown, changed, deleted, reversed; its documents."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from comptabilite.errors import ComptabiliteError
from comptabilite.forms.exercices import ContrePassationForm, SuppressionForm
from comptabilite.forms.saisie import LIGNES_MAXIMUM, LIGNES_PROPOSEES, Saisie
from comptabilite.models import Compte, Ecriture, Journal, PieceEcriture, Tiers
from comptabilite.queries.fiche import fiche_ecriture
from comptabilite.services.ecritures import (
    joindre_documents,
    modifier_brouillard,
    passer_ecriture,
    supprimer_brouillard,
)
from comptabilite.services.journaux import journaux_usuels
from comptabilite.services.validation import contrepasser, valider_ecritures
from gestion_acces.acces import ACTE, FORMULAIRE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.errors import FichierRefuse
from gestion_acces.services.audit import origine_de
from gestion_acces.services.fichiers import controler_contenu, deposer_fichier, reponse
from portal.lib.affichage import jour_de_paris

LISTE_MAXIMUM = 1500


def ecriture_du_dossier(request: RequeteCabinet, pk: int) -> Ecriture:
    ecritures = Ecriture.objects.pour_dossier(request.dossier)
    return get_object_or_404(ecritures.select_related("dossier__cabinet", "journal", "exercice", "auteur"), pk=pk)


def listes(request: RequeteCabinet) -> dict[str, Any]:
    """What the fields propose while one types."""
    comptes = Compte.objects.pour_dossier(request.dossier).filter(actif=True).order_by("numero")
    tiers = Tiers.objects.pour_dossier(request.dossier).filter(actif=True).order_by("code")
    journaux = Journal.objects.pour_dossier(request.dossier).select_related("compte_tresorerie").order_by("code")
    return {
        "liste_comptes": comptes.values_list("numero", "libelle")[:LISTE_MAXIMUM],
        "liste_tiers": tiers.values_list("code", "nom")[:LISTE_MAXIMUM],
        "liste_journaux": journaux,
    }


def _page(request: RequeteCabinet, saisie: Saisie, ecriture: Ecriture | None, status: int = 200) -> HttpResponse:
    contexte = {
        "dossier": request.dossier,
        "onglet": "saisie",
        "saisie": saisie,
        "ecriture": ecriture,
        **listes(request),
    }
    return render(request, "comptabilite/saisie.html", contexte, status=status)


def _plus_de_lignes(request: RequeteCabinet, ecriture: Ecriture | None) -> HttpResponse:
    donnees = request.POST.copy()
    total = str(donnees.get("lignes-TOTAL_FORMS") or "")
    deja = int(total) if total.isdecimal() and len(total) < 5 else 0
    donnees["lignes-TOTAL_FORMS"] = str(min(deja + LIGNES_PROPOSEES, LIGNES_MAXIMUM))
    return _page(request, Saisie(request.dossier, donnees, ecriture), ecriture)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def saisie(request: RequeteCabinet) -> HttpResponse:
    journaux_usuels(dossier=request.dossier)
    if request.method == "POST" and "plus" in request.POST:
        return _plus_de_lignes(request, None)
    initial = {"date": jour_de_paris(timezone.now())}
    formulaire = Saisie(request.dossier, request.POST if request.method == "POST" else None, initial=initial)
    if request.method != "POST" or not formulaire.is_valid():
        return _page(request, formulaire, None, 422 if request.method == "POST" else 200)
    try:
        ecriture = passer_ecriture(
            dossier=request.dossier,
            **formulaire.entete.cleaned_data,
            lignes=formulaire.lignes(),
            auteur=request.user,
            maintenant=timezone.now(),
        )
    except ComptabiliteError as refus:
        formulaire.erreurs.append(str(refus))
        return _page(request, formulaire, None, 422)
    messages.success(request, f"{ecriture.reference} est enregistré.")
    return redirect("comptabilite:ecriture", request.dossier.pk, ecriture.pk)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def ecriture_modifier(request: RequeteCabinet, pk: int) -> HttpResponse:
    ecriture = ecriture_du_dossier(request, pk)
    if request.method == "POST" and "plus" in request.POST:
        return _plus_de_lignes(request, ecriture)
    formulaire = Saisie(request.dossier, request.POST if request.method == "POST" else None, ecriture)
    if request.method != "POST" or not formulaire.is_valid():
        return _page(request, formulaire, ecriture, 422 if request.method == "POST" else 200)
    try:
        modifier_brouillard(
            ecriture=ecriture,
            **formulaire.entete.cleaned_data,
            lignes=formulaire.lignes(),
            origine=origine_de(request),
            maintenant=timezone.now(),
        )
    except ComptabiliteError as refus:
        formulaire.erreurs.append(str(refus))
        return _page(request, formulaire, ecriture, 422)
    messages.success(request, "Le brouillard est modifié.")
    return redirect("comptabilite:ecriture", request.dossier.pk, ecriture.pk)


def _fiche(request: RequeteCabinet, ecriture: Ecriture, **formulaires: Any) -> HttpResponse:
    contexte = {
        "dossier": request.dossier,
        "onglet": "journal",
        "fiche": fiche_ecriture(ecriture),
        "ecriture": ecriture,
        "contrepassation": ContrePassationForm(initial={"date": jour_de_paris(timezone.now())}),
        "suppression": SuppressionForm(auto_id="suppression_%s"),
        **formulaires,
    }
    return render(request, "comptabilite/ecriture.html", contexte, status=422 if formulaires else 200)


@vue_dossier_cabinet()
def ecriture(request: RequeteCabinet, pk: int) -> HttpResponse:
    return _fiche(request, ecriture_du_dossier(request, pk))


@vue_dossier_cabinet(methodes=ACTE)
def ecriture_supprimer(request: RequeteCabinet, pk: int) -> HttpResponse:
    cible, form = ecriture_du_dossier(request, pk), SuppressionForm(request.POST, auto_id="suppression_%s")
    if not form.is_valid():
        return _fiche(request, cible, suppression=form)
    try:
        supprimer_brouillard(
            ecriture=cible, motif=form.cleaned_data["motif"], origine=origine_de(request), maintenant=timezone.now()
        )
    except ComptabiliteError as refus:
        form.add_error(None, str(refus))
        return _fiche(request, cible, suppression=form)
    messages.success(request, "Le brouillard est supprimé ; le journal d’audit en garde la trace.")
    return redirect("comptabilite:journal", request.dossier.pk)


@vue_dossier_cabinet(methodes=ACTE)
def ecriture_contrepasser(request: RequeteCabinet, pk: int) -> HttpResponse:
    cible, form = ecriture_du_dossier(request, pk), ContrePassationForm(request.POST)
    if not form.is_valid():
        return _fiche(request, cible, contrepassation=form)
    try:
        annulation = contrepasser(
            ecriture=cible,
            **form.cleaned_data,
            auteur=request.user,
            origine=origine_de(request),
            maintenant=timezone.now(),
        )
    except ComptabiliteError as refus:
        form.add_error(None, str(refus))
        return _fiche(request, cible, contrepassation=form)
    messages.success(request, f"L’écriture est annulée par l’écriture n° {annulation.numero}.")
    return redirect("comptabilite:ecriture", request.dossier.pk, annulation.pk)


@vue_dossier_cabinet(methodes=ACTE)
def ecriture_valider(request: RequeteCabinet, pk: int) -> HttpResponse:
    cible = ecriture_du_dossier(request, pk)
    try:
        valider_ecritures(
            dossier=request.dossier, ecritures=[cible], origine=origine_de(request), maintenant=timezone.now()
        )
    except ComptabiliteError as refus:
        messages.error(request, str(refus))
    return redirect("comptabilite:ecriture", request.dossier.pk, pk)


@vue_dossier_cabinet(methodes=ACTE)
def piece_ajouter(request: RequeteCabinet, pk: int) -> HttpResponse:
    cible, maintenant = ecriture_du_dossier(request, pk), timezone.now()
    for envoye in request.FILES.getlist("fichier"):
        nom = envoye.name or "document"
        try:
            type_mime = controler_contenu(envoye, nom)
            fichier, _ = deposer_fichier(
                dossier=request.dossier,
                flux=envoye,
                nom=nom,
                type_mime=type_mime,
                par=request.user,
                maintenant=maintenant,
            )
            joindre_documents(ecriture=cible, fichiers=[fichier], auteur=request.user, maintenant=maintenant)
        except (FichierRefuse, ComptabiliteError) as refus:
            messages.error(request, str(refus))
        else:
            messages.success(request, f"« {nom} » est joint à l’écriture.")
    return redirect("comptabilite:ecriture", request.dossier.pk, pk)


@vue_dossier_cabinet()
def piece(request: RequeteCabinet, pk: int, piece_pk: int) -> HttpResponseBase:
    pieces = PieceEcriture.objects.pour_dossier(request.dossier).filter(ecriture_id=pk)
    trouvee = pieces.select_related("fichier").filter(pk=piece_pk).first()
    if trouvee is None:
        raise Http404
    return reponse(trouvee.fichier, telecharger="telecharger" in request.GET)
