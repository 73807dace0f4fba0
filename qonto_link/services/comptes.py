"""Accounts and balances of a linked organization."""

from datetime import datetime

from django.db import transaction

from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError
from qonto_link.api.transport import Reglages
from qonto_link.errors import QontoInjoignable
from qonto_link.models import CompteQonto, Connexion
from qonto_link.services.connexion import client_pour, noter_echec


def rafraichir_soldes(
    *, connexion: Connexion, maintenant: datetime, reglages: Reglages | None = None
) -> list[CompteQonto]:
    """Read the accounts again; returns the linked ones. Raises ReconnexionNecessaire, QontoInjoignable."""
    try:
        with client_pour(connexion, reglages=reglages) as client:
            ecrire_soldes(connexion=connexion, client=client, maintenant=maintenant)
    except QontoError as panne:
        noter_echec(connexion=connexion, erreur=panne, maintenant=maintenant)
        raise QontoInjoignable from None
    return list(CompteQonto.objects.pour_dossier(connexion.dossier).filter(connexion=connexion).lies())


def ecrire_soldes(*, connexion: Connexion, client: QontoClient, maintenant: datetime) -> None:
    """Names and balances as Qonto has them now; an account opened since is added, not linked."""
    recus = [compte for compte in client.organization().bank_accounts if not compte.is_external_account]
    with transaction.atomic():
        connus = {compte.external_id: compte for compte in connexion.comptes.all()}
        for recu in recus:
            compte = connus.get(recu.id)
            if compte is None:
                if recu.status != "active":
                    continue
                compte = CompteQonto(dossier=connexion.dossier, connexion=connexion, external_id=recu.id)
            compte.nom, compte.iban, compte.bic = recu.name, recu.iban or compte.iban, recu.bic or compte.bic
            compte.principal = recu.main
            compte.solde_cents, compte.solde_autorise_cents = recu.balance_cents, recu.authorized_balance_cents
            compte.solde_le = maintenant
            compte.save()
