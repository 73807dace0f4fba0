"""Reading the lines of a dossier at Qonto: incremental, resumable between two pages, one run at a time.

Nothing is asked inside a transaction. Without news a run costs one request an account, and one for the balances when
they are asked for: lines that do not move leave them as they were.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from banque.enums import EtatSynchronisation
from banque.models import CodeOperation, CompteBancaire, Synchronisation
from banque.services.integration import borne_basse
from banque.services.justificatifs import chercher_justificatifs
from banque.services.mention import reconsiderer_dossier
from banque.services.reception import Bilan, recevoir
from banque.sources import OperationRecue
from banque.sources.qonto import CodesOperation, FenetreTropDense, lignes, traduire
from gestion_acces.models import Cabinet, Dossier
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import NotFound, QontoError
from qonto_link.api.schemas.operations import Transaction
from qonto_link.errors import QontoInjoignable, QontoLinkError
from qonto_link.models import Connexion
from qonto_link.services.comptes import ecrire_soldes
from qonto_link.services.connexion import client_pour, exiger_connexion, noter_echec, noter_succes
from qonto_link.traduction import expliquer

PAGE = 100
# Clocks and equal instants can hide a line: the last minutes are always read again.
CHEVAUCHEMENT = timedelta(minutes=5)
# A reading renews its lease at each page and each receipt: this long without a sign, its worker is dead.
BAIL = timedelta(minutes=3)
# What no worker has taken after this long is given up.
ATTENTE_MAX = timedelta(minutes=10)
# Whatever the caller spares, a balance is not older.
SOLDE_MAX = timedelta(days=8)
INTERROMPUE = "La lecture a été interrompue."
VIVANTES = (EtatSynchronisation.EN_ATTENTE, EtatSynchronisation.EN_COURS)
T = TypeVar("T")
Battement = Callable[[], object]


def _sans_battement() -> None:
    """For who reads without a run to keep alive."""


def par_paquets(elements: Iterable[T], taille: int) -> Iterator[list[T]]:
    iterateur = iter(elements)
    while paquet := list(islice(iterateur, taille)):
        yield paquet


def codes_du_cabinet(cabinet: Cabinet) -> CodesOperation:
    """The interbank codes that the firm has chosen for Qonto's lines."""
    codes = CodeOperation.objects.filter(cabinet=cabinet)
    return {(code.type_operation, code.cote): code.code for code in codes}


def lire_le_compte(
    *,
    compte: CompteBancaire,
    client: QontoClient,
    ibans_internes: frozenset[str],
    codes: CodesOperation,
    maintenant: datetime,
    battre: Battement = _sans_battement,
) -> Bilan:
    """Stage what changed on one account since the last page written. Raises QontoError; what was written stays."""
    depuis = compte.curseur - CHEVAUCHEMENT if compte.curseur else borne_basse(compte, maintenant)
    assert compte.compte_qonto is not None
    source = lignes(client, compte.compte_qonto.external_id, depuis, maintenant, ibans_internes, codes)
    bilan = Bilan()
    for paquet in par_paquets(source, PAGE):
        bilan.ajouter(
            recevoir(compte=compte, operations=paquet, maintenant=maintenant, curseur=_dernier_instant(paquet))
        )
        battre()
    CompteBancaire.objects.filter(pk=compte.pk).update(synchronise_le=maintenant, erreur_synchro="")
    return bilan


def _dernier_instant(paquet: list[OperationRecue]) -> datetime | None:
    return max((operation.modifiee_le for operation in paquet if operation.modifiee_le), default=None)


