"""The plan of a run: its visits, spread over the window, given out in chunks, given out again when they are lost."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain, islice, zip_longest
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from portal.lib.calendrier import jour_de_paris
from portal.nuit.enums import EtatVisite, Origine
from portal.nuit.models import Passage, Visite
from portal.nuit.services import disjoncteur
from qonto_link.models import Connexion

FENETRE = timedelta(hours=3)
# A small portfolio need not wait the whole window.
ECART_MAX = timedelta(seconds=2)
LOT = 500
# How many visits may lie in the queue: it stays short, so that a person's work and a stop never wait behind it.
EN_FILE_MAX = 200
# Past it, a visit in the queue or under way is lost with its worker or its Redis.
BAIL = timedelta(minutes=15)
# A visit that is never done in this time is no longer given out.
HORIZON = timedelta(days=2)


def ouvrir_la_nuit(*, maintenant: datetime) -> Passage:
    """The run of this night, planned once; called again, it goes on planning what is missing."""
    jour = jour_de_paris(maintenant)
    try:
        with transaction.atomic():
            passage = Passage.objects.create(
                origine=Origine.NUIT, jour=jour, debut=maintenant, fin_prevue=maintenant + FENETRE
            )
    except IntegrityError:
        passage = Passage.objects.get(origine=Origine.NUIT, jour=jour)
    dossiers = a_tour_de_role(Connexion.objects.vivantes().order_by("pk").values_list("dossier__cabinet", "dossier"))
    ecart = min(FENETRE / max(1, len(dossiers)), ECART_MAX)
    _planifier(passage, dossiers, depart=passage.debut, ecart=ecart)
    return passage


def a_tour_de_role(dossiers: Iterable[tuple[UUID, UUID]]) -> list[UUID]:
    """The firms one after the other, a dossier each: a firm of twenty is not read after one of twenty thousand."""
    par_cabinet: dict[UUID, list[UUID]] = defaultdict(list)
    for cabinet_id, dossier_id in dossiers:
        par_cabinet[cabinet_id].append(dossier_id)
    tours = zip_longest(*par_cabinet.values())
    return [dossier_id for dossier_id in chain.from_iterable(tours) if dossier_id is not None]


def ouvrir_a_la_main(*, dossiers: list[UUID], maintenant: datetime) -> Passage:
    """A run for these dossiers, whose visits the caller makes himself; the workers take over if he dies."""
    passage = Passage.objects.create(
        origine=Origine.COMMANDE, jour=jour_de_paris(maintenant), debut=maintenant, fin_prevue=maintenant
    )
    _planifier(passage, dossiers, depart=maintenant, ecart=timedelta(0), en_file=True)
    return passage


def _planifier(
    passage: Passage, dossiers: list[UUID], *, depart: datetime, ecart: timedelta, en_file: bool = False
) -> None:
    visites = (
        Visite(
            passage=passage,
            dossier_id=dossier_id,
            prevue_le=depart + ecart * rang,
            etat=EtatVisite.EN_FILE if en_file else EtatVisite.PREVUE,
            bail_jusqu_au=depart + BAIL if en_file else None,
        )
        for rang, dossier_id in enumerate(dossiers)
    )
    for lot in _lots(visites):
        Visite.objects.bulk_create(lot, ignore_conflicts=True)


def _lots(visites: Iterator[Visite]) -> Iterator[list[Visite]]:
    while lot := list(islice(visites, LOT)):
        yield lot


def prendre_un_lot(*, maintenant: datetime) -> list[int]:
    """The visits to send now, marked as sent; the queue is kept short and the circuit breaker obeyed."""
    en_file = Visite.objects.filter(etat=EtatVisite.EN_FILE, bail_jusqu_au__gte=maintenant).count()
    places = disjoncteur.places(EN_FILE_MAX - en_file)
    if places <= 0:
        return []
    perdues = Q(etat__in=(EtatVisite.EN_FILE, EtatVisite.EN_COURS), bail_jusqu_au__lt=maintenant)
    dues = (
        Visite.objects.en_attente()
        .filter(Q(etat=EtatVisite.PREVUE) | perdues, prevue_le__range=(maintenant - HORIZON, maintenant))
        .order_by("prevue_le", "pk")
    )
    with transaction.atomic():
        lot = list(dues.select_for_update(skip_locked=True).values_list("pk", flat=True)[:places])
        Visite.objects.filter(pk__in=lot).update(etat=EtatVisite.EN_FILE, bail_jusqu_au=maintenant + BAIL)
    return lot


def clore_les_passages(*, maintenant: datetime) -> list[Passage]:
    """The runs of which nothing waits any more, ended now, each once."""
    clos = []
    for passage in Passage.objects.filter(fin__isnull=True).order_by("pk"):
        attendu = passage.visites.en_attente().filter(prevue_le__gte=maintenant - HORIZON)
        if attendu.exists() or not Passage.objects.filter(pk=passage.pk, fin__isnull=True).update(fin=maintenant):
            continue
        passage.refresh_from_db()
        clos.append(passage)
    return clos
