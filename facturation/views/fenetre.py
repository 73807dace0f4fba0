"""« Transaction de paiement » (S13) in both spaces: what the window shows, and the order of a posted one."""

from dataclasses import dataclass
from typing import Any

from facturation.errors import CoordonneesChangees, FacturationError, SecondRegardManquant
from facturation.forms import PaiementForm
from facturation.models import Echeance
from facturation.queries import verification_montree
from facturation.saisie import Auteur
from facturation.services.bouclier import Alerte, exige_second_regard, gravite_de
from facturation.services.fournisseurs import coordonnee_courante
from facturation.services.paiement import BANQUES, comptes_debiteurs, date_proposee, manques_pour_payer
from facturation.tunnel import preparer_une
from facturation.views.commun import aujourdhui, bouclier, verification_de, verifier
from portal.lib.calendrier import prochain_jour_ouvre
from qonto_link.errors import QontoLinkError
from qonto_link.models import CompteQonto
from qonto_link.virements.models import Ordre, VerificationBeneficiaire


@dataclass(frozen=True)
class Montre:
    """What the window shows of the payee; `alertes` is None until the verification ran."""

    verification: VerificationBeneficiaire | None = None
    alertes: list[Alerte] | None = None


RIEN = Montre()


def compte_choisi(comptes: list[CompteQonto], identifiant: str) -> CompteQonto | None:
    """The account of that id, else the first one."""
    choisi = next((compte for compte in comptes if str(compte.pk) == identifiant), None)
    return choisi or (comptes[0] if comptes else None)


def contexte_fenetre(echeance: Echeance, form: PaiementForm, montre: Montre) -> dict[str, Any]:
    comptes = comptes_debiteurs(echeance.dossier)
    compte = compte_choisi(comptes, str(form["compte"].value() or ""))
    choisie = form.cleaned_data.get("date") if form.is_bound else form.initial["date"]
    execution = prochain_jour_ouvre(choisie) if choisie else None
    alertes, verification = montre.alertes, montre.verification
    defavorable = verification is not None and not verification.favorable
    jour = choisie or date_proposee(echeance, aujourdhui())
    manques = manques_pour_payer(echeance=echeance, compte=compte, jour=jour)
    return {
        "dossier": echeance.dossier,
        "echeance": echeance,
        "facture": echeance.facture,
        "form": form,
        "compte": compte,
        "comptes": comptes,
        "coordonnee": coordonnee_courante(echeance.facture.fournisseur),
        "manques": manques,
        "banque_a_completer": any(BANQUES in manque for manque in manques),
        "verification": verification,
        "alertes": alertes,
        "gravite": gravite_de(alertes) if alertes is not None else "",
        "date_choisie": choisie,
        "execution": execution if execution != choisie else None,
        "motif_exige": bool(alertes and (exige_second_regard(alertes) or defavorable)),
    }


def verifier_maintenant(echeance: Echeance, compte: CompteQonto | None, auteur: Auteur) -> Montre:
    """Ask who owns the account, now."""
    verification = verifier(echeance, compte, auteur.personne, auteur.maintenant)
    return Montre(verification, bouclier(echeance, compte, verification, auteur.maintenant))


def ordonner(form: PaiementForm, echeance: Echeance, auteur: Auteur, *, a_approuver: bool) -> Ordre | Montre:
    """The order of a posted window; or what the window shows again, the form saying what is wrong.

    Only what was shown is ordered: an IBAN that changed since, or a verification that had to be made again, brings
    the window back.
    """
    valide = form.is_valid()
    compte = form.cleaned_data.get("compte") or compte_choisi(comptes_debiteurs(echeance.dossier), "")
    identifiant = form.cleaned_data.get("verification")
    montree = verification_de(echeance, identifiant, auteur.maintenant)
    verifiee = montree or verifier(echeance, compte, auteur.personne, auteur.maintenant)
    montre = Montre(verifiee, bouclier(echeance, compte, verifiee, auteur.maintenant))
    if not valide or compte is None:
        return montre
    coordonnee = coordonnee_courante(echeance.facture.fournisseur)
    if coordonnee is not None and form.cleaned_data["coordonnee"] != coordonnee.pk:
        form.add_error(None, str(CoordonneesChangees()))
        return montre
    if montree is None and verifiee is not None and not _deja_dit(echeance, identifiant, verifiee):
        form.add_error(None, "La vérification du bénéficiaire vient d’être faite : relisez-la avant de valider.")
        return montre
    try:
        saisie = form.saisie(echeance, verifiee, coordonnee)
        return preparer_une(saisie, compte, montre.alertes or [], auteur, a_approuver=a_approuver)
    except (FacturationError, QontoLinkError) as refus:
        form.add_error("motif" if isinstance(refus, SecondRegardManquant) else None, str(refus))
        return montre


def _deja_dit(echeance: Echeance, identifiant: int | None, verifiee: VerificationBeneficiaire) -> bool:
    """True when the window already showed this very answer, from a bank that gives no proof with it."""
    if identifiant is None:
        return False
    nom = echeance.facture.fournisseur.nom
    montree = verification_montree(echeance.dossier, identifiant, iban=verifiee.iban, nom=nom)
    reponse = (verifiee.resultat, verifiee.nom_trouve)
    return montree is not None and not montree.jeton and (montree.resultat, montree.nom_trouve) == reponse
