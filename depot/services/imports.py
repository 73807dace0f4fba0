"""The run of « Import des factures Qonto »: asked for, claimed by a lease, resumed after a kill, retried in part.

A run has two steps. The list of Qonto is written whole, one row for each invoice and credit note; then the rows are
worked through in batches, each committed. Whatever stops it, what is written stays, and the rest waits in its rows.
"""

import zlib
from collections.abc import Callable, Iterable
from copy import copy
from datetime import datetime, timedelta

import orjson
from django.db import IntegrityError, transaction
from django.db.models import Q

from depot.enums import IMPORTS_VIVANTS, EtatImport, Resultat
from depot.errors import ImportImpossible
from depot.models import ImportFactures, LigneImport
from depot.services.atelier import Atelier
from depot.services.conditions import manque
from depot.services.reception import LOT, traiter_lot
from depot.sources.qonto import FactureRecue, lire_avoirs, lire_factures
from gestion_acces.models import Dossier
from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from portal.lib.calendrier import est_son_tour, jour_de_paris
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError
from qonto_link.errors import QontoLinkError
from qonto_link.models import Connexion
from qonto_link.services.connexion import client_pour, exiger_connexion
from qonto_link.services.incidents import signaler_erreur
from qonto_link.traduction import expliquer

BAIL = timedelta(minutes=3)
# Clocks and equal instants can hide an invoice: the last minutes are always read again.
CHEVAUCHEMENT = timedelta(minutes=5)
DUREE_DE_TACHE = timedelta(minutes=4)
INTERROMPU = "L’import a été interrompu. Rien n’est perdu : reprenez-le, il continue où il s’est arrêté."
QUOI = "Import des factures Qonto"
Horloge = Callable[[], datetime]


def demander_import(
    *,
    dossier: Dossier,
    par: str,
    complet: bool = True,
    origine: Origine = SYSTEME,
    connexion: Connexion | None = None,
    maintenant: datetime,
) -> ImportFactures:
    """The run to follow: the one under way, or a new one. Raises ImportImpossible, naming what is missing (S26).

    A run that is not `complet` reads only what changed since the last one, and tries again what failed then.
    """
    manquantes = manque(dossier, connexion)
    if manquantes:
        raise ImportImpossible(
            " ".join(f"{condition.titre} : non. {condition.explication}" for condition in manquantes)
        )
    try:
        with transaction.atomic():
            demande = ImportFactures.objects.create(
                dossier=dossier, demande_par=par, complet=complet, demande_le=maintenant
            )
            # The act of a person. What the night reads has its own history, the visits.
            if origine != SYSTEME:
                journaliser(
                    cabinet=dossier.cabinet,
                    dossier=dossier,
                    acte="depot.importer",
                    date=maintenant,
                    origine=origine,
                    objet=QUOI,
                )
            return demande
    except IntegrityError:
        return ImportFactures.objects.filter(dossier=dossier, etat__in=IMPORTS_VIVANTS).latest("pk")


def reprendre_import(*, demande: ImportFactures, maintenant: datetime) -> ImportFactures:
    """Go on with a run that stopped, and try again the invoices that failed, those alone.

    Raises ImportImpossible while another run of the dossier is under way.
    """
    try:
        with transaction.atomic():
            LigneImport.objects.filter(import_factures=demande, resultat=Resultat.ECHOUEE).update(
                resultat=Resultat.A_FAIRE, raison=""
            )
            # A run found dead is taken over by its lease; one that ended is opened again.
            ImportFactures.objects.filter(pk=demande.pk).exclude(etat=EtatImport.EN_COURS).update(
                etat=EtatImport.EN_ATTENTE, erreur="", termine_le=None, bail_jusqu_au=None, demande_le=maintenant
            )
    except IntegrityError:
        raise ImportImpossible("Un autre import de ce dossier est en cours : attendez sa fin.") from None
    demande.refresh_from_db()
    return demande


