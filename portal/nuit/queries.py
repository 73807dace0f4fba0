"""Reads of the page of the night, within the portfolio of the person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from banque.enums import Source
from banque.models import LigneRecue
from depot.enums import Resultat
from depot.models import LigneImport
from gestion_acces.models import Dossier, MembreCabinet
from portal.lib.pages import Page, paginer
from portal.nuit.enums import EN_ATTENTE, EtatVisite
from portal.nuit.models import Passage, Visite
from qonto_link.enums import ClasseIncident, StatutConnexion
from qonto_link.models import Connexion, Incident

PASSAGES = 14
TAILLE = 50
FACTURES = 200
FILTRES = {
    "": Q(),
    EtatVisite.REUSSIE.value: Q(etat=EtatVisite.REUSSIE),
    EtatVisite.ECHOUEE.value: Q(etat=EtatVisite.ECHOUEE),
    "attente": Q(etat__in=EN_ATTENTE),
    "nouvelles": Q(nb_nouvelles__gt=0),
    "factures": Q(nb_factures__gt=0),
    "anomalies": Q(nb_anomalies__gt=0),
}
LIBELLES = {
    "": "Tous",
    EtatVisite.REUSSIE.value: "Lus",
    EtatVisite.ECHOUEE.value: "En échec",
    "attente": "À venir",
    "nouvelles": "Avec opérations",
    "factures": "Avec factures",
    "anomalies": "Contrôles en échec",
}


@dataclass(frozen=True)
class LigneHistorique:
    """A run as it concerned the portfolio."""

    passage: Passage
    reussies: int
    echouees: int
    nouvelles: int
    factures: int
    anomalies: int
    requetes: int
    duree: timedelta | None


def visites_du_membre(membre: MembreCabinet) -> QuerySet[Visite]:
    return Visite.objects.filter(dossier__in=Dossier.objects.du_membre(membre).values("pk"))


def historique(membre: MembreCabinet) -> list[LigneHistorique]:
    """The last runs, the latest first, in two queries."""
    passages = {passage.pk: passage for passage in Passage.objects.order_by("-debut", "-pk")[:PASSAGES]}
    groupes = visites_du_membre(membre).filter(passage__in=passages).values("passage")
    sommes = {
        ligne["passage"]: ligne
        for ligne in groupes.annotate(
            reussies=Count("pk", filter=FILTRES["reussie"]),
            echouees=Count("pk", filter=FILTRES["echouee"]),
            nouvelles=Coalesce(Sum("nb_nouvelles"), 0),
            factures=Coalesce(Sum("nb_factures"), 0),
            anomalies=Coalesce(Sum("nb_anomalies"), 0),
            requetes=Coalesce(Sum("nb_requetes"), 0),
            premier=Min("debut"),
            dernier=Max("fin"),
        )
    }
    return [_ligne(passage, sommes[cle]) for cle, passage in passages.items() if cle in sommes]


def _ligne(passage: Passage, somme: Mapping[str, Any]) -> LigneHistorique:
    premier, dernier = somme["premier"], somme["dernier"]
    return LigneHistorique(
        passage,
        somme["reussies"],
        somme["echouees"],
        somme["nouvelles"],
        somme["factures"],
        somme["anomalies"],
        somme["requetes"],
        dernier - premier if premier and dernier else None,
    )


def page_visites(
    membre: MembreCabinet, passage: Passage, *, filtre: str, parametres: Mapping[str, Any]
) -> Page[Visite]:
    visites = visites_du_membre(membre).filter(FILTRES.get(filtre, Q()), passage=passage).select_related("dossier")
    return paginer(visites, cles=("id",), parametres=parametres, taille=TAILLE)


def visite_du_membre(membre: MembreCabinet, visite_id: int) -> Visite | None:
    visites = visites_du_membre(membre).select_related("dossier__cabinet", "passage")
    return visites.filter(pk=visite_id).first()


def lignes_de(visite: Visite) -> QuerySet[LigneRecue]:
    """The bank lines that came during this visit."""
    lignes = LigneRecue.objects.filter(dossier=visite.dossier_id, source=Source.QONTO).defer("payload")
    if visite.debut is None:
        return lignes.none()
    lignes = lignes.filter(recue_le__gte=visite.debut)
    return lignes.filter(recue_le__lte=visite.fin) if visite.fin else lignes


def factures_de(visite: Visite) -> QuerySet[LigneImport]:
    """The sales invoices and credit notes that it brought or changed."""
    factures = LigneImport.objects.filter(dossier=visite.dossier_id, import_factures__demande_par="nuit")
    factures = factures.filter(resultat__in=(Resultat.IMPORTEE, Resultat.CHANGEE)).defer("brut")
    if visite.debut is None:
        return factures.none()
    factures = factures.filter(import_factures__demande_le__gte=visite.debut)
    return factures.filter(import_factures__demande_le__lte=visite.fin) if visite.fin else factures


def anomalies_de(visite: Visite) -> QuerySet[Incident]:
    """The faults that the controls of the night found and that still stand."""
    ouverts = Incident.objects.pour_dossier(visite.dossier).ouverts()
    return ouverts.filter(classe=ClasseIncident.CONTROLE, cle__startswith="controle:").order_by("-derniere_fois")


@dataclass(frozen=True)
class Mesures:
    """What the supervision reads of the night."""

    en_attente: int
    retard: float
    echouees: int
    duree: float
    age: float
    jetons_proches_de_la_fin: int


def mesures(maintenant: datetime) -> Mesures:
    """Figures of the whole portal; each query reads a partial index or the few last rows."""
    attente = Visite.objects.en_attente().aggregate(nombre=Count("pk"), plus_ancienne=Min("prevue_le"))
    dernier = Passage.objects.order_by("-debut", "-pk").first()
    retard = maintenant - attente["plus_ancienne"] if attente["plus_ancienne"] else timedelta(0)
    fin = (dernier.fin or maintenant) if dernier else maintenant
    proches = Connexion.objects.filter(
        statut=StatutConnexion.ACTIVE, access_expire_le__lt=maintenant - timedelta(days=80)
    )
    return Mesures(
        en_attente=attente["nombre"],
        retard=max(0.0, retard.total_seconds()),
        echouees=Visite.objects.filter(passage=dernier, etat=EtatVisite.ECHOUEE).count() if dernier else 0,
        duree=(fin - dernier.debut).total_seconds() if dernier else 0.0,
        age=(maintenant - dernier.debut).total_seconds() if dernier else 0.0,
        # A refresh token lives 90 days from the last refresh.
        jetons_proches_de_la_fin=proches.count(),
    )
