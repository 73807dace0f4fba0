"""Dossiers of the volume mode of the local Qonto: linked without anybody's consent, one account each."""

from datetime import timedelta

from django.utils import timezone

from banque.models import CompteBancaire
from gestion_acces.enums import Service
from gestion_acces.models import Cabinet, Dossier, ServiceDossier, Utilisateur
from qonto_link.models import CompteQonto, Connexion
from tests.qonto import LocalQonto

SCOPES = "organization.read client_invoices.read offline_access"


def semer(qonto: LocalQonto, total: int, *, ventes: bool = False) -> list[Dossier]:
    """One linked dossier for each of the first organizations; `ventes`: with i-Facture, its sales are read too."""
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
                scopes=SCOPES,
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
            if ventes:
                ServiceDossier.objects.create(
                    dossier=dossier, service=Service.I_FACTURE, active_par=personne, active_le=maintenant
                )
            dossiers.append(dossier)
    return dossiers
