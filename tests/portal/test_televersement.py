"""An upload is on disk, sealed, before any view sees it; it leaves with its request."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import StopUpload
from django.http import HttpRequest
from django.test import RequestFactory

from portal.lib import stockage, televersement
from portal.lib.televersement import FichierTeleverse, TeleversementChiffre
from tests import contenus


def _requete(octets: bytes, nom: str = "facture.pdf") -> HttpRequest:
    return RequestFactory().post("/", {"fichier": SimpleUploadedFile(nom, octets)})


def _recu(requete: HttpRequest, champ: str = "fichier") -> FichierTeleverse:
    fichier = requete.FILES[champ]
    assert isinstance(fichier, FichierTeleverse)
    return fichier


def test_upload_is_sealed_on_disk_and_read_in_clear() -> None:
    octets = contenus.pdf(pages=30)
    requete = _requete(octets)
    fichier = _recu(requete)
    sur_disque = fichier.scelle.chemin.read_bytes()
    assert octets[:60] not in sur_disque
    assert fichier.read() == octets
    fichier.seek(5)
    assert fichier.read(10) == octets[5:15]
    assert b"".join(fichier.chunks()) == octets
    assert fichier.size == len(octets)
    requete.close()
    assert not fichier.scelle.chemin.exists()


def test_upload_over_the_limit_is_not_kept_and_says_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(televersement, "TAILLE_MAX", 100_000)
    requete = _requete(bytes(300_000))
    fichier = _recu(requete)
    assert fichier.size == 300_000
    assert fichier.scelle.chemin.stat().st_size < 200_000
    requete.close()


def test_endless_upload_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(televersement, "TAILLE_COUPURE", 100_000)
    en_cours = set(stockage.dossier_temporaire().iterdir())
    handler = TeleversementChiffre()
    handler.new_file("fichier", "x.pdf", "application/pdf", None)
    handler.receive_data_chunk(bytes(65_536), 0)
    with pytest.raises(StopUpload):
        handler.receive_data_chunk(bytes(65_536), 65_536)
    handler.upload_interrupted()
    assert set(stockage.dossier_temporaire().iterdir()) == en_cours


def test_two_files_in_one_form_are_two() -> None:
    requete = RequestFactory().post("/", {"a": BytesIO(b"premier"), "b": BytesIO(b"second")})
    assert [_recu(requete, nom).read() for nom in ("a", "b")] == [b"premier", b"second"]
    requete.close()
