"""#Comptabilise (S21): the lines that are in the books already, by a payment of the portal or by a word typed by hand.

A line of a payment is tied to its entry by Qonto's ids. A mention whose entry cannot be found is never skipped
silently: the line waits « à vérifier ».
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from banque.enums import MODIFIABLES, EtatOperation, Motif
from banque.errors import MouvementRefuse
from banque.models import LigneRecue, Operation
from banque.services.rapprochement_virements import LienVirement, liens
from banque.texte import porte_la_mention
from comptabilite.models import Ecriture
from gestion_acces.models import Dossier
from qonto_link.virements.models import Virement

EXPLICATION_SANS_LIEN = (
    "La ligne porte #Comptabilise, mais aucune écriture du portail ne lui correspond : choisissez l’écriture, "
    "ou remettez la ligne à traiter."
)
EXPLICATION_SANS_ECRITURE = "Payée depuis le portail, mais son écriture n’existe pas encore."
EXPLICATION_MORT = (
    "Ce paiement du portail est {statut} et n’a pas d’écriture, mais la banque en montre la ligne : "
    "remettez-la à traiter, ou choisissez son écriture."
)
ECART_JOURS = timedelta(days=10)


def reference_ecriture(ecriture: Ecriture) -> str:
    return ecriture.reference[0].lower() + ecriture.reference[1:]


def situation(*, ligne: LigneRecue, lien: LienVirement | None) -> tuple[str, Ecriture | None, str] | None:
    """(state, entry, reason) of a line that is or says it is booked already; None for an ordinary line."""
    if lien is not None and lien.ecriture is not None:
        raison = f"Déjà comptabilisée par l’{reference_ecriture(lien.ecriture)}, paiement fait depuis le portail."
        return EtatOperation.COMPTABILISEE, lien.ecriture, raison
    if lien is not None:
        statut = lien.virement.get_statut_display().lower()
        raison = EXPLICATION_MORT.format(statut=statut) if lien.est_mort else EXPLICATION_SANS_ECRITURE
        return EtatOperation.A_VERIFIER, None, raison
    if porte_la_mention(ligne.note, ligne.reference, ligne.libelle):
        return EtatOperation.A_VERIFIER, None, EXPLICATION_SANS_LIEN
    return None


def appliquer(operation: Operation, etat: str, ecriture: Ecriture | None, raison: str) -> None:
    """Put a line in the state that the mention asks for. An entry already tied to another line cannot be."""
    if ecriture is not None and Operation.objects.filter(ecriture=ecriture).exclude(pk=operation.pk).exists():
        etat, ecriture, raison = EtatOperation.A_VERIFIER, None, "L’écriture de ce paiement est déjà liée à une ligne."
    operation.etat, operation.ecriture, operation.explication = etat, ecriture, raison[:300]
    operation.mention = True
    operation.motif = Motif.LIEN if ecriture is not None else Motif.AUCUN
    operation.alerte = "" if ecriture is not None else operation.alerte
    operation.save(update_fields=["etat", "ecriture", "explication", "mention", "motif", "alerte"])


def _mention_nouvelle(ligne: LigneRecue, avant: Mapping[str, Any]) -> bool:
    """True when the mention was just written. One that a person has overruled does not come back by itself."""
    textes = [ligne.note, ligne.reference, ligne.libelle]
    anciens = [str(avant.get(champ, getattr(ligne, champ))) for champ in ("note", "reference", "libelle")]
    return porte_la_mention(*textes) and not porte_la_mention(*anciens)


def reconsiderer_mention(*, operation: Operation, ligne: LigneRecue, avant: Mapping[str, Any] | None = None) -> bool:
    """Look again at one line; True when its state followed. `avant`: what the bank has just changed of its texts.

    A transferred line keeps its entry: a link found too late is written as a warning of double booking.
    """
    lien = liens(dossier=operation.dossier, external_ids=[ligne.external_id]).get(ligne.external_id)
    if lien is None and not _mention_nouvelle(ligne, avant or {}):
        return False
    nouvelle = situation(ligne=ligne, lien=lien)
    if nouvelle is None or operation.etat == EtatOperation.COMPTABILISEE:
        return False
    if operation.etat == EtatOperation.TRANSFEREE:
        if lien is not None and lien.ecriture is None:
            return False
        operation.alerte = (
            "Cette ligne est aussi un paiement du portail : vérifiez qu’elle n’est pas deux fois en compta."
            if lien is not None
            else "#Comptabilise a été écrit dans Qonto après le transfert : cherchez si elle est deux fois en compta."
        )
        operation.save(update_fields=["alerte"])
        return True
    return _suivre(operation, lien, nouvelle)


def _suivre(operation: Operation, lien: LienVirement | None, nouvelle: tuple[str, Ecriture | None, str]) -> bool:
    """Put the state that was found, unless the line is there already or a person has decided otherwise."""
    decidee = lien is not None and lien.est_mort and lien.ecriture is None and operation.etat in MODIFIABLES
    if decidee or operation.etat == EtatOperation.IGNOREE:
        return False
    if operation.mention and (operation.etat, operation.explication) == (nouvelle[0], nouvelle[2][:300]):
        return False
    appliquer(operation, *nouvelle)
    return True


def reconsiderer_dossier(*, dossier: Dossier) -> int:
    """Tie the lines whose payment got its id or its entry since. Returns how many moved."""
    payees = Virement.objects.pour_dossier(dossier).exclude(transaction_id="").values("transaction_id")
    if not payees.exists():
        return 0
    return _reconsiderer(dossier, Operation.objects.filter(dossier=dossier, ligne__external_id__in=payees))


def reconsiderer_virement(*, virement: Virement) -> bool:
    """The same for the line of one payment: its id, its entry or its end has just been written."""
    if not virement.transaction_id:
        return False
    lignes = Operation.objects.filter(dossier=virement.dossier, ligne__external_id=virement.transaction_id)
    return _reconsiderer(virement.dossier, lignes) > 0


@transaction.atomic
def _reconsiderer(dossier: Dossier, candidates: QuerySet[Operation]) -> int:
    vivantes = (
        candidates.filter(montant_cents__lt=0, compte_bancaire__compte_qonto__isnull=False)
        .exclude(etat__in=(EtatOperation.COMPTABILISEE, EtatOperation.IGNOREE, EtatOperation.TRANSFEREE))
        .select_related("ligne", "dossier")
        .defer("ligne__payload")
    )
    operations = {operation.ligne.external_id: operation for operation in vivantes}
    deplacees = 0
    for identifiant, lien in liens(dossier=dossier, external_ids=operations).items():
        operation = operations[identifiant]
        nouvelle = situation(ligne=operation.ligne, lien=lien)
        if nouvelle is not None:
            deplacees += _suivre(operation, lien, nouvelle)
    return deplacees


def ecritures_candidates(operation: Operation) -> list[Ecriture]:
    """Entries of the bank's journal that could be this line: same amount on the 512, near in time, tied to no line."""
    journal = operation.compte_bancaire.journal
    if journal is None or journal.compte_tresorerie_id is None:
        return []
    cote = (
        {"lignes__credit_cents": -operation.montant_cents}
        if operation.montant_cents < 0
        else {"lignes__debit_cents": operation.montant_cents}
    )
    return list(
        Ecriture.objects.filter(
            dossier=operation.dossier,
            journal=journal,
            date__gte=operation.jour - ECART_JOURS,
            date__lte=operation.jour + ECART_JOURS,
            operation_bancaire__isnull=True,
            lignes__compte=journal.compte_tresorerie,
            **cote,
        ).distinct()[:20]
    )


def lier_a_la_main(*, operation: Operation, ecriture: Ecriture) -> None:
    """A person says which entry has booked the line already. Raises MouvementRefuse."""
    if operation.etat not in (EtatOperation.A_VERIFIER, EtatOperation.A_TRAITER, EtatOperation.PROPOSEE):
        raise MouvementRefuse("Cette ligne n’attend pas d’écriture.")
    if ecriture not in ecritures_candidates(operation):
        raise MouvementRefuse("Cette écriture n’a pas le montant de la ligne, ou une autre ligne la tient déjà.")
    raison = f"Déjà comptabilisée par l’{reference_ecriture(ecriture)}, choisie à la main."
    appliquer(operation, EtatOperation.COMPTABILISEE, ecriture, raison)
