"""Rights of the pages of facturation (see tests/matrice.py)."""

import io
from typing import Any
from uuid import uuid4

from gestion_acces.models import Dossier
from gestion_acces.services.fichiers import deposer_fichier
from tests.facturation.factories import (
    MAINTENANT,
    EcheanceFactory,
    FactureFactory,
    FournisseurFactory,
    OrdreFactory,
    ReglementFactory,
    VirementFactory,
)
from tests.qonto_link.factories import CompteQontoFactory, ConnexionFactory

LIRE = "client dossier i_facture:consulter GET"
DROITS = {
    "facturation:accueil_client": LIRE,
    "facturation:export_client": LIRE,
    "facturation:calendrier_client": LIRE,
    "facturation:facture_client": LIRE,
    "facturation:fichier_client": LIRE,
    "facturation:fournisseurs_client": LIRE,
    "facturation:nouvelle_client": "client dossier i_facture:preparer GET+POST",
    "facturation:importation_client": "client dossier i_facture:preparer GET+POST",
    "facturation:echeances_client": "client dossier i_facture:preparer GET+POST",
    "facturation:joindre_client": "client dossier i_facture:preparer POST",
    "facturation:reglement_annuler": "client dossier i_facture:preparer POST",
    "facturation:echeance_autrement": "client dossier i_facture:preparer POST",
    "facturation:fournisseur_client": "client dossier i_facture:preparer GET+POST",
    "facturation:fournisseur_iban": "client dossier i_facture:preparer POST confirmation",
    "facturation:payer": "client dossier qonto:preparer GET",
    "facturation:payer_verification": "client dossier qonto:preparer POST",
    "facturation:payer_preparer": "client dossier qonto:preparer POST",
    "facturation:payer_valider": "client dossier qonto:payer POST confirmation",
    "facturation:paiements_client": "client dossier qonto:consulter GET",
    "facturation:selection": "client dossier qonto:preparer GET+POST",
    "facturation:selection_verifier": "client dossier qonto:preparer POST",
    "facturation:selection_preparer": "client dossier qonto:preparer POST",
    "facturation:selection_valider": "client dossier qonto:payer POST confirmation",
    "facturation:ordre_client": "client dossier qonto:consulter GET",
    "facturation:ordre_suivre": "client dossier qonto:consulter POST sans-activite",
    "facturation:ordre_approuver": "client dossier qonto:payer POST confirmation",
    "facturation:ordre_abandonner": "client dossier qonto:preparer POST",
    "facturation:ordre_methode": "client dossier qonto:payer POST",
    "facturation:ordre_relancer": "client dossier qonto:payer POST",
    "facturation:ordre_doute": "client dossier qonto:payer GET",
    "facturation:ordre_rattacher": "client dossier qonto:payer POST confirmation",
    "facturation:ordre_rien_parti": "client dossier qonto:payer POST confirmation",
    "facturation:ordre_detacher": "client dossier qonto:payer POST confirmation",
    "facturation:ordre_lignes_perdues": "client dossier qonto:payer POST confirmation",
    "facturation:virement_annuler": "client dossier qonto:payer POST confirmation",
    "facturation:virement_preuve": "client dossier qonto:consulter GET",
    "facturation:accueil": "cabinet dossier GET",
    "facturation:export": "cabinet dossier GET",
    "facturation:calendrier": "cabinet dossier GET",
    "facturation:facture": "cabinet dossier GET",
    "facturation:fichier": "cabinet dossier GET",
    "facturation:nouvelle": "cabinet dossier GET+POST",
    "facturation:importation": "cabinet dossier GET+POST",
    "facturation:comptabiliser": "cabinet dossier POST",
    "facturation:preparer": "cabinet dossier GET+POST",
    "facturation:preparer_verification": "cabinet dossier POST",
    "facturation:joindre": "cabinet dossier POST",
    "facturation:virement_retourne": "cabinet dossier POST",
    "facturation:fournisseurs": "cabinet dossier GET",
    "facturation:fournisseur": "cabinet dossier GET+POST",
    "facturation:iban": "cabinet dossier POST confirmation",
    "facturation:paiements": "cabinet dossier GET",
    "facturation:ordre": "cabinet dossier GET",
}


def _facture(dossier: Dossier) -> Any:
    flux = io.BytesIO(b"%PDF-1.4 facture " + uuid4().bytes)
    fichier, _ = deposer_fichier(
        dossier=dossier, flux=flux, nom="facture.pdf", type_mime="application/pdf", maintenant=MAINTENANT
    )
    return FactureFactory(fournisseur=FournisseurFactory(dossier=dossier), fichier=fichier)


def _virement(dossier: Dossier) -> Any:
    connexion = dossier.connexions_qonto.first() or ConnexionFactory(dossier=dossier)
    compte = CompteQontoFactory(dossier=dossier, connexion=connexion, lie=False)
    virement = VirementFactory(ordre=OrdreFactory(compte=compte))
    echeance = EcheanceFactory(facture=_facture(dossier))
    ReglementFactory(echeance=echeance, virement=virement, mode="qonto")
    return virement


FABRIQUES = {
    "facture_id": lambda dossier: _facture(dossier).pk,
    "echeance_id": lambda dossier: EcheanceFactory(facture=_facture(dossier)).pk,
    "fournisseur_id": lambda dossier: FournisseurFactory(dossier=dossier).pk,
    "reglement_id": lambda dossier: _virement(dossier).reglement.pk,
    "ordre_id": lambda dossier: _virement(dossier).ordre_id,
    "virement_id": lambda dossier: _virement(dossier).pk,
}
