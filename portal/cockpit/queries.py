"""Reads of the cockpit. Their number never grows with the portfolio; each stays within the dossiers of the person."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncMonth

from banque.enums import StatutRecue
from banque.models import LigneRecue
from gestion_acces.models import Dossier, MembreCabinet
from portal.cockpit.attentes import ATTENTES, Attente, derniere_nuit
from portal.lib import graphiques
from portal.lib.calendrier import jour_de_paris, minuit, moins_mois
from portal.nuit.enums import EtatVisite
from portal.nuit.models import Passage, Visite
from qonto_link.adhesion.enums import VIVANTS, Statut
from qonto_link.adhesion.models import Adhesion
from qonto_link.models import CompteQonto
from qonto_link.queries import FILTRES_METEO, compter_meteo, connexions_du_membre

MOIS_MONTRES = 6
JOURS_MONTRES = 31
CANDIDATS = 10
A_REGARDER = 8
DUREE_CACHE = 900
TONS_METEO = {"fraiches": "succes", "retard": "attention", "erreur": "danger", "reconnexion": "danger"}


@dataclass(frozen=True)
class Compteur:
    """A figure of the cockpit and where it leads."""

    cle: str
    titre: str
    nombre: int
    ton: str = ""


@dataclass(frozen=True)
class Nuit:
    """The last run, as far as it concerns the portfolio."""

    passage: Passage
    reussies: int
    echouees: int
    en_attente: int
    nouvelles: int
    factures: int
    anomalies: int
    requetes: int
    duree: timedelta | None


@dataclass(frozen=True)
class Tresorerie:
    """Cents of the linked accounts. `au`: the oldest of the balances."""

    solde_cents: int
    comptes: int
    au: datetime | None
    entrees_cents: int
    sorties_cents: int
    barres: graphiques.Barres | None
    courbe: graphiques.Courbe | None


@dataclass
class LigneDossier:
    """A dossier to look at, with what waits in it."""

    dossier: Dossier
    meteo: str = ""
    poids: int = 0
    attentes: list[tuple[Attente, int]] = field(default_factory=list)


def portefeuille(membre: MembreCabinet) -> QuerySet[Dossier, Any]:
    """The ids of the dossiers of this person, as a subquery."""
    return Dossier.objects.du_membre(membre).values("pk")


def connexions(membre: MembreCabinet, maintenant: datetime) -> list[Compteur]:
    comptes = compter_meteo(connexions_du_membre(membre), maintenant)
    return [
        Compteur(cle, FILTRES_METEO[cle], comptes[cle], TONS_METEO.get(cle, "") if comptes[cle] else "")
        for cle in FILTRES_METEO
        if cle
    ]


def attentes(membre: MembreCabinet, maintenant: datetime) -> list[Compteur]:
    """How many rows of each kind wait, one query a kind."""
    dossiers = portefeuille(membre)
    trouves = []
    for attente in ATTENTES.values():
        nombre = attente.lignes(maintenant).filter(dossier__in=dossiers).count()
        trouves.append(Compteur(attente.cle, attente.titre, nombre, attente.ton if nombre else ""))
    return trouves


def adhesions_en_cours(membre: MembreCabinet) -> int:
    encours = Adhesion.objects.filter(statut__in=VIVANTS, dossier__in=portefeuille(membre))
    return encours.exclude(statut=Statut.OUVERTE).count()


def derniere_nuit_de(membre: MembreCabinet, passage: Passage | None = None) -> Nuit | None:
    """The figures of the last run, or of this one, within the portfolio."""
    passage = passage or derniere_nuit()
    if passage is None:
        return None
    visites = Visite.objects.filter(passage=passage, dossier__in=portefeuille(membre))
    somme = visites.aggregate(
        reussies=Count("pk", filter=Q(etat=EtatVisite.REUSSIE)),
        echouees=Count("pk", filter=Q(etat=EtatVisite.ECHOUEE)),
        total=Count("pk", filter=~Q(etat=EtatVisite.ABANDONNEE)),
        nouvelles=Coalesce(Sum("nb_nouvelles"), 0),
        factures=Coalesce(Sum("nb_factures"), 0),
        anomalies=Coalesce(Sum("nb_anomalies"), 0),
        requetes=Coalesce(Sum("nb_requetes"), 0),
        premier=Min("debut"),
        dernier=Max("fin"),
    )
    attente = somme.pop("total") - somme["reussies"] - somme["echouees"]
    premier, dernier = somme.pop("premier"), somme.pop("dernier")
    duree = dernier - premier if premier and dernier and not attente else None
    return Nuit(passage=passage, en_attente=attente, duree=duree, **somme)


def _lignes(dossiers: QuerySet[Dossier, Any] | Sequence[UUID], depuis: date) -> QuerySet[LigneRecue]:
    """Settled lines from this day on; the bound on the instant lets the index be used."""
    return LigneRecue.objects.filter(dossier__in=dossiers, statut=StatutRecue.REGLEE, reglee_le__gte=minuit(depuis))


ENTREES = Coalesce(Sum("montant_cents", filter=Q(montant_cents__gt=0)), 0)
SORTIES = Coalesce(Sum("montant_cents", filter=Q(montant_cents__lt=0)), 0)


def _par_mois(membre: MembreCabinet, debut: date, fin: date) -> dict[date, tuple[int, int]]:
    """(in, out) of the whole months of [debut, fin[."""
    mois = (
        _lignes(portefeuille(membre), debut)
        .filter(reglee_le__lt=minuit(fin))
        .annotate(mois=TruncMonth("jour"))
        .values("mois")
        .annotate(entrees=ENTREES, sorties=SORTIES)
        .order_by("mois")
    )
    return {ligne["mois"]: (ligne["entrees"], -ligne["sorties"]) for ligne in mois}


def tresorerie(membre: MembreCabinet, maintenant: datetime) -> Tresorerie:
    """Balance, money in and out of the month, bars of the last months, curve of the last days."""
    jour = jour_de_paris(maintenant)
    mois_courant = jour.replace(day=1)
    debut = moins_mois(mois_courant, MOIS_MONTRES - 1)
    # Past months hardly move, and are the long part of the sum.
    cle = f"cockpit:mois:{membre.pk}:{mois_courant}"
    passes = cache.get_or_set(cle, lambda: _par_mois(membre, debut, mois_courant), DUREE_CACHE) or {}
    soldes = CompteQonto.objects.filter(lie=True, dossier__in=portefeuille(membre)).aggregate(
        solde=Coalesce(Sum("solde_cents"), 0), comptes=Count("pk"), au=Min("solde_le")
    )
    jours = _par_jour(membre, min(mois_courant, jour - timedelta(days=JOURS_MONTRES)))
    entrees = sum(entree for quand, (entree, _) in jours.items() if quand >= mois_courant)
    sorties = sum(sortie for quand, (_, sortie) in jours.items() if quand >= mois_courant)
    periodes = [moins_mois(mois_courant, recul) for recul in range(MOIS_MONTRES - 1, 0, -1)]
    montres = [(graphiques.mois_court(mois), *passes.get(mois, (0, 0))) for mois in periodes]
    montres.append((graphiques.mois_court(mois_courant), entrees, sorties))
    return Tresorerie(
        solde_cents=soldes["solde"],
        comptes=soldes["comptes"],
        au=soldes["au"],
        entrees_cents=entrees,
        sorties_cents=sorties,
        barres=graphiques.barres(montres) if any(entree or sortie for _, entree, sortie in montres) else None,
        courbe=graphiques.courbe(_soldes(soldes["solde"], jours, jour)) if soldes["comptes"] and jours else None,
    )


def _par_jour(membre: MembreCabinet, depuis: date) -> dict[date, tuple[int, int]]:
    lignes = _lignes(portefeuille(membre), depuis).values("jour").annotate(entrees=ENTREES, sorties=SORTIES)
    return {ligne["jour"]: (ligne["entrees"], -ligne["sorties"]) for ligne in lignes.order_by("jour") if ligne["jour"]}


def _soldes(solde: int, jours: dict[date, tuple[int, int]], jour: date) -> list[tuple[date, int]]:
    """The balance at the end of each of the last days, walked back from today's."""
    points = []
    for recul in range(JOURS_MONTRES):
        quand = jour - timedelta(days=recul)
        points.append((quand, solde))
        entree, sortie = jours.get(quand, (0, 0))
        solde += sortie - entree
    return points[::-1]


def a_regarder(membre: MembreCabinet, maintenant: datetime) -> list[LigneDossier]:
    """The few dossiers that need somebody most, each with what waits in it."""
    dossiers = portefeuille(membre)
    en_panne = connexions_du_membre(membre).exclude(cause="").order_by("-echecs_consecutifs", "pk")
    candidats: set[UUID] = set(en_panne.values_list("dossier_id", flat=True)[:CANDIDATS])
    for attente in ATTENTES.values():
        groupes = attente.lignes(maintenant).filter(dossier__in=dossiers).values("dossier")
        tries = groupes.annotate(nombre=Count("pk")).order_by("-nombre", "dossier")
        candidats.update(tries.values_list("dossier", flat=True)[:CANDIDATS])
    lignes = {dossier.pk: LigneDossier(dossier) for dossier in Dossier.objects.filter(pk__in=candidats)}
    for connexion in connexions_du_membre(membre).filter(dossier__in=candidats).exclude(cause=""):
        ligne = lignes[connexion.dossier_id]
        ligne.meteo, ligne.poids = connexion.derniere_erreur or connexion.get_cause_display(), 100
    for dossier_id, nombres in compter_par_dossier(list(candidats), maintenant).items():
        for cle, nombre in nombres.items():
            lignes[dossier_id].attentes.append((ATTENTES[cle], nombre))
            lignes[dossier_id].poids += ATTENTES[cle].poids + min(nombre, 20) // 5
    tries_par_poids = sorted(lignes.values(), key=lambda ligne: (-ligne.poids, ligne.dossier.raison_sociale))
    return tries_par_poids[:A_REGARDER]


def compter_par_dossier(dossiers: Sequence[UUID], maintenant: datetime) -> dict[UUID, dict[str, int]]:
    """What waits in these dossiers, by kind."""
    trouves: dict[UUID, dict[str, int]] = defaultdict(dict)
    for cle, attente in ATTENTES.items():
        groupes = attente.lignes(maintenant).filter(dossier__in=dossiers).values("dossier")
        for dossier_id, nombre in groupes.annotate(nombre=Count("pk")).values_list("dossier", "nombre"):
            trouves[dossier_id][cle] = nombre
    return trouves


def dossiers_en_attente(membre: MembreCabinet, attente: Attente, maintenant: datetime) -> QuerySet[Dossier]:
    """The dossiers in which rows of this kind wait."""
    lignes = attente.lignes(maintenant).filter(dossier=OuterRef("pk"))
    return Dossier.objects.du_membre(membre).filter(Exists(lignes))


@dataclass(frozen=True)
class LigneTresorerie:
    dossier: Dossier
    solde_cents: int
    entrees_cents: int
    sorties_cents: int


def dossiers_lies(membre: MembreCabinet) -> QuerySet[Dossier]:
    lies = CompteQonto.objects.filter(dossier=OuterRef("pk"), lie=True)
    return Dossier.objects.du_membre(membre).filter(Exists(lies))


def tresorerie_par_dossier(dossiers: Sequence[Dossier], maintenant: datetime) -> list[LigneTresorerie]:
    """Balance, money in and out of the month, of the dossiers of one page."""
    cles = [dossier.pk for dossier in dossiers]
    soldes = dict(
        CompteQonto.objects.filter(lie=True, dossier__in=cles)
        .values("dossier")
        .annotate(solde=Coalesce(Sum("solde_cents"), 0))
        .values_list("dossier", "solde")
    )
    mois = _lignes(cles, jour_de_paris(maintenant).replace(day=1)).values("dossier")
    mouvements = {
        dossier_id: (entrees, -sorties)
        for dossier_id, entrees, sorties in mois.annotate(entrees=ENTREES, sorties=SORTIES).values_list(
            "dossier", "entrees", "sorties"
        )
    }
    return [
        LigneTresorerie(dossier, soldes.get(dossier.pk, 0), *mouvements.get(dossier.pk, (0, 0)))
        for dossier in dossiers
    ]
