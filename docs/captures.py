"""Pictures of the documentation, taken from the running demonstration (`make run` on an empty data folder first).

    .venv/bin/python docs/captures.py [address of the portal]

Its dates and files are in French where the language packs of Chromium are installed (Debian: chromium-l10n). It plays
the first thread as people would: Alice links her account, Hélène integrates the statement, Alice pays.
"""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

RACINE = Path(__file__).resolve().parent.parent
IMAGES = RACINE / "docs" / "images"
PORTAIL = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8000"
MOT_DE_PASSE = "demonstration-2026"
ALICE, HELENE = "alice@maison-lenoir.example", "helene.morel@cabinet-morel.example"
SOFIA = "sofia@fournil-halles.example"
LARGEUR = 1200


def code(email: str) -> str:
    """The one-time code of a demonstration account."""
    commande = [sys.executable, "manage.py", "demonstration", "--code", email]
    return subprocess.run(commande, cwd=RACINE, capture_output=True, text=True, check=True).stdout.split()[-1]


def entrer(navigateur: Browser, email: str, *, largeur: int = 1440, theme: str = "light") -> Page:
    page = navigateur.new_context(
        locale="fr-FR",
        timezone_id="Europe/Paris",
        viewport={"width": largeur, "height": 900 if largeur > 600 else 780},
        color_scheme="dark" if theme == "dark" else "light",
    ).new_page()
    page.goto(f"{PORTAIL}/connexion/")
    page.fill("input[type=email]", email)
    page.fill("input[type=password]", MOT_DE_PASSE)
    page.click("main button[type=submit]")
    page.fill("input[autocomplete=one-time-code]", code(email))
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    return page


def prendre(page: Page, nom: str) -> None:
    """A small picture: 1200 points wide, 128 colours."""
    page.wait_for_timeout(400)
    image = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    if image.width > LARGEUR:
        image = image.resize((LARGEUR, round(image.height * LARGEUR / image.width)), Image.Resampling.LANCZOS)
    image.quantize(128).save(IMAGES / f"{nom}.png", optimize=True)
    print(f"docs/images/{nom}.png")


def associer(page: Page) -> None:
    page.get_by_role("link", name="Associer un compte existant").click()
    page.get_by_role("button", name="Continuer chez Qonto").click()
    page.locator(f"input[name=email][value='{ALICE}']").first.check()
    page.get_by_role("button", name="Se connecter").click()
    prendre(page, "consentement")
    page.get_by_role("button", name="Accepter").click()
    page.get_by_role("button", name="Associer").click()
    page.get_by_text("Votre compte Qonto est associé").wait_for()


def integrer(page: Page, dossier: str) -> None:
    page.goto(f"{PORTAIL}/cabinet/dossiers/{dossier}/banques/")
    page.get_by_role("link", name="À créer").click()
    page.get_by_role("button", name="Créer BQ").click()
    page.goto(f"{PORTAIL}/cabinet/dossiers/{dossier}/banque/")
    page.get_by_role("button", name="Synchroniser maintenant").click()
    for _ in range(120):
        page.wait_for_timeout(1000)
        page.goto(f"{PORTAIL}/cabinet/dossiers/{dossier}/banque/acquisitions/")
        if page.get_by_role("button", name="Oui").count():
            break
    prendre(page, "avertissement")
    page.get_by_role("button", name="Oui").click()
    page.get_by_text("opérations intégrées").wait_for()
    prendre(page, "grille")


def importer(page: Page, dossier: str) -> None:
    """The sales invoices of the month, then the first of them beside the list."""
    page.goto(f"{PORTAIL}/cabinet/dossiers/{dossier}/depot/imports/")
    page.locator("main form button[type=submit]").first.click()
    for _ in range(120):
        page.wait_for_timeout(1000)
        page.goto(f"{PORTAIL}/cabinet/dossiers/{dossier}/depot/?panier=vente")
        if page.locator("main table tbody tr").count() > 3:
            break
    page.locator("main table tbody a").first.click()
    page.wait_for_timeout(2000)
    prendre(page, "depot")


def adherer(page: Page) -> None:
    """The first step of the account application, prefilled from the dossier."""
    page.get_by_role("link", name="Ouvrir un compte professionnel").click()
    page.get_by_label("Société en cours de création").check()
    page.get_by_role("button", name="Commencer").click()
    page.get_by_role("heading", name="Entreprise").wait_for()
    prendre(page, "adhesion")


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome") or ""
        options = ["--no-sandbox", "--disable-gpu", "--lang=fr"]
        # The fields of dates speak the language of the browser's own process.
        navigateur = playwright.chromium.launch(
            executable_path=chromium, args=options, env={**os.environ, "LANGUAGE": "fr"}
        )
        alice = entrer(navigateur, ALICE)
        dossier = alice.url.split("/espace/")[1].split("/")[0]
        if alice.get_by_role("link", name="Associer un compte existant").count():
            associer(alice)
        prendre(alice, "applications")
        helene = entrer(navigateur, HELENE)
        prendre(helene, "cockpit")
        integrer(helene, dossier)
        helene.goto(f"{PORTAIL}/cabinet/dossiers/{dossier}/comptabilite/")
        prendre(helene, "comptabilite")
        helene.goto(f"{PORTAIL}/cabinet/dossiers/{dossier}/banques/")
        prendre(helene, "banques")
        helene.goto(f"{PORTAIL}/cabinet/dossiers/{dossier}/qonto/")
        prendre(helene, "qonto-dossier")
        importer(helene, dossier)
        alice.goto(f"{PORTAIL}/espace/{dossier}/factures/")
        prendre(alice, "factures")
        alice.get_by_role("link", name="FS9289482").click()
        alice.get_by_role("link", name="Régler l’échéance").click()
        alice.get_by_text("Vérification du bénéficiaire :").wait_for()
        prendre(alice, "paiement")
        telephone = entrer(navigateur, ALICE, largeur=390, theme="dark")
        telephone.goto(f"{PORTAIL}/espace/{dossier}/factures/")
        prendre(telephone, "telephone")
        adherer(entrer(navigateur, SOFIA))
        navigateur.close()


if __name__ == "__main__":
    main()
