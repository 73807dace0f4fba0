"""Journal, grand livre and balance: read from the indexes and the monthly balances, never from the whole table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date as Date
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum

from comptabilite.enums import EtatEcriture
from comptabilite.models import Compte, Ecriture, LigneEcriture, SoldeMensuel, Tiers
from comptabilite.queries.periode import Periode
from gestion_acces.models import Dossier
from portal.lib.pages import Page, paginer

TAILLE = 100
SommesParCompte = dict[int, tuple[int, int]]


# --- Journal ---------------------------------------------------------------------------------------------------------


def ecritures_du_journal(
    dossier: Dossier, periode: Periode, *, journal: str = "", etat: str = "", recherche: str = ""
) -> QuerySet[Ecriture]:
    """The entries of the period, in one journal or in all."""
    ecritures = Ecriture.objects.filter(dossier=dossier, date__range=(periode.du, periode.au))
    if journal:
        ecritures = ecritures.filter(journal__code=journal, journal__dossier=dossier)
    if etat in EtatEcriture.values:
        ecritures = ecritures.filter(etat=etat)
    if recherche:
        critere = Q(piece__icontains=recherche) | Q(libelle__icontains=recherche)
        if recherche.isdecimal() and len(recherche) < 10:
            critere |= Q(numero=int(recherche))
        ecritures = ecritures.filter(critere)
    return ecritures


def page_du_journal(ecritures: QuerySet[Ecriture], parametres: Mapping[str, Any]) -> Page[Ecriture]:
    """Fifty entries with their lines: three queries, whatever the number of lines."""
    lignes = LigneEcriture.objects.select_related("compte", "tiers", "lettrage").order_by("rang")
    return paginer(
        ecritures.select_related("journal").prefetch_related(Prefetch("lignes", queryset=lignes)),
        cles=("date", "id"),
        parametres=parametres,
        taille=50,
    )


COLONNES_LIGNE = (
    "date",
    "ecriture__journal__code",
    "ecriture__numero",
    "ecriture__piece",
    "ecriture__date_piece",
    "compte__numero",
    "compte__libelle",
    "tiers__code",
    "libelle",
    "debit_cents",
    "credit_cents",
    "lettrage__code",
    "ecriture__etat",
)


def lignes_a_exporter(lignes: QuerySet[LigneEcriture], *cles: str) -> Iterator[Any]:
    """Lines as dictionaries, streamed in that order."""
    yield from lignes.order_by(*cles).values(*COLONNES_LIGNE).iterator(chunk_size=2000)


# --- Grand livre -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LigneGrandLivre:
    ligne: LigneEcriture
    solde_cents: int


@dataclass(frozen=True)
class PageGrandLivre:
    """One page of an account with the running balance, and the totals of the period."""

    page: Page[LigneEcriture]
    lignes: list[LigneGrandLivre]
    report_cents: int
    ouverture_cents: int
    debit_cents: int
    credit_cents: int

    @property
    def solde_cents(self) -> int:
        return self.ouverture_cents + self.debit_cents - self.credit_cents


def _sommes(soldes: QuerySet[SoldeMensuel]) -> tuple[int, int]:
    sommes = soldes.aggregate(debit=Sum("debit_cents"), credit=Sum("credit_cents"))
    return sommes["debit"] or 0, sommes["credit"] or 0


def lignes_du_compte(
    dossier: Dossier, compte: Compte, periode: Periode, *, tiers: Tiers | None = None, ouvertes: bool = False
) -> QuerySet[LigneEcriture]:
    lignes = LigneEcriture.objects.filter(dossier=dossier, compte=compte, date__range=(periode.du, periode.au))
    if tiers is not None:
        lignes = lignes.filter(tiers=tiers)
    return lignes.filter(lettrage__isnull=True) if ouvertes else lignes


def grand_livre(
    dossier: Dossier,
    compte: Compte,
    periode: Periode,
    parametres: Mapping[str, Any],
    *,
    tiers: Tiers | None = None,
    ouvertes: bool = False,
) -> PageGrandLivre:
    """A page of an account. The balance carried to it comes from the months before and from that month alone."""
    lignes = lignes_du_compte(dossier, compte, periode, tiers=tiers, ouvertes=ouvertes)
    page = paginer(
        lignes.select_related("ecriture__journal", "tiers", "lettrage"),
        cles=("date", "id"),
        parametres=parametres,
        taille=TAILLE,
    )
    soldes = SoldeMensuel.objects.filter(dossier=dossier, compte=compte)
    if tiers is not None:
        soldes = soldes.filter(tiers_ref=tiers.pk)
    debut = periode.exercice.debut.replace(day=1) if periode.exercice else periode.du
    avant = _sommes(soldes.filter(mois__gte=debut, mois__lt=periode.du.replace(day=1)))
    mouvements = _sommes(soldes.filter(mois__range=(periode.du.replace(day=1), periode.au)))
    ouverture = avant[0] - avant[1]
    report = ouverture + _deja_mouvemente(lignes, soldes, periode, page) if not ouvertes else 0
    courant, suivies = report, []
    for ligne in page.lignes:
        courant += ligne.solde_cents
        suivies.append(LigneGrandLivre(ligne, courant))
    return PageGrandLivre(page, suivies, report, ouverture, *mouvements)


def _deja_mouvemente(
    lignes: QuerySet[LigneEcriture], soldes: QuerySet[SoldeMensuel], periode: Periode, page: Page[LigneEcriture]
) -> int:
    """What moved between the beginning of the period and the first line of the page."""
    if not page.precedente:
        return 0
    premiere = page.lignes[0]
    mois = premiere.date.replace(day=1)
    debit, credit = _sommes(soldes.filter(mois__gte=periode.du.replace(day=1), mois__lt=mois))
    du_mois = lignes.filter(
        Q(date__lt=premiere.date) | Q(date=premiere.date, id__lt=premiere.pk), date__range=(mois, premiere.date)
    ).aggregate(debit=Sum("debit_cents"), credit=Sum("credit_cents"))
    return debit - credit + (du_mois["debit"] or 0) - (du_mois["credit"] or 0)


def comptes_voisins(dossier: Dossier, compte: Compte) -> tuple[Compte | None, Compte | None]:
    """The accounts with movements before and after this one."""
    mouvementes = comptes_mouvementes(dossier)
    return (
        mouvementes.filter(numero__lt=compte.numero).order_by("-numero").first(),
        mouvementes.filter(numero__gt=compte.numero).order_by("numero").first(),
    )


def comptes_mouvementes(dossier: Dossier) -> QuerySet[Compte]:
    soldes = SoldeMensuel.objects.filter(dossier=dossier, compte=OuterRef("pk"), nb_lignes__gt=0)
    return Compte.objects.filter(Exists(soldes), dossier=dossier)


# --- Balance ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LigneBalance:
    """An account (or a third party) with its opening, its movements and its balance."""

    code: str
    libelle: str
    pk: int
    ouverture_cents: int
    debit_cents: int
    credit_cents: int
    compte_numero: str = ""

    @property
    def solde_cents(self) -> int:
        return self.ouverture_cents + self.debit_cents - self.credit_cents

    @property
    def solde_debiteur_cents(self) -> int:
        return max(self.solde_cents, 0)

    @property
    def solde_crediteur_cents(self) -> int:
        return max(-self.solde_cents, 0)


@dataclass(frozen=True)
class Totaux:
    ouverture_cents: int
    debit_cents: int
    credit_cents: int
    debiteur_cents: int
    crediteur_cents: int


def _par(
    dossier: Dossier, periode: Periode, champ: str, soldes: QuerySet[SoldeMensuel]
) -> dict[int, tuple[int, int, int]]:
    """Opening, debit and credit by account or by third party, in one query over the monthly balances."""
    debut = periode.exercice.debut.replace(day=1) if periode.exercice else periode.du
    mois = periode.du.replace(day=1)
    dans = Q(mois__gte=mois)
    sommes = (
        soldes.filter(dossier=dossier, mois__range=(debut, periode.au))
        .values_list(champ)
        .annotate(
            ouverture=Sum(F("debit_cents") - F("credit_cents"), filter=~dans, default=0),
            debit=Sum("debit_cents", filter=dans, default=0),
            credit=Sum("credit_cents", filter=dans, default=0),
        )
        .order_by()
    )
    return {pk: (ouverture, debit, credit) for pk, ouverture, debit, credit in sommes}


def balance(dossier: Dossier, periode: Periode, *, racine: str = "") -> list[LigneBalance]:
    """The general balance by account number."""
    sommes = _par(dossier, periode, "compte_id", SoldeMensuel.objects.filter(nb_lignes__gt=0))
    comptes = Compte.objects.filter(dossier=dossier, numero__startswith=racine).order_by("numero")
    return [
        LigneBalance(numero, libelle, pk, *sommes[pk], compte_numero=numero)
        for pk, numero, libelle in comptes.values_list("pk", "numero", "libelle")
        if pk in sommes and any(sommes[pk])
    ]


def balance_auxiliaire(dossier: Dossier, periode: Periode, *, type_tiers: str) -> list[LigneBalance]:
    """The balance by third party."""
    sommes = _par(dossier, periode, "tiers_ref", SoldeMensuel.objects.filter(tiers_ref__gt=0, nb_lignes__gt=0))
    tiers = Tiers.objects.filter(dossier=dossier, type=type_tiers).order_by("nom", "id")
    return [
        LigneBalance(code, nom, pk, *sommes[pk], compte_numero=numero)
        for pk, code, nom, numero in tiers.values_list("pk", "code", "nom", "compte__numero")
        if pk in sommes and any(sommes[pk])
    ]


def totaux(lignes: list[LigneBalance]) -> Totaux:
    return Totaux(
        sum(x.ouverture_cents for x in lignes),
        sum(x.debit_cents for x in lignes),
        sum(x.credit_cents for x in lignes),
        sum(x.solde_debiteur_cents for x in lignes),
        sum(x.solde_crediteur_cents for x in lignes),
    )


def solde_du_compte(dossier: Dossier, compte: Compte, au: Date) -> int:
    """Balance of an account at the end of a day: the months before, then the lines of that month."""
    mois = au.replace(day=1)
    debit, credit = _sommes(SoldeMensuel.objects.filter(dossier=dossier, compte=compte, mois__lt=mois))
    du_mois = LigneEcriture.objects.filter(dossier=dossier, compte=compte, date__range=(mois, au)).aggregate(
        debit=Sum("debit_cents"), credit=Sum("credit_cents")
    )
    return debit - credit + (du_mois["debit"] or 0) - (du_mois["credit"] or 0)
