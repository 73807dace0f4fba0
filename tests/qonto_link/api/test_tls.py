"""TLS: the authorities are read once for the process, and every certificate is still checked against them."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from qonto_link.api.errors import Unavailable
from qonto_link.api.transport import Reglages, Transport, _contexte_tls


class Reponse(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        corps = b'{"organization": {}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(corps)))
        self.end_headers()
        self.wfile.write(corps)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def certificat(tmp_path: Path) -> Path:
    """A certificate of the loopback that no authority has signed, with its key in the same file."""
    cle, nom = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "essai")])
    maintenant = datetime.now(UTC)
    signe = (
        x509.CertificateBuilder()
        .subject_name(nom)
        .issuer_name(nom)
        .public_key(cle.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(maintenant - timedelta(hours=1))
        .not_valid_after(maintenant + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(cle, hashes.SHA256())
    )
    fichier = tmp_path / "essai.pem"
    pkcs8, sans = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    privee = cle.private_bytes(serialization.Encoding.PEM, pkcs8, sans)
    fichier.write_bytes(privee + signe.public_bytes(serialization.Encoding.PEM))
    return fichier


@pytest.fixture
def port(certificat: Path) -> Iterator[int]:
    serveur = HTTPServer(("127.0.0.1", 0), Reponse)
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    contexte.load_cert_chain(certificat)
    serveur.socket = contexte.wrap_socket(serveur.socket, server_side=True)
    fil = threading.Thread(target=serveur.serve_forever, daemon=True)
    fil.start()
    yield serveur.server_port
    serveur.shutdown()
    serveur.server_close()
    fil.join(5)


@pytest.fixture(autouse=True)
def _sans_autorite(monkeypatch: pytest.MonkeyPatch) -> None:
    for nom in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(nom, raising=False)


def demander(adresse: str, methode: str = "GET", reprises: int = 0) -> dict[str, object]:
    transport = Transport(adresse, entetes={}, staging_token="", reglages=Reglages(reprises=reprises))
    try:
        return transport.json(methode, "/v2/organization")
    finally:
        transport.close()


@pytest.mark.parametrize("methode", ["GET", "POST"])
def test_an_unknown_certificate_is_refused(port: int, methode: str) -> None:
    with pytest.raises(Unavailable, match="SSLError"):
        demander(f"https://127.0.0.1:{port}", methode)


@pytest.mark.parametrize("methode", ["GET", "POST"])
def test_authorities_of_the_environment_are_believed(
    port: int, methode: str, certificat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificat))
    assert demander(f"https://127.0.0.1:{port}", methode) == {"organization": {}}
    # Known, but for another host.
    with pytest.raises(Unavailable, match="SSLError"):
        demander(f"https://localhost:{port}", methode)
    assert _contexte_tls(str(certificat)) is _contexte_tls(str(certificat))
