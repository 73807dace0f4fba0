"""Transfert en comptabilité: the preview, the act, the result line by line; and the statements that leave."""

from collections.abc import Iterator
from datetime import date as Date
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from banque.enums import EtatOperation
from banque.errors import BanqueError
from banque.formats import MIME, ExportImpossible
from banque.formats.registre import ECRIVAINS
from banque.forms import ExportForm
from banque.models import CompteBancaire, Operation
from banque.services.releves import releve_exporte
from banque.services.transfert import apercu, transferer
from banque.views.communs import banque_ou_404
from banque.views.grille import lignes_choisies
from gestion_acces.acces import FORMULAIRE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import journaliser, origine_de
from portal.lib.calendrier import jour_de_paris

LOT = 500


def _validees(request: RequeteCabinet, banque: CompteBancaire) -> list[Operation]:
    """The lines ticked, or every validated one of the bank, LOT at a time."""
    if request.method == "POST":
        return lignes_choisies(request, banque)
    choisies = [int(valeur) for valeur in request.GET.getlist("operation") if valeur.isdigit()][:LOT]
    operations = Operation.objects.pour_dossier(banque.dossier).filter(
        compte_bancaire=banque, etat=EtatOperation.VALIDEE
    )
    if choisies:
        operations = operations.filter(pk__in=choisies)
    suite = operations.select_related(
        "compte_bancaire__journal__compte_tresorerie", "ligne", "compte", "tiers", "dossier"
    )
    return list(suite.order_by("jour", "rang")[:LOT])


@vue_dossier_cabinet(methodes=FORMULAIRE)
def transfert(request: RequeteCabinet, banque_id: int) -> HttpResponse:
    banque = banque_ou_404(request, banque_id)
    operations = _validees(request, banque)
    contexte = {"dossier": request.dossier, "banque": banque}
    if request.method == "POST":
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
        passees = sum(resultat.ecriture is not None for resultat in resultats)
        suite = {"resultats": resultats, "passees": passees, "refusees": len(resultats) - passees}
        return render(request, "banque/transfert_resultat.html", contexte | suite)
    return render(request, "banque/transfert.html", contexte | {"lignes": apercu(operations)})


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
