"""Sales of the basket Vente to the journal VTE: one by one, or the whole basket after a look at it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from comptabilite.errors import ComptabiliteError
from depot.errors import VenteImpossible
from depot.queries import documents_choisis
from depot.services.comptabilisation import comptabiliser_vente
from depot.services.ventes_en_lot import apercu_des_ventes, comptabiliser_en_lot
from depot.views.cabinet import dire, vers_document
from depot.views.commun import CABINET, document_ou_404
from gestion_acces.acces import ACTE, FORMULAIRE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de
from portal.lib.affichage import pluriel


@vue_dossier_cabinet(methodes=FORMULAIRE)
def ventes_comptabiliser(request: RequeteCabinet) -> HttpResponse:
    """What would be booked; then exactly that, however many times it is sent."""
    if request.method != "POST":
        contexte = {**CABINET, "dossier": request.dossier, "apercu": apercu_des_ventes(dossier=request.dossier)}
        return render(request, "depot/ventes.html", contexte)
    nombre, restes = comptabiliser_en_lot(
        documents=documents_choisis(request.dossier, request.POST.getlist("document")),
        auteur=request.user,
        origine=origine_de(request),
        maintenant=timezone.now(),
    )
    passees = f"{nombre} {pluriel(nombre, 'écriture')} au journal VTE."
    dire(request, passees if nombre else "Ces ventes étaient déjà comptabilisées.", restes)
    return redirect("depot:ventes_comptabiliser", request.dossier.pk)


@vue_dossier_cabinet(methodes=ACTE)
def vente_comptabiliser(request: RequeteCabinet, document_id: int) -> HttpResponse:
    """The proposed entry goes to VTE, with the accounts that were corrected."""
    document = document_ou_404(request.dossier, document_id, corbeille=False)
    comptes = {
        int(nom.removeprefix("compte_")): valeur.strip()
        for nom, valeur in request.POST.items()
        if nom.startswith("compte_")
        and nom.removeprefix("compte_").isdigit()
        and isinstance(valeur, str)
        and valeur.strip()
    }
    try:
        ecriture = comptabiliser_vente(
            document=document,
            comptes=comptes,
            reserves_vues="reserves_vues" in request.POST,
            auteur=request.user,
            origine=origine_de(request),
            maintenant=timezone.now(),
        )
        messages.success(request, f"Écriture passée au journal VTE : {ecriture.libelle}.")
    except (VenteImpossible, ComptabiliteError) as refus:
        messages.error(request, str(refus))
    return vers_document(request, document.pk, document.panier)