def imports_a_reprendre(maintenant: datetime) -> list[int]:
    """Runs whose worker died, and runs asked for whose message was lost."""
    return list(
        ImportFactures.objects.filter(
            Q(etat=EtatImport.EN_COURS, bail_jusqu_au__lt=maintenant)
            | Q(etat=EtatImport.EN_ATTENTE, demande_le__lt=maintenant - BAIL)
        ).values_list("pk", flat=True)[:500]
    )


class _Bail:
    """The claim of one worker on a run; lost when another one took it over."""

    def __init__(self, demande: ImportFactures, maintenant: datetime) -> None:
        self.demande = demande
        self.jusqu_au = maintenant + BAIL
        libre = Q(etat=EtatImport.EN_ATTENTE) | Q(etat=EtatImport.EN_COURS, bail_jusqu_au__lt=maintenant)
        self.tenu = self._poser(libre, etat=EtatImport.EN_COURS, demarre_le=demande.demarre_le or maintenant)

    def _poser(self, condition: Q, **suite: object) -> bool:
        return bool(
            ImportFactures.objects.filter(condition, pk=self.demande.pk).update(bail_jusqu_au=self.jusqu_au, **suite)
        )

    def prolonger(self, maintenant: datetime) -> bool:
        ancien, self.jusqu_au = self.jusqu_au, maintenant + BAIL
        self.tenu = self._poser(Q(bail_jusqu_au=ancien))
        return self.tenu

    def rendre(self, **suite: object) -> None:
        suite["bail_jusqu_au"] = None
        if not ImportFactures.objects.filter(pk=self.demande.pk, bail_jusqu_au=self.jusqu_au).update(**suite):
            self.demande.refresh_from_db()
            return
        for champ, valeur in suite.items():
            setattr(self.demande, champ, valeur)


def executer_import(
    *,
    demande: ImportFactures,
    horloge: Horloge,
    connexion: Connexion | None = None,
    duree: timedelta = DUREE_DE_TACHE,
) -> bool:
    """Work on the run until it is done or `duree` is over; returns True when some is left for another task.

    Whoever claims the row first runs it; the failure is written on it, never lost.
    """
    debut = horloge()
    bail = _Bail(demande, debut)
    if not bail.tenu:
        return False
    if demande.demarre_le is not None:
        demande.refresh_from_db()
    try:
        mienne = connexion or exiger_connexion(demande.dossier)
        with client_pour(mienne) as client, Atelier(lambda: client_pour(copy(mienne))) as atelier:
            if demande.liste_le is None:
                _lister(demande, client, bail, horloge)
            while traiter_lot(demande=demande, atelier=atelier, maintenant=horloge()):
                if not bail.prolonger(horloge()):
                    return False
                if horloge() - debut > duree:
                    bail.rendre(etat=EtatImport.EN_ATTENTE)
                    return True
    except QontoError as panne:
        signaler_erreur(dossier=demande.dossier, erreur=panne, quoi=QUOI, maintenant=horloge())
        bail.rendre(etat=EtatImport.ECHOUE, termine_le=horloge(), erreur=expliquer(panne).message)
        return False
    except QontoLinkError as refus:
        bail.rendre(etat=EtatImport.ECHOUE, termine_le=horloge(), erreur=str(refus))
        return False
    bail.rendre(etat=EtatImport.TERMINE, termine_le=horloge(), erreur="")
    return False


