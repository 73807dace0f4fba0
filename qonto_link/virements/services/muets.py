"""A bulk that Qonto has and never shows: its payments stay sent, their instalments held.

Two ways out, for a person entitled to pay, each with a reason and a line of the audit trail. A bulk attached by hand
that shows nothing is given back to the doubt: nothing is freed. A payment that Qonto has not shown a whole day after
the call, at two looks, is said not to have left: its instalment opens again, and the bulk stays watched, so that a
transfer shown later is an incident and never silence.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from gestion_acces.services.audit import SYSTEME, Origine
from portal.lib.affichage import horodatage
from qonto_link.api.client import QontoClient
from qonto_link.api.schemas.paiements import BulkTransfer, Transfer
from qonto_link.enums import ClasseIncident
from qonto_link.services.incidents import signaler
from qonto_link.virements.enums import Genre, StatutOrdre, StatutVirement
from qonto_link.virements.errors import (
    DecisionPrematuree,
    LotMontre,
    MouvementRefuse,
    SecondRegardTropTot,
    SosiesChanges,
    SosieTenu,
)
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.decisions import clore, motif_donne
from qonto_link.virements.services.doute import ECART_REGARDS, VERIFIE
from qonto_link.virements.services.etats import deplacer_ordre, deplacer_virement
from qonto_link.virements.services.recherche import chercher_lignes
from qonto_link.virements.services.suivi import lire_lot, rattacher_lignes, suivre_ordre

# Qonto makes the payments of a bulk within minutes; a whole day leaves room for its controls.
DELAI_MUET = timedelta(hours=24)
# How long, and how often, a bulk is watched for payments that a person said had not left.
VEILLE = timedelta(days=60)
PAS_DE_VEILLE = timedelta(hours=1)
MUET = "Qonto ne montre pas les virements d’un envoi groupé"
PARUS = "Qonto montre un virement que le portail croyait perdu"


@dataclass(frozen=True)
class Silence:
    """What Qonto does not show of a bulk, and the transfers there that look like it."""

    virements: tuple[Virement, ...]
    sosies: tuple[Transfer, ...]


def lignes_muettes(ordre: Ordre) -> QuerySet[Virement]:
    """The payments of an accepted bulk of which Qonto never said a word."""
    if ordre.genre != Genre.LOT or ordre.statut != StatutOrdre.ACCEPTE:
        return Virement.objects.none()
    return ordre.virements.filter(statut=StatutVirement.ENVOYE, transfer_id="")


def est_detachable(ordre: Ordre) -> bool:
    """True while the bulk that a person attached may be another's: Qonto showed none of its payments."""
    muettes = lignes_muettes(ordre)
    return ordre.rattache_par_main and bool(ordre.bulk_id) and muettes.count() == ordre.virements.count()


def est_muet(ordre: Ordre, maintenant: datetime) -> bool:
    """True when a payment of the bulk is unseen a whole day after its call."""
    depart = ordre.dernier_envoi or ordre.cree_le
    return maintenant >= depart + DELAI_MUET and lignes_muettes(ordre).exists()


def a_trancher_lot(ordre: Ordre, maintenant: datetime) -> bool:
    """True when a person may say what became of the bulk. Asks our own rows, not Qonto."""
    return est_muet(ordre, maintenant) or est_detachable(ordre)


def ecouter(*, ordre: Ordre, client: QontoClient, maintenant: datetime) -> Silence:
    """Look again, at the bulk and at the transfers. What is found is attached without asking anybody.

    Raises DecisionPrematuree when nothing is left to decide, QontoError.
    """
    suivre_ordre(ordre=ordre, client=client, maintenant=maintenant)
    if not a_trancher_lot(ordre, maintenant):
        raise DecisionPrematuree
    constat = chercher_lignes(ordre, list(lignes_muettes(ordre).order_by("rang")), client)
    _rattacher(ordre, constat.lignes, maintenant)
    muettes = list(lignes_muettes(ordre).order_by("rang"))
    if not muettes:
        raise DecisionPrematuree
    if est_muet(ordre, maintenant) and ordre.regard_negatif is None:
        _noter_regard(ordre, len(muettes), maintenant)
    return Silence(tuple(muettes), tuple(sosie for sosie in constat.sosies if isinstance(sosie, Transfer)))


def _rattacher(ordre: Ordre, lignes: Mapping[UUID, Transfer], maintenant: datetime) -> None:
    try:
        with transaction.atomic():
            rattacher_lignes(ordre, lignes, maintenant=maintenant)
    except IntegrityError:
        raise SosieTenu from None


def _noter_regard(ordre: Ordre, nombre: int, maintenant: datetime) -> None:
    """The first look that did not see them, said once in the journal of incidents."""
    vu = Ordre.objects.filter(pk=ordre.pk, statut=StatutOrdre.ACCEPTE, regard_negatif=None)
    if vu.update(regard_negatif=maintenant):
        ordre.regard_negatif = maintenant
        signaler(
            dossier=ordre.dossier,
            classe=ClasseIncident.CONTROLE,
            titre=MUET,
            detail=(
                f"Paiement {ordre.pk} : {nombre} virement(s) sans nouvelles. Leurs échéances sont retenues jusqu’à ce "
                "qu’une personne habilitée à payer dise, depuis la page du paiement, ce qu’il en est."
            ),
            cle=cle_incident(ordre),
            maintenant=maintenant,
        )


