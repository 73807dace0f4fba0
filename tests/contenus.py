"""Files made for the tests: good ones, and each way in which one can be bad."""

import zlib
from io import BytesIO

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas


def pdf(texte: str = "Facture", pages: int = 1) -> bytes:
    sortie = BytesIO()
    canvas = Canvas(sortie, invariant=1)
    for page in range(pages):
        canvas.drawString(72, 720, f"{texte} {page + 1}")
        canvas.showPage()
    canvas.save()
    return sortie.getvalue()


def image(format_image: str = "PNG", taille: tuple[int, int] = (60, 40)) -> bytes:
    sortie = BytesIO()
    Image.effect_noise(taille, 40).convert("RGB").save(sortie, format_image)
    return sortie.getvalue()


def _action(genre: str, cle: str, valeur: str) -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject(genre), NameObject(cle): TextStringObject(valeur)})


def _modifie(modifier: str) -> bytes:
    ecrivain = PdfWriter(clone_from=BytesIO(pdf()))
    racine = ecrivain.root_object
    if modifier == "javascript":
        racine[NameObject("/OpenAction")] = _action("/JavaScript", "/JS", "app.alert('bonjour');")
    elif modifier == "ouverture":
        racine[NameObject("/OpenAction")] = _action("/Launch", "/F", "calc")
    elif modifier == "joint":
        ecrivain.add_attachment("programme.exe", b"MZ")
    elif modifier == "facturx":
        ecrivain.add_attachment("factur-x.xml", b"<?xml version='1.0'?><r/>")
    elif modifier == "protege":
        ecrivain.encrypt("secret")
    elif modifier == "xfa":
        formulaire = DictionaryObject({NameObject("/XFA"): TextStringObject("<xdp/>")})
        racine[NameObject("/AcroForm")] = ecrivain._add_object(formulaire)
    sortie = BytesIO()
    ecrivain.write(sortie)
    return sortie.getvalue()


def pdf_special(genre: str) -> bytes:
    """A PDF with `javascript`, `ouverture` (launch action), `joint` (executable), `facturx`, `protege` or `xfa`."""
    return _modifie(genre)


def pdf_bombe(taille_claire: int = 400_000_000) -> bytes:
    """A PDF whose object stream, on which the page tree depends, unfolds to `taille_claire` bytes."""
    compresseur = zlib.compressobj(9)
    zeros = b" " * 1_000_000
    flux = bytearray(compresseur.compress(b"3 0 4 60 <</Type/Pages/Kids[4 0 R]/Count 1>>".ljust(1000)))
    for _ in range(taille_claire // len(zeros)):
        flux += compresseur.compress(zeros)
    flux += compresseur.flush()
    corps = bytearray(b"%PDF-1.5\n")
    positions = {}
    positions[1] = len(corps)
    corps += b"1 0 obj\n<</Type/Catalog/Pages 3 0 R>>\nendobj\n"
    positions[2] = len(corps)
    corps += f"2 0 obj\n<</Type/ObjStm/N 2/First 12/Filter/FlateDecode/Length {len(flux)}>>\nstream\n".encode()
    corps += bytes(flux) + b"\nendstream\nendobj\n"
    table = b"".join(
        [
            b"\x00" + (0).to_bytes(4, "big") + b"\x00",
            b"\x01" + positions[1].to_bytes(4, "big") + b"\x00",
            b"\x01" + positions[2].to_bytes(4, "big") + b"\x00",
            b"\x02" + (2).to_bytes(4, "big") + b"\x00",
            b"\x02" + (2).to_bytes(4, "big") + b"\x01",
        ]
    )
    debut = len(corps)
    corps += f"5 0 obj\n<</Type/XRef/Size 5/W[1 4 1]/Root 1 0 R/Length {len(table)}>>\nstream\n".encode()
    corps += table + f"\nendstream\nendobj\nstartxref\n{debut}\n%%EOF\n".encode()
    return bytes(corps)
