"""What changes at the bank after the integration: followed, said on the screen, and never written into an entry."""

from datetime import datetime
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse

from banque.enums import EtatOperation
from banque.errors import MouvementRefuse
from banque.models import CompteBancaire, LigneRecue, Operation, PieceJointe
from banque.services.integration import integrer, preparer
from banque.services.justificatifs import transmettre
from banque.services.rapprochement import rapprocher
from banque.services.reception import recevoir
from banque.services.reprises import acquitter, reprendre
from banque.sources import PieceRecue
from comptabilite.models import Ecriture, PieceEcriture
from comptabilite.services.validation import contrepasser, valider_ecritures
from gestion_acces.models import EvenementAudit
from gestion_acces.services.fichiers import deposer_fichier
from tests.banque.factories import MAINTENANT, CompteBancaireFactory, chaine, recue
from tests.banque.test_mention_et_transfert import integrer_ces, passer, valider
from tests.contenus import pdf
from tests.factories import PortefeuilleFactory

pytestmark = pytest.mark.django_db
TARD = datetime.fromisoformat("2026-06-09T18:00:00+02:00")


@pytest.fixture
def banque() -> CompteBancaire:
    return CompteBancaireFactory(qonto=True, avec_journal=True)


@pytest.fixture
def ecran(banque: CompteBancaire, client: Client) -> Client:
    membre = PortefeuilleFactory(dossier=banque.dossier, membre__cabinet=banque.dossier.cabinet).membre
    client.force_login(membre.utilisateur)
    return client


def changer(operation: Operation, **champs: object) -> Operation:
    """The bank says something else of the line."""
    ligne = operation.ligne
    valeurs: dict[str, object] = {
        "montant_cents": ligne.montant_cents,
        "external_id": ligne.external_id,
        "reglee_le": ligne.reglee_le,
        "solde_apres_cents": ligne.solde_apres_cents,
        "modifiee_le": TARD,
    }
    recevoir(compte=operation.compte_bancaire, operations=[recue(**(valeurs | champs))], maintenant=TARD)  # type: ignore[arg-type]
    operation.refresh_from_db()
    return operation


def grille(ecran: Client, banque: CompteBancaire, etat: str = "") -> str:
    adresse = reverse("banque:grille", args=[banque.dossier_id, banque.pk])
    return ecran.get(adresse, {"etat": etat}).content.decode()


def page(ecran: Client, operation: Operation) -> str:
    return ecran.get(reverse("banque:operation", args=[operation.dossier_id, operation.pk])).content.decode()


def test_line_taken_back_by_the_bank_leaves_the_grid_alone_of_its_integration(
    banque: CompteBancaire, ecran: Client
) -> None:
    annulee, voisine = integrer_ces(banque, *chaine(-100, -40, ouverture=0))
    passer(valider(voisine))
    changer(annulee, statut="annulee")
    assert annulee.etat == EtatOperation.A_VERIFIER
    assert "« Annulée »" in grille(ecran, banque, "signalees")
    assert "Statut modifié par la banque" in page(ecran, annulee) and "« Réglée » → « Annulée »" in page(
        ecran, annulee
    )
    assert "Reprendre la ligne de la banque" in page(ecran, annulee)
    adresse = reverse("banque:operation_reprendre", args=[banque.dossier_id, annulee.pk])
    assert "retirée de la grille" in ecran.post(adresse, follow=True).content.decode()
    assert list(Operation.objects.all()) == [voisine]
    assert preparer(dossier=banque.dossier, comptes=[banque], maintenant=MAINTENANT).nb_lignes == 0
    assert EvenementAudit.objects.filter(acte="banque.reprendre_ligne").count() == 1


def test_amount_changed_by_the_bank_is_integrated_anew(banque: CompteBancaire) -> None:
    (operation,) = integrer_ces(banque, *chaine(-100, ouverture=0))
    changer(operation, montant_cents=-101, solde_apres_cents=-101)
    assert reprendre(operation=operation, maintenant=TARD)
    integrer(dossier=banque.dossier, comptes=[banque], maintenant=MAINTENANT)
    nouvelle = Operation.objects.get()
    assert (nouvelle.montant_cents, nouvelle.etat, nouvelle.alerte) == (-101, EtatOperation.A_TRAITER, "")