def synchroniser_dossier(
    *,
    dossier: Dossier,
    maintenant: datetime,
    battre: Battement = _sans_battement,
    soldes: bool = True,
    connexion: Connexion | None = None,
) -> tuple[Bilan, int]:
    """Balances, lines, receipts and payment links of a dossier; returns the counts and how many receipts came.

    Without `soldes` the balances are read only if a line moved. `battre` is called at each step, to say that the
    reading lives. Raises PasDeConnexion, ReconnexionNecessaire, QontoInjoignable. Pages already written stay written.
    """
    connexion = connexion or exiger_connexion(dossier)
    comptes = list(
        CompteBancaire.objects.filter(dossier=dossier, compte_qonto__connexion=connexion, compte_qonto__lie=True)
        .select_related("compte_qonto")
        .order_by("id")
    )
    try:
        with client_pour(connexion) as client:
            d_abord = soldes or not comptes or any(_solde_ancien(compte, maintenant) for compte in comptes)
            if d_abord:
                ecrire_soldes(connexion=connexion, client=client, maintenant=maintenant)
            bilan = _lire_les_comptes(dossier, connexion, comptes, client, maintenant, battre)
            if not d_abord and (bilan.nouvelles or bilan.changees):
                ecrire_soldes(connexion=connexion, client=client, maintenant=maintenant)
            depuis = min((borne_basse(compte, maintenant) for compte in comptes), default=None)
            recus = chercher_justificatifs(
                dossier=dossier, client=client, maintenant=maintenant, depuis=depuis, battre=battre
            )
    except QontoError as panne:
        _noter_la_panne(comptes, expliquer(panne).message)
        noter_echec(connexion=connexion, erreur=panne, maintenant=maintenant)
        raise QontoInjoignable from panne
    except (QontoLinkError, FenetreTropDense) as refus:
        _noter_la_panne(comptes, str(refus))
        raise
    reconsiderer_dossier(dossier=dossier)
    noter_succes(connexion=connexion, maintenant=maintenant)
    return bilan, recus


def _solde_ancien(compte: CompteBancaire, maintenant: datetime) -> bool:
    lu_le = compte.compte_qonto.solde_le if compte.compte_qonto else None
    return lu_le is None or lu_le < maintenant - SOLDE_MAX


def _lire_les_comptes(
    dossier: Dossier,
    connexion: Connexion,
    comptes: list[CompteBancaire],
    client: QontoClient,
    maintenant: datetime,
    battre: Battement,
) -> Bilan:
    ibans = frozenset(connexion.comptes.values_list("iban", flat=True))
    codes = codes_du_cabinet(dossier.cabinet)
    total = Bilan()
    for compte in comptes:
        total.ajouter(
            lire_le_compte(
                compte=compte,
                client=client,
                ibans_internes=ibans,
                codes=codes,
                maintenant=maintenant,
                battre=battre,
            )
        )
    return total


def relire_operation(*, connexion: Connexion, operation_id: str, maintenant: datetime) -> Bilan:
    """One line as Qonto has it now, with its receipts: what a notification asks for. A line of no linked account,
    and one that no longer exists there, are left alone. Raises ReconnexionNecessaire, QontoInjoignable, QontoError."""
    with client_pour(connexion) as client:
        try:
            lue = client.transaction(operation_id)
        except NotFound:
            return Bilan()
        comptes = CompteBancaire.objects.filter(dossier=connexion.dossier, compte_qonto__connexion=connexion)
        compte = comptes.filter(compte_qonto__external_id=lue.bank_account_id, compte_qonto__lie=True).first()
        if compte is None or _trop_ancienne(compte, lue, maintenant):
            return Bilan()
        ibans = frozenset(connexion.comptes.values_list("iban", flat=True))
        codes = codes_du_cabinet(connexion.dossier.cabinet)
        bilan = recevoir(compte=compte, operations=[traduire(lue, ibans, codes)], maintenant=maintenant)
        ecrire_soldes(connexion=connexion, client=client, maintenant=maintenant)
        chercher_justificatifs(dossier=connexion.dossier, client=client, maintenant=maintenant)
    reconsiderer_dossier(dossier=connexion.dossier)
    return bilan


def _trop_ancienne(compte: CompteBancaire, lue: Transaction, maintenant: datetime) -> bool:
    """True for a line settled before everything that this account integrates."""
    return lue.settled_at is not None and lue.settled_at < borne_basse(compte, maintenant)


def _noter_la_panne(comptes: list[CompteBancaire], message: str) -> None:
    CompteBancaire.objects.filter(pk__in=[compte.pk for compte in comptes]).update(erreur_synchro=message)


