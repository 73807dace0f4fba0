"""What a file is comes from its bytes; what is not whole, alone and harmless is refused with the reason."""

import json
import os
import subprocess
import sys
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest

from portal.lib import contenu
from portal.lib.contenu import ContenuRefuse, controler
from portal.lib.televersement import TAILLE_MAX
from tests import contenus

MO = 1024 * 1024


@pytest.mark.parametrize(
    ("nom", "octets", "attendu"),
    [
        ("facture.pdf", contenus.pdf(), "application/pdf"),
        ("FACTURE.PDF", contenus.pdf(), "application/pdf"),
        ("facturx.pdf", contenus.pdf_special("facturx"), "application/pdf"),
        ("photo.png", contenus.image("PNG"), "image/png"),
        ("photo.jpg", contenus.image("JPEG"), "image/jpeg"),
        ("photo.jpeg", contenus.image("JPEG"), "image/jpeg"),
        # Phones write their own data behind the picture.
        ("telephone.jpg", contenus.image("JPEG") + b"SEFT" + bytes(200), "image/jpeg"),
    ],
    ids=lambda valeur: valeur if isinstance(valeur, str) else "",
)
def test_good_file_is_taken(nom: str, octets: bytes, attendu: str) -> None:
    assert controler(BytesIO(octets), nom) == attendu


@pytest.mark.parametrize(
    ("nom", "octets", "raison"),
    [
        ("vide.pdf", b"", "vide"),
        ("notes.txt", b"bonjour", "ni un PDF"),
        ("programme.pdf", b"MZ\x90\x00" + bytes(300), "ni un PDF"),
        ("page.pdf", b"<html><script>alert(1)</script></html>", "ni un PDF"),
        ("facture.png", contenus.pdf(), "ne dit pas ce qu’il est"),
        ("facture", contenus.pdf(), "ne dit pas ce qu’il est"),
        ("photo.pdf", contenus.image("PNG"), "ne dit pas ce qu’il est"),
        ("coupe.pdf", contenus.pdf()[:-200], "coupé"),
        ("coupe.png", contenus.image("PNG")[:-30], "coupée"),
        ("coupe.jpg", contenus.image("JPEG", (600, 400))[:9000], "coupée"),
        ("abime.png", contenus.image("PNG").replace(b"IDAT", b"IDAX", 1), "abîmée"),
        ("protege.pdf", contenus.pdf_special("protege"), "mot de passe"),
        ("script.pdf", contenus.pdf_special("javascript"), "JavaScript"),
        ("lance.pdf", contenus.pdf_special("ouverture"), "lance un programme"),
        ("joint.pdf", contenus.pdf_special("joint"), "fichier joint"),
        ("xfa.pdf", contenus.pdf_special("xfa"), "XFA"),
        ("deux.pdf", contenus.pdf() + b"<script>alert(1)</script>", "deux fichiers"),
        ("deux.png", contenus.image("PNG") + contenus.pdf(), "deux fichiers"),
        ("deux.jpg", contenus.image("JPEG") + b"<?php system('x');", "deux fichiers"),
        ("creux.pdf", b"%PDF-1.7\n" + os.urandom(400) + b"\nstartxref\n0\n%%EOF\n", "abîmé"),
    ],
    ids=lambda valeur: valeur if isinstance(valeur, str) else "",
)
def test_bad_file_is_refused_with_its_reason(nom: str, octets: bytes, raison: str) -> None:
    with pytest.raises(ContenuRefuse, match=raison):
        controler(BytesIO(octets), nom)


def test_zip_hidden_in_an_image_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as contenu_zip:
        contenu_zip.writestr("page.html", "<script>alert(1)</script>")
    with pytest.raises(ContenuRefuse, match="deux fichiers"):
        controler(BytesIO(contenus.image("JPEG") + archive.read_bytes()), "photo.jpg")


def _complete(taille: int) -> bytes:
    """A PDF of exactly this size: a comment inside it takes the rest."""
    base = contenus.pdf()
    tete, queue = base[: base.index(b"1 0 obj")], base[base.rindex(b"startxref") :]
    corps = base[len(tete) : len(base) - len(queue)]
    return tete + corps + b"%" + b"x" * (taille - len(base) - 2) + b"\n" + queue


def test_thirty_megabytes_are_taken_and_one_byte_more_is_not() -> None:
    assert controler(BytesIO(_complete(TAILLE_MAX)), "gros.pdf") == "application/pdf"
    with pytest.raises(ContenuRefuse, match="30 Mo"):
        controler(BytesIO(_complete(TAILLE_MAX + 1)), "gros.pdf")


# Alone in its process, so that neither this one nor its other children (a browser, the local Qonto) are measured.
CONTROLE_SEUL = """
import json, resource, sys
from portal.lib.contenu import ContenuRefuse, controler
avant = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    controler(sys.stdin.buffer, "bombe.pdf")
    refus = ""
except ContenuRefuse as raison:
    refus = str(raison)
moi, enfant = (resource.getrusage(qui).ru_maxrss for qui in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps({"refus": refus, "portail": (moi - avant) * UNITE, "inspection": enfant * UNITE}))
""".replace("UNITE", "1" if sys.platform == "darwin" else "1024")


def test_bomb_stops_the_inspection_not_the_portal() -> None:
    bombe = contenus.pdf_bombe()
    assert len(bombe) < 1_000_000
    mesure = subprocess.run([sys.executable, "-c", CONTROLE_SEUL], input=bombe, stdout=subprocess.PIPE, check=True)
    lu = json.loads(mesure.stdout)
    assert "abîmé" in lu["refus"]
    assert lu["portail"] < 16 * MO
    # What the bomb would unfold to is not there: the inspection stopped at the limit of a stream.
    assert lu["inspection"] < 256 * MO


def test_both_detectors_agree_on_what_is_taken() -> None:
    for octets in (contenus.pdf(), contenus.image("PNG"), contenus.image("JPEG")):
        assert contenu._par_filetype(octets[:8192]) in contenu.EXTENSIONS
        if contenu.DETECTEUR == "libmagic":
            assert contenu._par_libmagic(octets[:8192]) == contenu._par_filetype(octets[:8192])
    assert contenu._par_filetype(b"<html>") == ""


def test_image_with_too_many_pixels_is_refused() -> None:
    entete = contenus.image("PNG")
    large = (60_000).to_bytes(4, "big") * 2
    ihdr = b"IHDR" + large + entete[24:29]
    crc = zlib.crc32(ihdr).to_bytes(4, "big")
    octets = entete[:12] + ihdr + crc + entete[33:]
    with pytest.raises(ContenuRefuse, match="trop grande"):
        controler(BytesIO(octets), "immense.png")
