"""The encrypted storage gives back what was written, or refuses."""

import os
import tracemalloc
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from portal.lib import stockage
from portal.lib.stockage import TAILLE_BLOC, TAILLE_ENTETE, TAILLE_SCEAU, FichierAltere, Lecteur

BLOC_SCELLE = TAILLE_BLOC + TAILLE_SCEAU


@pytest.fixture
def cle() -> Iterator[str]:
    yield (nom := f"essai/{os.urandom(8).hex()}")
    default_storage.delete(nom)


def _ecrire(cle: str, clair: bytes) -> Path:
    stockage.ranger(stockage.sceller(BytesIO(clair)), cle)
    return Path(default_storage.path(cle))


def _lire(cle: str) -> bytes:
    with stockage.ouvrir(cle) as lecteur:
        return b"".join(lecteur.morceaux())


@pytest.mark.parametrize("taille", [0, 1, TAILLE_BLOC - 1, TAILLE_BLOC, TAILLE_BLOC + 1, 3 * TAILLE_BLOC])
def test_what_was_written_is_read(cle: str, taille: int) -> None:
    clair = os.urandom(taille)
    chemin = _ecrire(cle, clair)
    assert _lire(cle) == clair
    with stockage.ouvrir(cle) as lecteur:
        assert lecteur.taille == taille
        assert lecteur.read() == clair
    assert taille < 16 or clair[:16] not in chemin.read_bytes()


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 150_000), st.integers(0, 70_000)), min_size=1, max_size=6))
def test_any_place_can_be_read(lectures: list[tuple[int, int]]) -> None:
    clair = bytes(range(256)) * 600
    scelle = stockage.sceller(BytesIO(clair))
    with scelle.lecteur() as lecteur:
        for position, taille in lectures:
            lecteur.seek(position)
            lus = b""
            while len(lus) < taille and (morceau := lecteur.read(taille - len(lus))):
                lus += morceau
            assert lus == clair[position : position + taille]
    scelle.abandonner()


def _couper_le_dernier_bloc(octets: bytes) -> bytes:
    return octets[: TAILLE_ENTETE + 2 * BLOC_SCELLE]


def _couper_au_milieu(octets: bytes) -> bytes:
    return octets[:-1]


def _echanger_deux_blocs(octets: bytes) -> bytes:
    a, b = TAILLE_ENTETE, TAILLE_ENTETE + BLOC_SCELLE
    return octets[:a] + octets[b : b + BLOC_SCELLE] + octets[a:b] + octets[b + BLOC_SCELLE :]


def _repeter_la_fin(octets: bytes) -> bytes:
    return octets + octets[TAILLE_ENTETE + 2 * BLOC_SCELLE :]


def _changer_un_bit(octets: bytes) -> bytes:
    place = TAILLE_ENTETE + 1000
    return octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1 :]


def _changer_le_sel(octets: bytes) -> bytes:
    return octets[: TAILLE_ENTETE - 1] + bytes([octets[TAILLE_ENTETE - 1] ^ 1]) + octets[TAILLE_ENTETE:]


def _vider(octets: bytes) -> bytes:
    return octets[:TAILLE_ENTETE]


@pytest.mark.parametrize(
    "abimer",
    [
        _couper_le_dernier_bloc,
        _couper_au_milieu,
        _echanger_deux_blocs,
        _repeter_la_fin,
        _changer_un_bit,
        _changer_le_sel,
        _vider,
    ],
)
def test_altered_file_is_refused(cle: str, abimer: object) -> None:
    chemin = _ecrire(cle, os.urandom(2 * TAILLE_BLOC + 500))
    chemin.write_bytes(abimer(chemin.read_bytes()))  # type: ignore[operator]
    with pytest.raises(FichierAltere):
        _lire(cle)


def test_memory_does_not_follow_the_size(cle: str) -> None:
    class Zeros:
        reste = 40 * 1024 * 1024

        def read(self, size: int = -1, /) -> bytes:
            pris = min(size, self.reste)
            self.reste -= pris
            return bytes(pris)

    tracemalloc.start()
    stockage.ranger(stockage.sceller(Zeros()), cle)
    with stockage.ouvrir(cle) as lecteur:
        assert sum(len(morceau) for morceau in lecteur.morceaux()) == 40 * 1024 * 1024
    _, pointe = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert pointe < 2 * 1024 * 1024


def test_keys_rotate(cle: str, settings: Settings) -> None:
    ancienne = settings.ENCRYPTION_KEYS[0]
    nouvelle = urlsafe_b64encode(os.urandom(32)).decode()
    _ecrire(cle, b"clair")
    settings.ENCRYPTION_KEYS = [nouvelle, ancienne]
    assert _lire(cle) == b"clair"
    assert not stockage.cle_courante(cle)
    stockage.resceller(cle, f"{cle}-2")
    settings.ENCRYPTION_KEYS = [nouvelle]
    assert stockage.cle_courante(f"{cle}-2")
    assert _lire(f"{cle}-2") == b"clair"
    with pytest.raises(FichierAltere, match="ENCRYPTION_KEYS"):
        _lire(cle)
    default_storage.delete(f"{cle}-2")


def test_two_files_share_neither_key_nor_bytes() -> None:
    un, deux = stockage.sceller(BytesIO(b"meme contenu")), stockage.sceller(BytesIO(b"meme contenu"))
    assert un.chemin.read_bytes()[TAILLE_ENTETE:] != deux.chemin.read_bytes()[TAILLE_ENTETE:]
    un.abandonner()
    deux.abandonner()


def test_broken_source_leaves_nothing_behind() -> None:
    class Coupe:
        def read(self, size: int = -1, /) -> bytes:
            raise ConnectionError

    en_cours = set(stockage.dossier_temporaire().iterdir())
    with pytest.raises(ConnectionError):
        stockage.sceller(Coupe())
    assert set(stockage.dossier_temporaire().iterdir()) == en_cours


def test_a_key_is_used_once(cle: str) -> None:
    _ecrire(cle, b"premier")
    with pytest.raises(FileExistsError):
        _ecrire(cle, b"second")
    assert _lire(cle) == b"premier"


def test_files_are_for_the_portal_alone(cle: str) -> None:
    assert _ecrire(cle, b"secret").stat().st_mode & 0o077 == 0
    assert Path(settings.DATA_DIR) in Path(default_storage.path(cle)).parents
    with pytest.raises(FichierAltere):
        Lecteur(BytesIO(b"un fichier en clair, jamais scelle par le portail " * 3))