def _lister(demande: ImportFactures, client: QontoClient, bail: _Bail, horloge: Horloge) -> None:
    """Write the rows of everything that Qonto has to say. Twice is once: a row is there under its id."""
    avant = None if demande.complet else _dernier_fini(demande)
    factures = lire_factures(client, _depuis(avant.vu_jusqu_au if avant else None))
    vue = _ecrire_lignes(demande, factures, bail, horloge, _modifiee_le)
    avoir_vu = None
    if avant is None or _avoirs_a_lire(demande, avant, vue):
        avoirs = lire_avoirs(client, _depuis(avant.avoirs_vus_jusqu_au if avant else None))
        avoir_vu = _ecrire_lignes(demande, avoirs, bail, horloge, _creee_le)
    if avant is not None:
        _reporter_les_echecs(demande, avant)
    demande.liste_le = horloge()
    demande.vu_jusqu_au = vue or (avant.vu_jusqu_au if avant else None)
    demande.avoirs_vus_jusqu_au = avoir_vu or (avant.avoirs_vus_jusqu_au if avant else None)
    demande.save(update_fields=["liste_le", "vu_jusqu_au", "avoirs_vus_jusqu_au"])


def _avoirs_a_lire(demande: ImportFactures, avant: ImportFactures, vue: datetime | None) -> bool:
    """Qonto cannot list the credit notes that changed, and each belongs to an invoice: a dossier in which no invoice
    changed asks for them once a week only, so that a night without news stays cheap."""
    changee = vue is not None and (avant.vu_jusqu_au is None or vue > avant.vu_jusqu_au)
    return changee or est_son_tour(demande.dossier_id, jour_de_paris(demande.demande_le))


def _depuis(moment: datetime | None) -> datetime | None:
    return moment - CHEVAUCHEMENT if moment else None


def _modifiee_le(recue: FactureRecue) -> datetime | None:
    return recue.modifiee_le


def _creee_le(recue: FactureRecue) -> datetime | None:
    return recue.creee_le


def _dernier_fini(demande: ImportFactures) -> ImportFactures | None:
    """The last run whose list was whole, whatever became of its rows: those that failed are carried over."""
    return (
        ImportFactures.objects.filter(dossier=demande.dossier, liste_le__isnull=False)
        .exclude(pk=demande.pk)
        .order_by("-demande_le", "-id")
        .first()
    )


def _ecrire_lignes(
    demande: ImportFactures,
    recues: Iterable[FactureRecue],
    bail: _Bail,
    horloge: Horloge,
    cle: Callable[[FactureRecue], datetime | None],
) -> datetime | None:
    dernier: datetime | None = None
    paquet: list[LigneImport] = []
    for recue in recues:
        moment = cle(recue)
        dernier = max(filter(None, (dernier, moment)), default=None)
        paquet.append(_ligne(demande, recue))
        if len(paquet) >= 100:
            _poser(paquet)
            bail.prolonger(horloge())
    _poser(paquet)
    return dernier


def _poser(paquet: list[LigneImport]) -> None:
    LigneImport.objects.bulk_create(paquet, ignore_conflicts=True)
    paquet.clear()


def _ligne(demande: ImportFactures, recue: FactureRecue) -> LigneImport:
    return LigneImport(
        dossier_id=demande.dossier_id,
        import_factures=demande,
        genre=recue.genre,
        qonto_id=recue.id,
        numero=recue.numero,
        tiers=recue.vente.client.nom,
        montant_cents=recue.vente.ttc_cents,
        brut=zlib.compress(orjson.dumps(recue.brut), 1),
        resultat=Resultat.IGNOREE if recue.refus else Resultat.A_FAIRE,
        raison=recue.refus,
    )


def _reporter_les_echecs(demande: ImportFactures, avant: ImportFactures) -> None:
    echouees = LigneImport.objects.filter(import_factures=avant, resultat__in=[Resultat.ECHOUEE, Resultat.A_FAIRE])
    lignes = [
        LigneImport(
            dossier_id=demande.dossier_id,
            import_factures=demande,
            genre=ligne.genre,
            qonto_id=ligne.qonto_id,
            numero=ligne.numero,
            tiers=ligne.tiers,
            montant_cents=ligne.montant_cents,
            brut=ligne.brut,
            # Tried before: what Qonto says now is read again.
            essais=max(ligne.essais, 1),
        )
        for ligne in echouees.iterator(chunk_size=LOT)
    ]
    LigneImport.objects.bulk_create(lignes, ignore_conflicts=True, batch_size=LOT)
