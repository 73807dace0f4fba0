"""Rights of the pages of the accounting room (see tests/matrice.py)."""

import io

from comptabilite.models import Ecriture, LigneEcriture, PieceEcriture
from comptabilite.services.ecritures import joindre_documents
from comptabilite.services.lettrage import lettrer
from gestion_acces.models import Dossier
from gestion_acces.services.fichiers import deposer_fichier
from tests.comptabilite.factories import MAINTENANT, achat
from tests.matrice import Constante

DROITS = {
    "comptabilite:accueil": "cabinet dossier GET",
    "comptabilite:balance": "cabinet dossier GET",
    "comptabilite:cloture": "cabinet dossier GET",
    "comptabilite:compte": "cabinet dossier GET+POST",
    "comptabilite:ecriture": "cabinet dossier GET",
    "comptabilite:ecriture_contrepasser": "cabinet dossier POST",
    "comptabilite:ecriture_modifier": "cabinet dossier GET+POST",
    "comptabilite:ecriture_supprimer": "cabinet dossier POST",
    "comptabilite:ecriture_valider": "cabinet dossier POST",
    "comptabilite:exercice_cloturer": "cabinet dossier administrateur POST",
    "comptabilite:exercice_ouvrir": "cabinet dossier POST",
    "comptabilite:exercice_reprendre": "cabinet dossier POST",
    "comptabilite:fec": "cabinet dossier GET",
    "comptabilite:fec_exporter": "cabinet dossier POST",
    "comptabilite:grand_livre": "cabinet dossier GET",
    "comptabilite:journal": "cabinet dossier GET",
    "comptabilite:journal_fiche": "cabinet dossier GET+POST",
    "comptabilite:journaux": "cabinet dossier GET+POST",
    "comptabilite:lettrage": "cabinet dossier GET",
    "comptabilite:lettrage_automatique": "cabinet dossier POST",
    "comptabilite:lettrage_delettrer": "cabinet dossier POST",
    "comptabilite:lettrage_lettrer": "cabinet dossier POST",
    "comptabilite:lettrages": "cabinet dossier GET",
    "comptabilite:piece": "cabinet dossier GET",
    "comptabilite:piece_ajouter": "cabinet dossier POST",
    "comptabilite:plan": "cabinet dossier GET+POST",
    "comptabilite:saisie": "cabinet dossier GET+POST",
    "comptabilite:tiers": "cabinet dossier GET+POST",
    "comptabilite:tiers_liste": "cabinet dossier GET+POST",
    "comptabilite:validation": "cabinet dossier GET+POST",
    "comptabilite:verrou_poser": "cabinet dossier POST",
}


def _achat(dossier: Dossier) -> Ecriture:
    """One entry a dossier: the arguments of one URL are about the same."""
    return achat(dossier, cle="matrice")


def _ligne(dossier: Dossier) -> LigneEcriture:
    return LigneEcriture.objects.select_related("compte", "tiers").get(ecriture=_achat(dossier), tiers__isnull=False)


def _lettrage(dossier: Dossier) -> object:
    lignes = [LigneEcriture.objects.get(ecriture=achat(dossier), tiers__isnull=False) for _ in range(2)]
    return lettrer(lignes=lignes, date=MAINTENANT.date(), partiel=True).pk


def _piece(dossier: Dossier) -> object:
    ecriture, flux = _achat(dossier), io.BytesIO(b"%PDF-1.4 facture")
    fichier, _ = deposer_fichier(
        dossier=dossier, flux=flux, nom="facture.pdf", type_mime="application/pdf", maintenant=MAINTENANT
    )
    joindre_documents(ecriture=ecriture, fichiers=[fichier], maintenant=MAINTENANT)
    return PieceEcriture.objects.get(ecriture=ecriture).pk


FABRIQUES = {
    "pk": lambda dossier: _achat(dossier).pk,
    "comptabilite:compte.pk": lambda dossier: _ligne(dossier).compte_id,
    "comptabilite:tiers.pk": lambda dossier: _ligne(dossier).tiers_id,
    "comptabilite:journal_fiche.pk": lambda dossier: _achat(dossier).journal_id,
    "comptabilite:journal_fiche.volet": Constante("general"),
    "comptabilite:exercice_cloturer.pk": lambda dossier: _achat(dossier).exercice_id,
    "comptabilite:exercice_reprendre.pk": lambda dossier: _achat(dossier).exercice_id,
    "comptabilite:fec_exporter.pk": lambda dossier: _achat(dossier).exercice_id,
    "comptabilite:lettrage_delettrer.pk": _lettrage,
    "comptabilite:piece.piece_pk": _piece,
}
