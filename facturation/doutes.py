"""What the page of a lost payment shows of the transfers at Qonto that look like it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.lib.affichage import devise, horodatage
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError
from qonto_link.api.schemas.paiements import BulkTransfer, Transfer

_ETATS = {"pending": "en attente", "processing": "en cours", "settled": "exécuté", "completed": "exécuté"}


@dataclass(frozen=True)
class LigneSosie:
    """A transfer, or a bulk, of Qonto in words."""

    id: str
    titre: str
    detail: str


def decrire(sosies: Sequence[Transfer | BulkTransfer], client: QontoClient) -> list[LigneSosie]:
    """One line per look-alike; the name of a payee that Qonto does not give is left out."""
    noms: dict[str, str] = {}
    lignes = []
    for sosie in sosies:
        if isinstance(sosie, BulkTransfer):
            lignes.append(_lot(sosie))
            continue
        if sosie.beneficiary_id not in noms:
            noms[sosie.beneficiary_id] = _nom(sosie.beneficiary_id, client)
        lignes.append(_transfert(sosie, noms[sosie.beneficiary_id]))
    return lignes


def _nom(beneficiaire_id: str, client: QontoClient) -> str:
    if not beneficiaire_id:
        return ""
    try:
        return client.beneficiary(beneficiaire_id).name
    except QontoError:
        return ""


def _transfert(transfert: Transfer, nom: str) -> LigneSosie:
    titre = f"{devise(transfert.amount_cents)} à {nom or 'un bénéficiaire de Qonto'}"
    reference = f"référence « {transfert.reference} »" if transfert.reference else "sans référence"
    etat = _ETATS.get(transfert.status, transfert.status)
    return LigneSosie(transfert.id, titre, f"{reference}, {_fait_le(transfert.created_at)}{etat}")


def _lot(lot: BulkTransfer) -> LigneSosie:
    nombre = f"{lot.total_count} virements" if lot.total_count else "nombre de virements pas encore connu"
    return LigneSosie(
        lot.id, "Virements groupés", f"{nombre}, {_fait_le(lot.created_at)}Qonto n’en montre pas le détail"
    )


def _fait_le(moment: datetime | None) -> str:
    return f"fait le {horodatage(moment)}, " if moment else ""
