"""Acquisitions – Relevés bancaires: what waits, the reading at Qonto, the integration and its undoing."""

from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from banque.enums import EtatOperation
from banque.errors import BanqueError
from banque.forms import FichierForm, PeriodeForm
from banque.models import Operation, Releve, Synchronisation
from banque.queries import attentes, banques_du, derniere_synchronisation, releves_du
from banque.services.integration import annuler_integration, integrer, preparer
from banque.services.releves import importer_fichier
from banque.services.synchronisation import INTERROMPUE, demander, est_abandonnee
from banque.sources.fichiers import TAILLE_MAX
from banque.tasks import synchroniser as tache_synchroniser
from banque.views.communs import banque_ou_404, un_ou_404
from gestion_acces.acces import ACTE, FORMULAIRE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de
from portal.lib.calendrier import jour_de_paris, minuit


@vue_dossier_cabinet()
def accueil(request: RequeteCabinet) -> HttpResponse:
    plan, lignes = attentes(request.dossier, timezone.now())
    contexte = {
        "dossier": request.dossier,
        "plan": plan,
        "attentes": lignes,
        "synchronisation": derniere_synchronisation(request.dossier),
        "liee": any(a.banque.compte_qonto_id for a in lignes),
    }
    return render(request, "banque/accueil.html", contexte)


@vue_dossier_cabinet(methodes=ACTE)
def synchroniser(request: RequeteCabinet) -> HttpResponse:
    demande = demander(dossier=request.dossier, par=request.user.email, maintenant=timezone.now())
    transaction.on_commit(partial(tache_synchroniser.delay, synchronisation_id=demande.pk))
    return redirect("banque:synchronisation", request.dossier.pk, demande.pk)


@vue_dossier_cabinet()
def synchronisation(request: RequeteCabinet, synchronisation_id: int) -> HttpResponse:
    demande = un_ou_404(Synchronisation.objects.filter(dossier=request.dossier, pk=synchronisation_id))
    page = "banque/synchronisation.html" + ("#suivi" if request.headers.get("HX-Request") else "")
    contexte = {
        "dossier": request.dossier,
        "synchronisation": demande,
        "abandonnee": est_abandonnee(demande, timezone.now()),
        "motif_abandon": INTERROMPUE,
    }
    reponse = render(request, page, contexte)
    reponse["Vary"] = "HX-Request"
    return reponse


@vue_dossier_cabinet(methodes=FORMULAIRE)
def acquisitions(request: RequeteCabinet) -> HttpResponse:
    maintenant = timezone.now()
    hier = jour_de_paris(maintenant) - timedelta(days=1)
    form = PeriodeForm(request.POST or request.GET or None, hier=hier)
    jusqu_au = form.cleaned_data.get("jusqu_au") if form.is_valid() else None
    fin = minuit(jusqu_au + timedelta(days=1)) if jusqu_au else None
    if request.method == "POST" and form.is_valid():
        try:
            return _integrer(request, fin)
        except BanqueError as refus:
            messages.error(request, str(refus))
            return redirect("banque:acquisitions", request.dossier.pk)
    comptes = list(banques_du(request.dossier))
    plan = preparer(dossier=request.dossier, comptes=comptes, maintenant=maintenant, fin=fin)
    contexte = {
        "dossier": request.dossier,
        "plan": plan,
        "form": form,
        "hier": hier,
        "jusqu_au": jusqu_au,
        "jamais_lue": next((compte for compte in comptes if compte.compte_qonto_id and compte.curseur is None), None),
    }
    return render(request, "banque/acquisitions.html", contexte, status=422 if form.errors else 200)


def _integrer(request: RequeteCabinet, fin: object) -> HttpResponse:
    """Oui: the plan that was shown, and no other."""
    choisis = {int(valeur) for valeur in request.POST.getlist("compte") if valeur.isdigit()}
    comptes = [banque for banque in banques_du(request.dossier) if not choisis or banque.pk in choisis]
    releves = integrer(
        dossier=request.dossier,
        comptes=comptes,
        maintenant=timezone.now(),
        fin=fin,  # type: ignore[arg-type]
        empreinte="" if choisis else request.POST.get("empreinte", ""),
        auteur=request.user,
        origine=origine_de(request),
    )
    total = sum(releve.nb_lignes for releve in releves)
    if not releves:
        messages.info(request, "Il n’y avait rien à intégrer.")
        return redirect("banque:accueil", request.dossier.pk)
    messages.success(request, f"{total} opération{'s' if total > 1 else ''} intégrée{'s' if total > 1 else ''}.")
    return redirect("banque:grille", request.dossier.pk, releves[0].compte_bancaire_id)


@vue_dossier_cabinet()
def releves(request: RequeteCabinet, banque_id: int) -> HttpResponse:
    banque = banque_ou_404(request, banque_id)
    contexte = {"dossier": request.dossier, "banque": banque, "page": releves_du(banque, request.GET)}
    return render(request, "banque/releves.html", contexte)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def releve_annuler(request: RequeteCabinet, releve_id: int) -> HttpResponse:
    releve = un_ou_404(Releve.objects.filter(dossier=request.dossier, pk=releve_id).select_related("compte_bancaire"))
    if request.method == "POST":
        try:
            nombre = annuler_integration(
                releve=releve, maintenant=timezone.now(), auteur=request.user, origine=origine_de(request)
            )
            messages.success(request, f"Intégration annulée : {nombre} lignes attendent de nouveau.")
        except BanqueError as refus:
            messages.error(request, str(refus))
        return redirect("banque:releves", request.dossier.pk, releve.compte_bancaire_id)
    lignes = Operation.objects.pour_dossier(request.dossier).filter(releve=releve)
    travaillees = lignes.filter(validee_le__isnull=False).count()
    transferees = lignes.filter(etat=EtatOperation.TRANSFEREE).count()
    contexte = {"dossier": request.dossier, "releve": releve, "travaillees": travaillees, "transferees": transferees}
    return render(request, "banque/releve_annuler.html", contexte)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def importer(request: RequeteCabinet) -> HttpResponse:
    form = FichierForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        fichier = form.cleaned_data["fichier"]
        try:
            if fichier.size > TAILLE_MAX:
                raise BanqueError("Ce fichier dépasse 50 Mo. Rien n’a été importé.")
            imports = importer_fichier(
                dossier=request.dossier,
                contenu=fichier.read(),
                nom=fichier.name,
                maintenant=timezone.now(),
                origine=origine_de(request),
            )
            for recu in imports:
                n, c = recu.bilan.nouvelles, recu.bilan.connues
                messages.success(request, f"{recu.compte.libelle} : {n} nouvelles lignes, {c} déjà connues.")
            return redirect("banque:acquisitions", request.dossier.pk)
        except BanqueError as refus:
            form.add_error("fichier", str(refus))
    contexte = {"dossier": request.dossier, "form": form}
    return render(request, "banque/importer.html", contexte, status=422 if form.errors else 200)
