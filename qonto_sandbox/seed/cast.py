"""The five companies and their people. The demonstration of the portal has its own copy of these constants."""

from dataclasses import dataclass
from typing import Any

from qonto_sandbox.core import ids


@dataclass(frozen=True)
class Person:
    first_name: str
    last_name: str
    email: str
    role: str
    position: str = ""
    phone_number: str | None = None
    birthdate: str | None = None
    # A paired phone makes the default strong authentication possible.
    paired_device: bool = False
    ubo: bool = False


@dataclass(frozen=True)
class Account:
    name: str
    iban: str
    opening_cents: int
    status: str = "active"


@dataclass(frozen=True)
class Company:
    slug: str
    name: str
    legal_name: str
    legal_form: str
    siren: str
    siret: str
    vat_number: str
    street: str
    zip_code: str
    city: str
    legal_sector: str
    share_capital: int
    registered_on: str
    accounts: tuple[Account, ...]
    people: tuple[Person, ...]

    @property
    def id(self) -> str:
        return ids.stable("organization", self.slug)

    def account_id(self, index: int) -> str:
        return ids.stable("bank_account", self.slug, index)

    def membership_id(self, index: int) -> str:
        return ids.stable("membership", self.slug, index)

    @property
    def legal_address(self) -> str:
        return f"{self.street} {self.zip_code} {self.city} FRANCE"

    @property
    def address(self) -> dict[str, Any]:
        return {
            "street_address": self.street,
            "city": self.city,
            "zip_code": self.zip_code,
            "country_code": "FR",
        }


# The accountant sees the books of the cabinet's clients.
MOREL = Person("Hélène", "Morel", "helene.morel@cabinet-morel.example", "accountant", "Expert-comptable")
LENOIR = Company(
    slug="maison-lenoir-4821",
    name="Maison Lenoir",
    legal_name="MAISON LENOIR",
    legal_form="SARL",
    siren="812345676",
    siret="81234567600017",
    vat_number="FR19812345676",
    street="14 rue des Martyrs",
    zip_code="75009",
    city="Paris",
    legal_sector="1071C",
    share_capital=20_000,
    registered_on="2015-07-02",
    accounts=(
        Account("Compte principal", "FR7616958000016886912594701", 1_442_650),
        Account("Épargne TVA", "FR7616958000011000000001157", 350_000),
        # An account closed long ago: lists must carry it, nothing moves on it.
        Account("Travaux 2024", "FR7616958000011000000002127", 0, "closed"),
    ),
    people=(
        Person(
            "Alice",
            "Lenoir",
            "alice@maison-lenoir.example",
            "owner",
            "Gérante",
            "+33612345601",
            "1984-03-12",
            paired_device=True,
            ubo=True,
        ),
        Person("Karim", "Benali", "karim@maison-lenoir.example", "employee", "Vendeur", "+33612345602", "1996-11-05"),
        Person("Hugo", "Lenoir", "hugo@maison-lenoir.example", "admin", "Directeur", "+33612345603", "1988-06-21"),
        MOREL,
    ),
)
BERTIN = Company(
    slug="atelier-bertin-1174",
    name="Atelier Bertin",
    legal_name="ATELIER BERTIN",
    legal_form="SAS",
    siren="823456785",
    siret="82345678500018",
    vat_number="FR72823456785",
    street="3 chemin du Moulin",
    zip_code="69510",
    city="Thurins",
    legal_sector="4332A",
    share_capital=15_000,
    registered_on="2016-10-18",
    accounts=(Account("Compte principal", "FR7616958000012000000001107", 2_415_320),),
    people=(
        Person(
            "Paul",
            "Bertin",
            "paul@atelier-bertin.example",
            "owner",
            "Président",
            "+33612345611",
            "1979-01-30",
            paired_device=True,
            ubo=True,
        ),
        Person(
            "Nadia",
            "Roche",
            "nadia@atelier-bertin.example",
            "manager",
            "Cheffe d’atelier",
            "+33612345612",
            "1990-09-14",
        ),
        MOREL,
    ),
)
PIXEL = Company(
    slug="studio-pixel-3306",
    name="Studio Pixel",
    legal_name="STUDIO PIXEL",
    legal_form="SASU",
    siren="834567893",
    siret="83456789300013",
    vat_number="FR25834567893",
    street="27 quai de la Fosse",
    zip_code="44000",
    city="Nantes",
    legal_sector="7410Z",
    share_capital=5_000,
    registered_on="2018-02-05",
    accounts=(Account("Compte principal", "FR7616958000013000000001154", 1_267_845),),
    people=(
        Person(
            "Jade",
            "Nguyen",
            "jade@studio-pixel.example",
            "owner",
            "Présidente",
            "+33612345621",
            "1991-05-17",
            ubo=True,
        ),
        MOREL,
    ),
)
TILLEULS = Company(
    slug="garage-des-tilleuls-5590",
    name="Garage des Tilleuls",
    legal_name="GARAGE DES TILLEULS",
    legal_form="EURL",
    siren="845678911",
    siret="84567891100015",
    vat_number="FR96845678911",
    street="58 route de Vannes",
    zip_code="35600",
    city="Redon",
    legal_sector="4520A",
    share_capital=8_000,
    registered_on="2019-04-11",
    accounts=(Account("Compte principal", "FR7616958000014000000001104", 1_583_410),),
    people=(
        Person(
            "Luc",
            "Girard",
            "luc@garage-tilleuls.example",
            "owner",
            "Gérant",
            "+33612345631",
            "1975-12-02",
            paired_device=True,
            ubo=True,
        ),
        MOREL,
    ),
)
PORT = Company(
    slug="librairie-du-port-7702",
    name="Librairie du Port",
    legal_name="LIBRAIRIE DU PORT",
    legal_form="SAS",
    siren="856789128",
    siret="85678912800019",
    vat_number="FR92856789128",
    street="5 quai des Chartrons",
    zip_code="33000",
    city="Bordeaux",
    legal_sector="4761Z",
    share_capital=12_000,
    registered_on="2019-11-25",
    accounts=(Account("Compte principal", "FR7616958000015000000001151", 1_128_990),),
    people=(
        Person(
            "Camille",
            "Durand",
            "camille@librairie-du-port.example",
            "owner",
            "Présidente",
            "+33612345641",
            "1986-08-08",
            ubo=True,
        ),
    ),
)
COMPANIES = (LENOIR, BERTIN, PIXEL, TILLEULS, PORT)
