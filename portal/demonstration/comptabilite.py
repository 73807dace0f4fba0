"""A year of books for the demonstration: LENOIR in full, the other dossiers lighter. Running it twice changes nothing.

Everything goes through the services: the entries are numbered, chained and lettered as those of a customer.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta

from django.db import transaction

from comptabilite.enums import OrigineEcriture
from comptabilite.models import Compte, Exercice, Journal, Tiers
from comptabilite.services.ecritures import EcritureSaisie, LigneSaisie, passer_ecritures
from comptabilite.services.journaux import creer_journal_tresorerie, journal
from comptabilite.services.lettrage_automatique import lettrer_automatiquement
from comptabilite.services.plan import compte, tiers
from comptabilite.services.validation import valider_ecritures
from gestion_acces.models import Dossier
from portal.lib.affichage import PARIS


@dataclass(frozen=True)
class Modele:
    """What a company buys and sells each month: name, account, amount before VAT in cents, rate in tenths of a %."""

    achats: tuple[tuple[str, str, int, int], ...]
    ventes: tuple[tuple[str, str, int, int], ...]
    salaires_cents: int
    banque: str
    tresorerie_cents: int
    capital_cents: int


MODELES: dict[str, Modele] = {
    "LENOIR": Modele(
        achats=(
            ("Moulins de Beauce", "601", 312000, 55),
            ("Laiterie du Perche", "601", 148000, 55),
            ("Électricité Ouest", "6061", 86000, 200),
            ("SCI Les Halles", "6132", 190000, 200),
            ("Emballages Martin", "6068", 24500, 200),
            ("Orange Business", "626", 7900, 200),
        ),
        ventes=(
            ("Recettes magasin", "707", 1420000, 55),
            ("Restaurant Le Comptoir", "701", 168000, 55),
            ("Hôtel des Quais", "701", 94500, 55),
            ("Traiteur Fabre", "701", 71000, 100),
        ),
        salaires_cents=612000,
        banque="Crédit Maritime",
        tresorerie_cents=2485000,
        capital_cents=800000,
    ),
    "BERTIN": Modele(
        achats=(("Scierie Vosgienne", "601", 264000, 200), ("Quincaillerie Dupré", "6063", 41000, 200)),
        ventes=(("Mairie de Sainte-Croix", "704", 780000, 200), ("Cabinet d’architecture Roche", "704", 325000, 100)),
        salaires_cents=410000,
        banque="Banque Rhénane",
        tresorerie_cents=1120000,
        capital_cents=1000000,
    ),
    "PIXEL": Modele(
        achats=(("Cloud Hexagone", "6135", 18900, 200),),
        ventes=(("Festival des Lumières", "706", 450000, 200),),
        salaires_cents=0,
        banque="Banque en ligne",
        tresorerie_cents=640000,
        capital_cents=100000,
    ),
    "TILLEULS": Modele(
        achats=(("Pièces Auto Centre", "607", 198000, 200),),
        ventes=(("Flotte Transports Nord", "706", 372000, 200),),
        salaires_cents=245000,
        banque="Caisse du Centre",
        tresorerie_cents=530000,
        capital_cents=500000,
    ),
}


class _Livre:
    """Builds the entries of one dossier; amounts vary from month to month, always in the same way."""

    def __init__(self, dossier: Dossier, modele: Modele) -> None:
        self.dossier, self.modele = dossier, modele
        self.hasard = random.Random(dossier.code)
        self.comptes: dict[str, Compte] = {}
        self.journaux = {code: journal(dossier=dossier, code=code) for code in ("AN", "ACH", "VTE", "OD")}
        banque = Journal.objects.filter(dossier=dossier, code="BQ1").first()
        self.banque = banque or creer_journal_tresorerie(dossier=dossier, libelle=modele.banque)
        self.parties: dict[tuple[str, str], Tiers] = {}

    def compte(self, numero: str) -> Compte:
        if numero not in self.comptes:
            self.comptes[numero] = compte(dossier=self.dossier, numero=numero)
        return self.comptes[numero]

    def tiers(self, type_tiers: str, nom: str) -> Tiers:
        if (type_tiers, nom) not in self.parties:
            self.parties[type_tiers, nom] = tiers(dossier=self.dossier, type=type_tiers, nom=nom)
        return self.parties[type_tiers, nom]

    def _saisie(self, code: str, jour: Date, piece: str, libelle: str, *lignes: LigneSaisie) -> EcritureSaisie:
        banque = code == "BQ1"
        return EcritureSaisie(
            journal=self.banque if banque else self.journaux[code],
            date=jour,
            piece=piece,
            libelle=libelle,
            lignes=lignes,
            origine=OrigineEcriture.BANQUE if banque else OrigineEcriture.MANUEL,
            cle=f"demo:{code}:{piece}:{libelle}"[:80],
        )

    def _montant(self, base: int) -> int:
        return base * self.hasard.randint(88, 114) // 100

    def tresorerie(self) -> Compte:
        if self.banque.compte_tresorerie is None:
            raise ValueError("a treasury journal has its account")
        return self.banque.compte_tresorerie

    def ouverture(self, annee: int) -> EcritureSaisie:
        modele = self.modele
        report = modele.tresorerie_cents + 1800000 - modele.capital_cents
        return self._saisie(
            "AN",
            Date(annee, 1, 1),
            "AN",
            "Reprise des soldes",
            LigneSaisie(self.tresorerie(), debit_cents=modele.tresorerie_cents),
            LigneSaisie(self.compte("2154"), debit_cents=1800000),
            LigneSaisie(self.compte("101"), credit_cents=modele.capital_cents),
            LigneSaisie(self.compte("110"), credit_cents=report),
        )

    def mois(self, premier: Date) -> Iterator[EcritureSaisie]:
        for rang, (nom, numero, base, taux) in enumerate(self.modele.achats):
            yield from self._achat(premier, rang, nom, numero, self._montant(base), taux)
        for rang, (nom, numero, base, taux) in enumerate(self.modele.ventes):
            yield from self._vente(premier, rang, nom, numero, self._montant(base), taux)
        if self.modele.salaires_cents:
            yield from self._salaires(premier)
        yield self._saisie(
            "BQ1",
            premier + timedelta(days=27),
            f"REL {premier:%Y-%m}",
            "Frais de tenue de compte",
            LigneSaisie(self.compte("6278"), debit_cents=1450),
            LigneSaisie(self.tresorerie(), credit_cents=1450),
        )

    def _achat(self, premier: Date, rang: int, nom: str, numero: str, ht: int, taux: int) -> Iterator[EcritureSaisie]:
        tva = (ht * taux + 500) // 1000
        fournisseur, piece = self.tiers("F", nom), f"A{premier:%y%m}{rang + 1:02d}"
        collectif = self.compte("401")
        yield self._saisie(
            "ACH",
            premier + timedelta(days=3 + rang * 4),
            piece,
            f"{nom} {piece}",
            LigneSaisie(self.compte(numero), debit_cents=ht),
            LigneSaisie(self.compte("44566"), debit_cents=tva),
            LigneSaisie(collectif, credit_cents=ht + tva, tiers=fournisseur),
        )
        yield self._saisie(
            "BQ1",
            premier + timedelta(days=23 + rang % 4),
            piece,
            f"VIR {nom}",
            LigneSaisie(collectif, debit_cents=ht + tva, tiers=fournisseur),
            LigneSaisie(self.tresorerie(), credit_cents=ht + tva),
        )

    def _vente(self, premier: Date, rang: int, nom: str, numero: str, ht: int, taux: int) -> Iterator[EcritureSaisie]:
        tva = (ht * taux + 500) // 1000
        client, piece = self.tiers("C", nom), f"V{premier:%y%m}{rang + 1:02d}"
        collectif = self.compte("411")
        yield self._saisie(
            "VTE",
            premier + timedelta(days=5 + rang * 5),
            piece,
            f"{nom} {piece}",
            LigneSaisie(collectif, debit_cents=ht + tva, tiers=client),
            LigneSaisie(self.compte(numero), credit_cents=ht),
            LigneSaisie(self.compte("44571"), credit_cents=tva),
        )
        if rang == 2 and premier.month % 3 == 0:
            return  # This client pays late: something is left to chase.
        yield self._saisie(
            "BQ1",
            premier + timedelta(days=21 + rang),
            piece,
            f"VIR RECU {nom}",
            LigneSaisie(self.tresorerie(), debit_cents=ht + tva),
            LigneSaisie(collectif, credit_cents=ht + tva, tiers=client),
        )

    def _salaires(self, premier: Date) -> Iterator[EcritureSaisie]:
        brut = self.modele.salaires_cents
        charges, retenues = brut * 32 // 100, brut * 22 // 100
        fin = (premier + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        piece = f"PAIE {premier:%Y-%m}"
        yield self._saisie(
            "OD",
            fin,
            piece,
            f"Salaires {premier:%m/%Y}",
            LigneSaisie(self.compte("6411"), debit_cents=brut),
            LigneSaisie(self.compte("645"), debit_cents=charges),
            LigneSaisie(self.compte("431"), credit_cents=charges + retenues),
            LigneSaisie(self.compte("421"), credit_cents=brut - retenues),
        )
        yield self._saisie(
            "BQ1",
            fin,
            piece,
            f"VIR SALAIRES {premier:%m/%Y}",
            LigneSaisie(self.compte("421"), debit_cents=brut - retenues),
            LigneSaisie(self.tresorerie(), credit_cents=brut - retenues),
        )


def _mois_jusqu_au(jour: Date) -> list[Date]:
    """The first days of the months of the year that are over or begun."""
    return [Date(jour.year, mois, 1) for mois in range(1, jour.month + 1)]


def _fin_de_mois(premier: Date) -> Date:
    return (premier + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _semer_dossier(dossier: Dossier, modele: Modele, maintenant: datetime) -> None:
    jour = maintenant.astimezone(PARIS).date()
    livre = _Livre(dossier, modele)
    mois = _mois_jusqu_au(jour)
    for rang, premier in enumerate(mois):
        fin = _fin_de_mois(premier)
        # The firm handles each month on the fifth day of the next.
        le = min(datetime(fin.year, fin.month, fin.day, 18, tzinfo=PARIS) + timedelta(days=5), maintenant)
        saisies = [*([livre.ouverture(jour.year)] if rang == 0 else []), *livre.mois(premier)]
        passees = [saisie for saisie in saisies if saisie.date <= jour]
        passer_ecritures(dossier=dossier, saisies=passees, maintenant=le)
        for partie in livre.parties.values():
            lettrer_automatiquement(dossier=dossier, compte_id=partie.compte_id, tiers_id=partie.pk, maintenant=le)
        # The month that runs and the one before stay drafts: something is left to validate.
        if rang < len(mois) - 2:
            valider_ecritures(dossier=dossier, jusqu_au=fin, maintenant=le)


def semer(*, maintenant: datetime) -> None:
    """Book the demonstration year of each dossier that has no exercice yet."""
    for code, modele in MODELES.items():
        dossier = Dossier.objects.filter(code=code).select_related("cabinet").order_by("created_at").first()
        if dossier is None or Exercice.objects.filter(dossier=dossier).exists():
            continue
        with transaction.atomic():
            _semer_dossier(dossier, modele, maintenant)
