"""The register of accesses and the audit trail, for the administrator."""

from itertools import islice
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from gestion_acces.acces import ACTE, RequeteCabinet, vue_cabinet
from gestion_acces.queries_audit import COLONNES as COLONNES_AUDIT
from gestion_acces.queries_audit import FiltresAudit, actes_connus, evenements_du_cabinet, lignes_d_audit
from gestion_acces.queries_registre import COLONNES, administrateurs, dossiers_du_registre, registre
from gestion_acces.services.audit import journaliser, origine_de, verifier_chaine
from portal.lib.pages import paginer
from portal.lib.tableaux import CSV, XLSX, exporter

LIGNES_A_L_ECRAN = 500


@vue_cabinet(administrateur=True)
def registre_acces(request: HttpRequest) -> HttpResponse:
    cabinet = cast(RequeteCabinet, request).membre.cabinet
    recherche = request.GET.get("q", "").strip()[:80]
    lignes = list(islice(registre(dossiers_du_registre(cabinet, recherche)), LIGNES_A_L_ECRAN + 1))
    contexte = {
        "lignes": lignes[:LIGNES_A_L_ECRAN],
        "administrateurs": administrateurs(cabinet),
        "tronque": len(lignes) > LIGNES_A_L_ECRAN,
        "recherche": recherche,
    }
    return render(request, "gestion_acces/registre.html", contexte)


@vue_cabinet(administrateur=True)
def registre_exporter(request: HttpRequest, format: str) -> HttpResponseBase:
    cabinet = cast(RequeteCabinet, request).membre.cabinet
    if format not in (CSV, XLSX):
        raise Http404
    recherche = request.GET.get("q", "").strip()[:80]
    lignes = [*administrateurs(cabinet), *registre(dossiers_du_registre(cabinet, recherche))]
    _journaliser_export(request, "registre.exporter", format, recherche)
    return exporter(format=format, nom="registre-des-acces", colonnes=COLONNES, lignes=lignes)


def _journaliser_export(request: HttpRequest, acte: str, format: str, filtre: str) -> None:
    journaliser(
        cabinet=cast(RequeteCabinet, request).membre.cabinet,
        acte=acte,
        date=timezone.now(),
        origine=origine_de(request),
        objet=format,
        apres={"filtre": filtre} if filtre else {},
    )


@vue_cabinet(administrateur=True)
def audit(request: HttpRequest) -> HttpResponse:
    cabinet = cast(RequeteCabinet, request).membre.cabinet
    filtres = FiltresAudit.lire(request.GET)
    page = paginer(evenements_du_cabinet(cabinet, filtres), cles=("-rang",), parametres=request.GET, taille=50)
    contexte = {
        "page": page,
        "lignes": lignes_d_audit(page.lignes),
        "filtres": filtres,
        "actes": actes_connus(cabinet),
    }
    return render(request, "gestion_acces/audit.html", contexte)


@vue_cabinet(administrateur=True)
def audit_exporter(request: HttpRequest, format: str) -> HttpResponseBase:
    cabinet = cast(RequeteCabinet, request).membre.cabinet
    if format not in (CSV, XLSX):
        raise Http404
    evenements = evenements_du_cabinet(cabinet, FiltresAudit.lire(request.GET)).order_by("rang")
    dernier = evenements.last()
    _journaliser_export(request, "audit.exporter", format, request.GET.urlencode()[:200])
    if dernier is not None:
        # What is exported ends before the line that says that it was.
        evenements = evenements.filter(rang__lte=dernier.rang)
    return exporter(format=format, nom="journal-d-audit", colonnes=COLONNES_AUDIT, lignes=evenements.iterator(500))


@vue_cabinet(methodes=ACTE, administrateur=True)
def audit_verifier(request: HttpRequest) -> HttpResponse:
    cabinet = cast(RequeteCabinet, request).membre.cabinet
    fautif = verifier_chaine(cabinet)
    if fautif is None:
        messages.success(request, "Le journal est intact : chaque ligne s’enchaîne à la précédente.")
    else:
        messages.error(
            request,
            f"Le journal a été altéré : la ligne n° {fautif.rang} ne correspond pas à son empreinte."
            " Conservez une copie de la base et prévenez votre responsable de la sécurité.",
        )
    journaliser(
        cabinet=cabinet,
        acte="audit.verifier",
        date=timezone.now(),
        origine=origine_de(request),
        apres={"intact": fautif is None, **({"rang_fautif": fautif.rang} if fautif else {})},
    )
    return redirect("gestion_acces:audit")
