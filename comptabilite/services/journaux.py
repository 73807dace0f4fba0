"""The journals of a dossier (comptabilite.md §D.3, §G.5)."""

from django.db import transaction

from comptabilite.enums import NatureJournal
from comptabilite.errors import JournalRefuse
from comptabilite.models import Compte, Journal
from comptabilite.services.plan import compte, normaliser_numero, parametres, verrouiller_comptabilite
from gestion_acces.models import Dossier

JOURNAUX_USUELS = (
    ("AN", "A-nouveaux", NatureJournal.A_NOUVEAUX),
    ("ACH", "Achats", NatureJournal.ACHAT),
    ("VTE", "Ventes", NatureJournal.VENTE),
    ("OD", "Opérations diverses", NatureJournal.GENERAL),
)
# 5121 is the PCG's « Comptes en euros »: the accounts proposed are 51210000, 51220000 is avoided (5122 is not in it).
RACINE_BANQUE = "512"


def journal(*, dossier: Dossier, code: str) -> Journal:
    """The journal of that code; the usual ones (AN, ACH, VTE, OD) are created at first use. Raises JournalRefuse."""
    trouve = Journal.objects.filter(dossier=dossier, code=code).first()
    if trouve is not None:
        return trouve
    for code_usuel, libelle, nature in JOURNAUX_USUELS:
        if code_usuel == code:
            return Journal.objects.get_or_create(
                dossier=dossier, code=code, defaults={"libelle": libelle, "nature": nature}
            )[0]
    raise JournalRefuse(f"Le journal {code} n’existe pas dans ce dossier.")


def journaux_usuels(*, dossier: Dossier) -> None:
    """Create AN, ACH, VTE and OD if the dossier has no journal yet."""
    if not Journal.objects.filter(dossier=dossier).exists():
        for code, _, _ in JOURNAUX_USUELS:
            journal(dossier=dossier, code=code)


def code_banque_libre(*, dossier: Dossier) -> str:
    """The next free `BQn`."""
    pris = set(Journal.objects.filter(dossier=dossier, code__startswith="BQ").values_list("code", flat=True))
    rang = 1
    while f"BQ{rang}" in pris:
        rang += 1
    return f"BQ{rang}"


def compte_banque_libre(*, dossier: Dossier) -> str:
    """The next 512 account that no journal holds and that was never used: 51200000, 51210000, 51211000…"""
    largeur = parametres(dossier).largeur_comptes
    pris = set(
        Compte.objects.filter(dossier=dossier, numero__startswith=RACINE_BANQUE).values_list("numero", flat=True)
    )
    candidats = ["512", "5121", *(f"5121{rang}" for rang in range(1, 10)), *(f"51219{rang}" for rang in range(1, 100))]
    for candidat in candidats:
        numero = normaliser_numero(candidat, largeur)
        if numero not in pris:
            return numero
    raise JournalRefuse("Tous les comptes 512 proposés sont déjà utilisés : saisissez un numéro.")


def creer_journal_tresorerie(
    *, dossier: Dossier, libelle: str, code: str | None = None, numero_compte: str | None = None
) -> Journal:
    """Create a treasury journal with its own 512 account: the next free `BQn` and 512 unless they are given.

    Raises JournalRefuse when the code is taken or when another journal holds the account already.
    """
    with transaction.atomic():
        verrouiller_comptabilite(dossier)
        code = (code or code_banque_libre(dossier=dossier)).upper()
        if Journal.objects.filter(dossier=dossier, code=code).exists():
            raise JournalRefuse(f"Le journal {code} existe déjà dans ce dossier.")
        numero = numero_compte or compte_banque_libre(dossier=dossier)
        tresorerie = compte(dossier=dossier, numero=numero, libelle=libelle)
        controler_compte_tresorerie(compte=tresorerie)
        return Journal.objects.create(
            dossier=dossier,
            code=code,
            libelle=libelle,
            nature=NatureJournal.TRESORERIE,
            compte_tresorerie=tresorerie,
            comptes_frequents={"1": normaliser_numero("6278", parametres(dossier).largeur_comptes)},
        )


def controler_compte_tresorerie(*, compte: Compte, sauf: Journal | None = None) -> None:
    """Raise JournalRefuse unless the account is a 512, 517 or 53 that no other journal holds."""
    if not compte.numero.startswith(("512", "517", "53")):
        raise JournalRefuse(f"Le compte {compte.numero} n’est pas un compte de trésorerie (512, 517 ou 53).")
    autre = Journal.objects.filter(compte_tresorerie=compte).first()
    if autre is not None and autre != sauf:
        raise JournalRefuse(f"Le compte {compte.numero} est déjà celui du journal {autre.code}.")


def controler_racines(*, journal: Journal, numeros: list[str]) -> None:
    """Raise JournalRefuse when one of these accounts is forbidden in the journal (S20)."""
    racines = tuple(str(racine) for racine in journal.racines_interdites if racine)
    for numero in numeros:
        interdit = racines and numero.startswith(racines)
        if interdit and numero != getattr(journal.compte_tresorerie, "numero", None):
            raise JournalRefuse(f"Le compte {numero} est interdit dans le journal {journal.code}.")
