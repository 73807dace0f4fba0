"""Many instalments at once: the same number of queries for 3 and for 30, and Qonto's 400 in one order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from banque.models import CompteBancaire
from comptabilite.models import Ecriture
from facturation.approbation import controler_ordre, reprendre_motif
from facturation.errors import FacturationError
from facturation.models import Echeance, Reglement
from facturation.saisie import Auteur
from facturation.services.emission import emettre_ordre
from facturation.services.fournisseurs import changer_iban, trouver_fournisseur
from facturation.services.paiement import comptes_debiteurs
from facturation.tunnel import Panier, preparer_panier, verifier_panier
from facturation.views.client_lot import SEL
from gestion_acces.services.audit import SYSTEME
from portal.lib.affichage import jour_de_paris
from portal.lib.rib import iban_francais
from qonto_link.virements.models import Ordre, VerificationBeneficiaire, Virement
from qonto_link.virements.services.envoi import suivre_authentification
from qonto_link.virements.services.preparation import approuver_ordre
from qonto_link.virements.services.suivi import suivre_ordre
from tests.factories import MembreCabinetFactory
from tests.facturation.factories import (
    EcheanceFactory,
    FactureFactory,
    FournisseurFactory,
    Payeur,
    payeur,
)
from tests.facturation.reseau import client as client_qonto
from tests.facturation.test_vues import connecte
from tests.qonto import LocalQonto
from tests.qonto_link.factories import CompteQontoFactory

pytestmark = pytest.mark.django_db
NOMS = ("Moulins", "Meuneries No Match", "Emballages")


@pytest.fixture
def lenoir() -> Payeur:
    return payeur()


def factures(lenoir: Payeur, nombre: int, *, fournisseurs: int = 3) -> list[Echeance]:
    """`nombre` open instalments shared by some suppliers, the second of whom is not who he says."""
    qui = []
    for rang in range(fournisseurs):
        nom = f"{NOMS[rang % 3]} {rang}" if "Match" not in NOMS[rang % 3] else NOMS[rang % 3]
        fournisseur = trouver_fournisseur(dossier=lenoir.dossier, nom=nom)
        iban = iban_francais("30006", "00001", f"{rang + 1:011d}")
        changer_iban(fournisseur=fournisseur, iban=iban, par=lenoir.dirigeant, maintenant=timezone.now())
        qui.append(fournisseur)
    for rang in range(nombre):
        facture = FactureFactory(
            fournisseur=qui[rang % fournisseurs], montant_ht_cents=1000 + rang, montant_tva_cents=0
        )
        EcheanceFactory(facture=facture, date=jour_de_paris(timezone.now()))
    return list(
        Echeance.objects.pour_dossier(lenoir.dossier)
        .ouvertes()
        .select_related("facture__fournisseur__tiers", "facture__fichier", "dossier__cabinet")
        .order_by("date", "id")
    )


def panier_verifie(echeances: list[Echeance]) -> Panier:
    """A basket as the page showed it: one answer of each payee's bank, and the bulk's token."""
    panier = Panier(echeances, jeton="jeton")
    panier.verifications = {
        str(echeance.pk): VerificationBeneficiaire.objects.create(
            dossier=echeance.dossier,
            iban=panier.coordonnees[str(echeance.pk)].iban,
            nom_demande=echeance.facture.fournisseur.nom,
            resultat="no_match" if "Match" in echeance.facture.fournisseur.nom else "match",
            demandee_le=timezone.now(),
        )
        for echeance in echeances
    }
    return panier


def auteur(lenoir: Payeur) -> Auteur:
    return Auteur(lenoir.preparateur, SYSTEME, timezone.now())


def preparer(lenoir: Payeur, panier: Panier, motif: str = "Confirmé par téléphone") -> Ordre:
    return preparer_panier(
        panier,
        dossier=lenoir.dossier,
        compte=lenoir.compte,
        jour=jour_de_paris(timezone.now()),
        motif=motif,
        auteur=auteur(lenoir),
        a_approuver=True,
    )


def compter(acte: Callable[[], Any]) -> tuple[int, Any]:
    with CaptureQueriesContext(connection) as requetes:
        resultat = acte()
    return len(requetes), resultat


def approuver(lenoir: Payeur, ordre: Ordre) -> None:
    controler_ordre(ordre)
    reprendre_motif(ordre, "vu", auteur(lenoir))


def test_queries_of_a_selection_its_order_and_its_panel_do_not_grow_with_the_lines(lenoir: Payeur) -> None:
    client = connecte(lenoir.dirigeant)
    couts = []
    for nombre in (3, 30):
        echeances = factures(lenoir, nombre)
        adresse = reverse("facturation:selection", args=[lenoir.dossier.pk])
        cout_page, page = compter(lambda: client.get(adresse, {"e": [str(e.pk) for e in echeances]}))  # noqa: B023
        assert len(page.context["lignes"]) == nombre
        panier = panier_verifie(echeances)
        cout_ordre, ordre = compter(lambda: preparer(lenoir, panier))  # noqa: B023
        panneau = reverse("facturation:ordre_client", args=[lenoir.dossier.pk, ordre.pk])
        cout_panneau, vu = compter(lambda: client.get(panneau))  # noqa: B023
        assert len(vu.context["lignes"]) == nombre
        Virement.objects.update(motif_poursuite="")
        cout_accord, _ = compter(lambda: approuver(lenoir, ordre))  # noqa: B023
        couts.append((cout_page, cout_ordre, cout_panneau, cout_accord))
    assert couts[0] == couts[1]
    assert max(couts[1]) <= 40


def test_reason_of_a_bulk_is_kept_on_the_lines_that_need_one(lenoir: Payeur) -> None:
    panier = panier_verifie(factures(lenoir, 3))
    ordre = preparer(lenoir, panier, motif="Nom commercial, confirmé par téléphone")
    motifs = dict(ordre.virements.values_list("beneficiaire", "motif_poursuite"))
    assert motifs.pop("Meuneries No Match") == "Nom commercial, confirmé par téléphone"
    assert set(motifs.values()) == {""}


def test_bulk_without_the_reason_that_a_line_needs_is_refused(lenoir: Payeur) -> None:
    panier = panier_verifie(factures(lenoir, 3))
    with pytest.raises(FacturationError, match="second regard"):
        preparer(lenoir, panier, motif="")
    assert not Ordre.objects.exists()


def test_seal_of_a_selection_binds_where_each_supplier_is_paid(lenoir: Payeur) -> None:
    """Between what was shown and what is ordered an IBAN changed: nothing is ordered, the page says why."""
    echeances = factures(lenoir, 3)
    panier = panier_verifie(echeances)
    sceau = signing.dumps(
        {
            "v": {cle: verification.pk for cle, verification in panier.verifications.items()},
            "c": {cle: coordonnee.pk for cle, coordonnee in panier.coordonnees.items()},
            "j": "jeton",
        },
        salt=SEL,
    )
    donnees = {
        "e": [str(echeance.pk) for echeance in echeances],
        "sceau": sceau,
        "compte": lenoir.compte.pk,
        "date": timezone.localdate().isoformat(),
        "motif": "vu",
    }
    adresse = reverse("facturation:selection_preparer", args=[lenoir.dossier.pk])
    changer_iban(
        fournisseur=echeances[0].facture.fournisseur,
        iban=iban_francais("30006", "00001", "00000000099"),
        par=None,
        maintenant=timezone.now(),
    )
    reponse = connecte(lenoir.preparateur).post(adresse, donnees)
    assert reponse.status_code == 422
    assert not Ordre.objects.exists()
    forge = donnees | {"sceau": sceau[:-2] + "xx"}
    assert connecte(lenoir.preparateur).post(adresse, forge).status_code == 422
    changer_iban(
        fournisseur=echeances[0].facture.fournisseur,
        iban=panier.coordonnees[str(echeances[0].pk)].iban,
        par=None,
        maintenant=timezone.now(),
    )
    # The same IBAN again is another card: it was not the one that was shown.
    assert connecte(lenoir.preparateur).post(adresse, donnees).status_code == 422
    assert not Ordre.objects.exists()


def test_seal_that_still_holds_is_ordered(lenoir: Payeur) -> None:
    echeances = factures(lenoir, 3)
    panier = panier_verifie(echeances)
    sceau = signing.dumps(
        {
            "v": {cle: verification.pk for cle, verification in panier.verifications.items()},
            "c": {cle: coordonnee.pk for cle, coordonnee in panier.coordonnees.items()},
            "j": "jeton",
        },
        salt=SEL,
    )
    donnees = {
        "e": [str(echeance.pk) for echeance in echeances],
        "sceau": sceau,
        "compte": lenoir.compte.pk,
        "date": timezone.localdate().isoformat(),
        "motif": "vu",
    }
    adresse = reverse("facturation:selection_preparer", args=[lenoir.dossier.pk])
    client = connecte(lenoir.preparateur)
    assert client.post(adresse, donnees).status_code == 302
    # A second click: the instalments have their order, nothing is left to choose.
    assert client.post(adresse, donnees).status_code == 302
    assert Ordre.objects.count() == 1


def test_list_posts_more_instalments_than_an_address_may_hold(lenoir: Payeur) -> None:
    client, echeances = connecte(lenoir.dirigeant), factures(lenoir, 400)
    adresse = reverse("facturation:selection", args=[lenoir.dossier.pk])
    page = client.post(adresse, {"e": [str(echeance.pk) for echeance in echeances]})
    assert (page.status_code, len(page.context["lignes"])) == (200, 400)
    assert not Ordre.objects.exists()


def test_all_that_is_late_is_chosen_at_once(lenoir: Payeur) -> None:
    client, echeances = connecte(lenoir.dirigeant), factures(lenoir, 3)
    Echeance.objects.filter(pk=echeances[1].pk).update(date=jour_de_paris(timezone.now()) - timedelta(days=1))
    page = client.get(reverse("facturation:selection", args=[lenoir.dossier.pk]), {"retard": "1"})
    assert [ligne["echeance"].pk for ligne in page.context["lignes"]] == [echeances[1].pk]


def test_account_that_does_not_pay_suppliers_is_said_with_the_place_to_change_it(lenoir: Payeur) -> None:
    (echeance,) = factures(lenoir, 1, fournisseurs=1)
    CompteBancaire.objects.update(regle_fournisseurs=False)
    client = connecte(lenoir.dirigeant)
    lot = client.get(reverse("facturation:selection", args=[lenoir.dossier.pk]), {"e": str(echeance.pk)})
    fenetre = client.get(reverse("facturation:payer", args=[lenoir.dossier.pk, echeance.pk]))
    membre = MembreCabinetFactory(cabinet=lenoir.dossier.cabinet, role="administrateur")
    cabinet = connecte(membre.utilisateur).get(reverse("facturation:preparer", args=[lenoir.dossier.pk, echeance.pk]))
    for page in (lot, fenetre, cabinet):
        texte = page.content.decode()
        assert "n’est pas utilisé pour les règlements fournisseurs" in texte
        assert "ne règle pas les fournisseurs" in texte
        assert "la fiche du dossier, onglet Banques" in texte
    assert reverse("banque:banques", args=[lenoir.dossier.pk]) in cabinet.content.decode()
    assert "disabled" in lot.content.decode()


def test_account_that_pays_suppliers_is_proposed_first(lenoir: Payeur) -> None:
    autre = CompteQontoFactory(
        dossier=lenoir.dossier, connexion=lenoir.compte.connexion, external_id="second", principal=False
    )
    assert comptes_debiteurs(lenoir.dossier)[0] == lenoir.compte
    CompteBancaire.objects.update(compte_qonto=autre)
    assert comptes_debiteurs(lenoir.dossier)[0] == autre


def test_four_hundred_instalments_leave_with_one_authentication(qonto: LocalQonto) -> None:
    qonto.reset()
    jeton, staging = qonto.identifiants["access_token"], qonto.identifiants["staging_token"]
    with client_qonto(qonto.url, jeton, staging) as banque:
        compte = next(compte for compte in banque.organization().bank_accounts if compte.main)
        lenoir = payeur(external_id=compte.id, jeton=jeton)
        panier = Panier(factures(lenoir, 400, fournisseurs=40))
        verifier_panier(panier, lenoir.dossier, banque, auteur(lenoir))
        ordre = preparer_panier(
            panier,
            dossier=lenoir.dossier,
            compte=lenoir.compte,
            jour=jour_de_paris(timezone.now()),
            motif="vu",
            auteur=auteur(lenoir),
            a_approuver=False,
        )
        # Suppliers that share an IBAN are a red alert: a second person approves.
        approuver_ordre(ordre=ordre, par=lenoir.dirigeant, maintenant=timezone.now())
        # Autovacuum does it in production; this transaction is all that the planner sees here.
        with connection.cursor() as curseur:
            curseur.execute("ANALYZE")
        emettre_ordre(ordre=ordre, client=banque, methode="mock", maintenant=timezone.now())
        assert ordre.statut == "attente_sca"
        banque.decide_mocked_sca(ordre.jeton_sca, allow=True)
        suivre_authentification(ordre=ordre, client=banque, maintenant=timezone.now())
        assert ordre.statut == "accepte"
        for _ in range(3):
            qonto.api("POST", "clock/advance", minutes=30)
            suivre_ordre(ordre=ordre, client=banque, maintenant=timezone.now() + timedelta(hours=2))
        etats = set(ordre.virements.values_list("statut", flat=True))
        faits = {transfert.reference for transfert in banque.transfers(updated_at_from=ordre.cree_le)}
    assert etats == {"regle"}
    assert len(faits) == 400
    assert Reglement.objects.filter(vivant=True).count() == 400
    assert Ecriture.objects.filter(cle__startswith="virement:", numero__isnull=False).count() == 400


def test_more_than_four_hundred_instalments_are_refused_before_qonto_is_asked(lenoir: Payeur) -> None:
    fournisseur = FournisseurFactory(dossier=lenoir.dossier)
    facture = FactureFactory(fournisseur=fournisseur)
    trop = [EcheanceFactory.build(facture=facture, dossier=lenoir.dossier) for _ in range(401)]
    with pytest.raises(FacturationError, match="400"):
        verifier_panier(Panier(trop), lenoir.dossier, None, auteur(lenoir))  # type: ignore[arg-type]
