"""The shield before a payment (B3): what looks wrong, how grave, with its evidence. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from facturation.enums import Gravite
from facturation.models import CoordonneeBancaire, Echeance
from facturation.queries import (
    Vivant,
    derniers_payes,
    echeances_deja_payees,
    iban_des_fournisseurs,
    ibans_partages,
    reglements_semblables,
)
from portal.lib.affichage import date_courte, devise, siren
from portal.lib.bancaire import masquer_iban
from qonto_link.models import CompteQonto
from qonto_link.virements.enums import ResultatVop, StatutVirement
from qonto_link.virements.models import VerificationBeneficiaire, Virement

SOSIE = timedelta(days=60)
IBAN_RECENT = timedelta(days=30)
INHABITUEL = 5  # times the largest of the last payments to this supplier


@dataclass(frozen=True)
class Alerte:
    """One finding. `code` is stable, `texte` is for the payer."""

    code: str
    gravite: str
    texte: str


def gravite_de(alertes: list[Alerte]) -> str:
    """The colour of the whole."""
    for gravite in (Gravite.ROUGE, Gravite.ORANGE):
        if any(alerte.gravite == gravite for alerte in alertes):
            return gravite
    return Gravite.VERT


def exige_second_regard(alertes: list[Alerte]) -> list[str]:
    """The red findings: each payment that has one needs a written reason and a second person (B3)."""
    return [alerte.texte for alerte in alertes if alerte.gravite == Gravite.ROUGE]


def examiner(
    *,
    echeance: Echeance,
    compte: CompteQonto | None,
    verification: VerificationBeneficiaire | None,
    maintenant: datetime,
) -> list[Alerte]:
    """Everything worth a look before this instalment is paid from this account."""
    lignes = [(echeance, verification)]
    return examiner_tous(lignes=lignes, compte=compte, maintenant=maintenant)[str(echeance.pk)]


def examiner_tous(
    *,
    lignes: Sequence[tuple[Echeance, VerificationBeneficiaire | None]],
    compte: CompteQonto | None,
    maintenant: datetime,
) -> dict[str, list[Alerte]]:
    """The same for instalments of one dossier, by their ids, red first: as many queries for 400 as for one."""
    if not lignes:
        return {}
    passe = _lire([echeance for echeance, _ in lignes])
    disponible = compte.solde_autorise_cents if compte else None
    alertes = {}
    for echeance, verification in lignes:
        trouvees = [
            *_siren(echeance),
            *_iban(echeance, passe, maintenant),
            *_deja(echeance, passe),
            *_sosies(echeance, passe),
            *_habitudes(echeance, passe),
        ]
        if verification is not None:
            trouvees += _verification(verification)
        if disponible is not None and disponible < echeance.montant_cents:
            trouvees.append(_solde(disponible, echeance.montant_cents))
        alertes[str(echeance.pk)] = sorted(trouvees, key=lambda alerte: alerte.gravite != Gravite.ROUGE)
    return alertes


@dataclass(frozen=True)
class _Passe:
    """What the dossier knows of the suppliers to pay. `payes`: (IBAN, cents) of the last settled, the latest first."""

    courantes: dict[UUID, CoordonneeBancaire]
    anciens: dict[UUID, set[str]]
    partages: dict[str, set[UUID]]
    payes: dict[UUID, list[tuple[str, int]]]
    vivants: dict[tuple[UUID, int], list[Vivant]]
    deja: dict[UUID, Virement]


def _lire(echeances: Sequence[Echeance]) -> _Passe:
    dossier_id = echeances[0].dossier_id
    ids = {echeance.facture.fournisseur_id for echeance in echeances}
    courantes, anciens = iban_des_fournisseurs(ids)
    jours = [echeance.date for echeance in echeances]
    return _Passe(
        courantes=courantes,
        anciens=anciens,
        partages=ibans_partages(dossier_id, {coordonnee.iban for coordonnee in courantes.values()}),
        payes=derniers_payes(dossier_id, ids),
        vivants=reglements_semblables(
            dossier_id,
            fournisseurs=ids,
            montants={echeance.montant_cents for echeance in echeances},
            jours=(min(jours) - SOSIE, max(jours) + SOSIE),
        ),
        deja=echeances_deja_payees(echeances),
    )


def _solde(disponible: int, montant: int) -> Alerte:
    texte = f"Le solde disponible ({devise(disponible)}) ne couvre pas ce paiement ({devise(montant)})."
    return Alerte("solde", Gravite.ORANGE, texte)


def _verification(verification: VerificationBeneficiaire) -> list[Alerte]:
    if verification.resultat == ResultatVop.PROCHE:
        texte = f"La banque du bénéficiaire connaît ce compte au nom de « {verification.nom_trouve} »."
        return [Alerte("vop_proche", Gravite.ORANGE, texte)]
    if verification.resultat == ResultatVop.DIFFERENT:
        texte = "La banque du bénéficiaire dit que ce compte n’est pas au nom de ce fournisseur."
        return [Alerte("vop_different", Gravite.ROUGE, texte)]
    if verification.resultat == ResultatVop.IMPOSSIBLE:
        texte = "La banque du bénéficiaire n’a pas pu vérifier le nom du compte."
        return [Alerte("vop_impossible", Gravite.ORANGE, texte)]
    return []


def _siren(echeance: Echeance) -> list[Alerte]:
    """The invoice says another company than the supplier's card."""
    lu, connu = echeance.facture.siren_facture, echeance.facture.fournisseur.siren
    if not lu or not connu or lu == connu:
        return []
    texte = (
        f"Le SIREN imprimé sur la facture ({siren(lu)}) n’est pas celui de la fiche du fournisseur ({siren(connu)})."
    )
    return [Alerte("siren", Gravite.ROUGE, texte)]


