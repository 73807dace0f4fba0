"""The documents of a dossier: stored once, served safely, erased with proof."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import RequestFactory
from pytest_django import DjangoCaptureOnCommitCallbacks

from gestion_acces.errors import FichierRefuse
from gestion_acces.models import Dossier, EvenementAudit, Fichier
from gestion_acces.services import fichiers
from portal.lib import stockage, televersement
from portal.lib.stockage import FichierAltere
from portal.lib.televersement import FichierTeleverse
from tests import contenus
from tests.factories import DossierFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db
MAINTENANT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _deposer(dossier: Dossier, octets: bytes = b"contenu", **options: Any) -> tuple[Fichier, bool]:
    valeurs: dict[str, Any] = {"nom": "facture.pdf", "type_mime": "application/pdf", "maintenant": MAINTENANT}
    return fichiers.deposer_fichier(dossier=dossier, flux=BytesIO(octets), **(valeurs | options))


def test_deposit_keeps_name_size_print_and_author() -> None:
    auteur = UtilisateurFactory()
    fichier, nouveau = _deposer(DossierFactory(), b"contenu", par=auteur, nom="C:\\scans\\facture mars.pdf")
    assert nouveau
    assert (fichier.nom, fichier.taille, fichier.depose_par) == ("facture mars.pdf", 7, auteur)
    assert fichier.sha256 == "3016ef88e3166466281c563b984abed5412a2de823d37ed99c2af39be422fab1"
    assert b"".join(fichiers.ouvrir(fichier)) == b"contenu"


def test_same_bytes_are_stored_once_in_a_dossier() -> None:
    dossier = DossierFactory()
    premier, _ = _deposer(dossier)
    second, nouveau = _deposer(dossier, nom="copie.pdf")
    assert (second.pk, nouveau) == (premier.pk, False)
    _, dossiers_fichiers = default_storage.listdir(str(dossier.pk))
    assert len(dossiers_fichiers) == 1


def test_same_bytes_in_two_dossiers_are_two_files() -> None:
    un, _ = _deposer(DossierFactory())
    deux, nouveau = _deposer(DossierFactory())
    assert nouveau
    assert un.cle != deux.cle


def test_database_refuses_the_same_bytes_twice() -> None:
    fichier, _ = _deposer(DossierFactory())
    fichier.pk, fichier.cle = None, "autre"
    with pytest.raises(DatabaseError), transaction.atomic():
        Fichier.objects.bulk_create([fichier])


def test_loser_of_a_race_gets_the_file_of_the_winner(monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = DossierFactory()
    ranger = stockage.ranger
    gagnant: list[Fichier] = []

    def ranger_apres_un_autre(scelle: Any, cle: str) -> None:
        if not gagnant:
            gagnant.append(Fichier())
            gagnant[0], _ = _deposer(dossier)
        ranger(scelle, cle)

    monkeypatch.setattr(stockage, "ranger", ranger_apres_un_autre)
    perdant, nouveau = _deposer(dossier)
    assert (perdant.pk, nouveau) == (gagnant[0].pk, False)
    assert len(default_storage.listdir(str(dossier.pk))[1]) == 1


def test_answer_is_locked_down() -> None:
    octets = contenus.pdf()
    fichier, _ = _deposer(DossierFactory(), octets, nom="facture été.pdf")
    reponse = fichiers.reponse(fichier)
    assert b"".join(reponse) == octets
    assert reponse["X-Content-Type-Options"] == "nosniff"
    assert reponse["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in reponse["Content-Security-Policy"]
    assert "default-src 'none'" in reponse["Content-Security-Policy"]
    assert reponse["Cache-Control"] == "private, no-store"
    assert reponse["Content-Length"] == str(len(octets))
    assert reponse["Content-Disposition"].startswith("inline; filename*=utf-8''facture%20%C3%A9t%C3%A9.pdf")
    assert fichiers.reponse(fichier, telecharger=True)["Content-Disposition"].startswith("attachment")


def test_altered_file_is_never_served_whole() -> None:
    fichier, _ = _deposer(DossierFactory(), bytes(200_000))
    chemin = Path(default_storage.path(fichier.cle))
    chemin.write_bytes(chemin.read_bytes()[:-1])
    with pytest.raises(FichierAltere):
        b"".join(fichiers.reponse(fichier))


def _recu(nom: str, octets: bytes) -> FichierTeleverse:
    recu = RequestFactory().post("/", {"f": SimpleUploadedFile(nom, octets)}).FILES["f"]
    assert isinstance(recu, FichierTeleverse)
    return recu


def test_control_then_deposit_of_an_upload() -> None:
    recu = _recu("photo.png", contenus.image())
    type_mime = fichiers.controler_contenu(recu, "photo.png")
    fichier, _ = fichiers.deposer_fichier(
        dossier=DossierFactory(), flux=recu, nom="photo.png", type_mime=type_mime, maintenant=MAINTENANT
    )
    assert (type_mime, fichier.taille) == ("image/png", recu.size)


def test_upload_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(televersement, "TAILLE_MAX", 1000)
    monkeypatch.setattr(fichiers, "TAILLE_MAX", 1000)
    recu = _recu("gros.pdf", bytes(2000))
    with pytest.raises(FichierRefuse, match="30 Mo"):
        fichiers.controler_contenu(recu, "gros.pdf")


def test_purge_erases_the_bytes_and_keeps_the_proof(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    dossier = DossierFactory()
    fichier, _ = _deposer(dossier, purge_le=MAINTENANT + timedelta(days=30))
    cle = fichier.cle
    assert fichiers.purger_fichiers_echus(maintenant=MAINTENANT) == 0
    fin = MAINTENANT + timedelta(days=31)
    with django_capture_on_commit_callbacks(execute=True):
        assert fichiers.purger_fichiers_echus(maintenant=fin) == 1
    assert fichiers.purger_fichiers_echus(maintenant=fin) == 0
    assert not default_storage.exists(cle)
    fichier.refresh_from_db()
    assert (fichier.est_efface, fichier.efface_le) == (True, fin)
    trace = EvenementAudit.objects.get(acte="fichier.purger")
    assert trace.avant["sha256"] == fichier.sha256
    _, nouveau = _deposer(dossier)
    assert nouveau


def test_database_refuses_a_file_neither_present_nor_erased() -> None:
    fichier, _ = _deposer(DossierFactory())
    with pytest.raises(DatabaseError), transaction.atomic():
        Fichier.objects.filter(pk=fichier.pk).update(cle="")
