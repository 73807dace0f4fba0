"""The only place where an order or a payment changes state.

Each move is one conditional UPDATE on the state, and on the number of the call, that the caller saw: of two people,
two tabs or two workers, one wins and the other gets `MouvementRefuse`, even when the state has come back meanwhile.
Who listens to `VIREMENT_CHANGE` runs in the same transaction.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from gestion_acces.services.audit import journaliser
from qonto_link.evenements import VIREMENT_CHANGE, publier
from qonto_link.virements.enums import MOUVEMENTS_ORDRE, MOUVEMENTS_VIREMENT, StatutOrdre, StatutVirement
from qonto_link.virements.errors import MouvementRefuse
from qonto_link.virements.models import Ordre, Virement

# What the state of the order says of its payments. ACCEPTE is not here: Qonto's answer names each payment's state.
_VIREMENT_SELON_ORDRE: dict[str, str] = {
    StatutOrdre.A_APPROUVER: StatutVirement.A_APPROUVER,
    StatutOrdre.PRET: StatutVirement.EN_PREPARATION,
    StatutOrdre.SOUMISSION: StatutVirement.ENVOYE,
    StatutOrdre.DOUTE: StatutVirement.ENVOYE,
    StatutOrdre.ATTENTE_SCA: StatutVirement.ATTENTE_SCA,
    StatutOrdre.REFUSE: StatutVirement.REJETE,
    StatutOrdre.ABANDONNE: StatutVirement.ANNULE,
}
# On the way to Qonto's answer neither the settlement nor the books change: nobody is told.
_SANS_SUITE = frozenset(
    {
        StatutVirement.A_APPROUVER,
        StatutVirement.EN_PREPARATION,
        StatutVirement.ENVOYE,
        StatutVirement.ATTENTE_SCA,
    }
)
_LIBERENT = frozenset({StatutOrdre.REFUSE, StatutOrdre.ABANDONNE})
_ACTES: dict[str, str] = {StatutOrdre.ACCEPTE: "paiement.accepte", StatutOrdre.REFUSE: "paiement.refuse"}


def deplacer_ordre(ordre: Ordre, vers: str, *, maintenant: datetime, **champs: Any) -> Ordre:
    """Move an order, with its payments, to the state `vers`; `champs` are written with it.

    Raises MouvementRefuse when the table forbids the move, when somebody moved the order first, or when it would free
    an uncertain order: closing its doubt takes `incertain=False`.
    """
    avant = ordre.statut
    if vers not in MOUVEMENTS_ORDRE[avant]:
        raise MouvementRefuse
    champs |= {"statut": vers, "modifie_le": maintenant}
    if vers == StatutOrdre.SOUMISSION:
        champs |= {"envois": ordre.envois + 1, "regard_negatif": None}
    elif vers in (StatutOrdre.DOUTE, StatutOrdre.ACCEPTE):
        champs |= {"incertain": vers == StatutOrdre.DOUTE, "regard_negatif": None}
    if vers in _LIBERENT and champs.get("incertain", ordre.incertain):
        raise MouvementRefuse
    with transaction.atomic():
        vu = Ordre.objects.filter(pk=ordre.pk, statut=avant, envois=ordre.envois, incertain=ordre.incertain)
        if vu.update(**champs) != 1:
            raise MouvementRefuse
        for nom, valeur in champs.items():
            setattr(ordre, nom, valeur)
        _entrainer(ordre, maintenant)
        if acte := _ACTES.get(vers):
            noter(ordre, acte, maintenant=maintenant, motif=ordre.motif)
    return ordre


def liberer_ordre(ordre: Ordre, vers: str, *, maintenant: datetime, **champs: Any) -> Ordre:
    """Move an order to REFUSE or ABANDONNE; one that an earlier call may have paid is held in doubt instead."""
    return deplacer_ordre(ordre, StatutOrdre.DOUTE if ordre.incertain else vers, maintenant=maintenant, **champs)


def _entrainer(ordre: Ordre, maintenant: datetime) -> None:
    """Bring the payments to what the state of their order says."""
    suite = _VIREMENT_SELON_ORDRE.get(ordre.statut)
    if suite is None:
        return
    if suite in _SANS_SUITE:
        sources = [statut for statut, suites in MOUVEMENTS_VIREMENT.items() if suite in suites]
        ordre.virements.filter(statut__in=sources).update(statut=suite)
        if ordre.virements.exclude(statut=suite).exists():
            raise MouvementRefuse
        return
    for virement in ordre.virements.select_for_update(of=("self",)):
        if virement.statut != suite:
            deplacer_virement(virement, suite, maintenant=maintenant, motif=ordre.motif)


def deplacer_virement(
    virement: Virement, vers: str, *, maintenant: datetime, execute_le: date | None = None, **champs: Any
) -> Virement:
    """Move a payment to the state `vers` and tell who listens. Raises MouvementRefuse as `deplacer_ordre` does.

    `execute_le` is the Paris day of the settlement.
    """
    avant = virement.statut
    if vers not in MOUVEMENTS_VIREMENT[avant]:
        raise MouvementRefuse
    champs |= {"statut": vers}
    if execute_le is not None:
        champs["execute_le"] = execute_le
    with transaction.atomic():
        if Virement.objects.filter(pk=virement.pk, statut=avant).update(**champs) != 1:
            raise MouvementRefuse
        for nom, valeur in champs.items():
            setattr(virement, nom, valeur)
        publier(VIREMENT_CHANGE, virement=virement, avant=avant, date=maintenant)
    return virement


def noter(ordre: Ordre, acte: str, *, maintenant: datetime, **apres: Any) -> None:
    """One line of the audit trail about an order, by the portal itself; empty values are left out."""
    journaliser(
        cabinet=ordre.dossier.cabinet,
        dossier=ordre.dossier,
        acte=acte,
        date=maintenant,
        objet=str(ordre.pk),
        apres={nom: valeur for nom, valeur in apres.items() if valeur},
    )
