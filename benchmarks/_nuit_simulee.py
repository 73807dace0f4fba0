"""A night in simulated time: the real plan, leases, tries and rates; only the clock and Qonto's answers are made up.

Nothing is random that is not drawn from the seed: the same scene gives the same night.
"""

import heapq
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from pyrate_limiter import InMemoryBucket, RateItem

from gestion_acces.models import Cabinet, Dossier, Utilisateur
from portal import cadence
from portal.nuit.enums import EtatVisite
from portal.nuit.models import Passage, Visite
from portal.nuit.services import plan, visite
from qonto_link.enums import ClasseIncident
from qonto_link.models import Connexion

DISTRIBUTION = timedelta(seconds=10)
LOT = 2_000


@dataclass(frozen=True)
class Scene:
    """`cabinets`: how many dossiers each has. Shares are of dossiers; `morts`: when a worker is killed.

    `detail`: each visit is made by the real code. Without it those that succeed are closed by the hundred, which is
    what makes 100 000 of them bearable; those that fail are still made one by one.
    """

    cabinets: Sequence[int]
    fils: int = 16
    latence: timedelta = timedelta(milliseconds=50)
    requetes: int = 3
    pannes: float = 0.02
    retraits: float = 0.002
    morts: Sequence[timedelta] = (timedelta(minutes=20, seconds=0.1), timedelta(minutes=50, seconds=0.1))
    personnes: timedelta = timedelta(minutes=2)
    graine: int = 1
    detail: bool = True


@dataclass
class Nuit:
    """What came out. Waits are in seconds."""

    duree: timedelta = timedelta(0)
    etats: Counter[str] = field(default_factory=Counter)
    reussites_en_double: int = 0
    essais: int = 0
    perdues: int = 0
    envois: list[int] = field(default_factory=list)
    attentes_de_personnes: dict[str, list[float]] = field(default_factory=lambda: {"nuit": [], "jour": []})
    tailles: Counter[UUID] = field(default_factory=Counter)
    fins: dict[UUID, timedelta] = field(default_factory=dict)
    retards: list[float] = field(default_factory=list)

    def part_du_budget(self) -> float:
        """The share of 10 000 requests in 10 minutes that was used while there was work at night."""
        limite, fenetre = cadence.FENETRES[-1]
        utile = max(1.0, self.duree.total_seconds() * 1000)
        return len(self.envois) / (limite * utile / fenetre)

    def pic(self, fenetre_ms: int) -> int:
        """The most requests that any window of this length saw."""
        plus, debut = 0, 0
        for rang, moment in enumerate(self.envois):
            while self.envois[debut] <= moment - fenetre_ms:
                debut += 1
            plus = max(plus, rang - debut + 1)
        return plus


def semer(scene: Scene, depart: datetime) -> dict[UUID, UUID]:
    """One linked dossier for each place of the scene; gives the firm of each."""
    personne, _ = Utilisateur.objects.get_or_create(email="simulation@example.test")
    cabinets: dict[UUID, UUID] = {}
    for taille in scene.cabinets:
        cabinet = Cabinet.objects.create(nom=f"Cabinet de {taille}")
        dossiers = [Dossier(cabinet=cabinet, code=f"D{rang}", raison_sociale=f"D{rang}") for rang in range(taille)]
        Dossier.objects.bulk_create(dossiers, batch_size=LOT)
        Connexion.objects.bulk_create(
            [
                Connexion(
                    dossier=dossier,
                    organisation_id=str(dossier.pk),
                    organisation_nom=dossier.raison_sociale,
                    consenti_le=depart,
                    consenti_par=personne,
                )
                for dossier in dossiers
            ],
            batch_size=LOT,
        )
        cabinets |= {dossier.pk: cabinet.pk for dossier in dossiers}
    return cabinets


