"""Headers and cookies on real answers, address behind proxies, start in production."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.test import Client, RequestFactory

from gestion_acces.services.audit import origine_de
from portal.lib.reseau import adresse_de, reseau_de
from tests.connexion import ouvrir_session
from tests.factories import UtilisateurFactory

RACINE = Path(__file__).resolve().parent.parent.parent
PRODUCTION = {
    "PRODUCTION": "1",
    "SECRET_KEY": "z7" * 40 + "!kP",
    "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "ALLOWED_HOSTS": "portail.example",
    "PORTAL_URL": "https://portail.example",
    "DATABASE_URL": "postgresql://portail:secret@127.0.0.1:1/portail",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "QONTO_API_URL": "https://thirdparty.qonto.com",
    "QONTO_OAUTH_URL": "https://oauth.qonto.com",
    "QONTO_CLIENT_ID": "client",
    "QONTO_CLIENT_SECRET": "un secret de production",
    "QONTO_ONBOARDING_WEBHOOK_SECRET": "un autre secret",
    "EMAIL_URL": "smtp://127.0.0.1:1",
}


@pytest.mark.django_db
@pytest.mark.parametrize("chemin", ["/connexion/", "/compte/securite/", "/introuvable/", "/cabinet/dossiers/"])
def test_every_answer_carries_its_headers(chemin: str) -> None:
    client = Client()
    ouvrir_session(client, UtilisateurFactory())
    reponse = client.get(chemin)
    csp = reponse.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in csp
    assert "unsafe-eval" not in csp
    for directive in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "style-src 'self'"):
        assert directive in csp
    assert reponse.headers["X-Frame-Options"] == "DENY"
    assert reponse.headers["X-Content-Type-Options"] == "nosniff"
    assert reponse.headers["Referrer-Policy"] == "same-origin"
    assert reponse.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in reponse.headers["Permissions-Policy"]


@pytest.mark.django_db
def test_browsers_are_told_to_stay_on_https_for_a_year(settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = settings.SECURE_SSL_REDIRECT = True
    reponse = Client().get("/connexion/", secure=True)
    assert reponse.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert Client().get("/connexion/").headers["Location"].startswith("https://")


@pytest.mark.django_db
def test_pages_carry_neither_inline_style_nor_inline_script() -> None:
    client = Client()
    ouvrir_session(client, UtilisateurFactory())
    for chemin in ("/compte/securite/application/", "/compte/securite/cle/", "/compte/securite/", "/compte/sessions/"):
        page = client.get(chemin).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page
        for balise in page.split("<script")[1:]:
            entete = balise.split(">")[0]
            assert "nonce=" in entete or "application/json" in entete


@pytest.mark.django_db
def test_cookies_are_closed_to_scripts_and_to_other_sites(settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client()
    personne = UtilisateurFactory()
    client.get("/connexion/", secure=True)
    saisie = {"email": personne.email, "mot_de_passe": "une phrase de passe solide"}
    assert client.post("/connexion/", saisie, secure=True).status_code == 302
    for nom in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "portail_appareil"):
        temoin = client.cookies[nom]
        assert temoin["httponly"], nom
        assert temoin["secure"], nom
        assert temoin["samesite"] == "Lax", nom


@pytest.mark.django_db
def test_post_without_csrf_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/connexion/", {"email": "a@b.example", "mot_de_passe": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("proxies", "chaine", "attendue"),
    [
        (0, "203.0.113.9", "198.51.100.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "198.51.100.1"),
        (1, "n’importe quoi", "198.51.100.1"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "", "198.51.100.1"),
    ],
)
def test_address_is_the_one_that_our_outermost_proxy_saw(
    settings: Any, proxies: int, chaine: str, attendue: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", headers={"x-forwarded-for": chaine}, REMOTE_ADDR="198.51.100.1")
    request.user = UtilisateurFactory.build()
    assert adresse_de(request) == attendue
    assert origine_de(request).adresse_ip == attendue


def test_ipv6_subscribers_are_throttled_as_one() -> None:
    assert reseau_de("2001:db8:1:2::1") == reseau_de("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert reseau_de("2001:db8:1:3::1") != reseau_de("2001:db8:1:2::1")


def lancer(dossier: Path, ordre: str, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environnement = {nom: os.environ[nom] for nom in ("PATH", "HOME", "LANG") if nom in os.environ}
    environnement |= {"DATA_DIR": str(dossier)} | variables
    return subprocess.run(
        [sys.executable, "manage.py", ordre, *options],
        cwd=RACINE,
        env=environnement,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_check_deploy_is_silent_in_production(tmp_path: Path) -> None:
    resultat = lancer(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert resultat.returncode == 0, resultat.stderr
    assert "no issues" in resultat.stdout


@pytest.mark.parametrize(
    "absente",
    ["SECRET_KEY", "ENCRYPTION_KEYS", "QONTO_CLIENT_SECRET", "DATABASE_URL", "REDIS_URL", "QONTO_API_URL"],
)
def test_production_refuses_to_start_without_its_own_secrets(tmp_path: Path, absente: str) -> None:
    variables = {nom: valeur for nom, valeur in PRODUCTION.items() if nom != absente}
    resultat = lancer(tmp_path, "check", **variables)
    assert resultat.returncode != 0
    assert absente in resultat.stderr
    assert "un secret de production" not in resultat.stderr + resultat.stdout


def test_passwords_are_kept_with_argon2() -> None:
    source = (RACINE / "portal" / "settings.py").read_text(encoding="utf-8")
    premier = source.split("PASSWORD_HASHERS = [")[1].split(",")[0]
    assert "Argon2PasswordHasher" in premier
