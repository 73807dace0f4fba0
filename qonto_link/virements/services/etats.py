"""The only place where an order or a payment changes state.

Each move is one conditional UPDATE on the state that the caller saw: of two people, two tabs or two workers, one wins
and the other gets `MouvementRefuse`. Who listens to `VIREMENT_CHANGE` runs in the same transaction.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from qonto_link.evenements import VIREMENT_CHANGE, publier
from qonto_link.virements.enums import MOUVEMENTS_ORDRE, MOUVEMENTS_VIREMENT, StatutOrdre, StatutVirement
from qonto_link.virements.errors import MouvementRefuse
from qonto_link.virements.models import Ordre, Virement

# What the state of the order says of its payments. ACCEPTE is not here: Qonto's answer names each payment's state.
_VIREMENT_SELON_ORDRE: dict[str, str] = {
    StatutOrdre.PRET: StatutVirement.EN_PREPARATION,
    StatutOrdre.SOUMISSION: StatutVirement.ENVOYE,
    StatutOrdre.DOUTE: StatutVirement.ENVOYE,
    StatutOrdre.ATTENTE_SCA: StatutVirement.ATTENTE_SCA,
    StatutOrdre.REFUSE: StatutVirement.REJETE,
    StatutOrdre.ABANDONNE: StatutVirement.ANNULE,
}


def deplacer_ordre(ordre: Ordre, vers: str, *, maintenant: datetime, **champs: Any) -> Ordre:
    """Move an order, with its payments, to the state `vers`; `champs` are written with it.

    Raises MouvementRefuse when the table forbids the move or when somebody moved the order first.
    """
    avant = ordre.statut
    if vers not in MOUVEMENTS_ORDRE[avant]:
        raise MouvementRefuse
    champs |= {"statut": vers, "modifie_le": maintenant}
    with transaction.atomic():
        if Ordre.objects.filter(pk=ordre.pk, statut=avant).update(**champs) != 1:
            raise MouvementRefuse
        for nom, valeur in champs.items():
            setattr(ordre, nom, valeur)
        suite = _VIREMENT_SELON_ORDRE.get(vers)
        for virement in ordre.virements.select_for_update(of=("self",)) if suite else ():
            if virement.statut != suite:
                deplacer_virement(virement, suite or "", maintenant=maintenant, motif=ordre.motif)
    return ordre


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
