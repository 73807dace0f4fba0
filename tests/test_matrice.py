"""Every URL × every kind of person × GET and POST gets the answer that the tables declare (see tests/matrice.py)."""

import logging
from collections.abc import Iterator

import pytest

from tests.matrice import (
    Url,
    adresse_de,
    attendu,
    constate,
    demander,
    distribuer,
    ecrire,
    explication,
    lire_tables,
    porte_une_ligne,
    toutes_les_urls,
)

TABLES = lire_tables()
URLS = sorted(toutes_les_urls(), key=lambda url: url.nom)
SALLES = sorted({url.nom.split(":")[0] if ":" in url.nom else "portal" for url in URLS})
METHODES = ("GET", "POST")
# Those that prove their sender by a signature instead.
SANS_CSRF = {"qonto_link:webhook", "qonto_link:webhook_partenaire"}


@pytest.fixture
def _journaux_muets() -> Iterator[None]:
    """Thousands of refusals are expected: the report of a failure must not drown in their log lines."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def urls_de(salle: str) -> list[Url]:
    return [url for url in URLS if (url.nom.split(":")[0] if ":" in url.nom else "portal") == salle]


def test_every_url_has_its_line_in_the_table_of_its_room() -> None:
    ecarts = [
        f"tests/{url.nom.split(':')[0] if ':' in url.nom else 'portal'}/matrice.py, DROITS:"
        f' "{url.nom}": "{ecrire(url.droit)}",   # the table says: {TABLES.droits.get(url.nom, "nothing")}'
        for url in URLS
        if TABLES.droits.get(url.nom) != ecrire(url.droit)
    ]
    inconnues = sorted(set(TABLES.droits) - {url.nom for url in URLS})
    assert not ecarts, "Rights that no table declares as the view does:\n" + "\n".join(ecarts)
    assert not inconnues, f"The tables name URLs that do not exist: {inconnues}"


@pytest.mark.django_db
@pytest.mark.usefixtures("_journaux_muets")
@pytest.mark.parametrize("salle", SALLES)
def test_everybody_gets_what_is_declared(salle: str) -> None:
    scene, ecarts = distribuer(), []
    for url in urls_de(salle):
        adresse, ligne = adresse_de(url, TABLES, scene, scene.dossier), porte_une_ligne(url, TABLES)
        for personne in scene.personnes:
            for methode in METHODES:
                reponse = demander(personne, methode, adresse)
                recu = constate(reponse, TABLES.reponses.get(url.nom, set()))
                voulu = attendu(personne, url.droit, methode, ligne=ligne)
                if recu != voulu:
                    ecarts.append(
                        f"{methode} {url.nom} – {personne.nom}: {recu} instead of {voulu}{explication(reponse)}"
                    )
    assert not ecarts, f"{len(ecarts)} answers differ:\n" + "\n".join(ecarts[:60])


@pytest.mark.django_db
@pytest.mark.usefixtures("_journaux_muets")
@pytest.mark.parametrize("salle", SALLES)
def test_a_row_of_another_dossier_does_not_exist(salle: str) -> None:
    scene, ecarts = distribuer(), []
    for url in urls_de(salle):
        if not (url.droit.par_dossier and porte_une_ligne(url, TABLES)):
            continue
        adresse = adresse_de(url, TABLES, scene, scene.autre_dossier)
        for personne in scene.personnes:
            for methode in METHODES:
                if attendu(personne, url.droit, methode) != "entre":
                    continue
                recu = demander(personne, methode, adresse).status_code
                if recu != 404:
                    ecarts.append(f"{methode} {url.nom} – {personne.nom}: {recu} for a row of another dossier")
    assert not ecarts, "\n".join(ecarts)


def test_only_signed_webhooks_do_without_csrf() -> None:
    exemptes = {url.nom for url in URLS if getattr(url.motif.callback, "csrf_exempt", False)}
    assert exemptes <= SANS_CSRF
