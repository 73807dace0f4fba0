"""État de rapprochement of a bank: its integrated lines beside the 512 account; the calculation is comptabilite's."""

from collections.abc import Iterator
from datetime import date as Date
from datetime import timedelta

from banque.errors import BanqueError
from banque.models import CompteBancaire, Operation
from banque.services.releves import solde_ouverture
from comptabilite.services.rapprochement import EtatRapprochement, LigneBancaire, etat_de_rapprochement
from portal.lib.calendrier import jour_de_paris


def _lignes(banque: CompteBancaire, date: Date) -> Iterator[LigneBancaire]:
    operations = Operation.objects.filter(
        dossier_id=banque.dossier_id, compte_bancaire=banque, jour__lte=date
    ).order_by("jour", "rang")
    for operation in operations.iterator(chunk_size=2000):
        yield LigneBancaire(
            jour=operation.jour,
            libelle=operation.libelle,
            reference=operation.piece,
            montant_cents=operation.montant_cents,
            ecriture_id=operation.ecriture_id,
        )


def rapprocher(*, banque: CompteBancaire, date: Date) -> EtatRapprochement:
    """The state at the end of a day. Raises BanqueError without journal or without integrated statement."""
    if banque.journal is None:
        raise BanqueError("Cette banque n’a pas de journal : créez-le dans la fiche du dossier, onglet Banques.")
    if banque.integre_depuis is None:
        raise BanqueError("Aucun relevé de cette banque n’est intégré.")
    depuis = jour_de_paris(banque.integre_depuis)
    if date < depuis:
        raise BanqueError(f"Les relevés intégrés commencent le {depuis:%d/%m/%Y}.")
    return etat_de_rapprochement(
        journal=banque.journal,
        date=date,
        solde_releve_cents=solde_ouverture(banque, date + timedelta(days=1)),
        lignes=_lignes(banque, date),
        depuis=depuis,
    )
