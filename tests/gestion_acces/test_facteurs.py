"""Codes and passkeys serve once; the last factor of whoever must have one stays."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client, RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gestion_acces.enums import TypeFacteur
from gestion_acces.errors import CleRefusee, CodeFaux, FacteurNecessaire
from gestion_acces.models import CodeSecours, EvenementAudit, Facteur, Utilisateur
from gestion_acces.services import cles, facteurs
from gestion_acces.services.audit import SYSTEME
from gestion_acces.services.mails import envoyer_secours
from tests.connexion import enroler_totp
from tests.factories import MOT_DE_PASSE, MembreCabinetFactory, UtilisateurFactory

pytestmark = pytest.mark.django_db
MAINTENANT = datetime(2026, 6, 9, 8, 30, tzinfo=UTC)


@pytest.fixture
def personne() -> Utilisateur:
    return UtilisateurFactory()


def test_code_of_the_app_serves_once_and_tolerates_a_drifting_clock(personne: Utilisateur) -> None:
    cle = facteurs.nouvelle_cle()
    facteurs.poser_totp(utilisateur=personne, cle=cle, maintenant=MAINTENANT)
    code = facteurs.code_totp(cle, MAINTENANT)
    en_retard = MAINTENANT + timedelta(seconds=30)
    assert facteurs.verifier_totp(utilisateur=personne, code=f"{code[:3]} {code[3:]}", maintenant=en_retard)
    assert not facteurs.verifier_totp(utilisateur=personne, code=code, maintenant=en_retard)
    suivant = facteurs.code_totp(cle, MAINTENANT + timedelta(minutes=2))
    assert not facteurs.verifier_totp(utilisateur=personne, code=suivant, maintenant=MAINTENANT)


@given(st.text(max_size=8))
def test_no_text_but_the_code_passes(texte: str) -> None:
    cle = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    attendus = {facteurs.code_totp(cle, MAINTENANT + timedelta(seconds=30 * n)) for n in (-1, 0, 1)}
    assert (facteurs._pas_du_code(cle, texte, MAINTENANT) is not None) == (texte in attendus)


def test_key_is_kept_only_with_its_first_code_and_encrypted(personne: Utilisateur) -> None:
    cle = facteurs.nouvelle_cle()
    with pytest.raises(CodeFaux):
        facteurs.enregistrer_totp(utilisateur=personne, cle=cle, code="000000", origine=SYSTEME, maintenant=MAINTENANT)
    assert not Facteur.objects.exists()
    code = facteurs.code_totp(cle, MAINTENANT)
    facteurs.enregistrer_totp(utilisateur=personne, cle=cle, code=code, origine=SYSTEME, maintenant=MAINTENANT)
    brut = Facteur.objects.extra(select={"brut": "secret"}).values_list("brut", flat=True)[0]
    assert cle not in brut


def test_recovery_codes_serve_once_and_new_ones_replace_them(personne: Utilisateur) -> None:
    codes = facteurs.creer_codes(utilisateur=personne, origine=SYSTEME, maintenant=MAINTENANT)
    assert len(set(codes)) == facteurs.NOMBRE_DE_CODES
    assert not any(code in CodeSecours.objects.values_list("empreinte", flat=True) for code in codes)
    autre = UtilisateurFactory()
    assert not facteurs.utiliser_code(utilisateur=autre, code=codes[0], maintenant=MAINTENANT)
    assert facteurs.utiliser_code(utilisateur=personne, code=codes[0].upper(), maintenant=MAINTENANT)
    assert not facteurs.utiliser_code(utilisateur=personne, code=codes[0], maintenant=MAINTENANT)
    facteurs.creer_codes(utilisateur=personne, origine=SYSTEME, maintenant=MAINTENANT)
    assert not facteurs.utiliser_code(utilisateur=personne, code=codes[1], maintenant=MAINTENANT)


def test_last_factor_stays_for_whoever_must_have_one(personne: Utilisateur) -> None:
    enroler_totp(personne)
    facteur = Facteur.objects.get()
    MembreCabinetFactory(utilisateur=personne)
    with pytest.raises(FacteurNecessaire):
        facteurs.retirer_facteur(facteur=facteur, origine=SYSTEME, maintenant=MAINTENANT)
    Facteur.objects.create(
        utilisateur=personne, type=TypeFacteur.CLE, nom="Clé", secret="x", identifiant="a" * 64, cree_le=MAINTENANT
    )
    facteurs.retirer_facteur(facteur=facteur, origine=SYSTEME, maintenant=MAINTENANT)
    assert list(Facteur.objects.values_list("type", flat=True)) == [TypeFacteur.CLE]
    assert EvenementAudit.objects.get().acte == "facteur.retirer"


@pytest.mark.parametrize("reponse", ["", "{}", "[]", "null", '{"rawId": 3}', json.dumps({"id": "x", "rawId": "eA"})])
def test_unreadable_answers_about_passkeys_are_refused(personne: Utilisateur, reponse: str) -> None:
    request = RequestFactory().get("/", headers={"host": "localhost"})
    question = cles.demander_creation(request, personne)
    with pytest.raises(CleRefusee):
        cles.enregistrer_cle(
            request,
            utilisateur=personne,
            etat=question.etat,
            reponse=reponse,
            nom="Clé",
            origine=SYSTEME,
            maintenant=MAINTENANT,
        )
    assert not cles.verifier_cle(
        request, utilisateur=personne, etat=question.etat, reponse=reponse, maintenant=MAINTENANT
    )
    assert cles.personne_de_la_cle(reponse) is None


@pytest.mark.parametrize(
    ("hote", "possible"),
    [("localhost:8000", True), ("portail.example", True), ("127.0.0.1:8000", False), ("[::1]:8000", False)],
)
def test_passkeys_are_offered_where_browsers_know_them(hote: str, possible: bool, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
    assert cles.domaine_possible(RequestFactory().get("/", headers={"host": hote})) is possible


def test_lost_factor_is_taken_off_by_the_mailed_link_and_the_password_together(personne: Utilisateur) -> None:
    enroler_totp(personne)
    facteurs.creer_codes(utilisateur=personne, origine=SYSTEME, maintenant=timezone.now())
    envoyer_secours(personne)
    lien = next(mot for mot in mail.outbox[0].body.split() if "/second-facteur-perdu/" in mot)
    chemin = "/" + lien.split("/", 3)[3]
    client = Client()
    assert client.post(chemin, {"mot_de_passe": "faux"}).status_code == 422
    assert Facteur.objects.exists()
    assert client.post(chemin, {"mot_de_passe": MOT_DE_PASSE}).status_code == 302
    assert not Facteur.objects.exists()
    assert not CodeSecours.objects.exists()
    assert client.get(chemin).status_code == 410
