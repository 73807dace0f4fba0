"""Beneficiaries in each state, with the holders that the banks know."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from qonto_sandbox.core import ids
from qonto_sandbox.core.formats import PARIS, instant
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.payments.payees import bic_of
from qonto_sandbox.payments.vop import state_holder
from qonto_sandbox.seed.cast import BERTIN, COMPANIES, LENOIR, PIXEL, TILLEULS
from qonto_sandbox.seed.parties import party

AARO = "FR7610011000201234567890188"


@dataclass(frozen=True)
class Payee:
    key: str
    name: str
    iban: str
    status: str = "validated"
    trusted: bool = False
    email: str | None = None
    activity_tag: str | None = None
    holder: str = ""


def iban(bank: str, branch: str, account: str) -> str:
    """A French IBAN with its two check digits and its RIB key."""
    key = 97 - int(f"{bank}{branch}{account}") * 100 % 97
    bban = f"{bank}{branch}{account}{key:02d}"
    return f"FR{98 - int(bban + '152700') % 97:02d}{bban}"


LENOIR_PAYEES = (
    Payee("aaro", "AARO", AARO, activity_tag="it_and_electronics", email="facturation@aaro.example"),
    Payee(
        "minoterie",
        "Minoterie Girard",
        party("MINOTERIE GIRARD")[0],
        trusted=True,
        activity_tag="food_and_grocery",
        email="compta@minoterie-girard.example",
    ),
    Payee("cremerie", "Crèmerie des Alpes", party("CREMERIE DES ALPES")[0], activity_tag="food_and_grocery"),
    Payee(
        "bailleur", "SCI Martyrs", iban("30003", "03010", "00037264521"), trusted=True, activity_tag="office_rental"
    ),
    Payee("bellini", "Cafés Bellini", iban("14410", "00001", "00098812345"), status="pending"),
    Payee("fantome", "Société Fantôme", iban("20041", "01005", "05026060000"), status="declined"),
    # The bank knows another name: the verification of payee answers « close match ».
    Payee(
        "imprimerie",
        "Imprimerie Lefebvre",
        iban("30066", "10041", "00010188804"),
        activity_tag="marketing",
        holder="IMPRIMERIE LEFEBVRE SARL",
    ),
)
OTHERS = {
    BERTIN: (
        Payee("scierie", "Scierie du Pilat", iban("10096", "18100", "00012345678"), trusted=True),
        Payee("quincaillerie", "Quincaillerie Moreau", iban("30002", "00550", "00001575841")),
    ),
    PIXEL: (Payee("freelance", "Maya Lopez", iban("18206", "00210", "65018273645")),),
    TILLEULS: (Payee("pieces", "Pièces Auto Ouest", iban("15589", "29701", "00041526374"), status="pending"),),
}


# Suppliers that the demonstration's invoices name: who the bank says they are. The others are unknown to it.
HOLDERS = (
    (iban("30004", "00819", "00000000001"), "Moulins de Beauce"),
    (iban("30006", "00001", "00000000002"), "LAITERIE DU PERCHE SAS"),
    (iban("20041", "01005", "00000000003"), "DUPUIS KEVIN"),
)


def payees_of(slug: str) -> tuple[Payee, ...]:
    if slug == LENOIR.slug:
        return LENOIR_PAYEES
    return next((payees for company, payees in OTHERS.items() if company.slug == slug), ())


def beneficiary_id(slug: str, key: str) -> str:
    return ids.stable("beneficiary", slug, key)


def seed(world: World, anchor: date) -> None:
    for number, name in HOLDERS:
        state_holder(world, number, name)
    for company in COMPANIES:
        for rank, payee in enumerate(payees_of(company.slug)):
            added = datetime.combine(anchor - timedelta(days=200 - 10 * rank), time(10, 20), PARIS)
            world.store["beneficiaries"].put(_record(company.slug, company.id, payee, instant(added)))
            state_holder(world, payee.iban, payee.holder or payee.name)


def _record(slug: str, organization_id: str, payee: Payee, stamp: str) -> Record:
    return {
        "id": beneficiary_id(slug, payee.key),
        "organization_id": organization_id,
        "name": payee.name,
        "iban": payee.iban,
        "bic": bic_of(payee.iban),
        "status": payee.status,
        "trusted": payee.trusted,
        "created_at": stamp,
        "updated_at": stamp,
        "email": payee.email,
        "activity_tag": payee.activity_tag,
    }
