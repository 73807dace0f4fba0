"""Lettering with a small difference: the cents go to 658 or 758, after a person said yes (comptabilite.md §D.6)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from comptabilite.errors import LettrageRefuse
from comptabilite.models import Lettrage, LigneEcriture
from comptabilite.services.ecritures import LigneSaisie, passer_ecriture
from comptabilite.services.journaux import journal
from comptabilite.services.lettrage import lettrer
from comptabilite.services.plan import compte, verrouiller_comptabilite
from gestion_acces.models import Utilisateur
from portal.lib.affichage import devise, jour_de_paris


def lettrer_avec_ecart(
    *, lignes: Sequence[LigneEcriture], auteur: Utilisateur | None = None, maintenant: datetime
) -> Lettrage:
    """Book the difference (charge or gain) in OD and letter all together.

    Raises LettrageRefuse when there is no difference, or one beyond the tolerance of the dossier.
    """
    if not lignes:
        raise LettrageRefuse("Choisissez au moins deux lignes à lettrer.")
    premiere = lignes[0]
    ecart = sum(ligne.solde_cents for ligne in lignes)
    with transaction.atomic():
        reglages = verrouiller_comptabilite(premiere.dossier)
        if not ecart or abs(ecart) > reglages.tolerance_cents:
            raise LettrageRefuse(
                f"L’écart de {devise(abs(ecart))} n’est pas dans la tolérance de {devise(reglages.tolerance_cents)}."
            )
        numero = reglages.compte_ecart_charge if ecart > 0 else reglages.compte_ecart_produit
        contrepartie = compte(dossier=premiere.dossier, numero=numero)
        montant, jour = abs(ecart), jour_de_paris(maintenant)
        du_tiers = LigneSaisie(premiere.compte, max(-ecart, 0), max(ecart, 0), tiers=premiere.tiers)
        ecriture = passer_ecriture(
            dossier=premiere.dossier,
            journal=journal(dossier=premiere.dossier, code="OD"),
            date=jour,
            piece="ECART",
            libelle="Écart de règlement",
            lignes=[
                du_tiers,
                LigneSaisie(contrepartie, montant if ecart > 0 else 0, 0 if ecart > 0 else montant),
            ],
            auteur=auteur,
            maintenant=maintenant,
        )
        solde = LigneEcriture.objects.filter(ecriture=ecriture, rang=1).select_related("dossier")
        return lettrer(lignes=[*lignes, *solde], date=jour, auteur=auteur, motif="écart de règlement")
