"""The balances of the linked accounts, checked again without anybody asking (product §10): the last two months of
lines follow one another, and end on the balance that the bank itself gives."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from banque.continuite import controler, ordonner
from banque.enums import Source, StatutRecue
from banque.models import CompteBancaire, LigneRecue
from banque.services.integration import borne_basse, solde_connu_avant
from gestion_acces.models import Dossier
from portal.lib.affichage import devise

# What is older was proven by its own nights, and by the statements that it is in.
PROFONDEUR = timedelta(days=62)


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
    lignes = list(
        LigneRecue.objects.filter(
            dossier_id=compte.dossier_id,
            compte_bancaire=compte,
            source=Source.QONTO,
            statut=StatutRecue.REGLEE,
            reglee_le__gte=max(borne_basse(compte, maintenant), maintenant - PROFONDEUR),
            reglee_le__lte=qonto.solde_le or maintenant,
        )
        .defer("payload")
        .order_by("reglee_le", "id")
    )
    if not lignes:
        return ""
    ouverture = solde_connu_avant(compte, lignes[0].reglee_le or maintenant)
    chaine = ordonner(lignes, ouverture)
    rupture = controler(chaine, ouverture)
    if rupture is not None:
        fautive = chaine[rupture.rang]
        return f"Le {fautive.jour_regle:%d/%m/%Y}, « {fautive.libelle} » : {rupture.raison}"
    cloture = chaine[-1].solde_apres_cents
    if None in (cloture, qonto.solde_cents) or cloture == qonto.solde_cents:
        return ""
    return (
        f"Après la dernière ligne lue, « {chaine[-1].libelle} » du {chaine[-1].jour_regle:%d/%m/%Y}, le solde est de "
        f"{devise(cloture or 0)} ; Qonto annonce {devise(qonto.solde_cents or 0)}."
    )
