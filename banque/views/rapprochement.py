"""État de rapprochement bancaire: the screen and its PDF."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from banque.errors import BanqueError
from banque.forms import DateForm
from banque.services.rapprochement import rapprocher
from banque.views.communs import banque_ou_404
from comptabilite.errors import ComptabiliteError
from comptabilite.services.rapprochement_pdf import pdf_de_rapprochement
from gestion_acces.acces import RequeteCabinet, vue_dossier_cabinet
from portal.lib.calendrier import jour_de_paris


@vue_dossier_cabinet()
def rapprochement(request: RequeteCabinet, banque_id: int) -> HttpResponse:
    banque = banque_ou_404(request, banque_id)
    dernier = banque.dernier_jour_integre or jour_de_paris(timezone.now())
    form = DateForm(request.GET if "date" in request.GET else None, initial={"date": dernier})
    date = form.cleaned_data["date"] if form.is_valid() else dernier
    contexte = {"dossier": request.dossier, "banque": banque, "form": form, "date": date}
    try:
        etat = rapprocher(banque=banque, date=date)
    except (BanqueError, ComptabiliteError) as refus:
        return render(request, "banque/rapprochement.html", contexte | {"refus": str(refus)})
    if "pdf" not in request.GET:
        return render(request, "banque/rapprochement.html", contexte | {"etat": etat})
    document = pdf_de_rapprochement(
        etat, banque=banque.libelle, auteur=request.user.nom_complet, maintenant=timezone.now()
    )
    reponse = HttpResponse(document, content_type="application/pdf")
    nom = f"rapprochement-{request.dossier.code}-{banque.iban[-6:]}-{date:%Y%m%d}.pdf".lower()
    reponse["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse
