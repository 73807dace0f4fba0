"""Sign-in by requests: what is told, what is counted, what is written, how long a session lives."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gestion_acces.authentification import APPAREIL
from gestion_acces.enums import RoleClient
from gestion_acces.models import EvenementAudit, SessionOuverte, Utilisateur
from gestion_acces.services import essais
from tests.connexion import code_de, enroler_totp, ouvrir_session
from tests.factories import MOT_DE_PASSE, MembreCabinetFactory, MembreDossierFactory, UtilisateurFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("taches_immediates")]
CONNEXION = "/connexion/"


def essayer(
    email: str, mot_de_passe: str = "faux", adresse: str = "198.51.100.7", client: Client | None = None
) -> Any:
    return (client or Client()).post(CONNEXION, {"email": email, "mot_de_passe": mot_de_passe}, REMOTE_ADDR=adresse)


@pytest.fixture
def alice() -> Utilisateur:
    personne: Utilisateur = UtilisateurFactory(email="alice@example.test")
    MembreDossierFactory(utilisateur=personne, role="utilisateur")
    return personne


def test_unknown_address_and_wrong_password_get_the_same_answer(alice: Utilisateur) -> None:
    connue, inconnue = essayer(alice.email), essayer("personne@example.test")
    assert connue.status_code == inconnue.status_code == 422
    jetons = r'csrfmiddlewaretoken" value="[^"]+|nonce="[^"]+|X-CSRFToken": "[^"]+'
    pages = [
        re.sub(jetons, "", reponse.content.decode()).replace(adresse, "")
        for reponse, adresse in ((connue, alice.email), (inconnue, "personne@example.test"))
    ]
    assert pages[0] == pages[1]


def test_unknown_address_costs_the_hash_of_a_password(
    alice: Utilisateur, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    alice.set_password(MOT_DE_PASSE)
    alice.save()
    assert alice.password.startswith("argon2")
    durees = {}
    for email in (alice.email, "personne@example.test"):
        debut = timezone.now()
        for _ in range(3):
            essayer(email)
        durees[email] = (timezone.now() - debut).total_seconds()
    connue, inconnue = durees.values()
    assert 0.4 < connue / inconnue < 2.5


@pytest.mark.parametrize("connu", [True, False])
def test_forgotten_password_says_the_same_for_every_address(alice: Utilisateur, connu: bool) -> None:
    email = alice.email if connu else "personne@example.test"
    reponse = Client().post(reverse("gestion_acces:mot_de_passe_oublie"), {"email": email})
    assert "a un compte, un lien y est parti" in reponse.content.decode()
    assert len(mail.outbox) == connu


def test_forgotten_password_link_serves_once_and_closes_the_sessions(alice: Utilisateur) -> None:
    ailleurs = Client()
    ouvrir_session(ailleurs, alice)
    Client().post(reverse("gestion_acces:mot_de_passe_oublie"), {"email": alice.email})
    lien = next(mot for mot in mail.outbox[0].body.split() if mot.startswith(settings.PORTAL_URL))
    chemin = lien.removeprefix(settings.PORTAL_URL)
    client, nouveau = Client(), "un tout autre secret 42"
    assert client.post(chemin, {"new_password1": "court", "new_password2": "court"}).status_code == 422
    assert client.post(chemin, {"new_password1": nouveau, "new_password2": nouveau}).status_code == 302
    assert client.get(chemin).status_code == 410
    assert ailleurs.get("/compte/").status_code == 302
    assert essayer(alice.email, nouveau).status_code == 302


@pytest.mark.parametrize("faible", ["court", "123456789012", "alice@example.test", "qwertyuiop123"])
def test_weak_passwords_are_refused(alice: Utilisateur, faible: str) -> None:
    client = Client()
    ouvrir_session(client, alice)
    saisie = {"old_password": MOT_DE_PASSE, "new_password1": faible, "new_password2": faible}
    reponse = client.post(reverse("gestion_acces:mot_de_passe_changer"), saisie)
    assert reponse.status_code == 422
    alice.refresh_from_db()
    assert alice.check_password(MOT_DE_PASSE)


def test_lock_refuses_even_the_right_password_and_mails_once(alice: Utilisateur) -> None:
    for _ in range(essais.MAX_COUPLE):
        assert essayer(alice.email).status_code == 422
    assert essayer(alice.email, MOT_DE_PASSE).status_code == 429
    assert [message.to for message in mail.outbox] == [[alice.email]]
    actes = list(EvenementAudit.objects.order_by("rang").values_list("acte", flat=True))
    assert actes == ["connexion.echec"] * essais.MAX_COUPLE + ["connexion.verrou"]
    assert EvenementAudit.objects.first().adresse_ip == "198.51.100.7"  # type: ignore[union-attr]


def test_lock_ends_by_itself(alice: Utilisateur) -> None:
    for _ in range(essais.MAX_COUPLE + 1):
        essayer(alice.email)
    assert essais.FENETRE == 15 * 60
    couple, *_ = essais._cles(alice.email, "198.51.100.7")
    cache.touch(couple, 0)
    assert essayer(alice.email, MOT_DE_PASSE).status_code == 302


def test_thousand_wrong_sign_ins_leave_a_good_user_able_to_sign_in_from_another_address(alice: Utilisateur) -> None:
    statuts = [essayer(alice.email, f"faux {n}").status_code for n in range(1000)]
    assert statuts.count(422) == essais.MAX_COUPLE
    assert statuts.count(429) == 1000 - essais.MAX_COUPLE
    assert essayer(alice.email, MOT_DE_PASSE, adresse="203.0.113.9").status_code == 302
    assert EvenementAudit.objects.filter(acte="connexion.echec").count() == essais.MAX_COUPLE
    assert len(mail.outbox) == 1


def test_thousand_addresses_against_one_account_leave_its_own_browser_in(alice: Utilisateur) -> None:
    navigateur = Client()
    assert essayer(alice.email, MOT_DE_PASSE, client=navigateur).status_code == 302
    appareil = navigateur.cookies[APPAREIL].value
    refuses = [essayer(alice.email, adresse=f"10.{n // 250}.{n % 250}.1").status_code for n in range(1000)].count(429)
    assert refuses == 1000 - essais.MAX_COMPTE
    assert essayer(alice.email, MOT_DE_PASSE, adresse="203.0.113.9").status_code == 429
    navigateur = Client()
    navigateur.cookies[APPAREIL] = appareil
    assert essayer(alice.email, MOT_DE_PASSE, adresse="203.0.113.9", client=navigateur).status_code == 302


def test_one_address_cannot_spray_all_accounts() -> None:
    statuts = [essayer(f"personne{n}@example.test").status_code for n in range(essais.MAX_ADRESSE + 20)]
    assert statuts.count(422) == essais.MAX_ADRESSE


def test_password_alone_opens_nothing_when_there_is_a_second_factor(alice: Utilisateur) -> None:
    cle, client = enroler_totp(alice), Client()
    assert essayer(alice.email, MOT_DE_PASSE, client=client)["Location"] == reverse("gestion_acces:second_facteur")
    assert client.get("/compte/").status_code == 302
    assert not SessionOuverte.objects.exists()
    assert client.post(reverse("gestion_acces:second_facteur"), {"code": code_de(cle)}).status_code == 302
    assert client.get("/compte/").status_code == 200
    assert SessionOuverte.objects.get().facteur == "totp"


def test_wait_for_the_second_factor_ends_after_ten_minutes_or_a_new_password(alice: Utilisateur) -> None:
    cle, client = enroler_totp(alice), Client()
    essayer(alice.email, MOT_DE_PASSE, client=client)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert client.get(reverse("gestion_acces:second_facteur"))["Location"] == reverse("gestion_acces:connexion")
    alice.set_password("un tout autre secret 42")
    alice.save()
    reponse = client.post(reverse("gestion_acces:second_facteur"), {"code": code_de(cle)})
    assert reponse["Location"] == reverse("gestion_acces:connexion")


def test_wrong_codes_are_counted_too(alice: Utilisateur) -> None:
    cle, client = enroler_totp(alice), Client()
    essayer(alice.email, MOT_DE_PASSE, client=client)
    adresse = reverse("gestion_acces:second_facteur")
    for _ in range(essais.MAX_COUPLE):
        assert client.post(adresse, {"code": "000000"}).status_code == 422
    assert client.post(adresse, {"code": code_de(cle)}).status_code == 429


@pytest.mark.parametrize(("limite", "attribut"), [("SESSION_IDLE_AGE", "idle"), ("SESSION_ABSOLUTE_AGE", "absolute")])
def test_session_ends_at_its_limits(alice: Utilisateur, settings: Any, limite: str, attribut: str) -> None:
    client = Client()
    ouvrir_session(client, alice)
    setattr(settings, limite, 600)
    debut = timezone.now()
    for minutes in (4, 8):
        with time_machine.travel(debut + timedelta(minutes=minutes)):
            assert client.get("/compte/").status_code == 200
    with time_machine.travel(debut + timedelta(minutes=12)):
        # Used at 8 minutes: idle for 4 only, but 12 old.
        assert client.get("/compte/").status_code == (200 if attribut == "idle" else 302)
    with time_machine.travel(debut + timedelta(minutes=30)):
        assert client.get("/compte/").status_code == 302


def test_session_that_our_sign_in_did_not_open_is_closed(alice: Utilisateur) -> None:
    client = Client()
    ouvrir_session(client, alice)
    marques = client.session
    del marques["acces_ouverte"]
    marques.save()
    assert client.get("/compte/").status_code == 302


def test_collaborateur_who_is_deactivated_is_out_at_once() -> None:
    membre, client = MembreCabinetFactory(), Client()
    ouvrir_session(client, membre.utilisateur)
    assert client.get("/cabinet/dossiers/").status_code == 200
    membre.actif = False
    membre.save()
    assert client.get("/cabinet/dossiers/").status_code == 404


def test_person_who_becomes_payer_enrols_before_the_next_page() -> None:
    membre, client = MembreDossierFactory(role="utilisateur"), Client()
    ouvrir_session(client, membre.utilisateur, facteur="")
    assert client.get("/compte/").status_code == 200
    membre.role = RoleClient.DIRIGEANT
    membre.save()
    assert client.get("/compte/")["Location"].startswith(reverse("gestion_acces:second_facteur_exige"))
    fragment = client.get("/compte/", headers={"HX-Request": "true"})
    assert fragment.headers["HX-Redirect"].startswith(reverse("gestion_acces:second_facteur_exige"))


def test_expired_session_sends_the_whole_page_to_the_sign_in_even_from_a_fragment() -> None:
    reponse = Client().get("/compte/", headers={"HX-Request": "true"})
    assert (reponse.status_code, reponse.headers["HX-Redirect"]) == (204, "/connexion/")


def test_redirection_after_sign_in_stays_on_the_portal(alice: Utilisateur) -> None:
    for suite in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        reponse = Client().post(CONNEXION, {"email": alice.email, "mot_de_passe": MOT_DE_PASSE, "next": suite})
        assert reponse["Location"] == "/"
