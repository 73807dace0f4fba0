"""Dossiers created one by one, or from a file."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from gestion_acces.acces import FORMULAIRE, LECTURE, RequeteCabinet, vue_cabinet
from gestion_acces.errors import FichierIllisible
from gestion_acces.forms_equipe import DossierForm, FichierDossiersForm
from gestion_acces.models import Cabinet
from gestion_acces.services.audit import origine_de
from gestion_acces.services.import_dossiers import (
    COLONNES,
    LigneImport,
    codes_du_cabinet,
    creer_dossier,
    decoder,
    importer_dossiers,
    lire_lignes,
)


@vue_cabinet(methodes=FORMULAIRE)
def dossier_creer(request: HttpRequest) -> HttpResponse:
    membre = cast(RequeteCabinet, request).membre
    form = DossierForm(request.POST or None, codes_pris=codes_du_cabinet(membre.cabinet))
    if request.method == "POST" and form.is_valid():
        dossier = creer_dossier(membre=membre, champs=form.champs(), origine=origine_de(request), date=timezone.now())
        messages.success(request, f"Le dossier {dossier.code} est créé.")
        return redirect("gestion_acces:dossier_divers", dossier.pk)
    return render(request, "gestion_acces/dossier_creer.html", {"form": form}, status=422 if form.errors else 200)


def controler(cabinet: Cabinet, texte: str) -> list[LigneImport]:
    """Every line of the file, checked as the screen checks a new dossier. Raises FichierIllisible."""
    lignes, pris = lire_lignes(texte), codes_du_cabinet(cabinet)
    for ligne in lignes:
        donnees = {**ligne.donnees, "forme_juridique": ligne.donnees["forme_juridique"].upper() or "SARL"}
        form = DossierForm(donnees, codes_pris=pris)
        if form.is_valid():
            ligne.champs = form.champs()
            pris.add(ligne.champs["code"])
        else:
            ligne.erreurs = [
                f"{form.fields[nom].label if nom in form.fields else 'Ligne'} : {' '.join(map(str, erreurs))}"
                for nom, erreurs in form.errors.items()
            ]
    return lignes


@vue_cabinet(methodes=FORMULAIRE, administrateur=True)
def dossier_importer(request: HttpRequest) -> HttpResponse:
    """First the file, then its lines with their faults; nothing is written before the second button."""
    membre = cast(RequeteCabinet, request).membre
    form = FichierDossiersForm(request.POST or None, request.FILES or None)
    texte = request.POST.get("texte", "")
    try:
        if request.method == "POST" and not texte and form.is_valid():
            texte = decoder(form.cleaned_data["fichier"])
        if texte:
            return _montrer_ou_creer(request, texte, controler(membre.cabinet, texte))
    except FichierIllisible as refus:
        form.add_error("fichier", str(refus))
    contexte = {"form": form, "colonnes": COLONNES}
    statut = 422 if request.method == "POST" else 200
    return render(request, "gestion_acces/dossier_importer.html", contexte, status=statut)


def _montrer_ou_creer(request: HttpRequest, texte: str, lignes: list[LigneImport]) -> HttpResponse:
    valides = sum(ligne.valide for ligne in lignes)
    if request.POST.get("creer") and valides:
        nombre = importer_dossiers(
            membre=cast(RequeteCabinet, request).membre,
            lignes=lignes,
            origine=origine_de(request),
            date=timezone.now(),
        )
        messages.success(request, f"{nombre} dossier(s) créé(s).")
        return redirect("gestion_acces:dossier_liste")
    contexte = {"lignes": lignes, "valides": valides, "fautives": len(lignes) - valides, "texte": texte}
    return render(request, "gestion_acces/dossier_import_apercu.html", contexte)


@vue_cabinet(methodes=LECTURE, administrateur=True)
def dossier_modele_csv(request: HttpRequest) -> HttpResponse:
    """An empty file with the columns, for Excel."""
    entetes = {"Content-Disposition": 'attachment; filename="modele-dossiers.csv"'}
    return HttpResponse(
        "\ufeff" + ";".join(COLONNES) + "\r\n", content_type="text/csv; charset=utf-8", headers=entetes
    )