def cle_incident(ordre: Ordre) -> str:
    return f"muet:{ordre.pk}"


def detacher_lot(
    *, ordre: Ordre, client: QontoClient, motif: str, maintenant: datetime, origine: Origine = SYSTEME
) -> Ordre:
    """« Ce n'était pas cet envoi »: ACCEPTE → DOUTE, the bulk is nobody's again. Frees nothing.

    Raises DecisionSansMotif, LotMontre when Qonto showed one of its payments meanwhile or nobody attached it by hand,
    MouvementRefuse when somebody decided first, QontoError.
    """
    motif = motif_donne(motif)
    suivre_ordre(ordre=ordre, client=client, maintenant=maintenant)
    with transaction.atomic():
        # The row first: whoever books one of its payments meanwhile changes what is counted below.
        ordre.refresh_from_db()
        if not est_detachable(ordre):
            raise LotMontre
        lot = ordre.bulk_id
        deplacer_ordre(ordre, StatutOrdre.DOUTE, maintenant=maintenant, bulk_id="", rattache_par_main=False)
        clore(
            ordre,
            "paiement.detacher_lot",
            incident=cle_incident(ordre),
            statut_avant=StatutOrdre.ACCEPTE,
            maintenant=maintenant,
            origine=origine,
            motif=motif,
            lot=lot,
        )
    return ordre


def declarer_lignes_perdues(
    *,
    ordre: Ordre,
    vus: Collection[str],
    client: QontoClient,
    motif: str,
    maintenant: datetime,
    origine: Origine = SYSTEME,
) -> int:
    """« Ces virements ne sont pas partis »: their instalments open again. `vus`: the look-alikes that she ruled out.

    Returns how many. Raises DecisionSansMotif, DecisionPrematuree before a whole day, SecondRegardTropTot before the
    second look, SosiesChanges when Qonto shows others, MouvementRefuse when somebody was faster, QontoError.
    """
    motif = motif_donne(motif)
    if not est_muet(ordre, maintenant):
        raise DecisionPrematuree
    premier = ordre.regard_negatif
    silence = ecouter(ordre=ordre, client=client, maintenant=maintenant)
    if premier is None or maintenant < premier + ECART_REGARDS:
        raise SecondRegardTropTot(f"le {horodatage((ordre.regard_negatif or maintenant) + ECART_REGARDS)}")
    if {sosie.id for sosie in silence.sosies} != set(vus):
        raise SosiesChanges
    with transaction.atomic():
        _perdre(ordre, silence.virements, motif, maintenant)
        clore(
            ordre,
            "paiement.lignes_perdues",
            incident=cle_incident(ordre),
            statut_avant=StatutOrdre.ACCEPTE,
            maintenant=maintenant,
            origine=origine,
            motif=motif,
            virements=[str(virement.pk) for virement in silence.virements],
            ecartes=sorted(vus),
        )
    return len(silence.virements)


def _perdre(ordre: Ordre, virements: Iterable[Virement], motif: str, maintenant: datetime) -> None:
    vivant = Ordre.objects.filter(pk=ordre.pk, statut=StatutOrdre.ACCEPTE, bulk_id=ordre.bulk_id)
    if vivant.update(lignes_perdues_le=maintenant, modifie_le=maintenant) != 1:
        raise MouvementRefuse
    ordre.lignes_perdues_le = maintenant
    texte = f"Qonto ne montre pas ce virement, {VERIFIE} : {motif}"[:300]
    for virement in virements:
        deplacer_virement(virement, StatutVirement.REJETE, maintenant=maintenant, motif=texte)


def veiller(*, ordre: Ordre, client: QontoClient, maintenant: datetime) -> None:
    """After a bulk was followed: note what stays unseen, and what appears after all. Raises QontoError."""
    if ordre.lignes_perdues_le is not None and ordre.bulk_id:
        _guetter(ordre, lire_lot(ordre, client), maintenant)
    if ordre.regard_negatif is None and est_muet(ordre, maintenant):
        try:
            ecouter(ordre=ordre, client=client, maintenant=maintenant)
        except DecisionPrematuree:
            return


def _guetter(ordre: Ordre, lot: BulkTransfer, maintenant: datetime) -> None:
    perdus = {
        str(pk)
        for pk in ordre.virements.filter(statut=StatutVirement.REJETE, transfer_id="").values_list("pk", flat=True)
    }
    parus = [r for r in lot.results if r.transfer_id and r.client_transfer_id in perdus]
    if parus:
        signaler(
            dossier=ordre.dossier,
            classe=ClasseIncident.CONTROLE,
            titre=PARUS,
            detail=(
                f"Paiement {ordre.pk}, références de Qonto {', '.join(r.transfer_id for r in parus[:20])}. Ces "
                "échéances ont été rouvertes : comparez avec Qonto avant de les payer à nouveau."
            ),
            cle=f"paru:{ordre.pk}",
            maintenant=maintenant,
        )