class Simulation:
    """Events in the order of their instants. A thread that waits for its turn comes back when the purse says."""

    def __init__(self, scene: Scene, depart: datetime) -> None:
        self.scene, self.depart, self.nuit = scene, depart, Nuit()
        self.cabinets = semer(scene, depart)
        self.nuit.tailles.update(self.cabinets.values())
        self._bourses = {nom: InMemoryBucket(cadence.taux_de(nom)) for nom in ("tout", "fond-nuit", "fond-jour")}
        self._evenements: list[tuple[int, int, Callable[[int], None]]] = []
        self._rang = 0
        self._file: deque[int] = deque()
        self._libres, self._en_main = scene.fils, set[int]()
        self._tues: set[int] = set()
        self._reussies: Counter[int] = Counter()
        self._a_clore: dict[int, int] = {}
        self._places: dict[int, int] = {}
        self._fini = False

    def jouer(self) -> Nuit:
        random.seed(self.scene.graine)
        passage = plan.ouvrir_la_nuit(maintenant=self.depart)
        self._places = {
            cle: rang for rang, cle in enumerate(passage.visites.order_by("pk").values_list("pk", flat=True))
        }
        self._prevoir(0, self._distribuer)
        self._prevoir(0, self._venir)
        for mort in self.scene.morts:
            self._prevoir(_ms(mort), self._tuer)
        while self._evenements:
            instant, _, faire = heapq.heappop(self._evenements)
            faire(instant)
        self.nuit.etats = Counter(Visite.objects.values_list("etat", flat=True))
        self.nuit.reussites_en_double = sum(fois > 1 for fois in self._reussies.values())
        self.nuit.envois.sort()
        return self.nuit

    def _prevoir(self, instant: int, faire: Callable[[int], None]) -> None:
        self._rang += 1
        heapq.heappush(self._evenements, (instant, self._rang, faire))

    def _a(self, instant: int) -> datetime:
        return self.depart + timedelta(milliseconds=instant)

    def _distribuer(self, instant: int) -> None:
        self._clore()
        self._file.extend(plan.prendre_un_lot(maintenant=self._a(instant)))
        for bourse in self._bourses.values():
            bourse.leak(instant)
        self._occuper(instant)
        if plan.clore_les_passages(maintenant=self._a(instant)):
            self.nuit.duree = timedelta(milliseconds=instant)
            self._fini = True
            return
        self._prevoir(instant + _ms(DISTRIBUTION), self._distribuer)

    def _occuper(self, instant: int) -> None:
        while self._libres and self._file:
            self._libres -= 1
            visite_id = self._file.popleft()
            self._en_main.add(visite_id)
            self._payer(instant, True, self.scene.requetes, partial(self._rendre, visite_id))

    def _payer(self, instant: int, fond: bool, requetes: int, apres: Callable[[int], None]) -> None:
        """So many requests one after the other, each out of its purses, each answered after the latency."""
        if not requetes:
            apres(instant)
            return
        self._puiser(instant, cadence.bourses(fond=fond, maintenant=self._a(instant)), fond, requetes, apres)

    def _puiser(
        self, instant: int, bourses: list[str], fond: bool, requetes: int, apres: Callable[[int], None]
    ) -> None:
        for rang, nom in enumerate(bourses):
            attente = self._attente(nom, instant)
            if attente:
                suite = partial(self._reprendre, bourses[rang:], fond, requetes, apres)
                self._prevoir(instant + attente, suite)
                return
        self.nuit.envois.append(instant)
        suite = partial(self._suivre, fond, requetes - 1, apres)
        self._prevoir(instant + _ms(self.scene.latence), suite)

    def _reprendre(
        self, bourses: list[str], fond: bool, requetes: int, apres: Callable[[int], None], instant: int
    ) -> None:
        self._puiser(instant, bourses, fond, requetes, apres)

    def _suivre(self, fond: bool, requetes: int, apres: Callable[[int], None], instant: int) -> None:
        self._payer(instant, fond, requetes, apres)

    def _attente(self, nom: str, instant: int) -> int:
        """0 when the purse pays now; else the milliseconds to wait."""
        piece = RateItem("qonto", instant)
        if self._bourses[nom].put(piece):
            return 0
        attente = self._bourses[nom].waiting(piece)
        assert isinstance(attente, int)
        return max(1, attente)

    def _rendre(self, visite_id: int, instant: int) -> None:
        """Qonto has answered: the real visit is made, at this instant. A killed thread makes nothing."""
        self._libres += 1
        self._en_main.discard(visite_id)
        if visite_id in self._tues:
            self._tues.discard(visite_id)
            self.nuit.perdues += 1
        elif self.scene.detail or self._sort(visite_id) < self.scene.retraits + self.scene.pannes:
            faite = visite.visiter(visite_id=visite_id, horloge=lambda: self._a(instant), lire=self._lire)
            self.nuit.essais += 1
            if faite is not None and faite.etat == EtatVisite.REUSSIE:
                self._noter(visite_id, faite.dossier_id, faite.prevue_le, instant)
        else:
            self._a_clore[visite_id] = instant
        self._occuper(instant)

    def _noter(self, visite_id: int, dossier_id: UUID, prevue_le: datetime, instant: int) -> None:
        self._reussies[visite_id] += 1
        self.nuit.retards.append((self._a(instant) - prevue_le).total_seconds())
        cabinet = self.cabinets[dossier_id]
        self.nuit.fins[cabinet] = max(timedelta(milliseconds=instant), self.nuit.fins.get(cabinet, timedelta(0)))

    def _clore(self) -> None:
        prises = Visite.objects.filter(pk__in=self._a_clore, etat=EtatVisite.EN_FILE)
        for cle, dossier_id, prevue_le in prises.values_list("pk", "dossier", "prevue_le"):
            self._noter(cle, dossier_id, prevue_le, self._a_clore[cle])
        self.nuit.essais += prises.update(etat=EtatVisite.REUSSIE, nb_requetes=self.scene.requetes, bail_jusqu_au=None)
        self._a_clore.clear()

    def _sort(self, visite_id: int) -> float:
        """What becomes of a visit, drawn once from the seed."""
        return random.Random(f"{self.scene.graine}:{self._places[visite_id]}").random()

    def _lire(self, faite: Visite, connexion: Connexion, horloge: visite.Horloge) -> None:
        faite.nb_requetes += self.scene.requetes
        sort = self._sort(faite.pk)
        if sort < self.scene.retraits:
            raise visite.VisiteEchouee(ClasseIncident.CONSENTEMENT, "Consentement retiré.")
        if sort < self.scene.retraits + self.scene.pannes and faite.essais == 1:
            raise visite.VisiteEchouee(ClasseIncident.REPONSE, "Réponse illisible.")

    def _tuer(self, instant: int) -> None:
        """The worker dies with what its threads hold; another one is there at once."""
        self._tues |= self._en_main

    def _venir(self, instant: int) -> None:
        """A person asks « Synchroniser maintenant »: how long do the requests wait for their turn?"""
        if self._fini:
            return
        self._payer(instant, False, self.scene.requetes, partial(self._servir, instant))
        self._prevoir(instant + _ms(self.scene.personnes), self._venir)

    def _servir(self, venue: int, instant: int) -> None:
        moment = "nuit" if cadence.est_de_nuit(self._a(venue)) else "jour"
        travail = self.scene.requetes * self.scene.latence.total_seconds()
        self.nuit.attentes_de_personnes[moment].append((instant - venue) / 1000 - travail)


