"""Paying, in the client's space: the window of one instalment, the selection, and the panel of an order."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from facturation.approbation import (
    AVANT_ENVOI,
    controler_ordre,
    empreinte,
    etat_affiche,
    rafraichir_verifications,
    reprendre_motif,
)
from facturation.errors import FacturationError
from facturation.forms import MotifForm, PaiementForm
from facturation.models import Echeance
from facturation.saisie import Auteur
from facturation.services.emission import emettre_ordre
from facturation.services.paiement import comptes_debiteurs, date_proposee
from facturation.views import pages
from facturation.views.commun import (
    CLIENT,
    aujourdhui,
    client_de,
    contexte_ordre,
    echeance_ou_404,
    methodes_sca,
    ordre_ou_404,
    rendre,
    virement_ou_404,
)
from facturation.views.fenetre import RIEN, Montre, compte_choisi, contexte_fenetre, ordonner, verifier_maintenant
from gestion_acces.acces import ACTE, RequeteClient, vue_dossier_client
from gestion_acces.enums import Niveau, Service
from gestion_acces.services.audit import origine_de
from qonto_link.api.errors import QontoError
from qonto_link.errors import QontoLinkError
from qonto_link.services.comptes import rafraichir_soldes
from qonto_link.virements.enums import StatutOrdre, StatutVirement
from qonto_link.virements.errors import SecondePersonneRequise
from qonto_link.virements.models import Ordre
from qonto_link.virements.services.doute import lever_doute
from qonto_link.virements.services.envoi import changer_methode, suivre_authentification
from qonto_link.virements.services.preparation import abandonner_ordre, approuver_ordre
from qonto_link.virements.services.suivi import annuler_virement, preuve, suivre_ordre

REFUS = (FacturationError, QontoLinkError)
LIGNES_PAR_APPEL = 25  # payments that one look of the panel books: the rest at the next one
VERIFICATION_CHANGEE = "La vérification du bénéficiaire n’est plus celle qui était affichée : relisez-la."


def auteur_de(request: RequeteClient) -> Auteur:
    return Auteur(request.user, origine_de(request), timezone.now())


def _fenetre(request: RequeteClient, echeance: Echeance, form: PaiementForm, montre: Montre = RIEN) -> HttpResponse:
    """« Transaction de paiement » (S13), a page of its own or the inside of the dialog."""
    contexte = contexte_fenetre(echeance, form, montre) | {"peut_valider": request.niveau == Niveau.PAYER}
    gabarit = "facturation/paiement.html"
    if request.headers.get("HX-Request"):
        gabarit += "#fenetre"
    return rendre(request, gabarit, CLIENT | contexte, status=422 if form.errors else 200)


def _formulaire(request: RequeteClient, echeance: Echeance) -> PaiementForm:
    comptes = comptes_debiteurs(request.dossier)
    initial = {
        "reference": echeance.facture.numero,
        "date": date_proposee(echeance, aujourdhui()),
        "compte": comptes[0].pk if comptes else None,
    }
    donnees = request.POST if request.method == "POST" else None
    return PaiementForm(donnees, initial=initial, comptes=comptes, methodes=methodes_sca())


@vue_dossier_client(service=Service.QONTO, niveau=Niveau.PREPARER)
def payer(request: RequeteClient, echeance_id: UUID) -> HttpResponse:
    echeance = echeance_ou_404(request.dossier, echeance_id)
    return _fenetre(request, echeance, _formulaire(request, echeance))


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PREPARER)
def verification(request: RequeteClient, echeance_id: UUID) -> HttpResponse:
    """Runs when the window opens: balance read again, verification of payee, shield."""
    echeance = echeance_ou_404(request.dossier, echeance_id)
    compte = compte_choisi(comptes_debiteurs(request.dossier), request.POST.get("compte", ""))
    if compte is not None:
        try:
            rafraichir_soldes(connexion=compte.connexion, maintenant=timezone.now())
        except QontoLinkError:
            messages.warning(request, "Qonto ne répond pas : le solde affiché est le dernier connu.")
        compte.refresh_from_db()
    montre = verifier_maintenant(echeance, compte, auteur_de(request))
    form = _formulaire(request, echeance)
    form.is_valid()
    form.errors.clear()
    return _fenetre(request, echeance, form, montre)


def _preparer(request: RequeteClient, echeance: Echeance, *, a_approuver: bool) -> Ordre | HttpResponse:
    """The order of a posted window, or the window again with what is wrong."""
    form = _formulaire(request, echeance)
    issue = ordonner(form, echeance, auteur_de(request), a_approuver=a_approuver)
    return _fenetre(request, echeance, form, issue) if isinstance(issue, Montre) else issue


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PREPARER)
def preparer(request: RequeteClient, echeance_id: UUID) -> HttpResponse:
    ordre = _preparer(request, echeance_ou_404(request.dossier, echeance_id), a_approuver=True)
    if isinstance(ordre, HttpResponse):
        return ordre
    messages.success(request, "Le paiement est préparé : une personne habilitée doit l’approuver.")
    return vers_panneau(request, ordre)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER, reauthentification=True)
def valider(request: RequeteClient, echeance_id: UUID) -> HttpResponse:
    ordre = _preparer(request, echeance_ou_404(request.dossier, echeance_id), a_approuver=False)
    if isinstance(ordre, HttpResponse):
        return ordre
    return emettre_ou_attendre(request, ordre)


def emettre_ou_attendre(request: RequeteClient, ordre: Ordre) -> HttpResponse:
    """What « Valider » does of a new order: a red alert keeps it for a second person."""
    if ordre.statut == StatutOrdre.A_APPROUVER:
        messages.warning(request, f"{SecondePersonneRequise()} Rien n’est parti.")
        return vers_panneau(request, ordre)
    return emettre_et_montrer(request, ordre, request.POST.get("methode", ""))


def emettre_et_montrer(request: RequeteClient, ordre: Ordre, methode: str) -> HttpResponse:
    """Send a ready order; whatever happens, the panel says where it stands."""
    permises = [choix.value for choix in methodes_sca()]
    auteur = auteur_de(request)
    try:
        with client_de(ordre.compte) as client:
            emettre_ordre(
                ordre=ordre,
                client=client,
                methode=methode if methode in permises else permises[0],
                maintenant=auteur.maintenant,
                origine=auteur.origine,
            )
    except REFUS as refus:
        messages.error(request, str(refus))
    except QontoError:
        messages.error(request, "Qonto ne répond pas pour le moment. Rien n’est parti : vous pourrez envoyer d’ici.")
    return vers_panneau(request, ordre)


def vers_panneau(request: HttpRequest, ordre: Ordre) -> HttpResponse:
    cible = redirect("facturation:ordre_client", ordre.dossier_id, ordre.pk)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": cible.url})
    return cible


@vue_dossier_client(service=Service.QONTO)
def paiements(request: RequeteClient) -> HttpResponse:
    return pages.paiements(request, CLIENT)


@vue_dossier_client(service=Service.QONTO)
def ordre(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    ligne = ordre_ou_404(request.dossier, ordre_id)
    return _panneau(request, ligne)


def _panneau(request: RequeteClient, ligne: Ordre, erreurs: str = "") -> HttpResponse:
    contexte: dict[str, Any] = contexte_ordre(ligne, auteur_de(request)) | {
        "peut_valider": request.niveau == Niveau.PAYER,
        "peut_preparer": request.niveau != Niveau.CONSULTER,
        "peut_approuver": ligne.statut != StatutOrdre.A_APPROUVER
        or not (ligne.second_regard and ligne.cree_par_id == request.user.pk),
        "methodes": methodes_sca(),
        "erreur": erreurs,
    }
    gabarit = "facturation/ordre.html#panneau" if request.headers.get("HX-Request") else "facturation/ordre.html"
    return rendre(request, gabarit, CLIENT | contexte, status=422 if erreurs else 200)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, activite=False)
def suivre(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    """What the panel asks every two seconds, and « J’ai validé »: Qonto is asked once a second at most (§9.5)."""
    ligne = ordre_ou_404(request.dossier, ordre_id)
    if cache.add(f"paiement:suivi:{ligne.pk}", 1, timeout=1):
        try:
            with client_de(ligne.compte) as client:
                if ligne.statut == StatutOrdre.ATTENTE_SCA:
                    suivre_authentification(ordre=ligne, client=client, maintenant=timezone.now())
                elif ligne.statut == StatutOrdre.ACCEPTE:
                    suivre_ordre(ordre=ligne, client=client, maintenant=timezone.now(), limite=LIGNES_PAR_APPEL)
                else:
                    lever_doute(ordre=ligne, client=client, maintenant=timezone.now())
        except (QontoError, *REFUS):
            ligne.refresh_from_db()
    if not request.headers.get("HX-Request"):
        return vers_panneau(request, ligne)
    ligne = ordre_ou_404(request.dossier, ordre_id)
    # Nothing new: what the person reads, opened or focuses is left alone.
    inchange = request.POST.get("etat") == etat_affiche(ligne, timezone.now())
    return HttpResponse(status=204) if inchange else _panneau(request, ligne)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER, reauthentification=True)
def approuver(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    """Another person's yes, and the order leaves. Also sends an order that is ready and was not sent."""
    ligne, auteur = ordre_ou_404(request.dossier, ordre_id), auteur_de(request)
    try:
        if ligne.statut in AVANT_ENVOI:
            controler_ordre(ligne)
            with client_de(ligne.compte) as client:
                rafraichir_verifications(ligne, client, auteur)
            if request.POST.get("vu") != empreinte(ligne):
                raise FacturationError(VERIFICATION_CHANGEE)
            reprendre_motif(ligne, request.POST.get("motif", ""), auteur)
        if ligne.statut == StatutOrdre.A_APPROUVER:
            approuver_ordre(ordre=ligne, par=request.user, maintenant=auteur.maintenant, origine=auteur.origine)
    except (QontoError, *REFUS) as refus:
        texte = str(refus) if isinstance(refus, REFUS) else "Qonto ne répond pas pour le moment. Réessayez."
        return _panneau(request, ordre_ou_404(request.dossier, ordre_id), texte)
    return emettre_et_montrer(request, ligne, request.POST.get("methode", ""))


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PREPARER)
def abandonner(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    ligne, form = ordre_ou_404(request.dossier, ordre_id), MotifForm(request.POST)
    motif = form.cleaned_data["motif"] if form.is_valid() else ""
    try:
        abandonner_ordre(
            ordre=ligne,
            motif=motif or f"Abandonné par {request.user.nom_complet}",
            maintenant=timezone.now(),
            origine=origine_de(request),
        )
        messages.success(request, "Le paiement est abandonné : rien n’est parti, l’échéance est à nouveau ouverte.")
    except REFUS as refus:
        messages.error(request, str(refus))
    return vers_panneau(request, ligne)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER)
