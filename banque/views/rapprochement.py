"""The état de rapprochement of a bank account: screen and PDF."""

from collections.abc import Iterator
from datetime import date as Date
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from banque.models import CompteBancaire, Operation
from banque.services.releves import solde_ouverture
from banque.views.communs import banque_ou_404
from comptabilite.services.rapprochement import EtatRapprochement, LigneBancaire, etat_de_rapprochement
from comptabilite.services.rapprochement_pdf import pdf_de_rapprochement
from gestion_acces.acces import RequeteCabinet, vue_dossier_cabinet
from portal.lib.affichage import jour_de_paris


def _lignes(banque: CompteBancaire, date: Date) -> Iterator[LigneBancaire]:
    operations = Operation.objects.filter(dossier_id=banque.dossier_id, compte_bancaire=banque, jour__lte=date)
    valeurs = operations.order_by("jour", "rang").values_list(
        "jour", "libelle", "piece", "montant_cents", "ecriture_id"
    )
    return (LigneBancaire(*valeur) for valeur in valeurs.iterator(chunk_size=2000))


def _etat(banque: CompteBancaire, date: Date) -> EtatRapprochement | None:
    """None while the account has no journal."""
    if banque.journal is None:
        return None
    premiere = Operation.objects.filter(dossier_id=banque.dossier_id, compte_bancaire=banque).order_by("jour").first()
    return etat_de_rapprochement(
        journal=banque.journal,
        date=date,
        solde_releve_cents=solde_ouverture(banque, date + timedelta(days=1)),
        lignes=_lignes(banque, date),
        depuis=premiere.jour if premiere else None,
    )


def _date(request: RequeteCabinet) -> Date:
    """The day asked for, else the last day of the former month."""
    try:
        return Date.fromisoformat(request.GET.get("date", ""))
    except ValueError:
        return jour_de_paris(timezone.now()).replace(day=1) - timedelta(days=1)


@vue_dossier_cabinet()
def rapprochement(request: RequeteCabinet, banque_id: int) -> HttpResponse:
    banque, date = banque_ou_404(request, banque_id), _date(request)
    etat = _etat(banque, date)
    if etat is not None and request.GET.get("format") == "pdf":
        contenu = pdf_de_rapprochement(
            etat, banque=banque.libelle, auteur=request.user.nom_complet, maintenant=timezone.now()
        )
        nom = f"rapprochement-{request.dossier.code}-{etat.journal.code}-{date:%Y%m%d}.pdf"
        entetes = {"Content-Disposition": f'attachment; filename="{nom}"'}
        return HttpResponse(contenu, content_type="application/pdf", headers=entetes)
    contexte = {"dossier": request.dossier, "banque": banque, "date": date, "etat": etat}
    return render(request, "banque/rapprochement.html", contexte)
