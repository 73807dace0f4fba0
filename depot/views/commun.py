"""What the pages of both spaces share: the names of their pages, the list, the deposit, the files."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from depot.enums import Panier
from depot.errors import DejaDepose
from depot.forms import DepotForm, DescriptionForm, FiltresForm
from depot.models import Classeur, Document
from depot.queries import CORBEILLE, TRIS, Filtres, document_du, documents_choisis, documents_du, menu
from depot.services.archive import archiver
from depot.services.documents import deposer_document
from depot.tasks import lire as tache_lire
from gestion_acces.errors import FichierRefuse
from gestion_acces.models import Dossier, Utilisateur
from gestion_acces.services.fichiers import reponse as reponse_fichier
from portal.lib.pages import paginer
from portal.lib.tableaux import DATE, MONTANT, Colonne, exporter
from portal.lib.televersement import FichierTeleverse

TAILLE = 50
COLONNES = (
    Colonne("Date", "date", DATE),
    Colonne("Panier", lambda document: document.get_panier_display()),
    Colonne("Classeur", lambda document: document.classeur.nom if document.classeur else ""),
    Colonne("Type", lambda document: document.get_type_display()),
    Colonne("Numéro", "titre"),
    Colonne("Tiers", "tiers"),
    Colonne("Montant TTC", "montant_cents", MONTANT),
    Colonne("Statut Qonto", lambda document: document.get_statut_display()),
    Colonne("État", lambda document: document.get_etat_display()),
    Colonne("Fichier", lambda document: document.fichier.nom),
)
_PAGES = ("accueil", "deposer", "apercu", "archive", "lot")
CABINET: dict[str, Any] = {
    "gabarit": "depot/base_cabinet.html",
    "espace": "cabinet",
    "liens": {nom: f"depot:{nom}" for nom in _PAGES},
}
CLIENT: dict[str, Any] = {
    "gabarit": "depot/base_client.html",
    "espace": "client",
    "liens": {nom: f"depot:{nom}_client" for nom in _PAGES},
}


def est_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def document_ou_404(dossier: Dossier, document_id: int, *, corbeille: bool = True) -> Document:
    document = document_du(dossier, document_id, corbeille=corbeille)
    if document is None:
        raise Http404
    document.dossier = dossier
    return document


def classeurs_du(dossier: Dossier) -> Any:
    return Classeur.objects.filter(dossier=dossier).order_by("panier", "nom")


def contexte_liste(dossier: Dossier, parametres: QueryDict) -> dict[str, Any]:
    """The three columns: menu, list, and the document that the address names."""
    form = FiltresForm(parametres)
    filtres = form.filtres()
    page = paginer(
        documents_du(dossier, filtres), cles=TRIS[filtres.tri or "-date"], parametres=parametres, taille=TAILLE
    )
    document = document_du(dossier, parametres.get("document"))
    if document is not None:
        document.dossier = dossier
    entrees = menu(dossier)
    return {
        "dossier": dossier,
        "form": form,
        "filtres": filtres,
        "page": page,
        "document": document,
        "menu": entrees,
        "a_traiter": sum(entree.a_traiter for entree in entrees),
        "titre_liste": _titre(filtres, entrees),
        "corbeille": CORBEILLE,
    }


def _titre(filtres: Filtres, entrees: Sequence[Any]) -> str:
    if filtres.corbeille:
        return "Corbeille"
    if not filtres.panier:
        return "Tous les documents"
    entree = next(entree for entree in entrees if entree.panier == filtres.panier)
    classeur = next((classeur.nom for classeur in entree.classeurs if classeur.pk == filtres.classeur), "")
    return f"{entree.libelle} – {classeur}" if classeur else entree.libelle


def exporter_liste(dossier: Dossier, parametres: QueryDict) -> HttpResponseBase:
    """The list under its filters, as CSV or XLSX."""
    filtres = FiltresForm(parametres).filtres()
    lignes = documents_du(dossier, filtres).order_by(*TRIS[filtres.tri or "-date"])
    format_demande = "xlsx" if parametres.get("export") == "xlsx" else "csv"
    return exporter(
        format=format_demande, nom=f"depot-{dossier.code}", colonnes=COLONNES, lignes=lignes.iterator(chunk_size=500)
    )


def formulaire_description(document: Document, donnees: QueryDict | None = None) -> DescriptionForm:
    return DescriptionForm(
        donnees,
        figee=bool(document.qonto_id),
        classeurs=classeurs_du(document.dossier),
        initial={
            "type": document.type,
            "numero": document.numero,
            "date": document.date,
            "tiers": document.tiers,
            "montant_cents": document.montant_cents or None,
            "panier": document.panier,
            "classeur": document.classeur_id,
        },
    )


def apercu(request: HttpRequest, dossier: Dossier, document_id: int) -> HttpResponseBase:
    """The file itself, to look at in its frame or to save."""
    document = document_ou_404(dossier, document_id)
    if document.fichier.est_efface:
        raise Http404
    return reponse_fichier(document.fichier, telecharger="telecharger" in request.GET)


def archive(request: HttpRequest, dossier: Dossier) -> StreamingHttpResponse:
    """The ZIP of the boxes ticked, or of everything under the filters."""
    ids = request.POST.getlist("document")
    lignes: Any = documents_choisis(dossier, ids)
    if not ids:
        lignes = documents_du(dossier, FiltresForm(request.GET).filtres()).order_by("date", "id").iterator(200)
    reponse = StreamingHttpResponse(archiver(lignes), content_type="application/zip")
    reponse["Content-Disposition"] = f'attachment; filename="depot-{dossier.code}.zip"'
    return reponse


def deposer(
    request: HttpRequest, dossier: Dossier, par: Utilisateur, *, origine: str, espace: dict[str, Any]
) -> HttpResponse:
    """One file at a time with JavaScript (the answer is its line in the list), the whole form without."""
    donnees = request.POST if request.method == "POST" else None
    premier = request.GET.get("panier", "")
    initial = {
        "panier": premier if premier in Panier.values else Panier.ACHAT,
        "classeur": request.GET.get("classeur"),
    }
    form = DepotForm(donnees, classeurs=classeurs_du(dossier), initial=initial)
    recus: list[dict[str, Any]] = []
    if form.is_valid():
        fichiers = [fichier for fichier in request.FILES.getlist("fichier") if isinstance(fichier, FichierTeleverse)]
        recus = [_garder(dossier, fichier, form, par, origine, espace) for fichier in fichiers]
        if not recus:
            form.add_error(None, "Choisissez au moins un fichier.")
    refuse = bool(form.errors) or (len(recus) > 0 and all(recu["refuse"] for recu in recus))
    statut = 422 if refuse else 200
    if est_htmx(request) and request.method == "POST":
        erreurs = [str(erreur) for liste in form.errors.values() for erreur in liste]
        recus = recus or [{"nom": "Dépôt", "octets": 0, "etat": " ".join(erreurs), "refuse": True}]
        lignes = "".join(render_to_string("composants/fichier.html", recu) for recu in recus)
        return HttpResponse(lignes, status=statut)
    return render(
        request, "depot/deposer.html", {**espace, "dossier": dossier, "form": form, "recus": recus}, status=statut
    )


def _garder(
    dossier: Dossier,
    fichier: FichierTeleverse,
    form: DepotForm,
    par: Utilisateur,
    origine: str,
    espace: dict[str, Any],
) -> dict[str, Any]:
    """One file, and its line in the list: kept, there already, or refused with the reason."""
    nom = (fichier.name or "fichier").replace("\\", "/").rsplit("/", 1)[-1]
    ligne: dict[str, Any] = {"nom": nom, "octets": fichier.size or 0, "refuse": True}
    try:
        document = deposer_document(
            dossier=dossier,
            fichier=fichier,
            nom=nom,
            panier=form.cleaned_data["panier"],
            classeur=form.cleaned_data["classeur"],
            par=par,
            origine=origine,
            maintenant=timezone.now(),
        )
    except (FichierRefuse, DejaDepose) as refus:
        return ligne | {"etat": str(refus)}
    transaction.on_commit(partial(tache_lire.delay, document_id=document.pk))
    return ligne | {"etat": f"déposé dans {document.get_panier_display()}", "refuse": False}