def methode(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    """Another authentication of the same order."""
    ligne, choix = ordre_ou_404(request.dossier, ordre_id), request.POST.get("methode", "")
    try:
        if choix not in [permise.value for permise in methodes_sca()]:
            raise FacturationError("Cette méthode d’authentification n’existe pas.")
        with client_de(ligne.compte) as client:
            changer_methode(
                ordre=ligne, client=client, methode=choix, maintenant=timezone.now(), origine=origine_de(request)
            )
    except REFUS as refus:
        messages.error(request, str(refus))
    return vers_panneau(request, ligne)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER)
def relancer(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    """The payer of an order in doubt wants to know: Qonto is asked, and asked again with the same key."""
    ligne = ordre_ou_404(request.dossier, ordre_id)
    try:
        with client_de(ligne.compte) as client:
            lever_doute(
                ordre=ligne, client=client, maintenant=timezone.now(), relancer=True, origine=origine_de(request)
            )
    except REFUS as refus:
        messages.error(request, str(refus))
    return vers_panneau(request, ligne)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER, reauthentification=True)
def annuler(request: RequeteClient, virement_id: UUID) -> HttpResponse:
    virement = virement_ou_404(request.dossier, virement_id)
    try:
        with client_de(virement.ordre.compte) as client:
            annuler_virement(virement=virement, client=client, maintenant=timezone.now(), origine=origine_de(request))
        if virement.statut == StatutVirement.ANNULE:
            messages.success(request, "Le virement est annulé, l’échéance est à nouveau ouverte.")
        else:
            messages.info(request, "L’annulation est demandée ; Qonto ne l’a pas encore confirmée.")
    except REFUS as refus:
        messages.error(request, str(refus))
    except QontoError:
        messages.error(request, "Qonto ne répond pas pour le moment. Le virement n’est pas annulé.")
    return vers_panneau(request, virement.ordre)


@vue_dossier_client(service=Service.QONTO)
def preuve_pdf(request: RequeteClient, virement_id: UUID) -> HttpResponse:
    virement = virement_ou_404(request.dossier, virement_id)
    try:
        with client_de(virement.ordre.compte) as client:
            contenu = preuve(virement=virement, client=client)
    except (QontoError, *REFUS) as refus:
        if isinstance(refus, REFUS):
            messages.error(request, str(refus))
        else:
            messages.error(request, "Qonto ne répond pas pour le moment. Réessayez dans quelques minutes.")
        return vers_panneau(request, virement.ordre)
    if not contenu.startswith(b"%PDF"):
        raise Http404
    nom = f"preuve-{virement.reference}.pdf".replace("/", "-").replace('"', "")
    entetes = {"Content-Disposition": f'attachment; filename="{nom}"', "Cache-Control": "private, no-store"}
    return HttpResponse(contenu, content_type="application/pdf", headers=entetes)
