"""A backup, a wiped base, a restore: everything is as it was, and the rules still hold."""

import os
import shutil
from base64 import urlsafe_b64encode
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import TransactionTestCase
from django.utils import timezone
from pytest_django import Settings

from gestion_acces.models import EvenementAudit, Facteur, Fichier, Utilisateur
from gestion_acces.services.audit import journaliser, verifier_chaine
from gestion_acces.services.fichiers import deposer_fichier, ouvrir
from portal.demonstration import acces
from portal.demonstration.distribution import ADMINISTRATRICE, cle_totp
from portal.lib.archive import modeles
from portal.lib.stockage import FichierAltere
from tests.conftest import vider_malgre_les_triggers
from tests.factories import DossierFactory


def _tout() -> dict[str, list[tuple[object, ...]]]:
    return {modele._meta.label: list(modele._base_manager.order_by("pk").values_list()) for modele in modeles()}


@pytest.fixture
def sans_fichiers() -> None:
    shutil.rmtree(default_storage.path(""), ignore_errors=True)


@pytest.mark.django_db(transaction=True)
def test_restore_gives_back_what_was_saved(tmp_path: Path, sans_fichiers: None) -> None:
    acces.semer(maintenant=timezone.now())
    dossier = DossierFactory()
    journaliser(cabinet=dossier.cabinet, acte="essai", date=timezone.now(), dossier=dossier)
    fichier, _ = deposer_fichier(
        dossier=dossier, flux=BytesIO(b"contrat"), nom="c.pdf", type_mime="application/pdf", maintenant=timezone.now()
    )
    avant = _tout()
    archive = tmp_path / "sauvegarde.tar"
    call_command("sauvegarder", sortie=archive, stdout=StringIO())
    octets = archive.read_bytes()
    assert cle_totp(ADMINISTRATRICE).encode() not in octets
    assert b"contrat" not in octets
    with pytest.raises(CommandError, match="pas vide"):
        call_command("restaurer", archive)

    vider_malgre_les_triggers(TransactionTestCase())
    shutil.rmtree(default_storage.path(""))
    call_command("restaurer", archive, stdout=StringIO())

    assert _tout() == avant
    assert b"".join(ouvrir(Fichier.objects.get(pk=fichier.pk))) == b"contrat"
    assert Facteur.objects.get(utilisateur__email=ADMINISTRATRICE).secret == cle_totp(ADMINISTRATRICE)
    assert verifier_chaine(dossier.cabinet) is None
    # The triggers are back, and new rows take numbers that are free.
    with pytest.raises(DatabaseError), transaction.atomic():
        EvenementAudit.objects.all().update(acte="autre")
    journaliser(cabinet=dossier.cabinet, acte="suite", date=timezone.now(), dossier=dossier)


@pytest.mark.django_db
def test_archive_of_another_version_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "sauvegarde.tar"
    call_command("sauvegarder", sortie=archive, stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    with pytest.raises(CommandError, match="autre version"):
        call_command("restaurer", archive)


@pytest.mark.django_db
def test_absent_archive_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="absente"):
        call_command("restaurer", tmp_path / "absente.tar")


@pytest.mark.django_db(transaction=True)
def test_rotation_leaves_nothing_under_the_former_key(settings: Settings, sans_fichiers: None) -> None:
    ancienne = settings.ENCRYPTION_KEYS[0]
    acces.semer(maintenant=timezone.now())
    fichier, _ = deposer_fichier(
        dossier=DossierFactory(),
        flux=BytesIO(b"x"),
        nom="x.pdf",
        type_mime="application/pdf",
        maintenant=timezone.now(),
    )
    nouvelle = urlsafe_b64encode(os.urandom(32)).decode()
    settings.ENCRYPTION_KEYS = [nouvelle, ancienne]
    call_command("rechiffrer", stdout=StringIO())
    call_command("rechiffrer", stdout=StringIO())
    settings.ENCRYPTION_KEYS = [nouvelle]
    assert Facteur.objects.get(utilisateur__email=ADMINISTRATRICE).secret == cle_totp(ADMINISTRATRICE)
    fichier.refresh_from_db()
    assert b"".join(ouvrir(fichier)) == b"x"
    settings.ENCRYPTION_KEYS = [ancienne]
    with pytest.raises(FichierAltere):
        b"".join(ouvrir(fichier))
    assert Utilisateur.objects.exists()
    default_storage.delete(".sonde")
