"""What the pages of both spaces share: reading the address, the bank's client, the shield, the context of a page."""

from calendar import Calendar
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from facturation.approbation import empreinte, etat_affiche, lignes_de
from facturation.enums import NatureFacture, SituationFacture
from facturation.errors import FacturationError
from facturation.forms import AutrementForm, IbanForm, JoindreForm
from facturation.models import Echeance, Facture, Fournisseur, Reglement
from facturation.queries import (
    avec_echeances,
    echeances_de,
    echeancier,
    factures,
    historique_des_ibans,
    secondes_personnes,
    totaux,
    verification_montree,
)
from facturation.saisie import Auteur, deposer
from facturation.services.bouclier import Alerte, examiner
from facturation.services.factures import ANNEES, est_engagee, joindre_document
from facturation.services.fournisseurs import coordonnee_courante
from facturation.services.paiement import comptes_debiteurs
from gestion_acces.errors import FichierRefuse
from gestion_acces.models import Dossier, Utilisateur
from portal.lib.affichage import date_courte, jour_de_paris, pluriel
from portal.lib.calendrier import est_ouvre, moins_mois, plus_mois
from portal.lib.pages import paginer
from portal.lib.tableaux import DATE, MONTANT, Colonne
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError
from qonto_link.errors import QontoLinkError
from qonto_link.models import CompteQonto
from qonto_link.services import clients
from qonto_link.services.connexion import client_pour
from qonto_link.virements.enums import MethodeSca, StatutOrdre, StatutVirement
from qonto_link.virements.models import Ordre, VerificationBeneficiaire, Virement
from qonto_link.virements.services.muets import est_detachable, est_muet
from qonto_link.virements.services.sosies import a_trancher
from qonto_link.virements.services.verification import verifier_beneficiaire

COLONNES = (
    Colonne("Date", "date_emission", DATE),
    Colonne("Fournisseur", lambda facture: facture.fournisseur.nom),
    Colonne("Numéro", "numero"),
    Colonne("HT", "montant_ht_cents", MONTANT),
    Colonne("TVA", "montant_tva_cents", MONTANT),
    Colonne("TTC", "montant_ttc_cents", MONTANT),
    Colonne("Reste à payer", lambda facture: reste_a_payer(facture), MONTANT),
    Colonne("Prochaine échéance", lambda facture: prochaine_echeance(facture), DATE),
)

STATUTS_EN_COURS = (StatutOrdre.PRET, StatutOrdre.SOUMISSION, StatutOrdre.ATTENTE_SCA, StatutOrdre.DOUTE)

# The same templates serve both spaces: the layout, and the names of the pages.
_PAGES = (
    *("accueil", "facture", "fichier", "nouvelle", "importation", "calendrier", "paiements", "ordre", "export"),
    *("fournisseurs", "fournisseur", "joindre"),
)
CLIENT: dict[str, Any] = {
    "gabarit": "facturation/base_client.html",
    "espace": "client",
    "liens": {nom: f"facturation:{nom}_client" for nom in _PAGES}
    | {"iban": "facturation:fournisseur_iban", "verification": "facturation:payer_verification"},
}
CABINET: dict[str, Any] = {
    "gabarit": "facturation/base_cabinet.html",
    "espace": "cabinet",
    "liens": {nom: f"facturation:{nom}" for nom in _PAGES}
    | {"iban": "facturation:iban", "verification": "facturation:preparer_verification"},
}

_ONGLETS = {"calendrier": "calendrier", "paiements": "paiements", "ordre": "paiements"}
_ONGLETS |= {"fournisseurs": "fournisseurs", "fournisseur": "fournisseurs"}


