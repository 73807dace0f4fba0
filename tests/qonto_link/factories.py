"""Factories of the link."""

from datetime import UTC, datetime, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from qonto_link import models
from qonto_link.droits import SCOPES
from tests.factories import DossierFactory, UtilisateurFactory


class ConnexionFactory(DjangoModelFactory[models.Connexion]):
    class Meta:
        model = models.Connexion

    dossier = factory.SubFactory(DossierFactory)
    organisation_id = factory.Sequence(lambda n: f"org-{n}")
    organisation_nom = factory.LazyAttribute(lambda o: o.dossier.raison_sociale)
    organisation_slug = factory.Sequence(lambda n: f"societe-{n}")
    access_token = "ory_at_jeton"
    refresh_token = "ory_rt_jeton"
    access_expire_le = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))
    consenti_le = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    consenti_par = factory.SubFactory(UtilisateurFactory)
    scopes = " ".join(scope for scopes in SCOPES.values() for scope in scopes)


class CompteQontoFactory(DjangoModelFactory[models.CompteQonto]):
    class Meta:
        model = models.CompteQonto

    dossier = factory.SubFactory(DossierFactory)
    connexion = factory.SubFactory(ConnexionFactory, dossier=factory.SelfAttribute("..dossier"))
    external_id = factory.Sequence(lambda n: f"compte-{n}")
    nom = "Compte principal"
    iban = "FR7616958000016886912594701"
    bic = "QNTOFRP1XXX"
    principal = True
    lie = True
    solde_cents = 1234_56
    solde_autorise_cents = 1234_56
    solde_le = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class DemandeFactory(DjangoModelFactory[models.DemandeAssociation]):
    """A demand that came back from Qonto and waits for the choice of its accounts."""

    class Meta:
        model = models.DemandeAssociation

    dossier = factory.SubFactory(DossierFactory)
    utilisateur = factory.SubFactory(UtilisateurFactory)
    empreinte_state = factory.Sequence(lambda n: f"{n:064d}")
    code_verifier = "verifier"
    expire_le = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=10))
    utilisee_le = factory.LazyFunction(timezone.now)
    access_token = "ory_at_jeton"
    refresh_token = "ory_rt_jeton"
    access_expire_le = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))
    scopes = " ".join(SCOPES["qonto"])
    organisation = factory.LazyAttributeSequence(
        lambda o, n: {
            "id": f"org-d{n}",
            "nom": o.dossier.raison_sociale,
            "slug": f"slug-{n}",
            "siren": o.dossier.siren,
            "comptes": [
                {
                    "id": f"compte-d{n}-{rang}",
                    "nom": nom,
                    "iban": "FR7616958000016886912594701",
                    "bic": "QNTOFRP1XXX",
                    "principal": rang == 0,
                    "solde_cents": 100_00,
                    "solde_autorise_cents": 100_00,
                }
                for rang, nom in enumerate(("Compte principal", "Épargne TVA"))
            ],
        }
    )


class IncidentFactory(DjangoModelFactory[models.Incident]):
    class Meta:
        model = models.Incident

    dossier = factory.SubFactory(DossierFactory)
    classe = "injoignable"
    cle = factory.Sequence(lambda n: f"cle-{n}")
    titre = "Synchronisation : Qonto ne répond pas pour le moment."
    remede = "Rien à faire."
    reference = factory.Sequence(lambda n: f"INC-{n:08d}")
    debut = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    derniere_fois = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
