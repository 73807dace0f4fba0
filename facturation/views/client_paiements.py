"""Paying, in the client's space: the window of one instalment, the selection, and the panel of an order."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from facturation.errors import FacturationError, SecondRegardManquant
from facturation.forms import MotifForm, PaiementForm
from facturation.models import Echeance
from facturation.queries import ordres
from facturation.saisie import Auteur
from facturation.services.bouclier import Alerte, exige_second_regard, gravite_de
from facturation.services.emission import emettre_ordre
from facturation.services.fournisseurs import coordonnee_courante
from facturation.services.paiement import (
    comptes_debiteurs,
    date_proposee,
    manques_pour_payer,
)
from facturation.tunnel import preparer_une, rafraichir_verifications
from facturation.views.commun import (
    CLIENT,
    STATUTS_EN_COURS,
    aujourdhui,
    bouclier,
    client_de,
    contexte_ordre,
    echeance_ou_404,
    methodes_sca,
    ordre_ou_404,
    rendre,
    verification_de,
    verifier,
    virement_ou_404,
)
from gestion_acces.acces import ACTE, RequeteClient, vue_dossier_client
from gestion_acces.enums import Niveau, Service
from gestion_acces.services.audit import origine_de
from portal.lib.calendrier import prochain_jour_ouvre
from portal.lib.pages import paginer
from qonto_link.api.errors import QontoError
from qonto_link.errors import QontoLinkError
from qonto_link.models import CompteQonto
from qonto_link.services.comptes import rafraichir_soldes
from qonto_link.virements.enums import StatutOrdre
from qonto_link.virements.models import Ordre, VerificationBeneficiaire
from qonto_link.virements.services.doute import lever_doute
from qonto_link.virements.services.envoi import changer_methode, suivre_authentification
from qonto_link.virements.services.preparation import abandonner_ordre, approuver_ordre
from qonto_link.virements.services.suivi import annuler_virement, preuve, suivre_ordre

REFUS = (FacturationError, QontoLinkError)


def auteur_de(request: RequeteClient) -> Auteur:
    return Auteur(request.user, origine_de(request), timezone.now())


def _compte(dossier_comptes: list[CompteQonto], identifiant: str) -> CompteQonto | None:
    choisi = next((compte for compte in dossier_comptes if str(compte.pk) == identifiant), None)
    return choisi or (dossier_comptes[0] if dossier_comptes else None)


def _fenetre(
    request: RequeteClient,
    echeance: Echeance,
    form: PaiementForm,
    *,
    verification: VerificationBeneficiaire | None = None,
    alertes: list[Alerte] | None = None,
) -> HttpResponse:
    """« Transaction de paiement » (S13), a page of its own or the inside of the dialog."""
    comptes = comptes_debiteurs(request.dossier)
    compte = _compte(comptes, str(form["compte"].value() or ""))
    choisie = form.cleaned_data.get("date") if form.is_bound else form.initial["date"]
    execution = prochain_jour_ouvre(choisie) if choisie else None
    contexte = {
        "dossier": request.dossier,
        "echeance": echeance,
        "facture": echeance.facture,
        "form": form,
        "compte": compte,
        "comptes": comptes,
        "coordonnee": coordonnee_courante(echeance.facture.fournisseur),
        "manques": manques_pour_payer(echeance=echeance, compte=compte, jour=date_proposee(echeance, aujourdhui())),
        "verification": verification,
        "alertes": alertes,
        "gravite": gravite_de(alertes) if alertes is not None else "",
        "date_choisie": choisie,
        "execution": execution if execution != choisie else None,
        "motif_exige": bool(alertes and (exige_second_regard(alertes) or _defavorable(verification))),
        "peut_valider": request.niveau == Niveau.PAYER,
    }
    gabarit = "facturation/paiement.html"
    if request.headers.get("HX-Request"):
        gabarit += "#fenetre"
    return rendre(request, gabarit, CLIENT | contexte, status=422 if form.errors else 200)


def _defavorable(verification: VerificationBeneficiaire | None) -> bool:
    return verification is not None and not verification.favorable


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
    compte = _compte(comptes_debiteurs(request.dossier), request.POST.get("compte", ""))
    if compte is not None:
        try:
            rafraichir_soldes(connexion=compte.connexion, maintenant=timezone.now())
        except QontoLinkError:
            messages.warning(request, "Qonto ne répond pas : le solde affiché est le dernier connu.")
        compte.refresh_from_db()
    resultat = verifier(echeance, compte, request.user, timezone.now())
    alertes = bouclier(echeance, compte, resultat)
    form = PaiementForm(
        request.POST,
        comptes=comptes_debiteurs(request.dossier),
        methodes=methodes_sca(),
        initial={"compte": compte.pk if compte else None},
    )
    form.is_valid()
    form.errors.clear()
    return _fenetre(request, echeance, form, verification=resultat, alertes=alertes)


def _preparer(request: RequeteClient, echeance: Echeance, *, a_approuver: bool) -> Ordre | HttpResponse:
    """The order of a posted window, or the window again with what is wrong."""
    form = _formulaire(request, echeance)
    if not form.is_valid():
        return _fenetre(request, echeance, form)
    auteur, compte = auteur_de(request), form.cleaned_data["compte"]
    montree = verification_de(echeance, form.cleaned_data["verification"], auteur.maintenant)
    verifiee = montree or verifier(echeance, compte, auteur.personne, auteur.maintenant)
    alertes = bouclier(echeance, compte, verifiee)
    try:
        return preparer_une(form.saisie(echeance, verifiee), compte, alertes, auteur, a_approuver=a_approuver)
    except REFUS as refus:
        form.add_error("motif" if isinstance(refus, SecondRegardManquant) else None, str(refus))
        return _fenetre(request, echeance, form, verification=verifiee, alertes=alertes)


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
    filtre = request.GET.get("statut", "")
    statuts = {"a_approuver": (StatutOrdre.A_APPROUVER,), "en_cours": STATUTS_EN_COURS}.get(filtre, ())
    page = paginer(ordres(request.dossier, statuts=statuts), cles=("-cree_le", "id"), parametres=request.GET)
    contexte = {"dossier": request.dossier, "page": page, "filtre": filtre}
    return rendre(request, "facturation/paiements.html", CLIENT | contexte)


@vue_dossier_client(service=Service.QONTO)
def ordre(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    ligne = ordre_ou_404(request.dossier, ordre_id)
    return _panneau(request, ligne)


def _panneau(request: RequeteClient, ligne: Ordre, erreurs: str = "") -> HttpResponse:
    contexte: dict[str, Any] = contexte_ordre(ligne, timezone.now()) | {
        "peut_valider": request.niveau == Niveau.PAYER,
        "peut_preparer": request.niveau != Niveau.CONSULTER,
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
                    suivre_ordre(ordre=ligne, client=client, maintenant=timezone.now())
                else:
                    lever_doute(ordre=ligne, client=client, maintenant=timezone.now())
        except (QontoError, *REFUS):
            ligne.refresh_from_db()
    if request.headers.get("HX-Request"):
        return _panneau(request, ordre_ou_404(request.dossier, ordre_id))
    return vers_panneau(request, ligne)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER, reauthentification=True)
def approuver(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    """Another person's yes, and the order leaves. Also sends an order that is ready and was not sent."""
    ligne, auteur = ordre_ou_404(request.dossier, ordre_id), auteur_de(request)
    try:
        with client_de(ligne.compte) as client:
            if ligne.statut in (StatutOrdre.A_APPROUVER, StatutOrdre.PRET):
                rafraichir_verifications(ligne, client, auteur)
        _reprendre_motif(ligne, request.POST.get("motif", ""))
        if ligne.statut == StatutOrdre.A_APPROUVER:
            approuver_ordre(ordre=ligne, par=request.user, maintenant=auteur.maintenant, origine=auteur.origine)
    except (QontoError, *REFUS) as refus:
        texte = str(refus) if isinstance(refus, REFUS) else "Qonto ne répond pas pour le moment. Réessayez."
        return _panneau(request, ordre_ou_404(request.dossier, ordre_id), texte)
    return emettre_et_montrer(request, ligne, request.POST.get("methode", ""))


