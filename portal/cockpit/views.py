"""The cockpit: the first page of the firm, and the lists behind its figures."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from gestion_acces.acces import RequeteCabinet, vue_cabinet
from portal.cockpit import queries
from portal.cockpit.attentes import ATTENTES
from portal.lib.pages import paginer

CLES = ("raison_sociale", "id")


@vue_cabinet()
def cockpit(request: HttpRequest) -> HttpResponse:
    membre, maintenant = cast(RequeteCabinet, request).membre, timezone.now()
    contexte = {
        "maintenant": maintenant,
        "est_administrateur": membre.est_administrateur,
        "connexions": queries.connexions(membre, maintenant),
        "adhesions": queries.adhesions_en_cours(membre),
        "attentes": queries.attentes(membre, maintenant),
        "tresorerie": queries.tresorerie(membre, maintenant),
        "nuit": queries.derniere_nuit_de(membre),
        "a_regarder": queries.a_regarder(membre, maintenant),
    }
    return render(request, "cockpit/cockpit.html", contexte)


@vue_cabinet()
def cockpit_attente(request: HttpRequest, quoi: str) -> HttpResponse:
    """The dossiers behind one figure, each leading to the screen that handles it."""
    attente = ATTENTES.get(quoi)
    if attente is None:
        raise Http404
    membre, maintenant = cast(RequeteCabinet, request).membre, timezone.now()
    page = paginer(queries.dossiers_en_attente(membre, attente, maintenant), cles=CLES, parametres=request.GET)
    nombres = queries.compter_par_dossier([dossier.pk for dossier in page.lignes], maintenant)
    lignes = [{"dossier": dossier, "nombre": nombres.get(dossier.pk, {}).get(quoi, 0)} for dossier in page.lignes]
    contexte = {"titre": attente.titre, "attente": attente, "page": page, "lignes": lignes}
    return render(request, "cockpit/attente.html", contexte)


@vue_cabinet()
def cockpit_tresorerie(request: HttpRequest) -> HttpResponse:
    """Balance and movements of the month, dossier by dossier."""
    membre, maintenant = cast(RequeteCabinet, request).membre, timezone.now()
    page = paginer(queries.dossiers_lies(membre), cles=CLES, parametres=request.GET)
    contexte = {
        "titre": "Trésorerie par dossier",
        "texte": "Soldes des comptes Qonto associés, encaissements et décaissements depuis le début du mois.",
        "page": page,
        "lignes": queries.tresorerie_par_dossier(page.lignes, maintenant),
    }
    return render(request, "cockpit/tresorerie.html", contexte)
