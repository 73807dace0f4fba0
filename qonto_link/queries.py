"""Reads for the pages: météo of the connections, journal of incidents."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from gestion_acces.models import Dossier, MembreCabinet
from portal.lib.affichage import horodatage
from qonto_link.apercu import prouves_jusqu_au
from qonto_link.enums import REMEDES, ClasseIncident, Intervenant, StatutConnexion
from qonto_link.models import Connexion, Incident
from qonto_link.services.notifications import DROIT

TAILLE_PAGE = 50
SANS_NOUVELLES = timedelta(hours=36)

FILTRES_METEO = {
    "": "Toutes",
    "fraiches": "À jour",
    "retard": "En retard",
    "erreur": "En erreur",
    "reconnexion": "Reconnexion nécessaire",
    "dissociee": "Dissociées",
}


@dataclass(frozen=True)
class LigneMeteo:
    """One connection of the portfolio, with its cause, remedy and owner of the remedy (B5)."""

    connexion: Connexion
    temps: str
    libelle: str
    cause: str
    remede: str
    intervenant: str
    prouvee: datetime | None = None

    @property
    def ton(self) -> str:
        return {"beau": "succes", "nuages": "attention", "orage": "danger"}.get(self.temps, "neutre")


@dataclass(frozen=True)
class PageMeteo:
    lignes: list[LigneMeteo]
    suite: str
    comptes: dict[str, int]


def _filtres(maintenant: datetime) -> dict[str, Q]:
    active = Q(statut=StatutConnexion.ACTIVE)
    vieille = Q(derniere_synchro__isnull=True) | Q(derniere_synchro__lt=maintenant - SANS_NOUVELLES)
    return {
        "fraiches": active & Q(cause="") & ~vieille,
        "retard": active & Q(cause="") & vieille,
        "erreur": active & ~Q(cause=""),
        "reconnexion": Q(statut=StatutConnexion.RECONNEXION),
        "dissociee": Q(statut=StatutConnexion.DISSOCIEE),
    }


def connexions_du_membre(membre: MembreCabinet) -> QuerySet[Connexion]:
    """The last connection of each dossier that this person of the firm may see."""
    plus_recente = Connexion.objects.filter(dossier_id=OuterRef("dossier_id"), pk__gt=OuterRef("pk"))
    return (
        Connexion.objects.filter(dossier__in=Dossier.objects.du_membre(membre).values("pk"))
        .filter(~Exists(plus_recente))
        .select_related("dossier")
    )


def compter_meteo(connexions: QuerySet[Connexion], maintenant: datetime) -> dict[str, int]:
    """How many connections stand in each state of the météo."""
    filtres = _filtres(maintenant)
    return connexions.aggregate(**{nom: Count("pk", filter=condition) for nom, condition in filtres.items()})


def page_meteo(
    membre: MembreCabinet, *, maintenant: datetime, filtre: str = "", recherche: str = "", apres: str = ""
) -> PageMeteo:
    """The connections by name of the company, from the key `apres` of the former page on."""
    toutes = connexions_du_membre(membre)
    for mot in recherche.split():
        toutes = toutes.filter(
            Q(dossier__raison_sociale__icontains=mot)
            | Q(dossier__code__istartswith=mot)
            | Q(organisation_nom__icontains=mot)
        )
    filtres = _filtres(maintenant)
    comptes = compter_meteo(toutes, maintenant)
    lignes = toutes.filter(filtres[filtre]) if filtre in filtres else toutes
    lignes = _apres(lignes.order_by("dossier__raison_sociale", "pk"), apres)
    lues = list(lignes[: TAILLE_PAGE + 1])
    suite = str(lues[TAILLE_PAGE - 1].pk) if len(lues) > TAILLE_PAGE else ""
    total = {"": sum(comptes.values()), **comptes}
    return PageMeteo(_avec_preuves(lues[:TAILLE_PAGE], maintenant), suite, total)


def _avec_preuves(connexions: list[Connexion], maintenant: datetime) -> list[LigneMeteo]:
    prouves = prouves_jusqu_au([connexion.dossier_id for connexion in connexions])
    return [
        replace(ligne_meteo(connexion, maintenant), prouvee=prouves.get(connexion.dossier_id))
        for connexion in connexions
    ]


def lignes_meteo(
    membre: MembreCabinet, *, maintenant: datetime, filtre: str = "", recherche: str = ""
) -> Iterator[LigneMeteo]:
    """Every line of the page, for an export, read a page at a time."""
    suite = ""
    while True:
        page = page_meteo(membre, maintenant=maintenant, filtre=filtre, recherche=recherche, apres=suite)
        yield from page.lignes
        suite = page.suite
        if not suite:
            return


def _apres(connexions: QuerySet[Connexion], apres: str) -> QuerySet[Connexion]:
    depart = connexions.filter(pk=int(apres)).first() if apres.isascii() and apres.isdigit() else None
    if depart is None:
        return connexions
    nom = depart.dossier.raison_sociale
    return connexions.filter(Q(dossier__raison_sociale__gt=nom) | Q(dossier__raison_sociale=nom, pk__gt=depart.pk))


def ligne_meteo(connexion: Connexion, maintenant: datetime) -> LigneMeteo:
    """The weather of one connection; no state is without remedy."""
    if connexion.statut == StatutConnexion.DISSOCIEE:
        remede = "Le dirigeant peut associer de nouveau depuis sa tuile Qonto."
        return LigneMeteo(
            connexion, "nuit", "Dissociée", "Dissociée par le client", remede, Intervenant.DIRIGEANT.label
        )
    if connexion.statut == StatutConnexion.RECONNEXION:
        remede, intervenant = REMEDES[ClasseIncident.CONSENTEMENT]
        cause = "Consentement expiré ou retiré"
        return LigneMeteo(connexion, "orage", "Reconnexion nécessaire", cause, remede, intervenant.label)
    if connexion.cause:
        remede, intervenant = REMEDES[connexion.cause]
        temps = "orage" if connexion.echecs_consecutifs >= 3 else "nuages"
        return LigneMeteo(connexion, temps, "En erreur", connexion.derniere_erreur, remede, intervenant.label)
    if connexion.derniere_synchro is None or connexion.derniere_synchro < maintenant - SANS_NOUVELLES:
        cause = "Jamais synchronisée" if connexion.derniere_synchro is None else "Pas de synchronisation récente"
        remede = "La prochaine synchronisation est automatique, cette nuit."
        return LigneMeteo(connexion, "nuages", "En retard", cause, remede, Intervenant.PORTAIL.label)
    return LigneMeteo(connexion, "beau", "À jour", "", "", "")


@dataclass(frozen=True)
class EtatNotifications:
    """Whether Qonto tells the portal what changes, in words; `alerte` when it does not."""

    texte: str
    alerte: str = ""


def etat_notifications(connexion: Connexion) -> EtatNotifications:
    if not connexion.est_active:
        return EtatNotifications("interrompues avec l’accès")
    if DROIT not in connexion.scopes.split():
        return EtatNotifications("non accordées : les changements sont lus chaque nuit")
    if not connexion.webhook_id:
        texte = "pas encore demandées ; les changements sont lus chaque nuit"
        essai = connexion.webhook_essai_le
        return EtatNotifications(texte, f"dernier essai le {horodatage(essai)}" if essai else "")
    vue = connexion.webhook_verifie_le
    suite = f", confirmées par Qonto le {horodatage(vue)}" if vue else ""
    return EtatNotifications(f"reçues à chaque changement{suite}")


@dataclass(frozen=True)
class PageIncidents:
    incidents: list[Incident]
    suite: str
    ouverts: int


def page_incidents(dossier: Dossier, *, tous: bool = False, apres: str = "") -> PageIncidents:
    """The journal of the dossier, last first; only the open ones unless `tous`."""
    incidents = Incident.objects.pour_dossier(dossier).select_related("resolu_par")
    ouverts = incidents.ouverts().count()
    lignes = (incidents if tous else incidents.ouverts()).order_by("-derniere_fois", "-pk")
    depart = incidents.filter(pk=int(apres)).first() if apres.isascii() and apres.isdigit() else None
    if depart:
        lignes = lignes.filter(
            Q(derniere_fois__lt=depart.derniere_fois) | Q(derniere_fois=depart.derniere_fois, pk__lt=depart.pk)
        )
    lus = list(lignes[: TAILLE_PAGE + 1])
    return PageIncidents(lus[:TAILLE_PAGE], str(lus[TAILLE_PAGE - 1].pk) if len(lus) > TAILLE_PAGE else "", ouverts)
