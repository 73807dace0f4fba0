"""Sign-in in a real Chromium: forced enrolment, authenticator app, passkey, recovery code, lockout, sessions."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from gestion_acces.enums import RoleCabinet, TypeFacteur
from gestion_acces.models import Facteur, Utilisateur
from gestion_acces.services.audit import SYSTEME
from gestion_acces.services.essais import MAX_COUPLE
from gestion_acces.services.facteurs import creer_codes
from tests.connexion import code_de, enroler_totp
from tests.factories import MOT_DE_PASSE, MembreCabinetFactory, MembreDossierFactory, UtilisateurFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("taches_immediates")]


@pytest.fixture
def helene(portail: str) -> Utilisateur:
    personne: Utilisateur = UtilisateurFactory(email="helene@cabinet.example")
    MembreCabinetFactory(role=RoleCabinet.ADMINISTRATEUR, utilisateur=personne)
    return personne


def donner_mot_de_passe(page: Page, portail: str, email: str, mot_de_passe: str = MOT_DE_PASSE) -> None:
    page.goto(f"{portail}/connexion/")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(mot_de_passe)
    page.get_by_role("button", name="Se connecter", exact=True).click()


def poser_authentificateur(page: Page) -> None:
    """A platform authenticator that always recognizes its owner, as a laptop's fingerprint reader does."""
    outils = page.context.new_cdp_session(page)
    outils.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    outils.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_collaborateur_enrols_an_app_before_anything_else(
    page: Page, portail: str, helene: Utilisateur, axe: Callable[[Page], None], captures: Callable[[Page, str], None]
) -> None:
    donner_mot_de_passe(page, portail, helene.email)
    expect(page.get_by_role("heading", name="Protégez votre compte")).to_be_visible()
    axe(page)
    captures(page, "acces-enroler")
    page.goto(f"{portail}/cabinet/dossiers/")
    expect(page.get_by_role("heading", name="Protégez votre compte")).to_be_visible()

    page.get_by_role("link", name="Application d’authentification").click()
    axe(page)
    captures(page, "acces-totp")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Activer").click()
    expect(page.get_by_text("Ce code n’est pas le bon")).to_be_visible()
    page.get_by_text("Saisir la clé à la main").click()
    cle = page.locator(".cle-totp").inner_text()
    page.get_by_label("Code").fill(code_de(cle))
    page.get_by_role("button", name="Activer").click()

    expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    assert page.locator(".codes-secours li").count() == 10
    axe(page)
    captures(page, "acces-codes")
    page.get_by_role("button", name="Je les ai gardés").click()
    page.goto(f"{portail}/cabinet/dossiers/")
    expect(page.get_by_role("heading", name="Dossiers", exact=True)).to_be_visible()
    assert any("application d’authentification a été ajoutée" in message.body for message in mail.outbox)


def test_app_code_opens_the_session_and_serves_once(
    page: Page, portail: str, helene: Utilisateur, axe: Callable[[Page], None], captures: Callable[[Page, str], None]
) -> None:
    cle = enroler_totp(helene)
    donner_mot_de_passe(page, portail, helene.email)
    expect(page.get_by_role("heading", name="Seconde vérification")).to_be_visible()
    axe(page)
    captures(page, "acces-second-facteur")
    page.goto(f"{portail}/cabinet/dossiers/")
    expect(page).to_have_url(re.compile("/connexion/"))  # the password alone opens nothing
    donner_mot_de_passe(page, portail, helene.email)
    code = code_de(cle)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Vérifier").click()
    expect(page).not_to_have_url(re.compile("/connexion/"))

    page.context.clear_cookies()
    donner_mot_de_passe(page, portail, helene.email)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Vérifier").click()
    expect(page.get_by_text("Ce code n’est pas le bon, ou il a déjà servi.")).to_be_visible()


