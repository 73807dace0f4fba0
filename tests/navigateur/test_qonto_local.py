"""The consent page and the control page in a real browser."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.qonto import LocalQonto
from tests.qonto_sandbox.oauth import STATE, post_token

WIDTHS = (360, 768, 1440)


def authorize(qonto: LocalQonto, page: Page, back: str, **changes: str) -> None:
    given = {
        "client_id": qonto.identifiants["client_id"],
        "redirect_uri": back,
        "response_type": "code",
        "scope": "offline_access organization.read",
        "state": STATE,
    } | changes
    page.goto(f"{qonto.url}/oauth2/auth?" + "&".join(f"{name}={value}" for name, value in given.items()))


def test_consent_is_given_by_keyboard_and_mouse(qonto: LocalQonto, page: Page) -> None:
    # The application's address: any page of the loopback will do.
    back = f"{qonto.url}/healthz-retour"
    authorize(qonto, page, back)
    page.get_by_label("Paul Bertin").check()
    page.get_by_role("button", name="Se connecter").press("Enter")
    expect(page.get_by_text("ATELIER BERTIN")).to_be_visible()
    expect(page.get_by_text("Lire votre organisation")).to_be_visible()
    with page.expect_request(lambda request: request.url.startswith(back)) as asked:
        page.get_by_role("button", name="Accepter").click()
    code = asked.value.url.split("code=")[1].split("&")[0]
    answer = post_token(qonto, grant_type="authorization_code", code=code, redirect_uri=back)
    assert answer.status_code == 200


def test_refusal_comes_back(qonto: LocalQonto, page: Page) -> None:
    back = f"{qonto.url}/healthz-retour"
    authorize(qonto, page, back, organization_id=qonto.identifiants["organization_id"])
    expect(page.get_by_text("ATELIER BERTIN")).to_have_count(0)
    page.get_by_role("button", name="Se connecter").click()
    with page.expect_request(lambda request: request.url.startswith(back)) as asked:
        page.get_by_role("button", name="Refuser").click()
    assert "error=access_denied" in asked.value.url


def test_control_page_adds_a_movement(qonto: LocalQonto, page: Page) -> None:
    page.goto(f"{qonto.url}/_sandbox/")
    page.get_by_role("link", name="STUDIO PIXEL").click()
    page.get_by_label("Montant en euros").fill("125,40")
    page.get_by_label("Libellé").fill("ESSAI AU CLAVIER")
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_role("status")).to_contain_text("ESSAI AU CLAVIER")
    expect(page.get_by_role("heading", name="STUDIO PIXEL")).to_be_visible()


def test_pages_fit_every_width_and_are_accessible(qonto: LocalQonto, page: Page, axe: Callable[[Page], None]) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for open_page in (
            lambda: page.goto(f"{qonto.url}/_sandbox/"),
            lambda: authorize(qonto, page, "http://127.0.0.1:1/"),
        ):
            open_page()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            axe(page)