def demander(*, dossier: Dossier, par: str, maintenant: datetime) -> Synchronisation:
    """The run to wait for: the one under way, or a new one. A run whose worker died is taken as failed."""
    if (nouvelle := _nouvelle(dossier, par, maintenant)) is not None:
        return nouvelle
    Synchronisation.objects.filter(
        Q(bail_jusqu_au__lt=maintenant)
        | Q(etat=EtatSynchronisation.EN_ATTENTE, demandee_le__lt=maintenant - ATTENTE_MAX),
        dossier=dossier,
        etat__in=VIVANTES,
    ).update(etat=EtatSynchronisation.ECHOUEE, terminee_le=maintenant, erreur=INTERROMPUE)
    suivante = _nouvelle(dossier, par, maintenant)
    return suivante or Synchronisation.objects.filter(dossier=dossier, etat__in=VIVANTES).latest("pk")


def _nouvelle(dossier: Dossier, par: str, maintenant: datetime) -> Synchronisation | None:
    """None while another one of the dossier stands."""
    try:
        with transaction.atomic():
            return Synchronisation.objects.create(dossier=dossier, demandee_par=par, demandee_le=maintenant)
    except IntegrityError:
        return None


def est_abandonnee(synchronisation: Synchronisation, maintenant: datetime) -> bool:
    """True for a run that still counts as alive and that nobody carries any more."""
    if synchronisation.etat == EtatSynchronisation.EN_ATTENTE:
        return synchronisation.demandee_le < maintenant - ATTENTE_MAX
    bail = synchronisation.bail_jusqu_au
    return synchronisation.etat == EtatSynchronisation.EN_COURS and bail is not None and bail < maintenant


def executer(
    *,
    synchronisation: Synchronisation,
    maintenant: datetime,
    horloge: Callable[[], datetime] | None = None,
    soldes: bool = True,
    connexion: Connexion | None = None,
) -> Synchronisation:
    """Run what was asked, once: whoever claims the row first. The failure is written on it, never lost.

    With the clock the lease is renewed as the reading goes on; without it, one lease is all it has.
    """
    prises = Synchronisation.objects.filter(
        Q(etat=EtatSynchronisation.EN_ATTENTE) | Q(etat=EtatSynchronisation.EN_COURS, bail_jusqu_au__lt=maintenant),
        pk=synchronisation.pk,
    ).update(etat=EtatSynchronisation.EN_COURS, demarree_le=maintenant, bail_jusqu_au=maintenant + BAIL)
    if not prises:
        synchronisation.refresh_from_db()
        return synchronisation
    mienne = Synchronisation.objects.filter(pk=synchronisation.pk)
    lire_l_heure = horloge or (lambda: maintenant)
    suite: dict[str, object] = {"etat": EtatSynchronisation.ECHOUEE, "erreur": INTERROMPUE}
    try:
        bilan, recus = synchroniser_dossier(
            dossier=synchronisation.dossier,
            maintenant=maintenant,
            battre=_Pouls(mienne, maintenant, lire_l_heure),
            soldes=soldes,
            connexion=connexion,
        )
        suite = {"etat": EtatSynchronisation.TERMINEE, "erreur": "", **_compte_rendu(bilan, recus)}
    except (QontoLinkError, FenetreTropDense) as refus:
        suite["erreur"] = str(refus)
    except Exception:
        # Our own fault is told to who waits, and to the logs.
        mienne.update(terminee_le=lire_l_heure(), bail_jusqu_au=None, **suite)
        raise
    suite |= {"terminee_le": lire_l_heure(), "bail_jusqu_au": None}
    mienne.update(**suite)
    for champ, valeur in suite.items():
        setattr(synchronisation, champ, valeur)
    return synchronisation


class _Pouls:
    """Renews the lease of a run as it goes on, a few times in its length."""

    def __init__(self, mienne: QuerySet[Synchronisation], debut: datetime, horloge: Callable[[], datetime]) -> None:
        self._mienne, self._dernier, self._horloge = mienne, debut, horloge

    def __call__(self) -> None:
        heure = self._horloge()
        if heure - self._dernier > BAIL / 6:
            self._mienne.update(bail_jusqu_au=heure + BAIL)
            self._dernier = heure


def _compte_rendu(bilan: Bilan, recus: int) -> dict[str, object]:
    return {
        "nb_nouvelles": bilan.nouvelles,
        "nb_connues": bilan.connues,
        "nb_changees": bilan.changees,
        "nb_pieces": recus,
    }
