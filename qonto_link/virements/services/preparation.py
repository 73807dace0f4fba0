"""An order is written down, checked and approved before anything leaves for Qonto."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from gestion_acces.models import Dossier, Utilisateur
from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from portal.lib.calendrier import prochain_jour_ouvre
from portal.lib.identifiants import nettoyer
from qonto_link.models import CompteQonto
from qonto_link.virements.enums import Genre, StatutOrdre, StatutVirement
from qonto_link.virements.errors import (
    AbandonEnDoute,
    MotifManquant,
    MouvementRefuse,
    SecondePersonneRequise,
    VerificationManquante,
)
from qonto_link.virements.models import Ordre, VerificationBeneficiaire, Virement
from qonto_link.virements.services.etats import deplacer_ordre, liberer_ordre, noter

TAILLE_LOT = 400  # business reference §0.4


@dataclass(frozen=True)
class LigneOrdre:
    """One payment to prepare. `montant_cents` in cents of euro, `date` the Paris day asked for."""

    montant_cents: int
    beneficiaire: str
    iban: str
    bic: str
    reference: str
    note: str
    date: date
    verification: VerificationBeneficiaire | None = None
    motif_poursuite: str = ""
    beneficiaire_id: str = ""


def texte_sepa(texte: str, taille: int = 140) -> str:
    """The text in the Latin basic set that every bank carries (business reference §10.5)."""
    plat = unicodedata.normalize("NFKD", texte.replace("œ", "oe").replace("Œ", "OE").replace("’", "'"))
    ascii_ = plat.encode("ascii", "ignore").decode()
    propre = re.sub(r"\s+", " ", re.sub(r"[^A-Za-z0-9/\-?:().,'+ ]", " ", ascii_)).strip(" /")
    return re.sub(r"/{2,}", "/", propre)[:taille].strip(" /")


def preparer_ordre(
    *,
    dossier: Dossier,
    compte: CompteQonto,
    lignes: Sequence[LigneOrdre],
    par: Utilisateur,
    a_approuver: bool,
    maintenant: datetime,
    origine: Origine = SYSTEME,
    jeton_vop: str = "",
    second_regard: bool = False,
    cle: UUID | None = None,
) -> Ordre:
    """Write an order and its payments; nothing is sent. Several lines, or a bulk's token, make a bulk.

    `a_approuver`: somebody entitled must approve before it can be sent; with `second_regard` somebody else.
    `cle`: its idempotency key, random when None. Raises ValueError beyond 400 lines.
    """
    if not 1 <= len(lignes) <= TAILLE_LOT:
        raise ValueError("An order has from 1 to 400 payments.")
    genre = Genre.LOT if len(lignes) > 1 or jeton_vop else Genre.SIMPLE
    with transaction.atomic():
        ordre = Ordre.objects.create(
            dossier=dossier,
            compte=compte,
            genre=genre,
            cle=cle or uuid4(),
            statut=StatutOrdre.A_APPROUVER if a_approuver or second_regard else StatutOrdre.PRET,
            second_regard=second_regard,
            jeton_vop=jeton_vop,
            cree_par=par,
            cree_le=maintenant,
            modifie_le=maintenant,
        )
        Virement.objects.bulk_create([_virement(ordre, rang, ligne) for rang, ligne in enumerate(lignes, start=1)])
        journaliser(
            cabinet=dossier.cabinet,
            dossier=dossier,
            acte="paiement.preparer",
            date=maintenant,
            origine=origine,
            objet=str(ordre.pk),
            apres={"lignes": len(lignes), "montant_cents": sum(ligne.montant_cents for ligne in lignes)},
        )
    return ordre


def _virement(ordre: Ordre, rang: int, ligne: LigneOrdre) -> Virement:
    en_attente = ordre.statut == StatutOrdre.A_APPROUVER
    return Virement(
        dossier_id=ordre.dossier_id,
        ordre=ordre,
        rang=rang,
        statut=StatutVirement.A_APPROUVER if en_attente else StatutVirement.EN_PREPARATION,
        montant_cents=ligne.montant_cents,
        beneficiaire=texte_sepa(ligne.beneficiaire),
        iban=nettoyer(ligne.iban).upper(),
        bic=ligne.bic,
        reference=texte_sepa(ligne.reference),
        note=texte_sepa(ligne.note),
        date_demandee=ligne.date,
        date_prevue=prochain_jour_ouvre(ligne.date),
        verification=ligne.verification,
        motif_poursuite=ligne.motif_poursuite,
        beneficiaire_id=ligne.beneficiaire_id,
    )


def approuver_ordre(*, ordre: Ordre, par: Utilisateur, maintenant: datetime, origine: Origine = SYSTEME) -> Ordre:
    """A person's yes: the order may be sent. Raises MouvementRefuse when it does not wait for one, and
    SecondePersonneRequise when its red alert asks for another person."""
    if ordre.second_regard and par.pk == ordre.cree_par_id:
        raise SecondePersonneRequise
    with transaction.atomic():
        deplacer_ordre(ordre, StatutOrdre.PRET, maintenant=maintenant, approuve_par=par)
        journaliser(
            cabinet=ordre.dossier.cabinet,
            dossier=ordre.dossier,
            acte="paiement.approuver",
            date=maintenant,
            origine=origine,
            objet=str(ordre.pk),
            apres={"prepare_par": ordre.cree_par.email},
        )
    return ordre


def exiger_seconde_personne(ordre: Ordre, *, maintenant: datetime) -> Ordre:
    """A red alert appeared before anything left: two different people must have seen the order (B3).

    Raises MouvementRefuse when it left meanwhile.
    """
    if ordre.second_regard:
        return ordre
    vus_par_deux = ordre.approuve_par_id is not None and ordre.approuve_par_id != ordre.cree_par_id
    with transaction.atomic():
        avant = Ordre.objects.filter(pk=ordre.pk, statut__in=(StatutOrdre.A_APPROUVER, StatutOrdre.PRET))
        if avant.update(second_regard=True) != 1:
            raise MouvementRefuse
        ordre.second_regard = True
        if ordre.statut == StatutOrdre.PRET and not vus_par_deux:
            deplacer_ordre(ordre, StatutOrdre.A_APPROUVER, maintenant=maintenant, approuve_par=None)
        noter(ordre, "paiement.seconde_personne", maintenant=maintenant, prepare_par=ordre.cree_par.email)
    return ordre


def abandonner_ordre(*, ordre: Ordre, motif: str, maintenant: datetime, origine: Origine = SYSTEME) -> Ordre:
    """Give up an order that Qonto has not accepted. Raises MouvementRefuse once it may be at Qonto.

    One that waits for its authentication after a lost answer goes back to doubt, and AbandonEnDoute says so.
    """
    with transaction.atomic():
        liberer_ordre(ordre, StatutOrdre.ABANDONNE, maintenant=maintenant, motif=motif[:300], jeton_sca="")
        journaliser(
            cabinet=ordre.dossier.cabinet,
            dossier=ordre.dossier,
            acte="paiement.abandonner",
            date=maintenant,
            origine=origine,
            objet=str(ordre.pk),
            apres={"motif": motif[:300], "statut": ordre.statut},
        )
    if ordre.statut != StatutOrdre.ABANDONNE:
        raise AbandonEnDoute
    return ordre


def exiger_verification(ordre: Ordre, maintenant: datetime) -> None:
    """Raise unless each payment has its verification of payee, and a reason where the answer is not a match (F.2)."""
    for virement in ordre.virements.select_related("verification"):
        verification = virement.verification
        if verification is None or verification.iban != virement.iban or verification.dossier_id != ordre.dossier_id:
            raise VerificationManquante
        jeton_valable = verification.valable(maintenant) if ordre.genre == Genre.SIMPLE else bool(ordre.jeton_vop)
        if not jeton_valable:
            raise VerificationManquante
        if not verification.favorable and not virement.motif_poursuite.strip():
            raise MotifManquant
