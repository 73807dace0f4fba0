"""The état de rapprochement explains the difference between the statement and the 512 account, to the cent."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from banque.errors import BanqueError
from banque.models import CompteBancaire
from banque.services.rapprochement import rapprocher
from tests.banque.factories import CompteBancaireFactory, chaine
from tests.banque.test_mention_et_transfert import integrer_ces, passer, valider
from tests.factories import PortefeuilleFactory

pytestmark = pytest.mark.django_db
JOUR = date(2026, 6, 9)


@pytest.fixture
def banque() -> CompteBancaire:
    return CompteBancaireFactory(qonto=True, avec_journal=True)


def test_lines_not_booked_explain_the_difference(banque: CompteBancaire) -> None:
    a, _, c = integrer_ces(banque, *chaine(-100, 250, -30, ouverture=0))
    passer(valider(a), valider(c))
    banque.refresh_from_db()
    etat = rapprocher(banque=banque, date=JOUR)
    assert (etat.solde_releve_cents, etat.solde_comptable_cents) == (120, -130)
    assert [suspens.montant_cents for suspens in etat.non_comptabilisees] == [250]
    assert etat.non_relevees == [] and etat.est_rapproche


def test_a_bank_that_cannot_be_reconciled_says_why(banque: CompteBancaire) -> None:
    with pytest.raises(BanqueError, match="Aucun relevé"):
        rapprocher(banque=banque, date=JOUR)
    with pytest.raises(BanqueError, match="journal"):
        rapprocher(banque=CompteBancaireFactory(), date=JOUR)
    integrer_ces(banque, *chaine(-100))
    banque.refresh_from_db()
    with pytest.raises(BanqueError, match="commencent le 08/06/2026"):
        rapprocher(banque=banque, date=date(2026, 6, 1))


def test_page_and_pdf(banque: CompteBancaire, client: Client) -> None:
    (ligne,) = integrer_ces(banque, *chaine(-100))
    passer(valider(ligne))
    membre = PortefeuilleFactory(dossier=banque.dossier, membre__cabinet=banque.dossier.cabinet).membre
    client.force_login(membre.utilisateur)
    adresse = reverse("banque:rapprochement", args=[banque.dossier_id, banque.pk])
    page = client.get(adresse)
    assert "Les deux soldes corrigés sont égaux" in page.content.decode() or "Écart" in page.content.decode()
    assert client.get(adresse, {"pdf": "1", "date": "2026-06-09"}).content.startswith(b"%PDF")
