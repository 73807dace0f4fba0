"""The split by rate, to the cent, on invented and on real invoices."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depot.models import Document
from depot.services.comptabilisation import proposer_vente
from depot.services.documents import factur_x_en_json
from depot.sources.qonto import centiemes, depuis_brut
from depot.ventes import Desaccord, TauxVente, depuis_factur_x, depuis_json, differences, repartir
from gestion_acces.models import Dossier
from portal.lib.factur_x import FacturX, FacturXIllisible, lire_cii, lire_factur_x
from tests.contenus import pdf, pdf_special
from tests.depot.factories import vente

ECHANTILLONS = sorted((Path(__file__).parent.parent / "donnees" / "facturx").glob("*.pdf"))
ATTENDUS = {
    "Avoir_FR_type381_BASIC": (
        "BASIC",
        "AV-2017-0005",
        True,
        21848,
        1499,
        23347,
        [(2000, 2048, 410), (550, 19800, 1089)],
    ),
    "Facture_DOM_BASICWL": ("BASICWL", "FA-2017-0009", False, 53075, 0, 53075, [(0, 53075, 0)]),
    "Facture_FR_BASICWL": (
        "BASICWL",
        "FA-2017-0010",
        False,
        62490,
        4625,
        67115,
        [(2000, 8190, 1638), (550, 54300, 2987)],
    ),
    "Facture_FR_EN16931": (
        "EN16931",
        "FA-2017-0010",
        False,
        62490,
        4625,
        67115,
        [(2000, 8190, 1638), (550, 54300, 2987)],
    ),
    "Facture_FR_MINIMUM": ("MINIMUM", "FA-2017-0010", False, 62490, 4625, 67115, []),
    "Facture_UE_BASICWL": ("BASICWL", "FA-2017-0008", False, 207676, 0, 207676, [(0, 207676, 0)]),
}


def lue(chemin: Path) -> FacturX:
    facture = lire_factur_x(chemin.read_bytes())
    assert facture is not None
    return facture


def document(facture: FacturX, **champs: object) -> Document:
    """A document that no database knows: the proposal writes nothing and asks nothing."""
    return Document(
        dossier=Dossier(),
        panier="vente",
        type="avoir_vente" if facture.avoir else "facture_vente",
        numero=facture.numero,
        tiers=facture.acheteur.nom,
        date=facture.date_emission,
        montant_cents=facture.ttc_cents,
        vente=depuis_factur_x(facture).en_json(),
        factur_x=factur_x_en_json(facture),
        **champs,
    )


@pytest.mark.parametrize("chemin", ECHANTILLONS, ids=lambda chemin: chemin.stem)
def test_every_sample_is_read_and_gives_its_entry(chemin: Path) -> None:
    facture = lue(chemin)
    profil, numero, avoir, ht, tva, ttc, taux = ATTENDUS[chemin.stem]
    assert (facture.profil, facture.numero, facture.avoir) == (profil, numero, avoir)
    assert (facture.ht_cents, facture.tva_cents, facture.ttc_cents) == (ht, tva, ttc)
    assert [(t.taux, t.base_cents, t.tva_cents) for t in facture.tva] == taux
    assert facture.incoherences() == []
    proposition = proposer_vente(document(facture))
    if not taux:
        assert "détail de la TVA" in proposition.refus
        return
    debit = sum(ligne.debit_cents for ligne in proposition.lignes)
    assert debit == sum(ligne.credit_cents for ligne in proposition.lignes) == ttc
    premiere = proposition.lignes[0]
    assert premiere.numero == "411"
    assert (premiere.credit_cents if avoir else premiere.debit_cents) == ttc
    assert len(proposition.lignes) == 1 + sum(2 if t[2] else 1 for t in taux)
    assert all(ligne.debit_cents >= 0 and ligne.credit_cents >= 0 for ligne in proposition.lignes)


def test_samples_are_all_there() -> None:
    assert {chemin.stem for chemin in ECHANTILLONS} == set(ATTENDUS)


lignes = st.lists(
    st.tuples(
        st.sampled_from([2000, 1000, 550, 210, 0]),
        st.integers(-50_000, 5_000_000),
        st.integers(0, 900_000),
    ),
    min_size=1,
    max_size=6,
)


@given(lignes, st.integers(-5, 5))
def test_rates_always_make_the_total_to_the_cent(parts: list[tuple[int, int, int]], ecart: int) -> None:
    taux = tuple(TauxVente(*part) for part in parts)
    ttc = sum(t.base_cents + t.tva_cents for t in taux) + ecart
    reparties = repartir(ttc_cents=ttc, taux=taux, nb_lignes=len(taux))
    assert sum(t.base_cents + t.tva_cents for t in reparties) == ttc
    # The difference is on one base, the largest; no VAT moves, no line is added.
    assert len(reparties) <= len(taux)
    assert sum(t.tva_cents for t in reparties) == sum(t.tva_cents for t in taux)
    if ecart:
        plus_grande = max(abs(t.base_cents) for t in taux)
        assert any(abs(abs(t.base_cents) - plus_grande) <= 5 for t in reparties)


def test_more_than_roundings_is_no_entry() -> None:
    with pytest.raises(Desaccord, match="12,00"):
        repartir(ttc_cents=132_00, taux=(TauxVente(2000, 100_00, 20_00),))
    with pytest.raises(Desaccord, match="détail"):
        repartir(ttc_cents=132_00, taux=())


def test_services_on_collection_wait_and_deposits_are_no_turnover() -> None:
    def comptes(**champs: bool) -> list[str]:
        recue = vente((2000, 100_00, 20_00), **champs)
        modele = Document(
            dossier=Dossier(),
            type="facture_vente",
            numero="F1",
            tiers="X",
            date=date(2026, 1, 5),
            vente=recue.en_json(),
        )
        return [ligne.numero for ligne in proposer_vente(modele).lignes]

    assert comptes() == ["411", "707", "44571"]
    assert comptes(services=True) == ["411", "706", "44571"]
    assert comptes(services=True, encaissements=True) == ["411", "706", "4458"]
    assert comptes(acompte=True) == ["411", "4191", "44571"]


def test_differences_between_xml_and_qonto_are_named() -> None:
    facture = lue(next(chemin for chemin in ECHANTILLONS if chemin.stem == "Facture_FR_EN16931"))
    meme = depuis_factur_x(facture)
    egaux = {"numero": facture.numero, "avoir": False, "siren": facture.vendeur.siren}
    assert differences(meme, facture, **egaux) == []  # type: ignore[arg-type]
    assert depuis_json(meme.en_json()) == meme
    autre = vente((2000, 100_00, 20_00))
    ecarts = " ".join(differences(autre, facture, numero="X", avoir=True, siren="812345676"))
    for mot in ("total TTC", "total TVA", "numéro", "contraire", "SIREN du client", "n’est pas la société"):
        assert mot in ecarts


def test_broken_xml_is_a_reason_in_words_and_entities_are_never_followed() -> None:
    assert lire_factur_x(pdf()) is None
    # An attachment of that name which is no invoice gives none.
    assert lire_factur_x(pdf_special("facturx")) is None
    bombe = b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>'
    with pytest.raises(FacturXIllisible, match=r"incomplet|illisible"):
        lire_cii(bombe)


def test_rates_of_qonto_are_fractions_and_unknown_statuses_are_kept_out() -> None:
    assert [centiemes(taux) for taux in ("0.2", "0.055", "0.021", "", "x")] == [2000, 550, 210, 0, 0]
    recue = depuis_brut("facture", {"id": "1", "status": "paused", "total_amount_cents": 100})
    assert "inconnu" in recue.refus and recue.statut == ""
    assert "Brouillon" in depuis_brut("facture", {"id": "1", "status": "draft", "total_amount_cents": 100}).refus