def test_line_that_did_not_change_or_is_booked_is_not_taken_again(banque: CompteBancaire) -> None:
    intacte, passee = integrer_ces(banque, *chaine(-100, -40, ouverture=0))
    passer(valider(passee))
    changer(passee, statut="annulee")
    for operation in (intacte, passee):
        with pytest.raises(MouvementRefuse):
            reprendre(operation=operation, maintenant=TARD)


def test_booked_line_taken_back_is_signalled_until_its_entry_is_reversed(
    banque: CompteBancaire, ecran: Client
) -> None:
    passee, reste = integrer_ces(banque, *chaine(-100, -40, ouverture=0))
    passer(valider(passee), valider(reste))
    valider_ecritures(dossier=banque.dossier, ecritures=list(Ecriture.objects.all()), maintenant=MAINTENANT)
    changer(passee, statut="annulee")
    assert passee.etat == EtatOperation.TRANSFEREE and "contre-passez" in passee.alerte
    LigneRecue.objects.filter(pk=reste.ligne_id).update(solde_apres_cents=-40)
    banque.refresh_from_db()
    # The état says it as it is: an entry that the bank does not have.
    etat = rapprocher(banque=banque, date=MAINTENANT.date())
    assert [suspens.montant_cents for suspens in etat.non_relevees] == [-100] and etat.est_rapproche
    assert passee.ecriture is not None
    contrepasser(ecriture=passee.ecriture, date=MAINTENANT.date(), maintenant=MAINTENANT)
    etat = rapprocher(banque=banque, date=MAINTENANT.date())
    assert sum(suspens.montant_cents for suspens in etat.non_relevees) == 0 and etat.est_rapproche
    assert "J’ai vu" in page(ecran, passee)
    assert acquitter(operation=passee, par="Bruno").alerte == ""
    passee.refresh_from_db()
    assert "vu par Bruno" in passee.explication
    with pytest.raises(MouvementRefuse):
        acquitter(operation=passee, par="Bruno")


def test_label_edited_after_the_transfer_is_shown_and_leaves_the_entry(banque: CompteBancaire, ecran: Client) -> None:
    (operation,) = integrer_ces(banque, *chaine(-100))
    passer(valider(operation))
    avant = (operation.libelle, operation.complement)
    changer(operation, contrepartie="Boulangerie Dupont & Fils", note="Repas du 8 juin")
    assert operation.libelle == avant[0] and operation.complement == "Repas du 8 juin"
    operation.refresh_from_db()
    assert operation.ecriture is not None and operation.ecriture.libelle == avant[0]
    assert "Modifiée par la banque" in grille(ecran, banque)
    assert "« Boulangerie Dupont » → « Boulangerie Dupont &amp; Fils »" in page(ecran, operation)


def test_amounts_and_days_of_a_change_are_written_for_people(banque: CompteBancaire, ecran: Client) -> None:
    (operation,) = integrer_ces(banque, *chaine(-123_456, ouverture=500_000))
    changer(operation, montant_cents=-123_457)
    assert "« −1\u202f234,56\u00a0€ » → « −1\u202f234,57\u00a0€ »" in page(ecran, operation)


def test_receipt_added_after_the_transfer_reaches_the_grid_and_the_entry(
    banque: CompteBancaire, ecran: Client
) -> None:
    (operation,) = integrer_ces(banque, *chaine(-100))
    passer(valider(operation))
    changer(
        operation, pieces=(PieceRecue(external_id="p-1", nom="ticket.pdf", type_mime="application/pdf", taille=9),)
    )
    assert operation.nb_pieces == 1
    assert "voir les justificatifs de" in grille(ecran, banque)
    piece = PieceJointe.objects.get()
    piece.fichier, _ = deposer_fichier(
        dossier=banque.dossier, flux=BytesIO(pdf()), nom="t.pdf", type_mime="application/pdf", maintenant=TARD
    )
    piece.save()
    transmettre(piece, TARD)
    assert PieceEcriture.objects.get().ecriture == operation.ecriture
    assert "Joint à l’écriture" in page(ecran, operation)
    # Taken away in Qonto: the document stays, and the page says it.
    changer(operation, pieces=())
    assert "Retiré dans Qonto" in page(ecran, operation)
