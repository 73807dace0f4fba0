"""Qonto's client invoices and credit notes, turned into ours: statuses, VAT by rate, parties (S25–S27)."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from depot.enums import GenreQonto, StatutFacture
from depot.ventes import Client, TauxVente, Vente
from qonto_link.api.client import QontoClient
from qonto_link.api.schemas.factures import ClientInvoice, CreditNote, InvoiceItem

STATUTS = {
    "unpaid": StatutFacture.A_ENCAISSER,
    "paid": StatutFacture.PAYEE,
    "canceled": StatutFacture.ANNULEE,
}
BROUILLON = "draft"
# Why there is no VAT on a line: Qonto names the article of the CGI (partner reference §3.3).
MOTIFS = {
    "S293B": "franchise en base (CGI 293 B)",
    "S262.1": "livraison intracommunautaire ou export (CGI 262)",
    "S262": "export (CGI 262)",
    "S263": "prestation exonérée (CGI 263)",
    "S259": "prestation non située en France (CGI 259-1)",
    "S283": "autoliquidation (CGI 283)",
    "S261": "exonérée (CGI 261)",
}
SERVICES, ENCAISSEMENTS, ACOMPTE, SOLDE = "services", "on_receipts", "deposit", "balance"


@dataclass(frozen=True)
class FactureRecue:
    """One invoice or credit note. `refus`: why it is not for the basket, in words; `statut` is empty for a note."""

    id: str
    genre: str
    numero: str
    date: date | None
    statut: str
    piece_id: str
    vente: Vente
    facture_id: str = ""
    refus: str = ""
    modifiee_le: datetime | None = None
    creee_le: datetime | None = None
    brut: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def est_avoir(self) -> bool:
        return self.genre == GenreQonto.AVOIR


def lire_factures(client: QontoClient, depuis: datetime | None = None) -> Iterator[FactureRecue]:
    """The invoices, those imported into Qonto too, changed since then; drafts come with their refusal."""
    return (_facture(recue) for recue in client.client_invoices(updated_at_from=depuis))


def lire_avoirs(client: QontoClient, depuis: datetime | None = None) -> Iterator[FactureRecue]:
    return (_avoir(recu) for recu in client.credit_notes(created_at_from=depuis))


def relire(client: QontoClient, genre: str, id: str) -> FactureRecue:
    """One document as it is now: a retry must not work on what was true last night."""
    if genre == GenreQonto.AVOIR:
        return _avoir(client.credit_note(id))
    return _facture(client.client_invoice(id))


def depuis_brut(genre: str, brut: dict[str, Any]) -> FactureRecue:
    """What was received, read again from what was kept."""
    if genre == GenreQonto.AVOIR:
        note = CreditNote.model_validate(brut)
        note._brut = brut
        return _avoir(note)
    facture = ClientInvoice.model_validate(brut)
    facture._brut = brut
    return _facture(facture)


def _facture(recue: ClientInvoice) -> FactureRecue:
    refus = ""
    if recue.status == BROUILLON:
        refus = "Brouillon chez Qonto : il viendra une fois la facture validée."
    elif recue.status not in STATUTS:
        refus = f"Statut Qonto inconnu du portail (« {recue.status[:40]} »)."
    return FactureRecue(
        id=recue.id,
        genre=GenreQonto.FACTURE,
        numero=recue.number[:60],
        date=recue.issue_date,
        statut=STATUTS.get(recue.status, ""),
        piece_id=recue.attachment_id,
        vente=_vente(recue, acompte=recue.invoice_type == ACOMPTE, solde=recue.invoice_type == SOLDE),
        refus=refus,
        modifiee_le=recue.updated_at or recue.created_at,
        creee_le=recue.created_at,
        brut=recue.brut,
    )


def _avoir(recu: CreditNote) -> FactureRecue:
    return FactureRecue(
        id=recu.id,
        genre=GenreQonto.AVOIR,
        numero=recu.number[:60],
        date=recu.issue_date,
        statut="",
        piece_id=recu.attachment_id,
        vente=_vente(recu),
        facture_id=recu.invoice_id,
        modifiee_le=recu.updated_at or recu.created_at,
        creee_le=recu.created_at,
        brut=recu.brut,
    )


def _vente(recu: ClientInvoice | CreditNote, *, acompte: bool = False, solde: bool = False) -> Vente:
    ttc, tva = abs(recu.total_amount_cents), abs(recu.vat_amount_cents)
    client, organisation = recu.client, recu.organization
    return Vente(
        ht_cents=ttc - tva,
        tva_cents=tva,
        ttc_cents=ttc,
        devise=recu.currency or "EUR",
        taux=_taux(recu.items, -1 if recu.total_amount_cents < 0 else 1),
        nb_lignes=len(recu.items),
        services=bool(organisation and organisation.transaction_type == SERVICES),
        encaissements=bool(organisation and organisation.vat_payment_condition == ENCAISSEMENTS),
        acompte=acompte,
        solde=solde,
        client=Client(
            nom=(client.nom if client else "")[:160],
            siren=_siren(client.tax_identification_number if client else ""),
            numero_tva=(client.vat_number if client else "").replace(" ", "")[:20],
            pays=(client.country_code if client else "").upper()[:2],
            email=(client.email if client else "")[:254],
        ),
    )


def _siren(identifiant: str) -> str:
    chiffres = "".join(car for car in identifiant if car.isdigit())
    return chiffres[:9] if len(chiffres) in (9, 14) else ""


def centiemes(taux: str) -> int:
    """`0.055` → 550, hundredths of a percent; an unreadable rate is no rate."""
    try:
        return int((Decimal(taux) * 10_000).to_integral_value())
    except (InvalidOperation, ValueError):
        return 0


def _taux(items: tuple[InvoiceItem, ...], signe: int) -> tuple[TauxVente, ...]:
    """The lines added up by rate and reason, the highest rate first."""
    bases: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for item in items:
        taux = centiemes(item.vat_rate)
        motif = MOTIFS.get(item.vat_exemption_reason, item.vat_exemption_reason) if not taux else ""
        somme = bases[taux, motif[:80]]
        somme[0] += signe * (item.subtotal_cents or 0)
        somme[1] += signe * (item.total_vat_cents or 0)
    return tuple(
        TauxVente(taux=taux, base_cents=base, tva_cents=tva, motif=motif)
        for (taux, motif), (base, tva) in sorted(bases.items(), key=lambda paire: (-paire[0][0], paire[0][1]))
    )
