"""The état de rapprochement explains the difference between the statement and the 512 account, to the cent."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from banque.errors import ArreteRefuse, BanqueError
from banque.models import CompteBancaire, Operation, RapprochementArrete
from banque.services.rapprochement import arreter, rapprocher
from comptabilite.services.ecritures import LigneSaisie, passer_ecriture
from comptabilite.services.journaux import journal as journal_du_plan
from comptabilite.services.plan import compte as compte_du_plan
from gestion_acces.models import EvenementAudit
from gestion_acces.services.audit import Origine
from gestion_acces.services.fichiers import ouvrir
from tests.banque.factories import CompteBancaireFactory, RapprochementArreteFactory, chaine
from tests.banque.test_contraintes import refuse
from tests.banque.test_mention_et_transfert import integrer_ces, passer, valider
from tests.factories import PortefeuilleFactory, UtilisateurFactory

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


MAI = date(2026, 5, 31)
ARRETE = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)


@pytest.fixture
def mai(banque: CompteBancaire) -> CompteBancaire:
    """A bank whose May is integrated and half booked."""
    booked, _ = integrer_ces(banque, *chaine(-100, 250, ouverture=0, jour="2026-05-29"))
    passer(valider(booked))
    banque.refresh_from_db()
    return banque


def figer(banque: CompteBancaire, jour: date = MAI) -> RapprochementArrete:
    return arreter(
        banque=banque, date=jour, auteur=UtilisateurFactory(), origine=Origine("b@c.example"), maintenant=ARRETE
    )


def test_frozen_state_keeps_figures_lines_and_document(mai: CompteBancaire) -> None:
    arrete = figer(mai)
    assert (arrete.solde_releve_cents, arrete.solde_comptable_cents, arrete.releve_corrige_cents) == (150, -100, 150)
    assert [ligne["montant_cents"] for ligne in arrete.non_comptabilisees] == [250]
    assert b"".join(ouvrir(arrete.fichier)).startswith(b"%PDF")
    evenement = EvenementAudit.objects.get(acte="banque.arreter_rapprochement")
    assert evenement.apres["sha256"] == arrete.fichier.sha256
    # The same état is frozen once.
    assert figer(mai) == arrete


def test_frozen_state_outlives_what_changes_afterwards(mai: CompteBancaire, client: Client) -> None:
    premier = figer(mai)
    passer(valider(Operation.objects.get(montant_cents=250), "706"))
    membre = PortefeuilleFactory(dossier=mai.dossier, membre__cabinet=mai.dossier.cabinet).membre
    client.force_login(membre.utilisateur)
    adresse = reverse("banque:rapprochement", args=[mai.dossier_id, mai.pk])
    assert "a bougé depuis l’arrêté" in client.get(adresse, {"date": "2026-05-31"}).content.decode()
    reponse = client.post(
        reverse("banque:rapprochement_arreter", args=[mai.dossier_id, mai.pk]), {"date": "2026-05-31"}, follow=True
    )
    assert "est arrêté" in reponse.content.decode()
    second = RapprochementArrete.objects.latest("pk")
    premier.refresh_from_db()
    assert (len(premier.non_comptabilisees), second.non_comptabilisees, second.arrete_par) == (
        1,
        [],
        membre.utilisateur,
    )
    document = client.get(reverse("banque:rapprochement_arrete", args=[mai.dossier_id, premier.pk]))
    assert document["Content-Disposition"].startswith("attachment")
    assert b"".join(document.streaming_content) == b"".join(ouvrir(premier.fichier))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("jour", "raison"),
    [(date(2026, 6, 8), "dernier jour d’un mois"), (date(2026, 6, 30), "Intégrez d’abord")],
)
def test_only_a_whole_month_is_frozen(mai: CompteBancaire, jour: date, raison: str) -> None:
    with pytest.raises(ArreteRefuse, match=raison):
        figer(mai, jour)


def test_a_state_with_a_gap_is_not_frozen(mai: CompteBancaire) -> None:
    assert mai.journal is not None and mai.journal.compte_tresorerie is not None
    compte = mai.journal.compte_tresorerie
    autre = compte_du_plan(dossier=mai.dossier, numero="110")
    passer_ecriture(
        dossier=mai.dossier,
        journal=journal_du_plan(dossier=mai.dossier, code="AN"),
        date=MAI,
        piece="AN",
        libelle="À-nouveau faux",
        lignes=[LigneSaisie(compte, debit_cents=7), LigneSaisie(autre, credit_cents=7)],
        origine="manuel",
        maintenant=ARRETE,
    )
    with pytest.raises(ArreteRefuse, match="ne sont pas égaux"):
        figer(mai)


def test_the_database_keeps_what_was_frozen(mai: CompteBancaire) -> None:
    arrete = figer(mai)
    garde = RapprochementArrete.objects.filter(pk=arrete.pk)
    refuse(lambda: garde.update(solde_releve_cents=1, comptable_corrige_cents=1))
    refuse(lambda: garde._raw_delete(garde.db))
    ailleurs = RapprochementArreteFactory()
    for faux in (
        {"date": date(2026, 5, 30)},
        {"comptable_corrige_cents": 1},
        {"dossier": ailleurs.dossier},
        {"fichier": ailleurs.fichier},
    ):
        refuse(lambda faux=faux: RapprochementArreteFactory(compte_bancaire=mai, arrete_par=arrete.arrete_par, **faux))
