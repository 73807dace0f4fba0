"""i-Facture in the cabinet's space: the same invoices; a collaborator prepares a payment, he never pays."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from facturation.errors import FacturationError
from facturation.forms import (
    JoindreForm,
    PaiementForm,
    RetourForm,
)
from facturation.models import Echeance, Facture
from facturation.queries import reglements_par_virement
from facturation.saisie import Auteur
from facturation.services.corrections import marquer_retourne
from facturation.services.ecritures import comptabiliser, comptabiliser_achat, ecriture_du_virement
from facturation.services.paiement import comptes_debiteurs, date_proposee
from facturation.views import pages
from facturation.views.commun import (
    CABINET,
    aujourdhui,
    contexte_facture,
    contexte_ordre,
    echeance_ou_404,
    facture_ou_404,
    fournisseur_ou_404,
    methodes_sca,
    ordre_ou_404,
    rendre,
    virement_ou_404,
)
from facturation.views.fenetre import RIEN, Montre, compte_choisi, contexte_fenetre, ordonner, verifier_maintenant
from gestion_acces.acces import ACTE, FORMULAIRE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de
from qonto_link.errors import QontoLinkError

REFUS = (FacturationError, QontoLinkError)


def peut_preparer(request: RequeteCabinet) -> bool:
    """A setting of the firm decides for its collaborators; an administrator may (comptabilite.md §F.6)."""
    return request.membre.est_administrateur or request.membre.cabinet.collaborateurs_preparent


def auteur_de(request: RequeteCabinet) -> Auteur:
    return Auteur(request.user, origine_de(request), timezone.now())


@vue_dossier_cabinet()
def liste(request: RequeteCabinet) -> HttpResponse:
    return pages.liste(request, CABINET, peut_preparer=True)


@vue_dossier_cabinet()
def export(request: RequeteCabinet) -> HttpResponseBase:
    return pages.export(request)


@vue_dossier_cabinet()
def calendrier(request: RequeteCabinet) -> HttpResponse:
    return pages.calendrier(request, CABINET)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def nouvelle(request: RequeteCabinet) -> HttpResponse:
    return pages.nouvelle(request, CABINET, auteur_de(request))


@vue_dossier_cabinet(methodes=FORMULAIRE)
def importation(request: RequeteCabinet) -> HttpResponse:
    return pages.importation(request, CABINET, auteur_de(request))


@vue_dossier_cabinet()
def facture(request: RequeteCabinet, facture_id: UUID) -> HttpResponse:
    return _page_facture(request, facture_ou_404(request.dossier, facture_id))


def _page_facture(request: RequeteCabinet, ligne: Facture, joindre: JoindreForm | None = None) -> HttpResponse:
    contexte = contexte_facture(ligne, joindre) | {"peut_preparer": True, "peut_payer": peut_preparer(request)}
    return rendre(request, "facturation/facture.html", CABINET | contexte, status=422 if joindre else 200)


@vue_dossier_cabinet(methodes=ACTE)
def joindre(request: RequeteCabinet, facture_id: UUID) -> HttpResponse:
    ligne = facture_ou_404(request.dossier, facture_id)
    issue = pages.joindre(request, CABINET, ligne, auteur_de(request))
    return _page_facture(request, ligne, joindre=issue) if isinstance(issue, JoindreForm) else issue


@vue_dossier_cabinet()
def fichier(request: RequeteCabinet, facture_id: UUID) -> HttpResponseBase:
    return pages.fichier(request, facture_ou_404(request.dossier, facture_id))


@vue_dossier_cabinet(methodes=ACTE)
def comptabilisation(request: RequeteCabinet, facture_id: UUID) -> HttpResponse:
    """Book again what the books refused: the purchase, and the entries of its payments."""
    ligne = facture_ou_404(request.dossier, facture_id)
    refus = comptabiliser_achat(facture=ligne, maintenant=timezone.now())
    for reglement in reglements_par_virement(ligne):
        comptabiliser(reglement, maintenant=timezone.now())
        if reglement.ecriture_en_attente:
            messages.error(request, reglement.ecriture_en_attente)
        elif reglement.virement and (ecriture := ecriture_du_virement(reglement.virement)):
            messages.success(request, f"Règlement : {ecriture.reference}.")
    if refus:
        messages.error(request, f"L’achat n’est pas comptabilisé. {refus}")
    else:
        messages.success(request, "L’achat est comptabilisé.")
    return redirect("facturation:facture", request.dossier.pk, ligne.pk)


def _fenetre(request: RequeteCabinet, echeance: Echeance, form: PaiementForm, montre: Montre = RIEN) -> HttpResponse:
    contexte = contexte_fenetre(echeance, form, montre) | {"peut_valider": False}
    gabarit = "facturation/paiement.html"
    if request.headers.get("HX-Request"):
        gabarit += "#fenetre"
    return rendre(request, gabarit, CABINET | contexte, status=422 if form.errors else 200)


def _formulaire(request: RequeteCabinet, echeance: Echeance) -> PaiementForm:
    """The window's form; refuses the collaborator of a firm that keeps payments to its administrators."""
    if not peut_preparer(request):
        raise PermissionDenied("Votre cabinet ne permet pas aux collaborateurs de préparer des paiements.")
    initial = {"reference": echeance.facture.numero, "date": date_proposee(echeance, aujourdhui())}
    donnees = request.POST if request.method == "POST" else None
    return PaiementForm(donnees, initial=initial, comptes=comptes_debiteurs(request.dossier), methodes=methodes_sca())


