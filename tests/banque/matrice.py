"""Rights of the pages of the bank room (see tests/matrice.py)."""

import io

from banque.models import PieceJointe, Regle, Synchronisation
from gestion_acces.models import Dossier
from gestion_acces.services.fichiers import deposer_fichier
from tests.banque.factories import (
    MAINTENANT,
    CompteBancaireFactory,
    LigneRecueFactory,
    OperationFactory,
    RapprochementArreteFactory,
    ReleveFactory,
)

DROITS = {
    "banque:accueil": "cabinet dossier GET",
    "banque:acquisitions": "cabinet dossier GET+POST",
    "banque:banque": "cabinet dossier GET+POST",
    "banque:banque_journal": "cabinet dossier POST",
    "banque:banque_nouvelle": "cabinet dossier GET+POST",
    "banque:banques": "cabinet dossier GET",
    "banque:codes": "cabinet dossier administrateur GET+POST",
    "banque:export": "cabinet dossier GET+POST",
    "banque:grille": "cabinet dossier GET",
    "banque:importer": "cabinet dossier GET+POST",
    "banque:justificatif": "cabinet dossier GET",
    "banque:justificatifs": "cabinet dossier GET",
    "banque:lot": "cabinet dossier POST",
    "banque:operation": "cabinet dossier GET",
    "banque:operation_decider": "cabinet dossier POST",
    "banque:operation_imputer": "cabinet dossier POST",
    "banque:operation_lier": "cabinet dossier POST",
    "banque:operation_reprendre": "cabinet dossier POST",
    "banque:operation_ventiler": "cabinet dossier GET+POST",
    "banque:rapprochement": "cabinet dossier GET",
    "banque:rapprochement_arrete": "cabinet dossier GET",
    "banque:rapprochement_arreter": "cabinet dossier POST",
    "banque:recherche_comptes": "cabinet dossier GET",
    "banque:regle": "cabinet dossier GET+POST",
    "banque:regle_deplacer": "cabinet dossier POST",
    "banque:regle_nouvelle": "cabinet dossier GET+POST",
    "banque:regle_supprimer": "cabinet dossier POST",
    "banque:regles": "cabinet dossier GET",
    "banque:releve_annuler": "cabinet dossier GET+POST",
    "banque:releves": "cabinet dossier GET",
    "banque:synchronisation": "cabinet dossier GET",
    "banque:synchroniser": "cabinet dossier POST",
    "banque:transfert": "cabinet dossier GET+POST",
}


def _banque(dossier: Dossier) -> object:
    return CompteBancaireFactory(dossier=dossier).pk


def _operation(dossier: Dossier) -> object:
    return OperationFactory(compte_bancaire__dossier=dossier).pk


def _releve(dossier: Dossier) -> object:
    return ReleveFactory(compte_bancaire__dossier=dossier).pk


def _piece(dossier: Dossier) -> object:
    ligne = LigneRecueFactory(compte_bancaire__dossier=dossier)
    fichier, _ = deposer_fichier(
        dossier=dossier,
        flux=io.BytesIO(b"%PDF-1.4 ticket"),
        nom="ticket.pdf",
        type_mime="application/pdf",
        maintenant=MAINTENANT,
    )
    return PieceJointe.objects.create(
        dossier=dossier, ligne=ligne, external_id="piece", nom="ticket.pdf", fichier=fichier
    ).pk


def _regle(dossier: Dossier) -> object:
    return Regle.objects.create(
        cabinet=dossier.cabinet, dossier=dossier, ordre=1, nom="Loyer", contient="LOYER", numero_compte="613"
    ).pk


def _arrete(dossier: Dossier) -> object:
    return RapprochementArreteFactory(compte_bancaire__dossier=dossier).pk


def _synchronisation(dossier: Dossier) -> object:
    Synchronisation.objects.filter(dossier=dossier).delete()
    return Synchronisation.objects.create(dossier=dossier, demandee_le=MAINTENANT).pk


FABRIQUES = {
    "banque_id": _banque,
    "operation_id": _operation,
    "releve_id": _releve,
    "piece_id": _piece,
    "regle_id": _regle,
    "arrete_id": _arrete,
    "synchronisation_id": _synchronisation,
}
