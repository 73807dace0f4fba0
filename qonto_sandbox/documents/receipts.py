"""Receipts of the seeded lines, drawn when somebody downloads them."""

import io

from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World


def make(world: World, id: str) -> bytes | None:
    row = world.store["attachments"].get(id)
    line = world.store["transactions"].get(row["transaction_id"] or "") if row else None
    if row is None or line is None:
        return None
    texts = _texts(world, line)
    if row["file_content_type"] == "application/pdf":
        return _pdf(texts, row["file_name"])
    return _picture(texts, "PNG" if row["file_content_type"] == "image/png" else "JPEG")


def _french(cents: int) -> str:
    return f"{cents // 100:,}".replace(",", " ") + f",{cents % 100:02d}"


def _texts(world: World, line: Record) -> list[tuple[str, str]]:
    organization = world.store["organizations"].get(line["organization_id"]) or {}
    vat = line["vat_amount_cents"] or 0
    texts = [
        ("Client", organization.get("legal_name", "")),
        ("Date", "/".join(reversed(line["emitted_at"][:10].split("-")))),
        ("Numéro", f"F{line['id'][:8].upper()}"),
        ("Référence", line["reference"] or "–"),
        ("Montant HT", f"{_french(line['amount_cents'] - vat)} EUR"),
        ("TVA", f"{_french(vat)} EUR"),
        ("Total TTC", f"{_french(line['amount_cents'])} EUR"),
    ]
    if line["local_currency"] != "EUR":
        texts.append(("Montant payé", f"{_french(line['local_amount_cents'])} {line['local_currency']}"))
    return [(line["clean_counterparty_name"] or line["label"], "FACTURE ACQUITTÉE"), *texts]


def _pdf(texts: list[tuple[str, str]], title: str) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A5, invariant=1)
    canvas.setTitle(title)
    _, height = A5
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(40, height - 60, texts[0][0])
    canvas.setFont("Helvetica", 10)
    canvas.drawString(40, height - 78, texts[0][1])
    canvas.line(40, height - 92, 380, height - 92)
    for rank, (name, value) in enumerate(texts[1:]):
        last = name == "Total TTC"
        canvas.setFont("Helvetica-Bold" if last else "Helvetica", 12 if last else 10)
        canvas.drawString(40, height - 125 - 24 * rank, name)
        canvas.drawRightString(380, height - 125 - 24 * rank, value)
    canvas.setFont("Helvetica-Oblique", 8)
    canvas.drawString(40, 40, "Document d’essai produit par le Qonto local.")
    canvas.save()
    return out.getvalue()


def _picture(texts: list[tuple[str, str]], form: str) -> bytes:
    image = Image.new("RGB", (560, 760), "#fbfaf5")
    draw = ImageDraw.Draw(image)
    for rank, (name, value) in enumerate(texts):
        draw.text((50, 60 + 56 * rank), name, fill="#222", font_size=22)
        draw.text((510, 60 + 56 * rank), value, fill="#222", font_size=22, anchor="ra")
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()
