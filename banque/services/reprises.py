"""A line that the bank has changed after its integration is taken again as the bank gives it now."""

from datetime import datetime

from django.db import transaction

from banque.enums import EtatOperation, StatutRecue
from banque.errors import MouvementRefuse
from banque.models import Imputation, LigneRecue, Operation
from gestion_acces.services.audit import SYSTEME, Origine, journaliser


def est_a_reprendre(operation: Operation) -> bool:
    """True for a line that is in no books and no longer says what the bank says."""
    ligne = operation.ligne
    change = ligne.statut != StatutRecue.REGLEE or (ligne.montant_cents, ligne.jour) != (
        operation.montant_cents,
        operation.jour,
    )
    return change and operation.etat == EtatOperation.A_VERIFIER and operation.ecriture_id is None


def reprendre(*, operation: Operation, maintenant: datetime, origine: Origine = SYSTEME) -> bool:
    """Take the operation away; its line waits for the next integration. False when it is no longer on the statement.

    The other lines of its integration stay as they are. Raises MouvementRefuse.
    """
    with transaction.atomic():
        verrou = Operation.objects.select_for_update(of=("self",)).select_related("ligne")
        actuelle = verrou.get(pk=operation.pk)
        if not est_a_reprendre(actuelle):
            raise MouvementRefuse("Cette ligne n’a pas changé à la banque, ou elle est déjà en comptabilité.")
        ligne = actuelle.ligne
        Imputation.objects.filter(operation=actuelle).delete()
        actuelle.delete()
        LigneRecue.objects.filter(pk=ligne.pk).update(integree=False)
        journaliser(
            cabinet=operation.dossier.cabinet,
            dossier=operation.dossier,
            acte="banque.reprendre_ligne",
            date=maintenant,
            origine=origine,
            objet=operation.libelle,
            avant={"montant_cents": operation.montant_cents, "jour": operation.jour.isoformat()},
            apres={"montant_cents": ligne.montant_cents, "statut": ligne.statut},
        )
    return ligne.statut == StatutRecue.REGLEE


def acquitter(*, operation: Operation, par: str) -> Operation:
    """Somebody has looked at what is signalled on a line; who did stays in its explanation."""
    with transaction.atomic():
        actuelle = Operation.objects.select_for_update(of=("self",)).get(pk=operation.pk)
        if not actuelle.alerte:
            raise MouvementRefuse("Rien n’est signalé sur cette ligne.")
        actuelle.explication = f"{actuelle.explication} Signalement vu par {par} : {actuelle.alerte}".strip()[:300]
        actuelle.alerte = ""
        actuelle.save(update_fields=["alerte", "explication"])
    return actuelle
