"""Small A4 pages drawn with reportlab: invoice, credit note, proof of transfer."""

import io
import logging
from functools import cache
from pathlib import Path
from typing import Any

import reportlab
from facturx import generate_from_binary
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from qonto_sandbox.core.formats import french_euros
from qonto_sandbox.documents import cii

# The library tells of each step at the level of information.
logging.getLogger("factur-x").setLevel(logging.WARNING)
GREY = colors.HexColor("#5b5b66")
LINE = colors.HexColor("#d8d8e0")


@cache
def _fonts() -> None:
    """The fonts shipped with reportlab hold €, œ and é, and are embedded as PDF/A wants."""
    folder = Path(reportlab.__file__).parent / "fonts"
    pdfmetrics.registerFont(TTFont("Corps", str(folder / "Vera.ttf")))
    pdfmetrics.registerFont(TTFont("Gras", str(folder / "VeraBd.ttf")))


def french_day(day: str | None) -> str:
    return "/".join(reversed(day[:10].split("-"))) if day else ""


def _style(size: float = 8.5, *, bold: bool = False, right: bool = False, grey: bool = False) -> ParagraphStyle:
    return ParagraphStyle(
        "s",
        fontName="Gras" if bold else "Corps",
        fontSize=size,
        leading=size * 1.4,
        alignment=2 if right else 0,
        textColor=GREY if grey else colors.black,
    )


def _text(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br/>")


def _render(title: str, story: list[Flowable]) -> bytes:
    out = io.BytesIO()
    page = SimpleDocTemplate(
        out,
        pagesize=A4,
        title=title,
        author="Qonto (local)",
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=18 * mm,
        bottomMargin=16 * mm,
        invariant=1,
    )
    page.build(story)
    return out.getvalue()


def _block(lines: list[str], *, right: bool = False) -> list[Paragraph]:
    head, *rest = [line for line in lines if line]
    return [
        Paragraph(_text(head), _style(10, bold=True, right=right)),
        *(Paragraph(_text(line), _style(right=right, grey=True)) for line in rest),
    ]


def _party_lines(party: dict[str, str]) -> list[str]:
    return [
        party["name"],
        party["address"],
        f"{party['zip_code']} {party['city']}".strip(),
        f"SIREN {party['siren'][:9]}" if party["siren"] else "",
        f"TVA {party['vat_number']}" if party["vat_number"] else "",
    ]


def _lines_table(items: list[dict[str, Any]]) -> Table:
    rows: list[list[Any]] = [
        [
            Paragraph(head, _style(7.5, bold=True, right=rank > 0))
            for rank, head in enumerate(("Désignation", "Quantité", "Prix unitaire HT", "TVA", "Total HT"))
        ]
    ]
    for item in items:
        rate = cii.rate_of(item)
        percent = f"{rate.rate.normalize():f}".replace(".", ",") + " %"
        what = (
            f"{_text(item['title'])}<br/><font color='#5b5b66' size='7'>{_text(item.get('description') or '')}</font>"
        )
        rows.append(
            [
                Paragraph(what, _style()),
                Paragraph(item["quantity"].replace(".", ","), _style(right=True)),
                Paragraph(french_euros(item["unit_price_cents"]), _style(right=True)),
                Paragraph(percent, _style(right=True)),
                Paragraph(french_euros(item["subtotal_cents"]), _style(right=True)),
            ]
        )
    table = Table(rows, colWidths=[74 * mm, 20 * mm, 32 * mm, 18 * mm, 30 * mm], repeatRows=1)
    table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return table


def _totals_table(document: dict[str, Any]) -> Table:
    rows = [["Total HT", french_euros(sum(item["subtotal_cents"] for item in document["items"]))]]
    for rate, (basis, vat) in cii.breakdown(document["items"]).items():
        percent = f"{rate.rate.normalize():f}".replace(".", ",")
        rows.append([f"TVA {percent} % sur {french_euros(basis)}", french_euros(vat)])
    rows.append(["Total TTC", french_euros(document["total_amount_cents"])])
    table = Table(
        [
            [Paragraph(label, _style(bold=last)), Paragraph(value, _style(bold=last, right=True))]
            for (label, value), last in zip(rows, [False] * (len(rows) - 1) + [True], strict=True)
        ],
        colWidths=[60 * mm, 34 * mm],
        hAlign="RIGHT",
    )
    table.setStyle(TableStyle([("LINEABOVE", (0, -1), (-1, -1), 0.8, colors.black)]))
    return table


def _mentions(document: dict[str, Any]) -> list[Flowable]:
    reasons = [rate.reason for rate in cii.breakdown(document["items"]) if rate.reason]
    ibans = [f"IBAN {m['iban']} – BIC {m['bic']}" for m in document.get("payment_methods") or []]
    keys = (
        "discount_conditions",
        "late_payment_penalties",
        "legal_fixed_compensation",
        "terms_and_conditions",
        "footer",
    )
    texts = [*reasons, *ibans, *(document.get(key) or "" for key in keys)]
    return [Paragraph(_text(text), _style(7.5, grey=True)) for text in texts if text]


def invoice_pdf(document: dict[str, Any], *, credit_note: bool = False) -> bytes:
    """The page of an invoice or credit note, with its Factur-X inside."""
    _fonts()
    kind = "Avoir" if credit_note else "Facture"
    heads = Table(
        [[_block(_party_lines(cii.seller_of(document))), _block(_party_lines(cii.buyer_of(document)), right=True)]],
        colWidths=[87 * mm, 87 * mm],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP")],
    )
    dates = [f"Émise le {french_day(document['issue_date'])}"]
    if document.get("due_date"):
        dates.append(f"Échéance le {french_day(document['due_date'])}")
    if credit_note:
        dates.append(f"Sur la facture {document['invoice_number']} du {french_day(document['invoice_issue_date'])}")
    story: list[Flowable] = [
        heads,
        Spacer(1, 12 * mm),
        Paragraph(f"{kind} {_text(document['number'])}", _style(16, bold=True)),
        Spacer(1, 2 * mm),
        Paragraph(" – ".join(dates), _style(grey=True)),
        Paragraph(_text(document.get("header") or ""), _style()),
        Spacer(1, 6 * mm),
        _lines_table(document["items"]),
        Spacer(1, 5 * mm),
        _totals_table(document),
        Spacer(1, 10 * mm),
        *_mentions(document),
    ]
    pdf = _render(f"{kind} {document['number']}", story)
    xml = cii.build_xml(document, type_code="381" if credit_note else "380")
    return bytes(generate_from_binary(pdf, xml, flavor="factur-x", level="en16931", check_xsd=True, lang="fr-FR"))


def transfer_proof_pdf(rows: list[tuple[str, str]], *, title: str = "Preuve de virement") -> bytes:
    """One page, one line a fact."""
    _fonts()
    table = Table(
        [[Paragraph(_text(k), _style(9, grey=True)), Paragraph(_text(v), _style(9, bold=True))] for k, v in rows],
        colWidths=[55 * mm, 119 * mm],
    )
    table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE)]))
    return _render(title, [Paragraph(title, _style(16, bold=True)), Spacer(1, 8 * mm), table])
