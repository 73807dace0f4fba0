"""The grid of ACD Banque (S24) and what is done on its rows."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from banque.enums import Decision, EtatOperation
from banque.errors import BanqueError
from banque.forms import FiltresForm, ImputationForm
from banque.models import CompteBancaire, Operation
from banque.queries import SIGNALEES, chercher_comptes, comptes_frequents, lire_filtres, page_grille
from banque.services.imputation import (
    accepter,
    ignorer,
    imputer,
    refuser_proposition,
    remettre_a_traiter,
    resoudre_compte,
)
from banque.services.regles import reproposer
from banque.services.reprises import acquitter
from banque.services.transfert import annuler_transfert
from banque.views.communs import banque_ou_404, est_htmx, operation_ou_404
from gestion_acces.acces import ACTE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de


@vue_dossier_cabinet()
def grille(request: RequeteCabinet, banque_id: int) -> HttpResponse:
    banque = banque_ou_404(request, banque_id)
    filtres = lire_filtres(request.GET)
    page = page_grille(banque, filtres, request.GET)
    contexte = {
        "dossier": request.dossier,
        "banque": banque,
        "page": page,
        "filtres": filtres,
        "form": FiltresForm(request.GET),
        "frequents": comptes_frequents(banque.journal),
        "etats": [*EtatOperation.choices, (SIGNALEES, "Signalées")],
        "retour": request.get_full_path(),
    }
    return render(request, "banque/grille.html", contexte)


@vue_dossier_cabinet()
def recherche_comptes(request: RequeteCabinet) -> HttpResponse:
    texte = request.GET.get("q", "")
    contexte = {"resultats": chercher_comptes(request.dossier, texte), "texte": texte}
    return render(request, "banque/_recherche_comptes.html", contexte)


def repondre(request: RequeteCabinet, operation: Operation, erreur: str = "") -> HttpResponse:
    """The row again (HTMX), or the page one came from with a message."""
    if est_htmx(request):
        fraiche = operation_ou_404(request, operation.pk)
        saisie = request.POST if erreur else None
        contexte = {"dossier": request.dossier, "operation": fraiche, "erreur": erreur, "saisie": saisie}
        return render(request, "banque/_ligne.html", contexte, status=422 if erreur else 200)
    if erreur:
        messages.error(request, f"{operation.libelle} : {erreur}")
    retour = request.POST.get("retour", "")
    if retour.startswith(f"/cabinet/dossiers/{request.dossier.pk}/banque/"):
        return redirect(f"{retour}#op-{operation.pk}")
    return redirect("banque:operation", request.dossier.pk, operation.pk)


@vue_dossier_cabinet(methodes=ACTE)
def operation_imputer(request: RequeteCabinet, operation_id: int) -> HttpResponse:
    operation = operation_ou_404(request, operation_id)
    form = ImputationForm(request.POST)
    if not form.is_valid():
        return repondre(request, operation, "Vérifiez ce qui est saisi.")
    donnees = form.cleaned_data
    try:
        if not donnees["compte"]:
            raise BanqueError("Donnez un compte. F6 ouvre la recherche.")
        compte, tiers = resoudre_compte(
            dossier=request.dossier, saisie=donnees["compte"], journal=operation.compte_bancaire.journal
        )
        operation = imputer(
            operation=operation,
            compte=compte,
            tiers=tiers,
            taux_tva=donnees["taux_tva"] if "taux_tva" in request.POST else operation.taux_tva,
            libelle=donnees["libelle"] or None,
            piece=donnees["piece"] if "piece" in request.POST else None,
            par=request.user.nom_complet,
            maintenant=timezone.now(),
            decision=Decision.TOUJOURS if request.POST.get("toujours") else Decision.APPRIS,
        )
    except BanqueError as refus:
        return repondre(request, operation, str(refus))
    return repondre(request, operation)


@vue_dossier_cabinet(methodes=ACTE)
def operation_decider(request: RequeteCabinet, operation_id: int) -> HttpResponse:
    """Accept, always, never, ignore, take again, take back from the books: one word in `acte`."""
    operation = operation_ou_404(request, operation_id)
    try:
        _decider(request, operation, request.POST.get("acte", ""))
    except BanqueError as refus:
        return repondre(request, operation, str(refus))
    return repondre(request, operation)


def _decider(request: RequeteCabinet, operation: Operation, acte: str) -> None:
    maintenant, par = timezone.now(), request.user.nom_complet
    if acte == "accepter":
        accepter(operation=operation, par=par, maintenant=maintenant)
    elif acte == "toujours":
        accepter(operation=operation, par=par, maintenant=maintenant, decision=Decision.TOUJOURS)
    elif acte in ("refuser", "jamais"):
        refuser_proposition(operation=operation, jamais=acte == "jamais", maintenant=maintenant)
    elif acte == "ignorer":
        ignorer(operation=operation, raison=request.POST.get("raison", "")[:200], par=par, maintenant=maintenant)
    elif acte == "vu":
        acquitter(operation=operation, par=par)
    elif acte == "reprendre":
        remettre_a_traiter(operation=operation)
    elif acte == "annuler_transfert":
        annuler_transfert(operation=operation, auteur=request.user, origine=origine_de(request), maintenant=maintenant)
    else:
        raise BanqueError("Cet acte n’existe pas.")


@vue_dossier_cabinet(methodes=ACTE)
def lot(request: RequeteCabinet, banque_id: int) -> HttpResponse:
    """One act on the rows that are ticked."""
    banque = banque_ou_404(request, banque_id)
    choisies = lignes_choisies(request, banque)
    retour = request.POST.get("retour", "")
    if not choisies:
        messages.error(request, "Cochez d’abord des lignes.")
    else:
        faites, refus = _appliquer_au_lot(request, banque, choisies)
        if faites:
            messages.success(request, f"{faites} ligne{'s' if faites > 1 else ''} traitée{'s' if faites > 1 else ''}.")
        for raison in refus[:5]:
            messages.error(request, raison)
    if retour.startswith(f"/cabinet/dossiers/{request.dossier.pk}/banque/"):
        return redirect(retour)
    return redirect("banque:grille", request.dossier.pk, banque.pk)


def lignes_choisies(request: HttpRequest, banque: CompteBancaire) -> list[Operation]:
    ids = [int(valeur) for valeur in request.POST.getlist("operation") if valeur.isdigit()][:1000]
    operations = Operation.objects.pour_dossier(banque.dossier).filter(compte_bancaire=banque, pk__in=ids)
    return list(
        operations.select_related("compte_bancaire__journal", "ligne", "compte", "tiers").order_by("jour", "rang")
    )


def _appliquer_au_lot(
    request: RequeteCabinet, banque: CompteBancaire, operations: list[Operation]
) -> tuple[int, list[str]]:
    acte, faites, refus = request.POST.get("acte", ""), 0, []
    if acte == "proposer":
        return reproposer(dossier=request.dossier, operations=operations, maintenant=timezone.now()), []
    for operation in operations:
        try:
            if acte == "imputer":
                compte, tiers = resoudre_compte(
                    dossier=request.dossier, saisie=request.POST.get("compte_lot", ""), journal=banque.journal
                )
                imputer(
                    operation=operation,
                    compte=compte,
                    tiers=tiers,
                    par=request.user.nom_complet,
                    maintenant=timezone.now(),
                )
            else:
                _decider(request, operation, acte)
            faites += 1
        except BanqueError as erreur:
            refus.append(f"{operation.libelle} : {erreur}")
    return faites, refus
