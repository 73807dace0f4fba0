"""Rules of imputation and interbank codes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from banque.codes import COMME_ACD, LIBELLES, LIBELLES_QONTO, TABLE_QONTO
from banque.enums import SensRegle
from banque.errors import BanqueError
from banque.forms import RegleForm
from banque.models import CodeOperation, Regle
from banque.queries import operation_du, regles_visibles
from banque.services.imputation import resoudre_compte
from banque.services.regles import (
    deplacer_regle,
    depuis_une_ligne,
    enregistrer_codes,
    enregistrer_regle,
    essayer,
    poser_sur_les_lignes_en_attente,
    supprimer_regle,
)
from banque.views.communs import un_ou_404
from gestion_acces.acces import ACTE, FORMULAIRE, RequeteCabinet, exiger_role, vue_dossier_cabinet
from gestion_acces.enums import RoleCabinet
from gestion_acces.services.audit import origine_de
from portal.lib.affichage import pluriel


@vue_dossier_cabinet()
def regles(request: RequeteCabinet) -> HttpResponse:
    toutes = list(regles_visibles(request.dossier))
    contexte = {
        "dossier": request.dossier,
        "administrateur": request.membre.est_administrateur,
        "groupes": [
            ("Règles de ce dossier", [regle for regle in toutes if regle.dossier_id]),
            ("Règles du cabinet", [regle for regle in toutes if not regle.dossier_id]),
        ],
        "vide": not toutes,
    }
    return render(request, "banque/regles.html", contexte)


def _regle_modifiable(request: RequeteCabinet, regle_id: int) -> Regle:
    """A rule that this person may change: those of the whole firm belong to its administrators."""
    regle = un_ou_404(regles_visibles(request.dossier).filter(pk=regle_id))
    if regle.dossier_id is None:
        exiger_role(request.membre, RoleCabinet.ADMINISTRATEUR)
    return regle


def _initial(request: RequeteCabinet, regle: Regle | None) -> dict[str, Any]:
    if regle is not None:
        champs = {nom: getattr(regle, nom) for nom in RegleForm.base_fields if hasattr(regle, nom)}
        return champs | {"compte": regle.code_tiers or regle.numero_compte, "du_cabinet": regle.dossier_id is None}
    source = request.GET.get("operation", "")
    operation = operation_du(request.dossier, int(source)) if source.isdigit() else None
    return (depuis_une_ligne(operation) if operation else {}) | {"active": True}


@vue_dossier_cabinet(methodes=FORMULAIRE)
def regle(request: RequeteCabinet, regle_id: int = 0) -> HttpResponse:
    existante = _regle_modifiable(request, regle_id) if regle_id else None
    form = RegleForm(request.POST or None, initial=_initial(request, existante))
    if not request.membre.est_administrateur:
        form.fields.pop("du_cabinet")
    essais = None
    if request.method == "POST" and form.is_valid():
        try:
            champs = _champs(request, form)
            if "essayer" not in request.POST:
                enregistree = enregistrer_regle(
                    dossier=request.dossier,
                    regle=existante,
                    champs=champs,
                    du_cabinet=form.cleaned_data.get("du_cabinet", False),
                    date=timezone.now(),
                    origine=origine_de(request),
                )
                return _suite(request, enregistree)
            essais = essayer(dossier=request.dossier, regle=Regle(cabinet=request.dossier.cabinet, ordre=0, **champs))
        except BanqueError as refus:
            form.add_error("compte", str(refus))
    contexte = {"dossier": request.dossier, "form": form, "regle": existante, "essais": essais}
    return render(request, "banque/regle.html", contexte, status=422 if form.errors else 200)


def _suite(request: RequeteCabinet, regle: Regle) -> HttpResponse:
    """The lines that wait take the rule at once; one that was made from a line goes back to its grid."""
    posees = poser_sur_les_lignes_en_attente(dossier=request.dossier, regle=regle, maintenant=timezone.now())
    lignes = pluriel(posees, "ligne à traiter a reçu", "lignes à traiter ont reçu")
    suite = f" {posees} {lignes} un compte." if posees else ""
    messages.success(request, f"La règle « {regle.nom} » est enregistrée.{suite}")
    source = request.GET.get("operation", "")
    operation = operation_du(request.dossier, int(source)) if source.isdigit() else None
    if operation is None:
        return redirect("banque:regles", request.dossier.pk)
    grille = reverse("banque:grille", args=[request.dossier.pk, operation.compte_bancaire_id])
    return redirect(f"{grille}#op-{operation.pk}")


def _champs(request: RequeteCabinet, form: RegleForm) -> dict[str, Any]:
    donnees = dict(form.cleaned_data)
    donnees.pop("du_cabinet", None)
    compte, tiers = resoudre_compte(dossier=request.dossier, saisie=donnees.pop("compte"))
    if compte.collectif and tiers is None:
        raise BanqueError(f"Le compte {compte.numero} est collectif : donnez le code d’un tiers.")
    donnees["sens"] = donnees["sens"] or SensRegle.TOUS
    return donnees | {"numero_compte": compte.numero, "code_tiers": tiers.code if tiers else ""}


@vue_dossier_cabinet(methodes=ACTE)
def regle_supprimer(request: RequeteCabinet, regle_id: int) -> HttpResponse:
    existante = _regle_modifiable(request, regle_id)
    nom = existante.nom
    supprimer_regle(dossier=request.dossier, regle=existante, date=timezone.now(), origine=origine_de(request))
    messages.success(request, f"La règle « {nom} » est supprimée. Les lignes déjà imputées ne changent pas.")
    return redirect("banque:regles", request.dossier.pk)


@vue_dossier_cabinet(methodes=ACTE)
def regle_deplacer(request: RequeteCabinet, regle_id: int) -> HttpResponse:
    existante = _regle_modifiable(request, regle_id)
    try:
        deplacer_regle(dossier=request.dossier, regle=existante, vers_le_haut=request.POST.get("sens") == "haut")
    except BanqueError as refus:
        messages.info(request, str(refus))
    return redirect("banque:regles", request.dossier.pk)


@vue_dossier_cabinet(methodes=FORMULAIRE, administrateur=True)
def codes(request: RequeteCabinet) -> HttpResponse:
    """The interbank codes of the firm for Qonto's lines; they hold for lines read from then on."""
    cabinet = request.dossier.cabinet
    if request.method == "POST":
        preset = COMME_ACD if request.POST.get("preset") == "acd" else {}
        saisis = {cle: request.POST.get(f"code_{cle[0]}_{cle[1]}", "").strip().upper() for cle in TABLE_QONTO}
        try:
            enregistrer_codes(
                dossier=request.dossier,
                codes=saisis | preset if "preset" not in request.POST else preset,
                date=timezone.now(),
                origine=origine_de(request),
            )
            messages.success(request, "Les codes opération sont enregistrés pour tout le cabinet.")
            return redirect("banque:codes", request.dossier.pk)
        except BanqueError as refus:
            messages.error(request, str(refus))
    choisis = {(c.type_operation, c.cote): c.code for c in CodeOperation.objects.filter(cabinet=cabinet)}
    lignes = [
        (cle, defaut, choisis.get(cle, ""), LIBELLES_QONTO.get(cle[0], cle[0])) for cle, defaut in TABLE_QONTO.items()
    ]
    contexte = {"dossier": request.dossier, "lignes": lignes, "libelles": sorted(LIBELLES.items())}
    return render(request, "banque/codes.html", contexte)