def _iban(echeance: Echeance, passe: _Passe, maintenant: datetime) -> list[Alerte]:
    fournisseur, alertes = echeance.facture.fournisseur, []
    actuelle = passe.courantes.get(fournisseur.pk)
    if actuelle is None:
        return []
    lu = echeance.facture.iban_facture
    if lu and lu != actuelle.iban:
        texte = (
            f"L’IBAN imprimé sur la facture ({masquer_iban(lu)}) n’est pas celui de la fiche du fournisseur "
            f"({masquer_iban(actuelle.iban)})."
        )
        alertes.append(Alerte("iban_facture", Gravite.ROUGE, texte))
    if historique := _historique(echeance, actuelle, passe, maintenant):
        alertes.append(historique)
    if passe.partages.get(actuelle.iban, set()) - {fournisseur.pk}:
        alertes.append(Alerte("iban_partage", Gravite.ROUGE, "Cet IBAN est aussi celui d’un autre fournisseur."))
    return alertes


def _historique(
    echeance: Echeance, actuelle: CoordonneeBancaire, passe: _Passe, maintenant: datetime
) -> Alerte | None:
    """What the past of this supplier says of his IBAN: changed since he was paid, changed lately, or never paid."""
    fournisseur = echeance.facture.fournisseur
    payes = passe.payes.get(fournisseur.pk, [])
    if payes and payes[0][0] != actuelle.iban:
        texte = (
            f"L’IBAN de {fournisseur.nom} a changé le {date_courte(actuelle.depuis)} depuis votre dernier paiement "
            f"({masquer_iban(payes[0][0])} → {masquer_iban(actuelle.iban)}). Appelez-le à un numéro que vous "
            "connaissez."
        )
        return Alerte("iban_change", Gravite.ROUGE, texte)
    if payes:
        return None
    remplace = bool(passe.anciens.get(fournisseur.pk, set()) - {actuelle.iban})
    if actuelle.depuis > maintenant - IBAN_RECENT and remplace:
        texte = (
            f"L’IBAN de {fournisseur.nom} a été remplacé le {date_courte(actuelle.depuis)} et rien n’a encore été "
            "payé sur le nouveau. Appelez-le à un numéro que vous connaissez."
        )
        return Alerte("iban_recent", Gravite.ROUGE, texte)
    return Alerte("nouveau", Gravite.ORANGE, f"C’est votre premier paiement à {fournisseur.nom} ici.")


def _deja(echeance: Echeance, passe: _Passe) -> list[Alerte]:
    """This very instalment was paid and came back, or somebody said that its transfer had not left."""
    virement = passe.deja.get(echeance.pk)
    if virement is None:
        return []
    if virement.statut == StatutVirement.RETOURNE:
        jour = f" le {date_courte(virement.execute_le)}" if virement.execute_le else ""
        texte = (
            f"Cette échéance a déjà été payée{jour}, puis ce virement a été noté comme retourné : vérifiez le compte."
        )
        return [Alerte("deja_retournee", Gravite.ORANGE, texte)]
    texte = "Un premier virement a été déclaré comme non parti : vérifiez dans Qonto qu’il n’y est pas."
    return [Alerte("deja_declaree", Gravite.ORANGE, texte)]


def _sosies(echeance: Echeance, passe: _Passe) -> list[Alerte]:
    """Already ordered: same supplier and amount within two months, on another invoice."""
    sosie = _premier_sosie(echeance, passe.vivants.get((echeance.facture.fournisseur_id, echeance.montant_cents), ()))
    if sosie is None:
        return []
    texte = f"Le même montant est déjà réglé à ce fournisseur pour la facture {sosie.numero}."
    return [Alerte("sosie", Gravite.ORANGE, texte)]


def _premier_sosie(echeance: Echeance, vivants: Iterable[Vivant]) -> Vivant | None:
    autour: tuple[date, date] = (echeance.date - SOSIE, echeance.date + SOSIE)
    return next(
        (
            vivant
            for vivant in vivants
            if vivant.facture_id != echeance.facture_id and autour[0] <= vivant.jour <= autour[1]
        ),
        None,
    )


def _habitudes(echeance: Echeance, passe: _Passe) -> list[Alerte]:
    montants = [montant for _, montant in passe.payes.get(echeance.facture.fournisseur_id, [])]
    if montants and echeance.montant_cents > INHABITUEL * max(montants):
        return [
            Alerte("montant", Gravite.ORANGE, "Ce montant est bien plus élevé que d’habitude pour ce fournisseur.")
        ]
    return []
