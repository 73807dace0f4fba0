"""Dossiers of the volume mode of the local Qonto: linked without anybody's consent, one account each."""

from datetime import timedelta

from django.utils import timezone

from banque.models import CompteBancaire
from gestion_acces.models import Cabinet, Dossier, Utilisateur
from qonto_link.models import CompteQonto, Connexion
from tests.qonto import LocalQonto


def semer(qonto: LocalQonto, total: int) -> list[Dossier]:
    """One linked dossier for each of the first organizations."""
    cabinet = Cabinet.objects.create(nom="Banc")
    personne = Utilisateur.objects.create(email="banc@example.test", nom="Banc", prenom="Banc")
    maintenant = timezone.now()
    dossiers: list[Dossier] = []
    while len(dossiers) < total:
        lot = qonto.api("GET", f"volume?from={len(dossiers)}&count=100")["credentials"][: total - len(dossiers)]
        for cle in lot:
            nom = cle["organization_slug"]
            dossier = Dossier.objects.create(cabinet=cabinet, code=nom[-13:], raison_sociale=nom)
            connexion = Connexion.objects.create(
                dossier=dossier,
                organisation_id=nom,
                organisation_nom=nom,
                access_token=cle["access_token"],
                refresh_token="aucun",
                access_expire_le=maintenant + timedelta(days=1),
                consenti_le=maintenant,
                consenti_par=personne,
            )
            compte = CompteQonto.objects.create(
                dossier=dossier,
                connexion=connexion,
                external_id=cle["bank_account_id"],
                nom="Compte",
                iban=f"FR76{len(dossiers):023d}",
                lie=True,
            )
            CompteBancaire.objects.create(dossier=dossier, libelle="Compte", iban=compte.iban, compte_qonto=compte)
            dossiers.append(dossier)
    return dossiers
