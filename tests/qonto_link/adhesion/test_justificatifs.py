"""Documents: the content decides, 30 Mo inclusive, the reason in words, encrypted, served to their owner, erased."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from gestion_acces.models import EvenementAudit
from gestion_acces.services.fichiers import purger_fichiers_echus
from qonto_link.adhesion.certificat import certificat_pdf
from qonto_link.adhesion.enums import EtatJustificatif, Flux
from qonto_link.adhesion.models import Adhesion, Justificatif
from tests import contenus
from tests.factories import (
    AccesServiceFactory,
    MembreCabinetFactory,
    MembreDossierFactory,
    ServiceDossierFactory,
)
from tests.qonto_link.adhesion.factories import DIRIGEANTE, AdhesionFactory

pytestmark = pytest.mark.django_db
MO = 1024 * 1024
HTMX = {"HX-Request": "true"}


@pytest.fixture
def sofia(client: Client) -> Any:
    """The dirigeante with the tile, signed in."""
    membre = MembreDossierFactory()
    AccesServiceFactory(membre=membre, service_dossier=ServiceDossierFactory(dossier=membre.dossier))
    client.force_login(membre.utilisateur)
    return membre


def deposer(client: Client, adhesion: Adhesion, octets: bytes, nom: str, **champs: str) -> Any:
    adresse = reverse("qonto_link:adhesion_justificatif_deposer", args=[adhesion.dossier_id])
    envoi = {"type": "domicile", "associe": "", "fichier": SimpleUploadedFile(nom, octets)} | champs
    return client.post(adresse, envoi, headers=HTMX)


def remplir(octets: bytes, taille: int) -> bytes:
    """The same PDF with a comment before its last lines: no offset of it moves."""
    tete, fin = octets.rsplit(b"startxref", 1)
    manque = taille - len(octets)
    return tete + b"%" + b" " * (manque - 2) + b"\nstartxref" + fin


@pytest.mark.parametrize(
    ("octets", "nom"),
    [
        (contenus.pdf(), "facture.pdf"),
        (contenus.image("PNG"), "facture.png"),
        (contenus.image("JPEG"), "photo.jpg"),
        (contenus.image("JPEG"), "photo.JPEG"),
    ],
)
def test_real_documents_are_taken_in_encrypted(
    sofia: Any, client: Client, settings: Any, octets: bytes, nom: str
) -> None:
    adhesion = AdhesionFactory(dossier=sofia.dossier)
    reponse = deposer(client, adhesion, octets, nom)
    assert reponse.status_code == 200
    assert "sera transmis à Qonto" in reponse.content.decode()
    fichier = Justificatif.objects.get().fichier
    assert fichier.taille == len(octets)
    sur_disque = b"".join(
        chemin.read_bytes() for chemin in Path(settings.DATA_DIR).rglob(Path(fichier.cle).name + "*")
    )
    assert sur_disque
    assert octets[:32] not in sur_disque


PDF = contenus.pdf()
HOSTILES: dict[str, tuple[bytes, str]] = {
    "zero byte": (b"", "vide.pdf"),
    "text": (b"bonjour", "texte.pdf"),
    "script": (b"<html><script>alert(1)</script>", "page.pdf"),
    "executable": (b"MZ\x90\x00" + b"\x00" * 200, "facture.pdf"),
    "wrong extension": (contenus.image("PNG"), "image.pdf"),
    "no extension of ours": (PDF, "facture.exe"),
    "truncated PDF": (PDF[: len(PDF) // 2], "coupe.pdf"),
    "truncated picture": (contenus.image("PNG")[:-200], "coupe.png"),
    "password": (contenus.pdf_special("protege"), "protege.pdf"),
    "JavaScript": (contenus.pdf_special("javascript"), "script.pdf"),
    "launch action": (contenus.pdf_special("ouverture"), "action.pdf"),
    "attached program": (contenus.pdf_special("joint"), "joint.pdf"),
    "polyglot PDF and ZIP": (PDF + b"PK\x03\x04" + b"\x00" * 100 + b"PK\x05\x06" + b"\x00" * 18, "double.pdf"),
    "polyglot PDF and HTML": (b"<script>alert(1)</script>\n" + PDF, "double.pdf"),
    "polyglot PNG and HTML": (contenus.image("PNG") + b"<script>alert(1)</script>", "double.png"),
}


@pytest.mark.parametrize("genre", HOSTILES)
def test_hostile_file_is_refused_with_the_reason_and_nothing_is_kept(sofia: Any, client: Client, genre: str) -> None:
    adhesion = AdhesionFactory(dossier=sofia.dossier)
    octets, nom = HOSTILES[genre]
    reponse = deposer(client, adhesion, octets, nom)
    assert reponse.status_code == 422, genre
    assert "refusé : " in reponse.content.decode()
    assert not Justificatif.objects.exists()


def test_bomb_inside_a_pdf_is_refused_quickly(sofia: Any, client: Client) -> None:
    adhesion = AdhesionFactory(dossier=sofia.dossier)
    assert deposer(client, adhesion, contenus.pdf_bombe(100_000_000), "bombe.pdf").status_code == 422


@pytest.mark.parametrize(("ecart", "statut"), [(-1, 200), (0, 200), (1, 422)])
def test_thirty_megabytes_are_inclusive(sofia: Any, client: Client, ecart: int, statut: int) -> None:
    adhesion = AdhesionFactory(dossier=sofia.dossier)
    reponse = deposer(client, adhesion, remplir(PDF, 30 * MO + ecart), "gros.pdf")
    assert reponse.status_code == statut
    if statut == 422:
        assert "30 Mo" in reponse.content.decode()


def test_plain_form_without_script_comes_back_to_the_page_with_the_reason(sofia: Any, client: Client) -> None:
    adhesion = AdhesionFactory(dossier=sofia.dossier)
    adresse = reverse("qonto_link:adhesion_justificatif_deposer", args=[adhesion.dossier_id])
    envoi = {"type": "domicile", "fichier": SimpleUploadedFile("texte.pdf", b"bonjour")}
    contenu = client.post(adresse, envoi, follow=True).content.decode()
    assert "message-erreur" in contenu
    envoi["fichier"] = SimpleUploadedFile("facture.pdf", PDF)
    assert "facture.pdf" in client.post(adresse, envoi, follow=True).content.decode()
    assert "Choisissez un fichier" in client.post(adresse, {"type": "domicile"}, follow=True).content.decode()


@pytest.mark.parametrize(
    ("flux", "genre", "associe", "etat"),
    [
        (Flux.CREATION, "identite", DIRIGEANTE["cle"], EtatJustificatif.A_TRANSMETTRE),
        (Flux.CREATION, "statuts", "", EtatJustificatif.A_TRANSMETTRE),
        (Flux.CREATION, "revenus", DIRIGEANTE["cle"], EtatJustificatif.CONSERVE),
        (Flux.CREATION, "depot_capital", "", EtatJustificatif.CONSERVE),
        (Flux.EXISTANTE, "identite", DIRIGEANTE["cle"], EtatJustificatif.A_DEPOSER),
        (Flux.EXISTANTE, "domicile", "", EtatJustificatif.A_DEPOSER),
    ],
)
def test_each_document_says_what_becomes_of_it(
    sofia: Any, client: Client, flux: str, genre: str, associe: str, etat: str
) -> None:
    adhesion = AdhesionFactory(dossier=sofia.dossier, flux=flux)
    assert deposer(client, adhesion, PDF, "piece.pdf", type=genre, associe=associe).status_code == 200
    assert Justificatif.objects.get().etat == etat


def test_paper_of_nobody_is_refused(sofia: Any, client: Client) -> None:
    adhesion = AdhesionFactory(dossier=sofia.dossier)
    for genre, associe in (("identite", ""), ("identite", "z" * 32), ("domicile", DIRIGEANTE["cle"])):
        assert deposer(client, adhesion, PDF, "piece.pdf", type=genre, associe=associe).status_code == 422


def test_same_file_twice_is_said_and_another_takes_its_place(sofia: Any, client: Client) -> None:
    adhesion = AdhesionFactory(dossier=sofia.dossier)
    deposer(client, adhesion, PDF, "a.pdf")
    assert "déjà dans votre dossier" in deposer(client, adhesion, PDF, "b.pdf").content.decode()
    assert Justificatif.objects.count() == 1
    deposer(client, adhesion, contenus.pdf("autre"), "c.pdf")
    assert [piece.nom for piece in Justificatif.objects.presents()] == ["c.pdf"]
    ancien = Justificatif.objects.exclude(retire_le=None).get()
    assert ancien.fichier.purge_le is not None
    assert ancien.fichier.purge_le <= timezone.now()


def test_document_is_served_to_its_owner_alone_and_harmlessly(sofia: Any, client: Client) -> None:
    adhesion = AdhesionFactory(dossier=sofia.dossier)
    deposer(client, adhesion, PDF, "piece.pdf")
    adresse = reverse("qonto_link:adhesion_justificatif", args=[sofia.dossier.pk, Justificatif.objects.get().pk])
    reponse = client.get(adresse)
    assert b"".join(reponse.streaming_content) == PDF  # type: ignore[attr-defined]
    assert reponse["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in reponse["Content-Security-Policy"]
    assert "piece.pdf" in reponse["Content-Disposition"]
    karim = MembreDossierFactory(dossier=sofia.dossier, role="utilisateur")
    AccesServiceFactory(membre=karim, service_dossier=sofia.dossier.services.get())
    client.force_login(karim.utilisateur)
    assert client.get(adresse).status_code == 403
    bruno = MembreCabinetFactory(cabinet=sofia.dossier.cabinet, role="administrateur")
    client.force_login(bruno.utilisateur)
    assert client.get(adresse).status_code == 404


def test_document_taken_back_is_erased_and_the_certificate_says_so(sofia: Any, client: Client) -> None:
    adhesion = AdhesionFactory(dossier=sofia.dossier)
    deposer(client, adhesion, PDF, "piece.pdf")
    piece = Justificatif.objects.get()
    client.post(reverse("qonto_link:adhesion_justificatif_retirer", args=[sofia.dossier.pk, piece.pk]))
    maintenant = timezone.now() + timedelta(minutes=1)
    assert purger_fichiers_echus(maintenant=maintenant) == 1
    assert EvenementAudit.objects.filter(acte="fichier.purger").count() == 1
    texte = PdfReader(BytesIO(certificat_pdf(dossier=sofia.dossier, maintenant=maintenant))).pages[0].extract_text()
    assert "piece.pdf" in texte
    assert piece.fichier.sha256[:20] in texte.replace("\n", "")


def test_certificate_without_erasure_says_so_too(sofia: Any) -> None:
    texte = (
        PdfReader(BytesIO(certificat_pdf(dossier=sofia.dossier, maintenant=timezone.now()))).pages[0].extract_text()
    )
    assert "Aucun document" in texte
