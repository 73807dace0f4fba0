"""The invoices of the demonstration: a bakery (several rates), a joinery, a studio (services, reverse charge)."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Line:
    title: str
    quantity: str
    price: str
    rate: str
    unit: str = "unit"
    description: str | None = None
    exemption: str | None = None
    discount: str | None = None

    def body(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "description": self.description,
            "quantity": self.quantity,
            "unit": self.unit,
            "unit_price": {"value": self.price, "currency": "EUR"},
            "vat_rate": self.rate,
            "vat_exemption_reason": self.exemption,
            "discount": {"type": "percentage", "value": self.discount} if self.discount else None,
        }


@dataclass(frozen=True)
class Client:
    key: str
    name: str
    address: str
    zip_code: str
    city: str
    kind: str = "company"
    country: str = "FR"
    siren: str = ""
    vat: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True)
class Invoice:
    """`age` is the number of days since the issue, `term` the days until the due date."""

    number: str
    client: str
    age: int
    lines: tuple[Line, ...]
    status: str = "unpaid"
    term: int = 30
    paid_after: int = 20
    imported: bool = False
    einvoicing: str | None = None


@dataclass(frozen=True)
class CreditNote:
    number: str
    invoice: str
    age: int
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Book:
    """What one company has sold."""

    clients: tuple[Client, ...]
    invoices: tuple[Invoice, ...]
    credit_notes: tuple[CreditNote, ...] = field(default=())


BREAD = Line("Baguettes de tradition", "180", "1.02", "0.055")
PASTRY = Line("Viennoiseries assorties", "60", "1.18", "0.055", description="Livraison du matin")
COCKTAIL = Line(
    "Buffet salé et desserts", "1", "640.00", "0.1", description="Réception de 40 personnes, servi sur place"
)
RENTAL = Line("Location de vaisselle", "40", "2.50", "0.2")
WINE = Line("Vins pour réception", "12", "9.80", "0.2")

LENOIR = Book(
    clients=(
        Client(
            "hotel",
            "Hôtel du Parc",
            "4 place du Marché",
            "75011",
            "Paris",
            siren="552100554",
            vat="FR83552100554",
            email="compta@hotel-du-parc.example",
        ),
        Client("cafe", "Café des Arts", "18 rue Oberkampf", "75011", "Paris", siren="732829320", vat="FR44732829320"),
        Client(
            "roux",
            "Jeanne Roux",
            "7 rue des Boulets",
            "75011",
            "Paris",
            kind="individual",
            email="jeanne.roux@mail.example",
            first_name="Jeanne",
            last_name="Roux",
        ),
        Client(
            "klein",
            "Bäckerei Klein GmbH",
            "Lindenallee 12",
            "10115",
            "Berlin",
            country="DE",
            vat="DE136695976",
            email="rechnung@baeckerei-klein.example",
        ),
    ),
    invoices=(
        Invoice("F-2026-0101", "hotel", 75, (BREAD, PASTRY), "paid", einvoicing="approved"),
        Invoice("F-2026-0102", "cafe", 66, (BREAD,), "paid", paid_after=34),
        Invoice("F-2026-0103", "roux", 52, (COCKTAIL, RENTAL, WINE), "paid", term=0, paid_after=3),
        Invoice("F-2026-0104", "hotel", 45, (BREAD, PASTRY, RENTAL), "unpaid", einvoicing="submitted"),
        Invoice("F-2026-0105", "cafe", 38, (Line("Gâteau d’anniversaire", "1", "85.00", "0.1"),), "canceled"),
        Invoice(
            "F-2026-0106",
            "klein",
            24,
            (Line("Formation au levain naturel", "2", "450.00", "0", unit="day", exemption="S283"),),
            "unpaid",
        ),
        Invoice(
            "F-2026-0107",
            "hotel",
            12,
            (BREAD, PASTRY, COCKTAIL, Line("Chariot réfrigéré", "3", "24.90", "0.2", discount="0.1")),
            "unpaid",
        ),
        Invoice("F-2026-0108", "cafe", 3, (BREAD, WINE), "unpaid"),
        Invoice("", "hotel", 1, (PASTRY,), "draft"),
        Invoice("FA-IMPORT-77", "cafe", 90, (BREAD,), "paid", imported=True),
    ),
    credit_notes=(
        CreditNote("AV-2026-0011", "F-2026-0105", 37, (Line("Gâteau d’anniversaire", "1", "85.00", "0.1"),)),
        CreditNote("AV-2026-0012", "F-2026-0101", 60, (Line("Viennoiseries manquantes", "10", "1.18", "0.055"),)),
    ),
)

BERTIN = Book(
    clients=(
        Client("tilleuls", "SCI des Tilleuls", "3 allée des Tilleuls", "44100", "Nantes", siren="812345676"),
        Client(
            "gomez",
            "Ana Gomez",
            "12 rue Crébillon",
            "44000",
            "Nantes",
            "individual",
            first_name="Ana",
            last_name="Gomez",
        ),
    ),
    invoices=(
        Invoice("2026-041", "tilleuls", 58, (Line("Pose de cuisine", "12", "100.00", "0.2", unit="hour"),), "paid"),
        Invoice(
            "2026-042",
            "gomez",
            33,
            (Line("Isolation de combles", "1", "2400.00", "0.055"), Line("Portes intérieures", "4", "310.00", "0.1")),
            "unpaid",
        ),
        Invoice("2026-043", "tilleuls", 9, (Line("Escalier en chêne", "1", "5200.00", "0.2"),), "unpaid", term=45),
        Invoice("", "gomez", 2, (Line("Bibliothèque sur mesure", "1", "1850.00", "0.1"),), "draft"),
    ),
)

PIXEL = Book(
    clients=(
        Client(
            "port", "LIBRAIRIE DU PORT", "2 quai Ouest", "13002", "Marseille", siren="856789128", vat="FR92856789128"
        ),
        Client("nordlys", "Nordlys ApS", "Bredgade 3", "1260", "København", country="DK", vat="DK13585628"),
    ),
    invoices=(
        Invoice("SP-26-018", "port", 61, (Line("Identité visuelle", "6", "520.00", "0.2", unit="day"),), "paid"),
        Invoice("SP-26-019", "nordlys", 28, (Line("Site vitrine", "1", "3900.00", "0", exemption="S283"),), "unpaid"),
        Invoice("SP-26-020", "port", 15, (Line("Maintenance mensuelle", "1", "180.00", "0.2"),), "canceled"),
        Invoice("SP-26-021", "port", 6, (Line("Affiche d’automne", "1", "690.00", "0.2"),), "unpaid"),
    ),
)

BOOKS = {
    "maison-lenoir-4821": LENOIR,
    "atelier-bertin-1174": BERTIN,
    "studio-pixel-3306": PIXEL,
}