def _reprendre_motif(ligne: Ordre, motif: str) -> None:
    """The approver's own reason, where the verification is not a match and the preparer gave none."""
    for virement in ligne.virements.select_related("verification"):
        if _defavorable(virement.verification) and not virement.motif_poursuite:
            if not motif.strip():
                raise SecondRegardManquant(["la vérification du bénéficiaire n’est pas favorable"])
            virement.motif_poursuite = motif.strip()[:300]
            virement.save(update_fields=["motif_poursuite"])


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
            changer_methode(ordre=ligne, client=client, methode=choix, maintenant=timezone.now())
    except REFUS as refus:
        messages.error(request, str(refus))
    return vers_panneau(request, ligne)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER)
def relancer(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    """The payer of an order in doubt wants to know: Qonto is asked, and asked again with the same key."""
    ligne = ordre_ou_404(request.dossier, ordre_id)
    try:
        with client_de(ligne.compte) as client:
            lever_doute(ordre=ligne, client=client, maintenant=timezone.now(), relancer=True)
    except REFUS as refus:
        messages.error(request, str(refus))
    return vers_panneau(request, ligne)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER, reauthentification=True)
def annuler(request: RequeteClient, virement_id: UUID) -> HttpResponse:
    virement = virement_ou_404(request.dossier, virement_id)
    try:
        with client_de(virement.ordre.compte) as client:
            annuler_virement(virement=virement, client=client, maintenant=timezone.now())
        messages.success(request, "Le virement est annulé, l’échéance est à nouveau ouverte.")
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
