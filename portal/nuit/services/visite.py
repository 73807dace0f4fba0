"""One dossier at night: idempotent, alone on its connection, counted; a failure is written, retried, set aside."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from banque.enums import EtatSynchronisation
from banque.services.synchronisation import demander, executer
from depot.enums import EtatImport, Resultat
from depot.errors import ImportImpossible
from depot.models import LigneImport
from depot.services.imports import QUOI, demander_import, executer_import
from gestion_acces.services.audit import Origine as OrigineActe
from gestion_acces.services.audit import journaliser
from portal.lib.calendrier import est_son_tour
from portal.lib.mesures import compter
from portal.lib.verrous import VerrouOccupe, verrou
from portal.nuit.enums import EtatVisite, Origine
from portal.nuit.models import Visite
from portal.nuit.services import alertes, disjoncteur
from portal.nuit.services.controles import controler
from portal.nuit.services.plan import BAIL
from qonto_link.budget import decompter
from qonto_link.enums import ClasseIncident, StatutConnexion
from qonto_link.models import Connexion, Incident
from qonto_link.services.connexion import connexion_du
from qonto_link.services.notifications import est_a_verifier, verifier
from qonto_link.virements.services.balayage import ordres_a_suivre, suivre

ESSAIS_MAX = 5
BASE = timedelta(minutes=1)
PLAFOND = timedelta(minutes=30)
REPRISE_OCCUPEE = timedelta(minutes=2)
# The weekly turn of what a night without news does not ask for.
AVOIRS, SOLDES = 0, 1
# No try of ours changes these: somebody has to act.
SANS_REPRISE: frozenset[str] = frozenset({ClasseIncident.CONSENTEMENT, ClasseIncident.DROIT})
Horloge = Callable[[], datetime]
Lecture = Callable[[Visite, Connexion, Horloge], None]


class Occupee(Exception):
    """Somebody else reads this dossier right now."""


class VisiteEchouee(Exception):
    def __init__(self, classe: str, message: str) -> None:
        self.classe = classe
        super().__init__(message)


def lire_le_dossier(visite: Visite, connexion: Connexion, horloge: Horloge) -> None:
    """What Qonto has, then the controls, which look at the books even when Qonto does not open. The counts go on the
    visit. Raises VisiteEchouee, Occupee; what was read before stays read, and counted."""
    lu = False
    try:
        _lire_chez_qonto(visite, connexion, horloge)
        lu = True
    finally:
        visite.nb_anomalies = controler(
            dossier=visite.dossier, maintenant=horloge(), lu=lu, clore=visite.avait_des_incidents
        )


def _lire_chez_qonto(visite: Visite, connexion: Connexion, horloge: Horloge) -> None:
    """Balances, lines, receipts, payments under way, sales invoices."""
    if connexion.statut == StatutConnexion.RECONNEXION:
        raise VisiteEchouee(ClasseIncident.CONSENTEMENT, "Le dirigeant doit se reconnecter à Qonto.")
    _lire_la_banque(visite, connexion, horloge)
    _revoir_les_notifications(visite, connexion, horloge())
    ordres = ordres_a_suivre(horloge(), dossier_id=visite.dossier_id)
    for ordre_id in ordres:
        suivre(ordre_id=ordre_id, maintenant=horloge())
    visite.nb_virements += len(ordres)
    _lire_les_ventes(visite, connexion, horloge)


def visiter(*, visite_id: int, horloge: Horloge, lire: Lecture = lire_le_dossier) -> Visite | None:
    """Make one visit, if it is still to be made. Running it twice, or in two workers, makes it once."""
    visite = _prendre(visite_id, horloge())
    if visite is None:
        return None
    connexion = connexion_du(visite.dossier)
    if connexion is None:
        return _finir(visite, EtatVisite.ABANDONNEE, horloge())
    try:
        with decompter() as decompte, verrou(f"nuit:{connexion.pk}", duree=BAIL.total_seconds(), attente=1):
            try:
                lire(visite, connexion, horloge)
            finally:
                visite.nb_requetes += decompte.requetes
    except (VerrouOccupe, Occupee):
        return _remettre(visite, horloge() + REPRISE_OCCUPEE, essai_compte=False)
    except VisiteEchouee as echec:
        return _echouer(visite, connexion, echec, horloge())
    disjoncteur.noter_succes()
    if visite.avait_des_incidents:
        alertes.lever(dossier=visite.dossier, maintenant=horloge())
    return _finir(visite, EtatVisite.REUSSIE, horloge())


def _prendre(visite_id: int, maintenant: datetime) -> Visite | None:
    """Claim the visit; None when it is done, or in other hands. One that kills its workers is put aside."""
    libres = Q(etat__in=(EtatVisite.PREVUE, EtatVisite.EN_FILE)) | Q(
        etat=EtatVisite.EN_COURS, bail_jusqu_au__lt=maintenant
    )
    prises = Visite.objects.filter(libres, pk=visite_id).update(
        etat=EtatVisite.EN_COURS,
        bail_jusqu_au=maintenant + BAIL,
        debut=Coalesce(F("debut"), Value(maintenant)),
        essais=F("essais") + 1,
    )
    if not prises:
        return None
    visite = Visite.objects.select_related("dossier__cabinet", "passage").get(pk=visite_id)
    visite.avait_des_incidents = Incident.objects.ouverts().filter(dossier=visite.dossier_id).exists()
    if visite.essais > ESSAIS_MAX:
        visite.erreur = "La lecture a été interrompue à chaque essai."
        _finir(visite, EtatVisite.ECHOUEE, maintenant)
        alertes.apres_echec(visite=visite, maintenant=maintenant)
        return None
    return visite


def _lire_la_banque(visite: Visite, connexion: Connexion, horloge: Horloge) -> None:
    demande = demander(dossier=visite.dossier, par="nuit", maintenant=horloge())
    # Asked for by hand, or once a week for the accounts that were opened: else only when a line has moved.
    a_la_main = visite.passage.origine == Origine.COMMANDE
    soldes = a_la_main or est_son_tour(visite.dossier_id, visite.passage.jour, rang=SOLDES)
    run = executer(synchronisation=demande, maintenant=horloge(), horloge=horloge, soldes=soldes, connexion=connexion)
    if run.est_vivante:
        raise Occupee
    visite.nb_nouvelles += run.nb_nouvelles
    visite.nb_changees += run.nb_changees
    visite.nb_pieces += run.nb_pieces
    if run.etat != EtatSynchronisation.TERMINEE:
        connexion.refresh_from_db()
        raise VisiteEchouee(connexion.cause or ClasseIncident.INJOIGNABLE, run.erreur)


def _revoir_les_notifications(visite: Visite, connexion: Connexion, maintenant: datetime) -> None:
    """Once a week, on a night that asks for nothing else besides: whether Qonto still notifies, and the right one."""
    if visite.passage.origine == Origine.COMMANDE:
        return
    chargee = any(est_son_tour(visite.dossier_id, visite.passage.jour, rang=rang) for rang in (AVOIRS, SOLDES))
    if not chargee and est_a_verifier(connexion, maintenant):
        verifier(connexion=connexion, maintenant=maintenant)


def _lire_les_ventes(visite: Visite, connexion: Connexion, horloge: Horloge) -> None:
    """The sales invoices and credit notes of a dossier that has i-Facture. A long first list goes on by itself."""
    try:
        demande = demander_import(
            dossier=visite.dossier, par="nuit", complet=False, connexion=connexion, maintenant=horloge()
        )
    except ImportImpossible:
        return
    executer_import(demande=demande, horloge=horloge, connexion=connexion)
    apportees = (Resultat.IMPORTEE, Resultat.CHANGEE)
    visite.nb_factures += LigneImport.objects.filter(import_factures=demande, resultat__in=apportees).count()
    incidents = Incident.objects.pour_dossier(visite.dossier).ouverts().filter(cle=QUOI)
    if demande.etat == EtatImport.ECHOUE:
        cause = incidents.order_by("-derniere_fois").values_list("classe", flat=True).first()
        raise VisiteEchouee(cause or ClasseIncident.REPONSE, f"Factures de vente : {demande.erreur}")
    if demande.etat == EtatImport.TERMINE and visite.avait_des_incidents:
        incidents.update(resolu_le=horloge())


def _finir(visite: Visite, etat: EtatVisite, maintenant: datetime) -> Visite:
    visite.etat, visite.fin, visite.bail_jusqu_au = etat, maintenant, None
    if etat != EtatVisite.ECHOUEE:
        visite.classe = visite.erreur = ""
    visite.save()
    compter("portail_nuit_visites_total", issue=etat)
    return visite


def _remettre(visite: Visite, quand: datetime, *, essai_compte: bool) -> Visite:
    visite.etat, visite.prevue_le, visite.bail_jusqu_au = EtatVisite.PREVUE, quand, None
    visite.essais -= not essai_compte
    visite.save()
    return visite


def attente(essais: int) -> timedelta:
    """Full jitter: a hundred dossiers that failed together do not come back together."""
    return random.uniform(0, 1) * min(PLAFOND, BASE * (1 << essais))


def _echouer(visite: Visite, connexion: Connexion, echec: VisiteEchouee, maintenant: datetime) -> Visite:
    visite.classe, visite.erreur = echec.classe, str(echec)[:300]
    disjoncteur.noter_echec(echec.classe)
    if echec.classe not in SANS_REPRISE and visite.essais < ESSAIS_MAX:
        quand = maintenant + attente(visite.essais)
        Connexion.objects.filter(pk=connexion.pk, statut=StatutConnexion.ACTIVE).update(prochain_essai=quand)
        compter("portail_nuit_visites_total", issue="reessayee")
        return _remettre(visite, quand, essai_compte=True)
    _finir(visite, EtatVisite.ECHOUEE, maintenant)
    alertes.apres_echec(visite=visite, maintenant=maintenant)
    return visite


def rejouer(*, visite: Visite, origine: OrigineActe, maintenant: datetime) -> bool:
    """Put a dead letter back into the queue, with all its tries. Twice is once."""
    with transaction.atomic():
        remises = Visite.objects.filter(pk=visite.pk, etat=EtatVisite.ECHOUEE).update(
            etat=EtatVisite.PREVUE, prevue_le=maintenant, essais=0, fin=None
        )
        if remises:
            journaliser(
                cabinet=visite.dossier.cabinet,
                dossier=visite.dossier,
                acte="nuit.rejouer",
                date=maintenant,
                origine=origine,
                objet=f"Passage du {visite.passage.jour:%d/%m/%Y}",
            )
    return bool(remises)