@vue_dossier_cabinet(methodes=ACTE)
def preparer_verification(request: RequeteCabinet, echeance_id: UUID) -> HttpResponse:
    """Runs when the window opens, or by « Vérifier le bénéficiaire »."""
    echeance = echeance_ou_404(request.dossier, echeance_id)
    form = _formulaire(request, echeance)
    compte = compte_choisi(comptes_debiteurs(request.dossier), request.POST.get("compte", ""))
    montre = verifier_maintenant(echeance, compte, auteur_de(request))
    form.is_valid()
    form.errors.clear()
    return _fenetre(request, echeance, form, montre)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def preparer(request: RequeteCabinet, echeance_id: UUID) -> HttpResponse:
    echeance = echeance_ou_404(request.dossier, echeance_id)
    form = _formulaire(request, echeance)
    if request.method != "POST":
        return _fenetre(request, echeance, form)
    issue = ordonner(form, echeance, auteur_de(request), a_approuver=True)
    if isinstance(issue, Montre):
        return _fenetre(request, echeance, form, issue)
    messages.success(request, "Le paiement est préparé : votre client doit l’approuver.")
    return redirect("facturation:ordre", request.dossier.pk, issue.pk)


@vue_dossier_cabinet()
def liste_fournisseurs(request: RequeteCabinet) -> HttpResponse:
    return pages.liste_fournisseurs(request, CABINET)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def fournisseur(request: RequeteCabinet, fournisseur_id: UUID) -> HttpResponse:
    ligne = fournisseur_ou_404(request.dossier, fournisseur_id)
    return pages.fournisseur(request, CABINET, ligne, auteur_de(request))


@vue_dossier_cabinet(methodes=ACTE, reauthentification=True)
def fournisseur_iban(request: RequeteCabinet, fournisseur_id: UUID) -> HttpResponse:
    return pages.iban(request, CABINET, fournisseur_ou_404(request.dossier, fournisseur_id), auteur_de(request))


@vue_dossier_cabinet()
def paiements(request: RequeteCabinet) -> HttpResponse:
    return pages.paiements(request, CABINET)


@vue_dossier_cabinet()
def ordre(request: RequeteCabinet, ordre_id: UUID) -> HttpResponse:
    contexte = contexte_ordre(ordre_ou_404(request.dossier, ordre_id), auteur_de(request))
    for ligne in contexte["lignes"]:
        ligne.retour = RetourForm(auto_id=f"retour-{ligne.virement.pk}-%s")
    droits = {"peut_valider": False, "peut_preparer": False, "a_suivre": False}
    return rendre(request, "facturation/ordre.html", CABINET | contexte | droits)


@vue_dossier_cabinet(methodes=ACTE)
def virement_retourne(request: RequeteCabinet, virement_id: UUID) -> HttpResponse:
    """The supplier's bank sent the money back: said by the firm, which sees it on the account."""
    virement, form = virement_ou_404(request.dossier, virement_id), RetourForm(request.POST)
    try:
        motif = form.cleaned_data["motif"] if form.is_valid() else ""
        marquer_retourne(virement=virement, motif=motif, maintenant=timezone.now(), origine=origine_de(request))
        messages.success(request, "Le virement est marqué comme retourné, l’échéance est à nouveau ouverte.")
    except REFUS as refus:
        messages.error(request, str(refus))
    return redirect("facturation:ordre", request.dossier.pk, virement.ordre_id)
