"""The pages that are the same in both spaces. A space is its doors, its layout and the names of its addresses.

Each function takes a request that passed a door, and the space (`CLIENT` or `CABINET`) in which it is drawn.
"""

from copy import copy
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from facturation.forms import FactureForm, FournisseurForm, IbanForm, ImportForm, JoindreForm
from facturation.models import Facture, Fournisseur
from facturation.queries import avec_echeances, factures, fournisseurs, ordres
from facturation.saisie import Auteur, importer, saisir_facture
from facturation.services.factures import DELAI_LEGAL
from facturation.services.fournisseurs import changer_iban, modifier_fournisseur
from facturation.views.commun import (
    COLONNES,
    STATUTS_EN_COURS,
    aujourdhui,
    calendrier_du_mois,
    contexte_fournisseur,
    contexte_liste,
    joindre_a,
    rendre,
)
from gestion_acces.acces import RequeteCabinet, RequeteClient
from gestion_acces.services.fichiers import reponse
from portal.lib.pages import paginer
from portal.lib.tableaux import exporter
from qonto_link.virements.enums import StatutOrdre

Requete = RequeteClient | RequeteCabinet
Espace = dict[str, Any]


def liste(request: Requete, espace: Espace, **droits: bool) -> HttpResponse:
    return rendre(request, "facturation/liste.html", espace | contexte_liste(request, request.dossier) | droits)


def export(request: Requete) -> HttpResponseBase:
    lignes = factures(
        request.dossier,
        recherche=request.GET.get("q", "").strip()[:80],
        situation=request.GET.get("situation", ""),
        jour=aujourdhui(),
    )
    return exporter(
        format=request.GET.get("format", "csv"),
        nom=f"factures-{request.dossier.code}",
        colonnes=COLONNES,
        lignes=avec_echeances(lignes).iterator(chunk_size=500),
    )


def calendrier(request: Requete, espace: Espace) -> HttpResponse:
    contexte = calendrier_du_mois(request.dossier, request.GET.get("mois", "")[:7])
    return rendre(request, "facturation/calendrier.html", espace | contexte)


def nouvelle(request: Requete, espace: Espace, auteur: Auteur) -> HttpResponse:
    initial = {"date_emission": aujourdhui(), "premiere_echeance": aujourdhui() + DELAI_LEGAL}
    form = FactureForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        facture = saisir_facture(form, request.dossier, auteur)
        if facture:
            messages.success(request, f"La facture {facture.numero} est enregistrée.")
            return redirect(espace["liens"]["facture"], request.dossier.pk, facture.pk)
    contexte = {"dossier": request.dossier, "form": form, "fournisseurs": fournisseurs(request.dossier)[:300]}
    return rendre(request, "facturation/nouvelle.html", espace | contexte, status=422 if form.errors else 200)


def importation(request: Requete, espace: Espace, auteur: Auteur) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    bilan = importer(form, request.dossier, auteur) if request.method == "POST" and form.is_valid() else None
    contexte = {"dossier": request.dossier, "form": form, "bilan": bilan}
    return rendre(request, "facturation/import.html", espace | contexte, status=422 if form.errors else 200)


def joindre(request: Requete, espace: Espace, facture: Facture, auteur: Auteur) -> HttpResponse | JoindreForm:
    """The answer when the document is attached; else the form with the reason, for the page of the invoice."""
    form = JoindreForm(request.POST, request.FILES)
    if form.is_valid() and joindre_a(form, facture, auteur):
        messages.success(request, "Le document est joint à la facture.")
        return redirect(espace["liens"]["facture"], request.dossier.pk, facture.pk)
    return form


def fichier(request: Requete, facture: Facture) -> HttpResponseBase:
    if facture.fichier is None or facture.fichier.est_efface:
        raise Http404
    return reponse(facture.fichier, telecharger="telecharger" in request.GET)


def liste_fournisseurs(request: Requete, espace: Espace) -> HttpResponse:
    recherche = request.GET.get("q", "").strip()[:80]
    page = paginer(fournisseurs(request.dossier, recherche), cles=("nom", "id"), parametres=request.GET)
    contexte = {"dossier": request.dossier, "page": page, "recherche": recherche}
    return rendre(request, "facturation/fournisseurs.html", espace | contexte)


def fournisseur(request: Requete, espace: Espace, ligne: Fournisseur, auteur: Auteur) -> HttpResponse:
    # The form writes into its own copy: the card shown is the one that is kept.
    form = FournisseurForm(request.POST or None, instance=copy(ligne))
    if request.method == "POST" and form.is_valid():
        modifier_fournisseur(
            fournisseur=ligne, champs=form.cleaned_data, maintenant=auteur.maintenant, origine=auteur.origine
        )
        messages.success(request, "La fiche est enregistrée.")
        return redirect(espace["liens"]["fournisseur"], request.dossier.pk, ligne.pk)
    contexte = contexte_fournisseur(ligne) | {"form": form}
    return rendre(request, "facturation/fournisseur.html", espace | contexte, status=422 if form.errors else 200)


def iban(request: Requete, espace: Espace, ligne: Fournisseur, auteur: Auteur) -> HttpResponse:
    form = IbanForm(request.POST)
    if form.is_valid():
        changer_iban(
            fournisseur=ligne,
            iban=form.cleaned_data["iban"],
            par=request.user,
            maintenant=auteur.maintenant,
            origine=auteur.origine,
        )
        messages.success(request, "Le nouvel IBAN est enregistré. Le prochain paiement demandera une vérification.")
    else:
        messages.error(request, " ".join(str(faute) for faute in form.errors["iban"]))
    return redirect(espace["liens"]["fournisseur"], request.dossier.pk, ligne.pk)


def paiements(request: Requete, espace: Espace) -> HttpResponse:
    filtre = request.GET.get("statut", "")
    statuts = {"a_approuver": (StatutOrdre.A_APPROUVER,), "en_cours": STATUTS_EN_COURS}.get(filtre, ())
    page = paginer(ordres(request.dossier, statuts=statuts), cles=("-cree_le", "id"), parametres=request.GET)
    contexte = {"dossier": request.dossier, "page": page, "filtre": filtre}
    return rendre(request, "facturation/paiements.html", espace | contexte)
