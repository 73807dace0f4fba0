"""What every company pays."""

from qonto_sandbox.seed.habits import Habit
from qonto_sandbox.seed.lives.flows import BANKING, PAY, PLACE, TAXES, TOOLS

# The bills that are the same for all.
BILLS = {
    "cfe": Habit(
        "cfe",
        "DGFIP CFE",
        "direct_debit",
        64_000,
        64_000,
        monthday=14,
        months=(12,),
        name="DGFiP",
        category="tax",
        flow=TAXES,
        reference="CFE",
        required=False,
    ),
    "energie": Habit(
        "energie",
        "EDF ENTREPRISES",
        "direct_debit",
        14_000,
        48_000,
        monthday=11,
        name="EDF",
        category="utility",
        flow=PLACE,
        rate=20,
        receipt=0.8,
        reference="FACT EDF {mois}",
        tag="Locaux",
    ),
    "telecom": Habit(
        "telecom",
        "ORANGE BUSINESS",
        "direct_debit",
        6_599,
        6_599,
        monthday=8,
        name="Orange",
        category="subscription",
        flow=TOOLS,
        rate=20,
        receipt=1.0,
        reference="ORANGE PRO {mois}",
    ),
    "assurance": Habit(
        "assurance",
        "MAIF PRO",
        "direct_debit",
        11_240,
        11_240,
        monthday=3,
        name="MAIF",
        category="insurance",
        flow=PLACE,
        receipt=0.3,
        reference="ECHEANCE {mois}",
    ),
    "mutuelle": Habit(
        "mutuelle",
        "ALAN SA",
        "direct_debit",
        18_600,
        18_600,
        monthday=2,
        name="Alan",
        category="insurance",
        flow=PAY,
        receipt=0.5,
        reference="MUTUELLE {mois}",
    ),
    "cabinet": Habit(
        "cabinet",
        "CABINET MOREL & ASSOCIES",
        "transfer",
        24_000,
        24_000,
        monthday=10,
        name="Cabinet Morel",
        category="legal_and_accounting",
        flow=TOOLS,
        rate=20,
        receipt=1.0,
        reference="HONORAIRES {mois}",
    ),
}


def _salaries(payroll: tuple[int, ...]) -> tuple[Habit, ...]:
    return tuple(
        Habit(
            f"salaire-{index}",
            f"SALAIRE {'ABCDEF'[index]}",
            "transfer",
            cents - 4_000,
            cents + 4_000,
            monthday=28,
            name=f"Salaire {'ABCDEF'[index]}",
            category="salary",
            flow=PAY,
            reference="SALAIRE {mois}",
            required=False,
            tag="Équipe",
        )
        for index, cents in enumerate(payroll)
    )


def _taxes(social: int, vat: int) -> dict[str, Habit]:
    return {
        "urssaf": Habit(
            "urssaf",
            "URSSAF ILE DE FRANCE",
            "direct_debit",
            social - 15_000,
            social + 15_000,
            monthday=15,
            name="Urssaf",
            category="tax",
            flow=PAY,
            reference="COTISATIONS {mois}",
            required=False,
        ),
        "tva": Habit(
            "tva",
            "DGFIP TVA",
            "direct_debit",
            vat - 15_000,
            vat + 15_000,
            monthday=19,
            name="DGFiP",
            category="tax",
            flow=TAXES,
            reference="TVA1 {mois}",
            required=False,
        ),
    }


def common(
    *, rent: int, landlord: str, payroll: tuple[int, ...], social: int, vat: int, fee: int
) -> tuple[Habit, ...]:
    """What every company pays."""
    taxes = _taxes(social, vat)
    return (
        Habit(
            "loyer",
            landlord.upper(),
            "direct_debit",
            rent,
            rent,
            monthday=5,
            name=landlord,
            category="office_rental",
            flow=PLACE,
            rate=20,
            receipt=0.9,
            reference="LOYER {mois}",
            tag="Locaux",
        ),
        taxes["urssaf"],
        taxes["tva"],
        BILLS["cfe"],
        BILLS["energie"],
        BILLS["telecom"],
        BILLS["assurance"],
        BILLS["mutuelle"],
        BILLS["cabinet"],
        Habit(
            "qonto",
            "QONTO",
            "qonto_fee",
            fee,
            fee,
            monthday=1,
            name="Qonto",
            category="fees",
            flow=BANKING,
            rate=20,
            required=False,
        ),
        *_salaries(payroll),
    )
