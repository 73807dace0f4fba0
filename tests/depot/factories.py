"""Factories of i-Dépôt."""

import zlib
from datetime import UTC, date, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from depot import models
from depot.ventes import Client, TauxVente, Vente
from gestion_acces.models import Dossier, Fichier
from gestion_acces.services.fichiers import deposer_fichier
from tests.contenus import pdf
from tests.factories import DossierFactory

LE_5 = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class FichierFactory(DjangoModelFactory[Fichier]):
    """A row without bytes; `fichier_pdf` makes one that can be opened."""

    class Meta:
        model = Fichier

    dossier = factory.SubFactory(DossierFactory)
    cle = factory.Sequence(lambda n: f"depot-{n}")
    nom = factory.Sequence(lambda n: f"facture-{n}.pdf")
    type_mime = "application/pdf"
    taille = 1000
    sha256 = factory.Sequence(lambda n: sha256(f"{n}".encode()).hexdigest())
    created_at = LE_5


class ClasseurFactory(DjangoModelFactory[models.Classeur]):
    class Meta:
        model = models.Classeur

    dossier = factory.SubFactory(DossierFactory)
    panier = "vente"
    nom = factory.Sequence(lambda n: f"Classeur {n}")
    cree_le = LE_5


class DocumentFactory(DjangoModelFactory[models.Document]):
    class Meta:
        model = models.Document

    dossier = factory.SubFactory(DossierFactory)
    panier = "vente"
    fichier = factory.SubFactory(FichierFactory, dossier=factory.SelfAttribute("..dossier"))
    type = "facture_vente"
    nom = "facture.pdf"
    numero = factory.Sequence(lambda n: f"F-{n:05d}")
    date = date(2026, 1, 5)
    tiers = "Hôtel du Parc"
    montant_cents = 120_00
    origine = "client"
    depose_le = LE_5


class ImportFactory(DjangoModelFactory[models.ImportFactures]):
    class Meta:
        model = models.ImportFactures

    dossier = factory.SubFactory(DossierFactory)
    etat = "termine"
    demande_par = "ines@example.test"
    demande_le = LE_5


class LigneImportFactory(DjangoModelFactory[models.LigneImport]):
    class Meta:
        model = models.LigneImport

    dossier = factory.SubFactory(DossierFactory)
    import_factures = factory.SubFactory(ImportFactory, dossier=factory.SelfAttribute("..dossier"))
    genre = "facture"
    qonto_id = factory.Sequence(lambda n: f"qonto-{n}")
    brut = zlib.compress(b"{}")


def fichier_pdf(dossier: Dossier, texte: str = "Facture") -> Fichier:
    """A PDF whose bytes are really in the storage."""
    return deposer_fichier(
        dossier=dossier,
        flux=BytesIO(pdf(texte)),
        nom="facture.pdf",
        type_mime="application/pdf",
        maintenant=timezone.now(),
    )[0]


def vente(*taux: tuple[int, int, int], ecart: int = 0, **champs: Any) -> Vente:
    """A sale of these (rate, base, VAT); `ecart` is added to the total."""
    ht, tva = sum(t[1] for t in taux), sum(t[2] for t in taux)
    return Vente(
        ht_cents=ht,
        tva_cents=tva,
        ttc_cents=ht + tva + ecart,
        taux=tuple(TauxVente(*t) for t in taux),
        nb_lignes=len(taux),
        client=Client("Hôtel du Parc", "552100554"),
        **champs,
    )
