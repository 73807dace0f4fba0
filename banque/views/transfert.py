"""Transfert en comptabilité: the preview, the act, the result line by line; and the statements that leave."""

from collections.abc import Iterator
from datetime import date as Date
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from banque.errors import BanqueError
from banque.formats import MIME, ExportImpossible
from banque.formats.registre import ECRIVAINS
from banque.forms import ExportForm
from banque.models import CompteBancaire, Operation
from banque.services.releves import releve_exporte
from banque.services.transfert import Resultat, a_transferer, apercu, transferer
from banque.views.communs import banque_ou_404
from banque.views.grille import lignes_choisies
from gestion_acces.acces import FORMULAIRE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import journaliser, origine_de
from portal.lib.calendrier import jour_de_paris

# Lines shown in the preview, and in the result besides those that were refused.
AFFICHEES = 500
# Lines booked by one request.
TRANSFERABLES = 10_000


def _validees(banque: CompteBancaire) -> QuerySet[Operation]:
    return a_transferer(Operation.objects.pour_dossier(banque.dossier).filter(compte_bancaire=banque))


def _apercu(request: RequeteCabinet, banque: CompteBancaire) -> dict[str, Any]:
    """The lines ticked in the grid, or the first of all those that are validated, with how many they are."""
    choisies = [int(valeur) for valeur in request.GET.getlist("operation") if valeur.isdigit()]
    validees = _validees(banque)
    total = validees[:TRANSFERABLES].count()
    vues = validees.filter(pk__in=choisies[:AFFICHEES]) if choisies else validees
    return {"lignes": apercu(dossier=request.dossier, operations=vues[:AFFICHEES]), "total": total}


@vue_dossier_cabinet(methodes=FORMULAIRE)
def transfert(request: RequeteCabinet, banque_id: int) -> HttpResponse:
    banque = banque_ou_404(request, banque_id)
    contexte = {"dossier": request.dossier, "banque": banque}
    if request.method != "POST":
        return render(request, "banque/transfert.html", contexte | _apercu(request, banque))
    toutes = request.POST.get("portee") == "toutes"
    operations = list(_validees(banque)[:TRANSFERABLES]) if toutes else lignes_choisies(request, banque)
    if not operations:
        messages.error(request, "Cochez d’abord des lignes.")
        return redirect("banque:transfert", request.dossier.pk, banque.pk)
    resultats = transferer(
        dossier=request.dossier,
        operations=operations,
        auteur=request.user,
        origine=origine_de(request),
        maintenant=timezone.now(),
    )
    return render(request, "banque/transfert_resultat.html", contexte | _suite(banque, resultats))


def _suite(banque: CompteBancaire, resultats: list[Resultat]) -> dict[str, Any]:
    """What the page of the result says: every refusal first, then the entries, and what is left to transfer."""
    passees = [resultat for resultat in resultats if resultat.ecriture is not None]
    refusees = [resultat for resultat in resultats if resultat.ecriture is None]
    return {
        "resultats": [*refusees, *passees[:AFFICHEES]],
        "passees": len(passees),
        "refusees": len(refusees),
        "non_affichees": len(passees[AFFICHEES:]),
        "restantes": _validees(banque)[:TRANSFERABLES].count(),
    }


@vue_dossier_cabinet(methodes=FORMULAIRE)
def export(request: RequeteCabinet, banque_id: int) -> HttpResponseBase:
    banque = banque_ou_404(request, banque_id)
    maintenant = timezone.now()
    dernier = Operation.objects.filter(dossier=request.dossier, compte_bancaire=banque).order_by("-jour").first()
    fin = dernier.jour if dernier else jour_de_paris(maintenant)
    form = ExportForm(request.POST or None, initial={"du": fin.replace(day=1), "au": fin, "format": "cfonb120"})
    if request.method == "POST" and form.is_valid():
        try:
            return _telecharger(request, banque, form, maintenant)
        except (BanqueError, ExportImpossible) as refus:
            form.add_error(None, str(refus))
    contexte = {"dossier": request.dossier, "banque": banque, "form": form}
    return render(request, "banque/export.html", contexte, status=422 if form.errors else 200)


def _telecharger(
    request: RequeteCabinet, banque: CompteBancaire, form: ExportForm, maintenant: datetime
) -> StreamingHttpResponse:
    format_choisi: str = form.cleaned_data["format"]
    du: Date = form.cleaned_data["du"]
    au: Date = form.cleaned_data["au"]
    releve = releve_exporte(compte=banque, du=du, au=au, maintenant=maintenant)
    mime, extension = MIME[format_choisi]
    morceaux = _amorcer(ECRIVAINS[format_choisi](releve))
    journaliser(
        cabinet=request.dossier.cabinet,
        acte="banque.exporter",
        date=maintenant,
        origine=origine_de(request),
        dossier=request.dossier,
        objet=f"{banque.libelle} du {du:%d/%m/%Y} au {au:%d/%m/%Y}",
        apres={"format": format_choisi},
    )
    reponse = StreamingHttpResponse(morceaux, content_type=mime)
    nom = f"releve-{request.dossier.code}-{banque.iban[-6:]}-{du:%Y%m%d}-{au:%Y%m%d}.{extension}".lower()
    reponse["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse


def _amorcer(morceaux: Iterator[bytes]) -> Iterator[bytes]:
    """Ask for the first piece now, so that a format that cannot hold the account says so on the page."""
    premier = next(morceaux, b"")

    def suite() -> Iterator[bytes]:
        yield premier
        yield from morceaux

    return suite()
