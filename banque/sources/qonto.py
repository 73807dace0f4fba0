"""Qonto's lines in our words. Qonto's own names stop here."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import orjson

from banque.codes import code_de, mode_de
from banque.enums import Source, StatutRecue
from banque.sources import OperationRecue, PieceRecue
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import Refused
from qonto_link.api.schemas.operations import Attachment, Transaction

_STATUTS = {
    "pending": StatutRecue.EN_COURS.value,
    "completed": StatutRecue.REGLEE.value,
    "declined": StatutRecue.REFUSEE.value,
    "reversed": StatutRecue.ANNULEE.value,
}
# Qonto refuses to page beyond 10 000 rows: a longer list is read in slices.
PROFONDEUR_MAX = 10_000
TRANCHE_MIN = timedelta(seconds=1)
CodesOperation = dict[tuple[str, str], str]


class FenetreTropDense(Exception):
    """More lines than Qonto can page share one instant of change."""


def _type(transaction: Transaction, ibans_internes: frozenset[str]) -> str:
    contrepartie = transaction.counterparty
    if contrepartie is None:
        return transaction.operation_type
    if contrepartie.counterparty_account_number in ibans_internes:
        return "interne"
    etranger = contrepartie.counterparty_account_number_format.lower() not in ("iban", "")
    if etranger and transaction.operation_type == "transfer" and transaction.side == "debit":
        return "international"
    return transaction.operation_type


def _piece(piece: Attachment) -> PieceRecue:
    return PieceRecue(piece.id, piece.file_name, piece.file_content_type, piece.file_size)


def _pieces(transaction: Transaction) -> tuple[PieceRecue, ...]:
    connues = {piece.id: _piece(piece) for piece in transaction.attachments}
    return tuple(connues.get(identifiant) or PieceRecue(identifiant, "") for identifiant in transaction.attachment_ids)


def _brut(transaction: Transaction) -> bytes:
    """What was received, without the addresses of files: they are presigned and short-lived."""
    brut = transaction.brut
    pieces = [
        {nom: valeur for nom, valeur in piece.items() if nom != "url"} for piece in brut.get("attachments") or ()
    ]
    return orjson.dumps({**brut, "attachments": pieces} if pieces else brut)


def traduire(
    transaction: Transaction, ibans_internes: frozenset[str] = frozenset(), codes: CodesOperation | None = None
) -> OperationRecue:
    """One line of Qonto. An unknown status is kept as it is: such a line waits for a person."""
    montant, type_operation = transaction.signed_cents, _type(transaction, ibans_internes)
    contrepartie = transaction.counterparty
    locale = transaction.local_currency if transaction.local_currency != transaction.currency else ""
    taux = transaction.vat_rate
    return OperationRecue(
        source=Source.QONTO.value,
        external_id=transaction.id,
        statut=_STATUTS.get(transaction.status, transaction.status[:20]),
        montant_cents=montant,
        reglee_le=transaction.settled_at,
        libelle=transaction.label or transaction.clean_counterparty_name or "Opération Qonto",
        emise_le=transaction.emitted_at,
        modifiee_le=transaction.updated_at,
        solde_apres_cents=transaction.settled_balance_cents,
        contrepartie=transaction.clean_counterparty_name or transaction.label,
        contrepartie_iban=contrepartie.counterparty_account_number if contrepartie else "",
        reference=transaction.reference,
        note=transaction.note,
        type_operation=type_operation,
        code_operation=code_de(type_operation, montant, codes),
        mode_reglement=mode_de(type_operation),
        devise=transaction.currency,
        montant_local_cents=transaction.local_amount_cents if locale else None,
        devise_locale=locale,
        tva_cents=transaction.vat_amount_cents,
        taux_tva=int(taux * 100) if taux is not None and taux >= 0 else None,
        numero_cheque=transaction.check.check_number if transaction.check else "",
        pieces=_pieces(transaction),
        payload=_brut(transaction),
    )


def relire(payload: bytes, ibans_internes: frozenset[str] = frozenset()) -> OperationRecue:
    """The line as its stored payload tells it: explains an import, and shows a row that was altered since."""
    brut = orjson.loads(payload)
    transaction = Transaction.model_validate(brut)
    transaction._brut = brut
    return traduire(transaction, ibans_internes)


def _trop_long(refus: Refused) -> bool:
    return refus.code == "search_limit_reached"


def lignes(
    client: QontoClient,
    compte_id: str,
    depuis: datetime,
    maintenant: datetime,
    ibans_internes: frozenset[str] = frozenset(),
    codes: CodesOperation | None = None,
) -> Iterator[OperationRecue]:
    """Every line of the account changed since `depuis`, from the oldest change, whatever its status.

    A list that comes to Qonto's depth is asked again from its last change, one that Qonto refuses as too long is
    asked by halves: a line may come twice. Raises FenetreTropDense when no slice is thin enough.
    """
    fin: datetime | None = None
    while True:
        nombre, dernier = 0, depuis
        try:
            for transaction in client.transactions(
                bank_account_id=compte_id, updated_at_from=depuis, updated_at_to=fin
            ):
                nombre, dernier = nombre + 1, transaction.updated_at
                yield traduire(transaction, ibans_internes, codes)
                if nombre == PROFONDEUR_MAX:
                    break
        except Refused as refus:
            if not _trop_long(refus):
                raise
            fin = depuis + ((fin or maintenant) - depuis) / 2
            if fin - depuis < TRANCHE_MIN:
                raise FenetreTropDense(f"plus de {PROFONDEUR_MAX} lignes modifiées à {depuis.isoformat()}") from None
            continue
        if nombre == PROFONDEUR_MAX:
            if dernier <= depuis:
                raise FenetreTropDense(f"plus de {PROFONDEUR_MAX} lignes modifiées à {depuis.isoformat()}")
            depuis = dernier
        elif fin is None:
            return
        else:
            depuis, fin = fin, None
