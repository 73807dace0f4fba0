"""Firms, people, dossiers, portfolios and services of the demonstration. Running it twice changes nothing."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from gestion_acces.enums import Niveau, RoleCabinet, RoleClient, Service
from gestion_acces.models import (
    AccesService,
    Cabinet,
    Dossier,
    MembreCabinet,
    MembreDossier,
    Portefeuille,
    ServiceDossier,
    Utilisateur,
)
from gestion_acces.services.facteurs import poser_totp
from portal.demonstration.distribution import (
    ADMINISTRATRICE,
    AUTRE_CABINET,
    COLLABORATEURS,
    FICHES,
    MOT_DE_PASSE,
    VALLIER,
    FicheDemo,
    Personne,
    cle_totp,
)


def semer(*, maintenant: datetime) -> None:
    with transaction.atomic():
        mot_de_passe = make_password(MOT_DE_PASSE)
        membres = {personne.email: _collaborateur(personne, mot_de_passe, maintenant) for personne in COLLABORATEURS}
        for fiche in FICHES:
            dossier = _dossier(fiche, Cabinet.objects.get(nom=fiche.cabinet))
            for email in fiche.suivi_par:
                Portefeuille.objects.get_or_create(membre=membres[email], dossier=dossier)
            _personnes(fiche, dossier, mot_de_passe, maintenant)
            if fiche.tuile_qonto:
                _services(dossier, membres[ADMINISTRATRICE].utilisateur, maintenant)


def _utilisateur(personne: Personne, mot_de_passe: str, maintenant: datetime) -> Utilisateur:
    # One hash for all: Argon2 is slow on purpose, and the password is the same.
    utilisateur, cree = Utilisateur.objects.get_or_create(
        email=personne.email,
        defaults={"prenom": personne.prenom, "nom": personne.nom, "password": mot_de_passe},
    )
    if cree:
        poser_totp(utilisateur=utilisateur, cle=cle_totp(personne.email), maintenant=maintenant)
    return utilisateur


def _collaborateur(personne: Personne, mot_de_passe: str, maintenant: datetime) -> MembreCabinet:
    autre = personne.email == VALLIER
    cabinet, _ = Cabinet.objects.get_or_create(nom=AUTRE_CABINET if autre else FICHES[0].cabinet)
    administre = personne.email in (ADMINISTRATRICE, VALLIER)
    role = RoleCabinet.ADMINISTRATEUR if administre else RoleCabinet.COLLABORATEUR
    membre, _ = MembreCabinet.objects.get_or_create(
        utilisateur=_utilisateur(personne, mot_de_passe, maintenant), defaults={"cabinet": cabinet, "role": role}
    )
    return membre


def _dossier(fiche: FicheDemo, cabinet: Cabinet) -> Dossier:
    dossier, _ = Dossier.objects.get_or_create(
        cabinet=cabinet,
        code=fiche.code,
        defaults={
            "raison_sociale": fiche.raison_sociale,
            "forme_juridique": fiche.forme,
            "siret": fiche.siret,
            "numero_tva": fiche.tva,
            "activite": fiche.activite,
            "code_naf": fiche.code_naf,
            "capital_cents": fiche.capital_cents or None,
            "date_creation": fiche.creation,
            "adresse": fiche.adresse,
            "code_postal": fiche.code_postal,
            "ville": fiche.ville,
            "dirigeant_prenom": fiche.dirigeant.prenom,
            "dirigeant_nom": fiche.dirigeant.nom,
            "dirigeant_email": fiche.dirigeant.email,
        },
    )
    return dossier


def _personnes(fiche: FicheDemo, dossier: Dossier, mot_de_passe: str, maintenant: datetime) -> None:
    for personne, role in ((fiche.dirigeant, RoleClient.DIRIGEANT), *fiche.autres):
        utilisateur = _utilisateur(personne, mot_de_passe, maintenant)
        MembreDossier.objects.get_or_create(dossier=dossier, utilisateur=utilisateur, defaults={"role": role})


def _services(dossier: Dossier, par: Utilisateur, maintenant: datetime) -> None:
    """The dirigeant may pay, the others prepare."""
    for service in Service.values:
        ligne, _ = ServiceDossier.objects.get_or_create(
            dossier=dossier, service=service, defaults={"active_le": maintenant, "active_par": par}
        )
        for membre in MembreDossier.objects.filter(dossier=dossier):
            niveau = Niveau.PAYER if membre.est_dirigeant else Niveau.PREPARER
            AccesService.objects.get_or_create(membre=membre, service_dossier=ligne, defaults={"niveau": niveau})