def _ms(duree: timedelta) -> int:
    return int(duree.total_seconds() * 1000)


def lignes(nuit: Nuit, scene: Scene) -> Iterator[str]:
    """The result in words."""
    total = sum(scene.cabinets)
    yield (
        f"{total:,} dossiers, {len(scene.cabinets)} cabinets : {nuit.etats[EtatVisite.REUSSIE]:,} lus, "
        f"{nuit.etats[EtatVisite.ECHOUEE]} consentements retirés, {nuit.reussites_en_double} lu deux fois"
    )
    fin = (Passage.objects.latest("pk").debut + nuit.duree).astimezone(cadence.PARIS)
    yield (
        f"{nuit.duree}, de 2 h 15 à {fin:%H h %M}, "
        f"{total / max(1.0, nuit.duree.total_seconds()):.1f} dossiers/s, "
        f"{nuit.essais - total} nouveaux essais, {nuit.perdues} visites perdues avec leur ouvrier et refaites"
    )
    dix_secondes, dix_minutes = (nuit.pic(fenetre) for _, fenetre in cadence.FENETRES)
    yield (
        f"{len(nuit.envois):,} requêtes, {nuit.part_du_budget():.1%} du budget ; au plus {dix_secondes} en 10 s "
        f"(1 000 permises) et {dix_minutes} en 10 min (10 000 permises)"
    )
    for moment, attentes in nuit.attentes_de_personnes.items():
        if attentes:
            yield f"une personne, {moment} : attend {max(attentes):.1f} s au plus ({len(attentes)} demandes)"
    tailles = nuit.tailles
    petit, grand = (choix(tailles, key=lambda cle: tailles[cle]) for choix in (min, max))
    yield (
        f"équité : le cabinet de {tailles[petit]} dossiers fini en {nuit.fins[petit]}, "
        f"celui de {tailles[grand]:,} en {nuit.fins[grand]}"
    )
