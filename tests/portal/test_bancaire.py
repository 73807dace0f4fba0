"""IBAN and RIB: one check for every screen and every file."""

import pytest

from portal.lib.bancaire import bic_de, iban_normalise, masquer_iban
from portal.lib.rib import cle_rib, iban_francais, rib_de

AARO = "FR7610011000201234567890188"


@pytest.mark.parametrize("saisi", [AARO, "fr76 1001 1000 2012 3456 7890 188", "FR76-1001-1000-2012-3456-7890-188"])
def test_iban_as_people_type_it_is_cleaned(saisi: str) -> None:
    assert iban_normalise(saisi) == AARO


@pytest.mark.parametrize(
    "faux",
    [
        "",
        "FR76",
        "FR7610011000201234567890189",  # modulo 97
        "FR7710011000201234567890189",
        "XX7610011000201234567890188",
        "FR76100110002012345678901é8",
        "1234567890123456",
    ],
)
def test_false_iban_is_refused_in_french(faux: str) -> None:
    with pytest.raises(ValueError, match="IBAN est faux"):
        iban_normalise(faux)


def test_rib_key_is_checked_behind_a_good_modulo() -> None:
    """The check digits of the IBAN hold, the key of the RIB inside does not."""
    mauvaise_cle = "10011000201234567890189"
    cle = 98 - int("".join(str(int(signe, 36)) for signe in f"{mauvaise_cle}FR00")) % 97
    with pytest.raises(ValueError, match="IBAN est faux"):
        iban_normalise(f"FR{cle:02d}{mauvaise_cle}")


def test_iban_of_another_country_passes() -> None:
    assert iban_normalise("DE89 3704 0044 0532 0130 00") == "DE89370400440532013000"
    assert rib_de("DE89370400440532013000") is None


def test_iban_made_from_a_rib_passes_its_own_check() -> None:
    iban = iban_francais("30006", "00001", "0000000000A")
    assert iban_normalise(iban) == iban
    rib = rib_de(iban)
    assert rib is not None
    assert rib.cle == cle_rib("30006", "00001", "0000000000A")


def test_bic_and_mask() -> None:
    assert bic_de("FR76") == ""
    assert masquer_iban(AARO) == "FR76…0188"
