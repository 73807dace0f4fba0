"""How amounts, dates and numbers are written (comptabilite.md §E.3)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.template import Context, Template

from portal.lib import affichage


@pytest.mark.parametrize(
    ("cents", "attendu"),
    [
        (123456, "1\u202f234,56\u00a0€"),
        (0, "0,00\u00a0€"),
        (5, "0,05\u00a0€"),
        (-18999, "\u2212189,99\u00a0€"),
        (100_000_000_00, "100\u202f000\u202f000,00\u00a0€"),
        (None, ""),
        ("", ""),
    ],
)
def test_euros_group_thousands_with_a_narrow_no_break_space(cents: Any, attendu: str) -> None:
    assert Template("{{ cents|euros }}").render(Context({"cents": cents})) == attendu


@pytest.mark.parametrize(
    ("valeur", "filtre", "attendu"),
    [
        (0, "montant_ou_vide", ""),
        (1250, "montant_ou_vide", "12,50"),
        (0, "montant", "0,00"),
        (1234567, "nombre", "1\u202f234\u202f567"),
        (9900, 'devise:"USD"', "99,00\u00a0$"),
        (9900, 'devise:"NOK"', "99,00\u00a0NOK"),
        (date(2026, 6, 9), "date_fr", "09/06/2026"),
        (date(2026, 5, 1), "date_longue", "1er\u00a0mai\u00a02026"),
        (date(2026, 8, 20), "date_longue", "20\u00a0août\u00a02026"),
        (datetime(2026, 6, 8, 22, 0, tzinfo=UTC), "date_fr", "09/06/2026"),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "date_fr", "01/01/2027"),
        (date(2026, 6, 9), "horodatage", "09/06/2026"),
        (datetime(2026, 6, 9, 12, 5, tzinfo=UTC), "horodatage", "09/06/2026 à 14\u00a0h\u00a005"),
        (None, "date_fr", ""),
        ("732829320", "siren", "732\u00a0829\u00a0320"),
        ("73282932000074", "siret", "732\u00a0829\u00a0320\u00a000074"),
        ("", "siret", ""),
        (30 * 1024 * 1024, "taille", "30\u00a0Mo"),
        (2_516_582, "taille", "2,4\u00a0Mo"),
        (512, "taille", "512\u00a0octets"),
        (0, 'pluriel:"ligne"', "ligne"),
        (1, 'pluriel:"ligne"', "ligne"),
        (2, 'pluriel:"ligne"', "lignes"),
        (3, 'pluriel:"journal,journaux"', "journaux"),
        (185, "duree", "3\u00a0min 05\u00a0s"),
        (3 * 86400, "duree", "3\u00a0jours"),
    ],
)
def test_filter_writes_the_french_way(valeur: Any, filtre: str, attendu: str) -> None:
    assert Template(f"{{{{ valeur|{filtre} }}}}").render(Context({"valeur": valeur})) == attendu


def test_iban_masked_keeps_country_key_and_last_four() -> None:
    masque = affichage.iban_masque("FR76 1695 8000 0168 8691 2594 701")
    assert masque.replace("\u00a0", " ") == "FR76 •••• 4701"
    assert affichage.iban("FR7616958000016886912594701").replace("\u00a0", " ") == "FR76 1695 8000 0168 8691 2594 701"


@pytest.mark.parametrize(
    ("instant", "attendu"),
    [
        (datetime(2026, 6, 9, 9, 59, 30, tzinfo=UTC), "à l’instant"),
        (datetime(2026, 6, 9, 9, 48, tzinfo=UTC), "il y a 12\u00a0min"),
        (datetime(2026, 6, 9, 6, 0, tzinfo=UTC), "aujourd’hui à 08\u00a0h\u00a000"),
        (datetime(2026, 6, 8, 21, 10, tzinfo=UTC), "hier à 23\u00a0h\u00a010"),
        (datetime(2026, 6, 4, 10, 0, tzinfo=UTC), "il y a 5\u00a0jours"),
        (datetime(2026, 1, 4, 10, 0, tzinfo=UTC), "le 04/01/2026"),
    ],
)
def test_depuis_says_how_long_ago_in_paris_days(instant: datetime, attendu: str) -> None:
    assert affichage.depuis(instant, datetime(2026, 6, 9, 10, 0, tzinfo=UTC)) == attendu


def test_lien_filtre_keeps_the_other_filters(rf: Any) -> None:
    request = rf.get("/liste/", {"q": "café & co", "tri": "date", "apres": "12"})
    rendu = Template('{% lien_filtre tri="-date" apres="" %}').render(Context({"request": request}))
    assert rendu == "?q=caf%C3%A9+%26+co&amp;tri=-date"
