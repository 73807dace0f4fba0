"""FEC: control before export, export, register."""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from comptabilite.errors import ExportRefuse
from comptabilite.fec.rapport import Anomalie, Rapport
from comptabilite.models import ControleLivres, Ecriture, Exercice, ExportFec
from comptabilite.services.export_fec import difference, exporter_fec, nombre_de_brouillards, precontroler
from comptabilite.views.etats import periode_demandee
from gestion_acces.acces import ACTE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de

REGISTRE = 50


def _controle_de_la_nuit(exercice: Exercice) -> dict[str, object]:
    """What the last night found, its faults linked to their entries like those of a control made now."""
    controle = ControleLivres.objects.filter(dossier=exercice.dossier, exercice=exercice).first()
    if controle is None:
        return {}
    anomalies = [Anomalie(x["code"], x["ligne"], x["numero"], x["message"]) for x in controle.anomalies]
    rupture = Ecriture.objects.pour_dossier(exercice.dossier).filter(
        exercice=exercice, numero=controle.rupture_numero or 0
    )
    return {"nuit": controle, "anomalies_nuit": _liens(exercice, anomalies), "rupture": rupture.first()}


def _liens(exercice: Exercice, anomalies: list[Anomalie]) -> list[tuple[Anomalie, int | None]]:
    """Each fault with the entry that it is about, in one query."""
    numeros = {int(x.numero) for x in anomalies if x.numero.isdecimal()}
    trouvees = Ecriture.objects.pour_dossier(exercice.dossier).filter(exercice=exercice, numero__in=numeros)
    par_numero = dict(trouvees.values_list("numero", "pk"))
    return [(x, par_numero.get(int(x.numero)) if x.numero.isdecimal() else None) for x in anomalies]


def _registre(exercice: Exercice) -> list[tuple[ExportFec, str]]:
    lignes = ExportFec.objects.filter(dossier=exercice.dossier, exercice=exercice)
    exports = list(lignes.order_by("-id")[: REGISTRE + 1])
    return [(export, difference(export, avant)) for export, avant in pairwise([*exports, None]) if export][:REGISTRE]


@vue_dossier_cabinet()
def fec(request: RequeteCabinet) -> HttpResponse:
    """The register; with `controler` in the address, the control of the file as it would be now."""
    affichee = periode_demandee(request)
    exercice, rapport = affichee.exercice, None
    contexte = {"dossier": request.dossier, "onglet": "fec", "periode": affichee, "exercice": exercice}
    if exercice is not None:
        contexte |= {"registre": _registre(exercice), "brouillards": nombre_de_brouillards(exercice)}
        contexte |= _controle_de_la_nuit(exercice)
        if "controler" in request.GET:
            rapport = _precontrole(request, exercice)
            contexte |= {"rapport": rapport, "anomalies": _liens(exercice, rapport.anomalies) if rapport else []}
    return render(request, "comptabilite/fec.html", contexte)


def _precontrole(request: RequeteCabinet, exercice: Exercice) -> Rapport | None:
    try:
        return precontroler(exercice=exercice)
    except ExportRefuse as refus:
        messages.error(request, str(refus))
        return None


@vue_dossier_cabinet(methodes=ACTE)
def fec_exporter(request: RequeteCabinet, pk: int) -> HttpResponseBase:
    tous = Exercice.objects.pour_dossier(request.dossier).select_related("dossier__cabinet")
    exercice = get_object_or_404(tous, pk=pk)
    with TemporaryDirectory(prefix="fec-") as dossier:
        try:
            export, chemin = exporter_fec(
                exercice=exercice, sortie=Path(dossier), origine=origine_de(request), maintenant=timezone.now()
            )
        except ExportRefuse as refus:
            messages.error(request, str(refus))
            return redirect("comptabilite:fec", request.dossier.pk)
        # The open file outlives its name: the folder may go.
        fichier = chemin.open("rb")
    return FileResponse(
        fichier, as_attachment=True, filename=export.nom, content_type="text/plain; charset=iso-8859-15"
    )
