"""Clients, invoices in every status, credit notes."""

from datetime import date, datetime, time, timedelta

from qonto_sandbox.core import ids
from qonto_sandbox.core.formats import PARIS, instant
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.documents.issued import file_record, quote_file
from qonto_sandbox.invoicing import build
from qonto_sandbox.invoicing.amounts import ITALIAN, compute_item, reduced
from qonto_sandbox.invoicing.lifecycle import lifecycle_event
from qonto_sandbox.invoicing.seed_data import BOOKS, Book, Client, CreditNote, Invoice
from qonto_sandbox.resources.clients import blank
from qonto_sandbox.seed.cast import COMPANIES, Company

NETWORK_CODES = {"submitted": (200, 201, 202), "approved": (200, 201, 202, 203, 205)}


def invoice_id(slug: str, key: str) -> str:
    return ids.stable("client_invoice", slug, key)


def seed(world: World, anchor: date) -> None:
    for company in COMPANIES:
        book = BOOKS.get(company.slug)
        if book is not None:
            _plant(world, company, book, anchor)


def _plant(world: World, company: Company, book: Book, anchor: date) -> None:
    known = datetime.combine(anchor - timedelta(days=220), time(9, 0), PARIS)
    for client in book.clients:
        world.store["clients"].put(_client(company, client, instant(known)))
    for spec in book.invoices:
        _invoice(world, company, spec, anchor)
    for note in book.credit_notes:
        _credit_note(world, company, note, anchor)
    _quotes(world, company, anchor)


def _client(company: Company, client: Client, stamp: str) -> Record:
    address = {
        "street_address": client.address,
        "city": client.city,
        "zip_code": client.zip_code,
        "province_code": None,
        "country_code": client.country,
    }
    given = {
        "id": ids.stable("client", company.slug, client.key),
        "kind": client.kind,
        "name": client.name,
        "first_name": client.first_name or None,
        "last_name": client.last_name or None,
        "email": client.email or None,
        "vat_number": client.vat or None,
        "tax_identification_number": client.siren or None,
        "address": client.address,
        **{name: address[name] for name in ("city", "zip_code", "country_code")},
        "billing_address": address,
        "currency": "EUR",
        "locale": "fr",
        "e_invoicing_reachable": bool(client.siren),
        "e_invoicing_address": client.siren or None,
    }
    return blank(company.id, stamp) | given


def _invoice(world: World, company: Company, spec: Invoice, anchor: date) -> None:
    issued = anchor - timedelta(days=spec.age)
    moment = datetime.combine(issued, time(10, 12, 44), PARIS)
    organization = world.store["organizations"].get(company.id)
    account = world.store["bank_accounts"].get(company.account_id(0))
    client = world.store["clients"].get(ids.stable("client", company.slug, spec.client))
    assert organization and account and client, "planted before"
    body = {
        "issue_date": issued.isoformat(),
        "due_date": (issued + timedelta(days=spec.term)).isoformat(),
        "currency": "EUR",
        "items": [line.body() for line in spec.lines],
    }
    key = spec.number or f"draft-{spec.client}"
    made = build.new_invoice(
        organization=organization,
        account=account,
        client=client,
        body=body,
        number=spec.number,
        now=moment,
        invoice_id=invoice_id(company.slug, key),
    )
    made["imported"] = spec.imported
    if spec.status != "draft":
        _finalize(world, made, spec, moment, anchor)
    world.store["client_invoices"].put(made)


def _quotes(world: World, company: Company, anchor: date) -> None:
    """One quote in each state, to the first client, on the lines of the first invoice."""
    book = BOOKS[company.slug]
    organization = world.store["organizations"].get(company.id)
    client = world.store["clients"].get(ids.stable("client", company.slug, book.clients[0].key))
    assert organization and client, "planted before"
    items = [compute_item(line.body()) for line in book.invoices[0].lines]
    for rank, status in enumerate(("pending_approval", "approved", "canceled"), 1):
        issued = anchor - timedelta(days=15 * rank)
        stamp = build.stamp(datetime.combine(issued, time(17, 0), PARIS))
        identifier = ids.stable("quote", company.slug, status)
        made = world.store["quotes"].put(
            {
                "id": identifier,
                "organization_id": company.id,
                "number": f"D-2026-{rank:04d}",
                "status": status,
                "contact_email": "",
                "quote_url": f"https://pay.qonto.com/quotes/{identifier}",
                "attachment_id": None,
                "currency": "EUR",
                "issue_date": issued.isoformat(),
                "expiry_date": (issued + timedelta(days=30)).isoformat(),
                "terms_and_conditions": "Acompte de 30 % à la commande",
                "header": "",
                "footer": "",
                **reduced(items, None),
                **ITALIAN,
                "items": items,
                "client": build.embedded_client(client),
                "organization": build.seller(organization, {}),
                "invoice_ids": [],
                "created_at": stamp,
                "updated_at": stamp,
                "approved_at": stamp if status == "approved" else None,
                "canceled_at": stamp if status == "canceled" else None,
            }
        )
        drawn = quote_file(world, made, created_at=instant(datetime.combine(issued, time(17, 0), PARIS)))
        world.store["quotes"].put({**made, "attachment_id": drawn})


def _finalize(world: World, made: Record, spec: Invoice, moment: datetime, anchor: date) -> None:
    attachment = ids.stable("client_invoice_pdf", made["id"])
    origin = "sample:Facture_FR_BASICWL.pdf" if spec.imported else f"client_invoices:{made['id']}"
    file_record(
        world,
        made["organization_id"],
        id=attachment,
        file_name=f"{spec.number}.pdf",
        origin=origin,
        created_at=instant(moment),
    )
    last = min(moment + timedelta(days=spec.paid_after), datetime.combine(anchor, time(8, 0), PARIS))
    made.update(status=spec.status, attachment_id=attachment, finalized_at=build.stamp(moment))
    if spec.status == "paid":
        build.pay(made, paid_at=build.stamp(last), now=last)
    elif spec.status == "canceled":
        made["updated_at"] = build.stamp(moment + timedelta(days=1))
    if spec.einvoicing:
        made["einvoicing_status"] = spec.einvoicing
        made["einvoicing_lifecycle_events"] = [
            lifecycle_event(code, instant(moment + timedelta(minutes=rank)))
            for rank, code in enumerate(NETWORK_CODES[spec.einvoicing], 1)
        ]


def _credit_note(world: World, company: Company, spec: CreditNote, anchor: date) -> None:
    issued = anchor - timedelta(days=spec.age)
    invoice = world.store["client_invoices"].get(invoice_id(company.slug, spec.invoice))
    assert invoice is not None, "planted before"
    moment = datetime.combine(issued, time(15, 30), PARIS)
    note = build.new_credit_note(
        invoice=invoice,
        items=[line.body() for line in spec.lines],
        number=spec.number,
        issue_date=issued.isoformat(),
        now=moment,
        note_id=ids.stable("credit_note", company.slug, spec.number),
    )
    note["organization_id"] = company.id
    note["attachment_id"] = ids.stable("credit_note_pdf", note["id"])
    world.store["credit_notes"].put(note)
    file_record(
        world,
        company.id,
        id=note["attachment_id"],
        file_name=f"{spec.number}.pdf",
        origin=f"credit_notes:{note['id']}",
        created_at=instant(moment),
    )
    invoice["credit_notes_ids"].append(note["id"])