def test_passkey_is_enrolled_then_serves_as_second_factor_and_alone(
    page: Page, portail: str, helene: Utilisateur, axe: Callable[[Page], None], captures: Callable[[Page, str], None]
) -> None:
    poser_authentificateur(page)
    donner_mot_de_passe(page, portail, helene.email)
    page.get_by_role("link", name="Clé d’accès").click()
    axe(page)
    captures(page, "acces-cle")
    page.get_by_label("Nom de cette clé").fill("Ordinateur du bureau")
    page.get_by_role("button", name="Créer la clé").click()
    expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    page.get_by_role("button", name="Je les ai gardés").click()
    assert Facteur.objects.get(type=TypeFacteur.CLE).nom == "Ordinateur du bureau"

    page.context.clear_cookies()
    donner_mot_de_passe(page, portail, helene.email)
    page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    expect(page).not_to_have_url(re.compile("/connexion/"))

    page.context.clear_cookies()
    page.goto(f"{portail}/connexion/?next=/compte/securite/")
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    expect(page.get_by_role("heading", name="Sécurité de mon compte")).to_be_visible()
    axe(page)
    captures(page, "acces-securite")
    page.get_by_role("button", name="Retirer Ordinateur du bureau").click()
    confirmation = page.get_by_role("dialog").get_by_role("button", name=re.compile("Confirmer|Retirer|Continuer"))
    if confirmation.count():
        confirmation.click()
    expect(page.get_by_text("C’est votre dernier second facteur")).to_be_visible()


def test_recovery_code_replaces_the_lost_phone_once(page: Page, portail: str, helene: Utilisateur) -> None:
    enroler_totp(helene)
    code = creer_codes(utilisateur=helene, origine=SYSTEME, maintenant=timezone.now())[0]
    for attendu in (True, False):
        page.context.clear_cookies()
        donner_mot_de_passe(page, portail, helene.email)
        page.get_by_label("Code").fill(code.upper())
        page.get_by_role("button", name="Vérifier").click()
        if attendu:
            expect(page).not_to_have_url(re.compile("/connexion/"))
        else:
            expect(page.get_by_text("Ce code n’est pas le bon, ou il a déjà servi.")).to_be_visible()


def test_wrong_passwords_lock_the_address_and_mail_the_person(
    page: Page, portail: str, helene: Utilisateur, captures: Callable[[Page, str], None]
) -> None:
    for _ in range(MAX_COUPLE):
        donner_mot_de_passe(page, portail, helene.email, "mauvais mot de passe")
        expect(page.get_by_text("Adresse e-mail ou mot de passe incorrect.")).to_be_visible()
    donner_mot_de_passe(page, portail, helene.email)
    expect(page.get_by_text("Trop d’essais.")).to_be_visible()
    captures(page, "acces-verrou")
    assert [message.subject for message in mail.outbox] == ["Connexions refusées à votre compte"]
    assert mail.outbox[0].to == [helene.email]


def test_old_proof_is_asked_again_and_what_was_typed_comes_back(
    page: Page,
    portail: str,
    helene: Utilisateur,
    connecter: Callable[..., None],
    captures: Callable[[Page, str], None],
) -> None:
    dossier = MembreDossierFactory(dossier__cabinet=helene.membre_cabinet.cabinet).dossier
    connecter(page, helene.email, preuve_ancienne=True)
    page.goto(f"{portail}/cabinet/dossiers/{dossier.pk}/divers/")
    page.get_by_label(re.compile("Qonto")).first.check()
    page.get_by_role("button", name="Enregistrer").first.click()
    expect(page.get_by_role("heading", name="Confirmez votre identité")).to_be_visible()
    captures(page, "acces-confirmer")
    page.get_by_label("Votre mot de passe").fill("faux")
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_text("Ce n’est pas la bonne preuve.")).to_be_visible()
    page.get_by_label("Votre mot de passe").fill(MOT_DE_PASSE)
    page.get_by_role("button", name="Confirmer").click()
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", name="Le service Qonto est activé")).to_be_visible()


def test_sessions_are_listed_and_closed_from_another_browser(
    page: Page,
    browser: Browser,
    portail: str,
    helene: Utilisateur,
    axe: Callable[[Page], None],
    captures: Callable[[Page, str], None],
) -> None:
    codes = creer_codes(utilisateur=helene, origine=SYSTEME, maintenant=timezone.now())
    enroler_totp(helene)
    ailleurs = browser.new_context().new_page()
    for vue, code in ((page, codes[0]), (ailleurs, codes[1])):
        donner_mot_de_passe(vue, portail, helene.email)
        vue.get_by_label("Code").fill(code)
        vue.get_by_role("button", name="Vérifier").click()
        expect(vue).not_to_have_url(re.compile("/connexion/"))
    page.goto(f"{portail}/compte/sessions/")
    assert page.locator("tbody tr").count() == 2
    axe(page)
    captures(page, "acces-sessions")
    page.get_by_role("button", name="Déconnecter partout").click()
    expect(page.get_by_text("Toutes vos autres sessions sont fermées.")).to_be_visible()
    assert page.locator("tbody tr").count() == 1
    ailleurs.goto(f"{portail}/compte/sessions/")
    expect(ailleurs).to_have_url(re.compile("/connexion/"))
    ailleurs.context.close()