def rendre(request: HttpRequest, gabarit: str, contexte: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of i-Facture, or a fragment of it, with its tab marked as the current one."""
    nom = gabarit.partition("/")[2].partition(".")[0]
    return render(request, gabarit, contexte | {"onglet": _ONGLETS.get(nom, "factures")}, status=status)


def aujourdhui() -> date:
    return jour_de_paris(timezone.now())


def reste_a_payer(facture: Facture) -> int:
    """Cents that nothing pays yet, from the instalments that `avec_echeances` loaded; a credit note is not paid."""
    if facture.nature == NatureFacture.AVOIR:
        return 0
    return sum(echeance.montant_cents for echeance in facture.echeances.all() if not _reglee(echeance))


def prochaine_echeance(facture: Facture) -> date | None:
    if facture.nature == NatureFacture.AVOIR:
        return None
    ouvertes = [echeance.date for echeance in facture.echeances.all() if not _reglee(echeance)]
    return min(ouvertes, default=None)


def _reglee(echeance: Echeance) -> bool:
    return bool(getattr(echeance, "reglee", False))


def contexte_liste(request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
    """The list of invoices that the address asks for: `q`, `situation`, `apres`."""
    recherche = request.GET.get("q", "").strip()[:80]
    situation = request.GET.get("situation", "")
    lignes = avec_echeances(factures(dossier, recherche=recherche, situation=situation, jour=aujourdhui()))
    page = paginer(lignes, cles=("-date_emission", "-id"), parametres=request.GET)
    lignes_affichees = [
        {"facture": facture, "reste_cents": reste_a_payer(facture), "prochaine": prochaine_echeance(facture)}
        for facture in page.lignes
    ]
    sommes = totaux(dossier, aujourdhui())
    return {
        "dossier": dossier,
        "page": page,
        "lignes": lignes_affichees,
        "notes": {
            "a_payer": f"{sommes.a_payer} {pluriel(sommes.a_payer, 'échéance')}",
            "en_retard": f"{sommes.en_retard} {pluriel(sommes.en_retard, 'échéance')}",
            "ton": "danger" if sommes.en_retard else "",
            "prochaine": date_courte(sommes.prochaine) if sommes.prochaine else "Aucune",
        },
        "recherche": recherche,
        "situation": situation,
        "situations": SituationFacture.choices,
        "totaux": sommes,
        "aujourdhui": aujourdhui(),
    }


def contexte_facture(facture: Facture, joindre: JoindreForm | None = None) -> dict[str, Any]:
    """The page of an invoice with « Règlement »: its instalments, what pays them, where the supplier is paid."""
    return {
        "dossier": facture.dossier,
        "facture": facture,
        "echeances": echeances_de(facture),
        "coordonnee": coordonnee_courante(facture.fournisseur),
        "engagee": est_engagee(facture),
        "joindre": joindre or JoindreForm(),
        "autrement": AutrementForm(initial={"jour": aujourdhui()}),
        "comptes": comptes_debiteurs(facture.dossier),
        "aujourdhui": aujourdhui(),
    }


def joindre_a(form: JoindreForm, facture: Facture, auteur: Auteur) -> bool:
    """Attach a valid form's document; False when it was refused, the reason being in the form."""
    try:
        fichier = deposer(facture.dossier, form.cleaned_data["fichier"], auteur)
        joindre_document(facture=facture, fichier=fichier, maintenant=auteur.maintenant, origine=auteur.origine)
    except (FacturationError, FichierRefuse) as refus:
        form.add_error("fichier", str(refus))
        return False
    return True


def contexte_fournisseur(fournisseur: Fournisseur) -> dict[str, Any]:
    """The card of a supplier and the history of his IBAN, latest first."""
    return {
        "dossier": fournisseur.dossier,
        "fournisseur": fournisseur,
        "iban_form": IbanForm(),
        "historique": historique_des_ibans(fournisseur),
    }


def facture_ou_404(dossier: Dossier, facture_id: UUID) -> Facture:
    lignes = Facture.objects.pour_dossier(dossier).select_related("fournisseur__tiers", "fichier", "dossier__cabinet")
    facture = lignes.filter(pk=facture_id).first()
    if facture is None:
        raise Http404
    return facture


def echeance_ou_404(dossier: Dossier, echeance_id: UUID) -> Echeance:
    lignes = Echeance.objects.pour_dossier(dossier).select_related(
        "facture__fournisseur__tiers", "facture__fichier", "dossier__cabinet"
    )
    echeance = lignes.filter(pk=echeance_id).first()
    if echeance is None:
        raise Http404
    return echeance


def reglement_ou_404(dossier: Dossier, reglement_id: UUID) -> Reglement:
    lignes = Reglement.objects.filter(dossier=dossier).select_related(
        "echeance__facture", "echeance__dossier__cabinet"
    )
    reglement = lignes.filter(pk=reglement_id).first()
    if reglement is None:
        raise Http404
    return reglement


def fournisseur_ou_404(dossier: Dossier, fournisseur_id: UUID) -> Fournisseur:
    fournisseur = (
        Fournisseur.objects.pour_dossier(dossier)
        .select_related("tiers", "dossier__cabinet")
        .filter(pk=fournisseur_id)
        .first()
    )
    if fournisseur is None:
        raise Http404
    return fournisseur


def ordre_ou_404(dossier: Dossier, ordre_id: UUID) -> Ordre:
    lignes = Ordre.objects.pour_dossier(dossier).select_related("compte__connexion", "cree_par", "approuve_par")
    ordre = lignes.filter(pk=ordre_id).first()
    if ordre is None:
        raise Http404
    return ordre


@contextmanager
def client_de(compte: CompteQonto) -> Iterator[QontoClient]:
    """The bank's client of an account's connection, without retries of its own: a lost answer of an order is a doubt.

    Raises QontoLinkError when the consent is over or Qonto does not answer.
    """
    with client_pour(compte.connexion, reglages=clients.reglages(reprises=0)) as client:
        yield client


def verifier(
    echeance: Echeance, compte: CompteQonto | None, par: Utilisateur, maintenant: datetime
) -> VerificationBeneficiaire | None:
    """Run the verification of payee of an instalment's supplier; None when it cannot be asked at all."""
    coordonnee = coordonnee_courante(echeance.facture.fournisseur)
    if compte is None or coordonnee is None:
        return None
    try:
        with client_de(compte) as client:
            return verifier_beneficiaire(
                dossier=echeance.dossier,
                iban=coordonnee.iban,
                nom=echeance.facture.fournisseur.nom,
                client=client,
                par=par,
                maintenant=maintenant,
            )
    except (QontoLinkError, QontoError):
        return None


def bouclier(
    echeance: Echeance,
    compte: CompteQonto | None,
    verification: VerificationBeneficiaire | None,
    maintenant: datetime,
) -> list[Alerte]:
    return examiner(echeance=echeance, compte=compte, verification=verification, maintenant=maintenant)


def methodes_sca() -> list[MethodeSca]:
    """What the payer may choose from; the simulation exists at the sandbox only (§9.4)."""
    reelles = [MethodeSca.APPAREIL, MethodeSca.PASSKEY]
    return [*reelles, MethodeSca.MOCK] if settings.QONTO_STAGING_TOKEN else reelles


def _premier_du_mois(mois: str, jour: date) -> date:
    """The first day of the month `AAAA-MM`; of the current one when it says nothing that a calendar may show."""
    try:
        premier = date.fromisoformat(f"{mois}-01") if mois else jour.replace(day=1)
    except ValueError:
        return jour.replace(day=1)
    return premier if premier.year in ANNEES else jour.replace(day=1)


def _case(jour: date, premier: date, echeances: list[Echeance]) -> dict[str, Any]:
    return {
        "jour": jour,
        "hors_mois": jour.month != premier.month,
        "echeances": echeances,
        "total_cents": sum(echeance.montant_cents for echeance in echeances),
        "ferme": not est_ouvre(jour),
    }


def calendrier_du_mois(dossier: Dossier, mois: str) -> dict[str, Any]:
    """The due dates of a month (`AAAA-MM`, this one by default) by week, with the sum of each day."""
    jour = aujourdhui()
    premier = _premier_du_mois(mois, jour)
    semaines = Calendar().monthdatescalendar(premier.year, premier.month)
    par_jour: dict[date, list[Echeance]] = {}
    ouvertes = echeancier(dossier, semaines[0][0], semaines[-1][-1])
    for echeance in ouvertes:
        par_jour.setdefault(echeance.date, []).append(echeance)
    return {
        "dossier": dossier,
        "premier": premier,
        "semaines": [[_case(case, premier, par_jour.get(case, [])) for case in semaine] for semaine in semaines],
        "nombre": sum(echeance.date.month == premier.month for echeance in ouvertes),
        "total_cents": sum(echeance.montant_cents for echeance in ouvertes if echeance.date.month == premier.month),
        "precedent": f"{moins_mois(premier, 1):%Y-%m}",
        "suivant": f"{plus_mois(premier, 1):%Y-%m}",
        "aujourdhui": jour,
    }


def virement_ou_404(dossier: Dossier, virement_id: UUID) -> Virement:
    lignes = Virement.objects.pour_dossier(dossier).select_related("ordre__compte__connexion", "dossier__cabinet")
    virement = lignes.filter(pk=virement_id).first()
    if virement is None:
        raise Http404
    return virement


def verification_de(
    echeance: Echeance, identifiant: int | None, maintenant: datetime
) -> VerificationBeneficiaire | None:
    """The verification that the window showed, if it is of this dossier, this IBAN, and young enough."""
    coordonnee = coordonnee_courante(echeance.facture.fournisseur)
    if identifiant is None or coordonnee is None:
        return None
    trouvee = verification_montree(
        echeance.dossier, identifiant, iban=coordonnee.iban, nom=echeance.facture.fournisseur.nom
    )
    return trouvee if trouvee and trouvee.valable(maintenant) else None


def contexte_ordre(ordre: Ordre, auteur: Auteur) -> dict[str, Any]:
    """What the panel of an order shows; `a_suivre`: it still asks."""
    lignes, maintenant = lignes_de(ordre, auteur), auteur.maintenant
    virements = [ligne.virement for ligne in lignes]
    expire = ordre.sca_expire_le()
    restant = int((expire - maintenant).total_seconds()) if expire and ordre.statut == StatutOrdre.ATTENTE_SCA else 0
    enchaine = ordre.statut in (StatutOrdre.SOUMISSION, StatutOrdre.DOUTE, StatutOrdre.ATTENTE_SCA)
    return {
        "dossier": ordre.dossier,
        "ordre": ordre,
        "lignes": lignes,
        "virements": virements,
        "empreinte": empreinte(ordre),
        "etat": etat_affiche(ordre, maintenant),
        "total_cents": sum(virement.montant_cents for virement in virements),
        "restant": max(restant, 0),
        "a_trancher": a_trancher(ordre, maintenant),
        "lot_muet": est_muet(ordre, maintenant),
        "lot_detachable": est_detachable(ordre),
        "secondes_personnes": secondes_personnes(ordre) if ordre.second_regard else [],
        "a_suivre": enchaine
        or (
            ordre.statut == StatutOrdre.ACCEPTE
            and any(v.statut in (StatutVirement.ENVOYE, StatutVirement.EN_COURS) for v in virements)
        ),
        "a_justifier": any(ligne.a_justifier for ligne in lignes),
        "bac_a_sable": settings.QONTO_APP_URL if settings.QONTO_STAGING_TOKEN else "",
    }
