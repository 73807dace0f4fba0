"""The balances of the linked accounts, checked again without anybody asking (product §10): the last two months of
lines follow one another, and end on the balance that the bank itself gives."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from banque.continuite import controler, ordonner
from banque.enums import Source, StatutRecue
from banque.models import CompteBancaire, LigneRecue
from banque.services.integration import borne_basse, solde_connu_avant
from gestion_acces.models import Dossier
from portal.lib.affichage import devise
from portal.lib.calendrier import jour_de_paris

# What is older was proven by its own nights, and by the statements that it is in.
PROFONDEUR = timedelta(days=62)


class LigneLue(NamedTuple):
    """What the proof needs of a line, and no more: every night reads two months of them."""

    reglee_le: datetime
    montant_cents: int
    solde_apres_cents: int | None
    libelle: str


@dataclass(frozen=True)
class Discordance:
    """Where an account stops being proven, in words for the accountant."""

    compte: CompteBancaire
    detail: str


def verifier_les_soldes(*, dossier: Dossier, maintenant: datetime) -> list[Discordance]:
    """The first fault of each linked account of the dossier; one short walk of an index per account."""
    comptes = CompteBancaire.objects.filter(dossier=dossier, compte_qonto__lie=True).select_related("compte_qonto")
    trouvees = ((compte, _discordance(compte, maintenant)) for compte in comptes.order_by("pk"))
    return [Discordance(compte, detail) for compte, detail in trouvees if detail]


def _discordance(compte: CompteBancaire, maintenant: datetime) -> str:
    qonto = compte.compte_qonto
    assert qonto is not None
    # A line settled after the balance was read is not in it.
    lues = LigneRecue.objects.filter(
        dossier_id=compte.dossier_id,
        compte_bancaire=compte,
        source=Source.QONTO,
        statut=StatutRecue.REGLEE,
        reglee_le__gte=max(borne_basse(compte, maintenant), maintenant - PROFONDEUR),
        reglee_le__lte=qonto.solde_le or maintenant,
    ).order_by("reglee_le", "id")
    lignes = [LigneLue(*ligne) for ligne in lues.values_list(*LigneLue._fields)]
    if not lignes:
        return ""
    # Without an integration nothing is known before the first line.
    ouverture = solde_connu_avant(compte, lignes[0].reglee_le) if compte.integre_depuis else None
    chaine = ordonner(lignes, ouverture)
    rupture = controler(chaine, ouverture)
    if rupture is not None:
        fautive = chaine[rupture.rang]
        return f"Le {jour_de_paris(fautive.reglee_le):%d/%m/%Y}, « {fautive.libelle} » : {rupture.raison}"
    cloture = chaine[-1].solde_apres_cents
    if None in (cloture, qonto.solde_cents) or cloture == qonto.solde_cents:
        return ""
    jour = jour_de_paris(chaine[-1].reglee_le)
    return (
        f"Après la dernière ligne lue, « {chaine[-1].libelle} » du {jour:%d/%m/%Y}, le solde est de "
        f"{devise(cloture or 0)} ; Qonto annonce {devise(qonto.solde_cents or 0)}."
    )
