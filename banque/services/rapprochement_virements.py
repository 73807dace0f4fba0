"""Which bank lines are payments of the portal, by Qonto's ids alone (S21). Never by guessing.

The order (`qonto_link.virements`) knows the id of its line; its entry has the key `virement:<pk>`.
"""

from collections.abc import Collection
from dataclasses import dataclass

from comptabilite.models import Ecriture
from gestion_acces.models import Dossier
from qonto_link.virements.enums import VIREMENTS_MORTS, StatutOrdre
from qonto_link.virements.models import Virement

LOT = 500
# Orders whose line may arrive before the answer that names it.
ORDRES_OUVERTS = (StatutOrdre.SOUMISSION, StatutOrdre.DOUTE, StatutOrdre.ATTENTE_SCA, StatutOrdre.ACCEPTE)


@dataclass(frozen=True)
class LienVirement:
    """The payment behind a bank line, and its entry when it was booked."""

    virement: Virement
    ecriture: Ecriture | None

    @property
    def est_mort(self) -> bool:
        """Declined, cancelled or returned: no entry will come any more."""
        return self.virement.statut in VIREMENTS_MORTS


def cle_du_virement(pk: object) -> str:
    return f"virement:{pk}"


def liens(*, dossier: Dossier, external_ids: Collection[str]) -> dict[str, LienVirement]:
    """Id of the line → its payment, for those that are payments of the portal."""
    trouves: dict[str, LienVirement] = {}
    ids = [identifiant for identifiant in external_ids if identifiant]
    for debut in range(0, len(ids), LOT):
        lot = list(Virement.objects.pour_dossier(dossier).filter(transaction_id__in=ids[debut : debut + LOT]))
        cles = [cle_du_virement(virement.pk) for virement in lot]
        ecritures = {e.cle: e for e in Ecriture.objects.filter(dossier=dossier, cle__in=cles)}
        for virement in lot:
            trouves[virement.transaction_id] = LienVirement(virement, ecritures.get(cle_du_virement(virement.pk)))
    return trouves


class OrdresSansReponse:
    """The payments of a dossier whose order waits for Qonto's answer, read once for many lines.

    The line of a payment can arrive before the answer that gives its id. Until then it must not be booked by hand.
    """

    def __init__(self, dossier: Dossier) -> None:
        suspens = (
            Virement.objects.pour_dossier(dossier)
            .filter(transaction_id="", ordre__statut__in=ORDRES_OUVERTS)
            .exclude(statut__in=VIREMENTS_MORTS)
        )
        self.attendus = set(suspens.values_list("montant_cents", "iban"))
        self.montants = {montant for montant, _ in self.attendus}

    def attendent(self, *, montant_cents: int, iban: str) -> bool:
        """True when one of them may be this very line: its amount, and its IBAN where the line says one."""
        return (-montant_cents, iban) in self.attendus if iban else -montant_cents in self.montants
