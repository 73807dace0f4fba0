"""Factories: the smallest valid rows, with French names."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from gestion_acces import models
from gestion_acces.enums import Niveau, RoleClient, Service

MOT_DE_PASSE = "une phrase de passe solide"


class UtilisateurFactory(DjangoModelFactory[models.Utilisateur]):
    class Meta:
        model = models.Utilisateur
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"personne{n}@example.test")
    prenom = "Camille"
    nom = factory.Sequence(lambda n: f"Durand{n}")
    password = factory.django.Password(MOT_DE_PASSE)


class CabinetFactory(DjangoModelFactory[models.Cabinet]):
    class Meta:
        model = models.Cabinet

    nom = factory.Sequence(lambda n: f"Cabinet {n}")


class MembreCabinetFactory(DjangoModelFactory[models.MembreCabinet]):
    class Meta:
        model = models.MembreCabinet

    cabinet = factory.SubFactory(CabinetFactory)
    utilisateur = factory.SubFactory(UtilisateurFactory)


class DossierFactory(DjangoModelFactory[models.Dossier]):
    """A dossier whose GRC card is complete. SIRET 73282932000074 is the reference's valid vector."""

    class Meta:
        model = models.Dossier

    cabinet = factory.SubFactory(CabinetFactory)
    code = factory.Sequence(lambda n: f"D{n:05d}")
    raison_sociale = factory.Sequence(lambda n: f"Société {n}")
    siret = "73282932000074"
    adresse = "12 quai de Jemmapes"
    code_postal = "75010"
    ville = "Paris"
    dirigeant_prenom = "Alice"
    dirigeant_nom = "Martin"
    dirigeant_email = "alice.martin@example.test"


class PortefeuilleFactory(DjangoModelFactory[models.Portefeuille]):
    class Meta:
        model = models.Portefeuille

    membre = factory.SubFactory(MembreCabinetFactory)
    dossier = factory.SubFactory(DossierFactory, cabinet=factory.SelfAttribute("..membre.cabinet"))


class MembreDossierFactory(DjangoModelFactory[models.MembreDossier]):
    class Meta:
        model = models.MembreDossier

    dossier = factory.SubFactory(DossierFactory)
    utilisateur = factory.SubFactory(UtilisateurFactory)
    role = RoleClient.DIRIGEANT


class ServiceDossierFactory(DjangoModelFactory[models.ServiceDossier]):
    class Meta:
        model = models.ServiceDossier

    dossier = factory.SubFactory(DossierFactory)
    service = Service.QONTO
    active_le = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    active_par = factory.SubFactory(UtilisateurFactory)


class AccesServiceFactory(DjangoModelFactory[models.AccesService]):
    class Meta:
        model = models.AccesService

    membre = factory.SubFactory(MembreDossierFactory)
    service_dossier = factory.SubFactory(ServiceDossierFactory, dossier=factory.SelfAttribute("..membre.dossier"))
    niveau = Niveau.PAYER


class InvitationFactory(DjangoModelFactory[models.Invitation]):
    """A place in a firm that waits for its owner."""

    class Meta:
        model = models.Invitation

    cabinet = factory.SubFactory(CabinetFactory)
    email = factory.Sequence(lambda n: f"invite{n}@example.test")
    prenom = "Zoé"
    nom = "Petit"
    role = "collaborateur"
    envoyee_le = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    expire_le = datetime(2100, 1, 1, tzinfo=UTC)
