"""The monthly statement and the bank identity paper (RIB) of an account, as PDF."""

import io
from datetime import date

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from qonto_sandbox.core.formats import PARIS, moment
from qonto_sandbox.core.ledger import signed
from qonto_sandbox.core.store import Record

TITLE = ParagraphStyle("titre", fontName="Helvetica-Bold", fontSize=16, leading=22)
TEXT = ParagraphStyle("texte", fontName="Helvetica", fontSize=9, leading=13)
GREY = colors.HexColor("#8a8798")
WIDTHS = (18 * mm, 96 * mm, 28 * mm, 28 * mm)


def _amount(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}".replace(",", " ") + f",{abs(cents) % 100:02d}"


def _render(title: str, story: list[Flowable]) -> bytes:
    out = io.BytesIO()
    margin = 20 * mm
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=margin,
        title=title,
        author="Qonto local",
        invariant=1,
    )
    document.build(story)
    return out.getvalue()


def _heading(organization: Record, account: Record, title: str) -> list[Flowable]:
    lines = (
        organization["legal_name"],
        organization["legal_address"],
        f"{account['name']} – IBAN {account['iban']}",
        f"BIC {account['bic']}",
    )
    return [
        Paragraph(title, TITLE),
        *(Paragraph(line.replace("&", "&amp;"), TEXT) for line in lines),
        Spacer(1, 6 * mm),
    ]


def statement(organization: Record, account: Record, month: date, lines: list[Record]) -> bytes:
    """Every line settled in the month, between the balances at its two ends."""
    dated = [(moment(line["settled_at"]).astimezone(PARIS).date(), line) for line in lines if line["settled_at"]]
    dated.sort(key=lambda pair: (pair[1]["settled_at"], pair[1]["id"]))
    inside = [(day, line) for day, line in dated if (day.year, day.month) == (month.year, month.month)]
    opening = account["opening_cents"] + sum(signed(line) for day, line in dated if day < month)
    closing = opening + sum(signed(line) for _, line in inside)
    rows = [["Date", "Libellé", "Débit", "Crédit"], ["", f"Solde au {month:%d/%m/%Y}", "", f"{_amount(opening)} €"]]
    for day, line in inside:
        text = line["label"] + (f" – {line['reference']}" if line["reference"] else "")
        amount = f"{_amount(line['amount_cents'])} €"
        rows.append([f"{day:%d/%m}", text[:62], *((amount, "") if line["side"] == "debit" else ("", amount))])
    rows.append(["", "Solde en fin de mois", "", f"{_amount(closing)} €"])
    title = f"Relevé de compte {month:%m/%Y}"
    return _render(title, [*_heading(organization, account, title), _table(rows)])


def _table(rows: list[list[str]]) -> Table:
    table = Table(rows, colWidths=WIDTHS, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), "Helvetica", 8),
                ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 8),
                ("FONT", (0, -1), (-1, -1), "Helvetica-Bold", 8),
                ("ALIGN", (2, 0), (-1, -1), "RIGHT"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.25, GREY),
            ]
        )
    )
    return table


def iban_certificate(organization: Record, account: Record) -> bytes:
    iban = account["iban"]
    rows = [
        ["Banque", "Guichet", "Compte", "Clé"],
        [iban[4:9], iban[9:14], iban[14:25], iban[25:27]],
    ]
    title = "Relevé d’identité bancaire"
    return _render(title, [*_heading(organization, account, title), _table(rows)])
