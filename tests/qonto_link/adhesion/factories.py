"""Factories of the applications."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from gestion_acces.models import Fichier
from qonto_link.adhesion import models
from qonto_link.adhesion.enums import Flux
from tests.factories import DossierFactory, UtilisateurFactory

LUNDI = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DIRIGEANTE = {
    "cle": "a" * 32,
    "prenom": "Sofia",
    "nom": "Marchand",
    "email": "sofia@fournil-halles.example",
    "telephone": "0612345678",
    "genre": "female",
    "nationalite": "FR",
    "date_naissance": "1991-04-17",
    "naissance_code_postal": "35000",
    "naissance_ville": "Rennes",
    "naissance_pays": "FR",
    "adresse": "3 allée des Tilleuls",
    "code_postal": "35000",
    "ville": "Rennes",
    "pays": "FR",
    "capital": "5000.00",
}
ENTREPRISE = {
    "raison_sociale": "Fournil des Halles",
    "forme_juridique": "SAS",
    "siren": "812345676",
    "code_naf": "1071C",
    "activite": "Boulangerie",
    "capital": "5000.00",
    "date_creation": "2026-04-01",
    "adresse": "8 place des Halles",
    "code_postal": "35000",
    "ville": "Rennes",
    "pays": "FR",
}


def contenu(*associes: dict[str, str], **entreprise: str) -> str:
    return json.dumps({"entreprise": ENTREPRISE | entreprise, "associes": list(associes) or [DIRIGEANTE]})


class AdhesionFactory(DjangoModelFactory[models.Adhesion]):
    """A draft that lacks nothing."""

    class Meta:
        model = models.Adhesion

    dossier = factory.SubFactory(DossierFactory)
    flux = Flux.CREATION
    donnees = factory.LazyFunction(contenu)
    demarree_par = factory.SubFactory(UtilisateurFactory)
    demarree_le = LUNDI
    modifiee_le = LUNDI

    class Params:
        chez_qonto = factory.Trait(
            statut="en_cours",
            soumise_le=LUNDI,
            registration_id=factory.LazyFunction(lambda: str(uuid.uuid4())),
            redirection_link="https://app.qonto.com/registrations/x",
            etape="pending",
            rang=1,
            etape_depuis=LUNDI,
            derniere_lecture=LUNDI,
        )


class FichierFactory(DjangoModelFactory[Fichier]):
    class Meta:
        model = Fichier

    dossier = factory.SubFactory(DossierFactory)
    cle = factory.Sequence(lambda n: f"cle-{n}")
    nom = "identite.pdf"
    type_mime = "application/pdf"
    taille = 1234
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    created_at = LUNDI


class JustificatifFactory(DjangoModelFactory[models.Justificatif]):
    class Meta:
        model = models.Justificatif

    dossier = factory.SubFactory(DossierFactory)
    adhesion = factory.SubFactory(AdhesionFactory, dossier=factory.SelfAttribute("..dossier"))
    fichier = factory.SubFactory(FichierFactory, dossier=factory.SelfAttribute("..dossier"))
    type = "domicile"
    nom = "facture.pdf"
    etat = "a_transmettre"
    depose_le = LUNDI
    depose_par = factory.SubFactory(UtilisateurFactory)


class CorrectionFactory(DjangoModelFactory[models.Correction]):
    class Meta:
        model = models.Correction

    dossier = factory.SubFactory(DossierFactory)
    adhesion = factory.SubFactory(AdhesionFactory, dossier=factory.SelfAttribute("..dossier"))
    champ = "ville"
    valeur_fiche = "Paris"
    valeur_proposee = "Rennes"
    proposee_le = LUNDI


def donnees_de(adhesion: models.Adhesion) -> dict[str, Any]:
    adhesion.refresh_from_db()
    return adhesion.contenu
