"""i-Facture in the cabinet's space: the same invoices; a collaborator prepares a payment, he never pays."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from facturation.errors import FacturationError
from facturation.forms import (
    FactureForm,
    FournisseurForm,
    IbanForm,
    ImportForm,
    JoindreForm,
    PaiementForm,
    RetourForm,
)
from facturation.models import Echeance, Facture
from facturation.queries import avec_echeances, factures, fournisseurs, ordres, reglements_par_virement
from facturation.saisie import Auteur, importer, saisir_facture
from facturation.services.corrections import marquer_retourne
from facturation.services.ecritures import comptabiliser, comptabiliser_achat, ecriture_du_virement
from facturation.services.fournisseurs import changer_iban
from facturation.services.paiement import comptes_debiteurs, date_proposee
from facturation.views.commun import (
    CABINET,
    COLONNES,
    STATUTS_EN_COURS,
    aujourdhui,
    calendrier_du_mois,
    contexte_facture,
    contexte_fournisseur,
    contexte_liste,
    contexte_ordre,
    echeance_ou_404,
    facture_ou_404,
    fournisseur_ou_404,
    joindre_a,
    methodes_sca,
    ordre_ou_404,
    rendre,
    virement_ou_404,
)
from facturation.views.fenetre import RIEN, Montre, compte_choisi, contexte_fenetre, ordonner, verifier_maintenant
from gestion_acces.acces import ACTE, FORMULAIRE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de
from gestion_acces.services.fichiers import reponse
from portal.lib.pages import paginer
from portal.lib.tableaux import exporter
from qonto_link.errors import QontoLinkError
from qonto_link.virements.enums import StatutOrdre

REFUS = (FacturationError, QontoLinkError)


def peut_preparer(request: RequeteCabinet) -> bool:
    """A setting of the firm decides for its collaborators; an administrator may (comptabilite.md §F.6)."""
    return request.membre.est_administrateur or request.membre.cabinet.collaborateurs_preparent


def auteur_de(request: RequeteCabinet) -> Auteur:
    return Auteur(request.user, origine_de(request), timezone.now())


@vue_dossier_cabinet()
def liste(request: RequeteCabinet) -> HttpResponse:
    contexte = contexte_liste(request, request.dossier) | {"peut_preparer": True}
    return rendre(request, "facturation/liste.html", CABINET | contexte)


@vue_dossier_cabinet()
def export(request: RequeteCabinet) -> HttpResponseBase:
    lignes = factures(
        request.dossier,
        recherche=request.GET.get("q", "").strip()[:80],
        situation=request.GET.get("situation", ""),
        jour=aujourdhui(),
    )
    return exporter(
        format=request.GET.get("format", "csv"),
        nom=f"factures-{request.dossier.code}",
        colonnes=COLONNES,
        lignes=avec_echeances(lignes).iterator(chunk_size=500),
    )


@vue_dossier_cabinet()
def calendrier(request: RequeteCabinet) -> HttpResponse:
    contexte = calendrier_du_mois(request.dossier, request.GET.get("mois", "")[:7])
    return rendre(request, "facturation/calendrier.html", CABINET | contexte)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def nouvelle(request: RequeteCabinet) -> HttpResponse:
    form = FactureForm(request.POST or None, request.FILES or None, initial={"date_emission": aujourdhui()})
    if request.method == "POST" and form.is_valid():
        facture = saisir_facture(form, request.dossier, auteur_de(request))
        if facture:
            messages.success(request, f"La facture {facture.numero} est enregistrée.")
            return redirect("facturation:facture", request.dossier.pk, facture.pk)
    contexte = {"dossier": request.dossier, "form": form, "fournisseurs": fournisseurs(request.dossier)[:300]}
    return rendre(request, "facturation/nouvelle.html", CABINET | contexte, status=422 if form.errors else 200)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def importation(request: RequeteCabinet) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    bilan = None
    if request.method == "POST" and form.is_valid():
        bilan = importer(form, request.dossier, auteur_de(request))
    contexte = {"dossier": request.dossier, "form": form, "bilan": bilan}
    return rendre(request, "facturation/import.html", CABINET | contexte, status=422 if form.errors else 200)


@vue_dossier_cabinet()
def facture(request: RequeteCabinet, facture_id: UUID) -> HttpResponse:
    return _page_facture(request, facture_ou_404(request.dossier, facture_id))


def _page_facture(request: RequeteCabinet, ligne: Facture, joindre: JoindreForm | None = None) -> HttpResponse:
    contexte = contexte_facture(ligne, joindre) | {"peut_preparer": True, "peut_payer": peut_preparer(request)}
    return rendre(request, "facturation/facture.html", CABINET | contexte, status=422 if joindre else 200)


@vue_dossier_cabinet(methodes=ACTE)
def joindre(request: RequeteCabinet, facture_id: UUID) -> HttpResponse:
    ligne, form = facture_ou_404(request.dossier, facture_id), JoindreForm(request.POST, request.FILES)
    if form.is_valid() and joindre_a(form, ligne, auteur_de(request)):
        messages.success(request, "Le document est joint à la facture.")
        return redirect("facturation:facture", request.dossier.pk, ligne.pk)
    return _page_facture(request, ligne, joindre=form)


@vue_dossier_cabinet()
def fichier(request: RequeteCabinet, facture_id: UUID) -> HttpResponseBase:
    ligne = facture_ou_404(request.dossier, facture_id)
    if ligne.fichier is None or ligne.fichier.est_efface:
        raise Http404
    return reponse(ligne.fichier, telecharger="telecharger" in request.GET)


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
    recherche = request.GET.get("q", "").strip()[:80]
    page = paginer(fournisseurs(request.dossier, recherche), cles=("nom", "id"), parametres=request.GET)
    contexte = {"dossier": request.dossier, "page": page, "recherche": recherche}
    return rendre(request, "facturation/fournisseurs.html", CABINET | contexte)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def fournisseur(request: RequeteCabinet, fournisseur_id: UUID) -> HttpResponse:
    ligne = fournisseur_ou_404(request.dossier, fournisseur_id)
    form = FournisseurForm(request.POST or None, instance=ligne)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "La fiche est enregistrée.")
        return redirect("facturation:fournisseur", request.dossier.pk, ligne.pk)
    contexte = contexte_fournisseur(ligne) | {"form": form}
    return rendre(request, "facturation/fournisseur.html", CABINET | contexte, status=422 if form.errors else 200)


@vue_dossier_cabinet(methodes=ACTE, reauthentification=True)
def fournisseur_iban(request: RequeteCabinet, fournisseur_id: UUID) -> HttpResponse:
    ligne, form = fournisseur_ou_404(request.dossier, fournisseur_id), IbanForm(request.POST)
    if form.is_valid():
        auteur = auteur_de(request)
        changer_iban(
            fournisseur=ligne,
            iban=form.cleaned_data["iban"],
            par=request.user,
            maintenant=auteur.maintenant,
            origine=auteur.origine,
        )
        messages.success(request, "Le nouvel IBAN est enregistré. Le prochain paiement demandera une vérification.")
    else:
        messages.error(request, " ".join(str(faute) for faute in form.errors["iban"]))
    return redirect("facturation:fournisseur", request.dossier.pk, ligne.pk)


@vue_dossier_cabinet()
def paiements(request: RequeteCabinet) -> HttpResponse:
    filtre = request.GET.get("statut", "")
    statuts = {"a_approuver": (StatutOrdre.A_APPROUVER,), "en_cours": STATUTS_EN_COURS}.get(filtre, ())
    page = paginer(ordres(request.dossier, statuts=statuts), cles=("-cree_le", "id"), parametres=request.GET)
    contexte = {"dossier": request.dossier, "page": page, "filtre": filtre}
    return rendre(request, "facturation/paiements.html", CABINET | contexte)


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
