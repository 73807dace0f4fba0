"""The Qonto tile: one state of a dossier, the same for the client and for his cabinet (product §4, end)."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import models

from gestion_acces.models import Dossier
from qonto_link.adhesion.enums import VIVANTS, Statut
from qonto_link.adhesion.models import Adhesion
from qonto_link.adhesion.queries import qui_agit
from qonto_link.droits import libelles, scopes_manquants
from qonto_link.enums import Intervenant, StatutConnexion
from qonto_link.models import CompteQonto, Connexion


class EtatTuile(models.TextChoices):
    A_DEMARRER = "a_demarrer", "Démarrer l’adhésion"
    A_COMPLETER = "a_completer", "Adhésion à compléter"
    EN_COURS = "en_cours", "Adhésion en cours"
    OUVERT = "ouvert", "Compte ouvert – associer"
    CONNECTE = "connecte", "Connecté"
    RECONNEXION = "reconnexion", "Reconnexion nécessaire"
    DISSOCIE = "dissocie", "Dissocié"


TONS: dict[str, str] = {
    EtatTuile.A_DEMARRER: "neutre",
    EtatTuile.A_COMPLETER: "attention",
    EtatTuile.EN_COURS: "info",
    EtatTuile.OUVERT: "attention",
    EtatTuile.CONNECTE: "succes",
    EtatTuile.RECONNEXION: "danger",
    EtatTuile.DISSOCIE: "neutre",
}


@dataclass(frozen=True)
class Tuile:
    """What the tile shows. `intervenant`: who acts next, empty when nobody has to."""

    etat: EtatTuile
    detail: str = ""
    intervenant: Intervenant | None = None
    connexion: Connexion | None = None
    comptes: list[CompteQonto] = field(default_factory=list)
    droits_manquants: list[str] = field(default_factory=list)
    adhesion: Adhesion | None = None
    depuis: datetime | None = None
    jours_sans_nouvelles: int = 0

    @property
    def ton(self) -> str:
        return TONS[self.etat]

    @property
    def est_liee(self) -> bool:
        return self.etat in (EtatTuile.CONNECTE, EtatTuile.RECONNEXION)

    @property
    def solde_cents(self) -> int | None:
        """The sum of the linked accounts; None when a balance is not known."""
        soldes = [compte.solde_cents for compte in self.comptes]
        return None if not soldes or None in soldes else sum(solde for solde in soldes if solde is not None)

    @property
    def adresse_qonto(self) -> str:
        return adresse_interface(self.connexion)


def adresse_interface(connexion: Connexion | None) -> str:
    """Qonto's own interface (S9), on the organization when it is known."""
    racine = settings.QONTO_APP_URL.rstrip("/")
    if connexion is None or not connexion.organisation_slug:
        return f"{racine}/"
    return f"{racine}/organizations/{connexion.organisation_slug}"


def tuile_du_dossier(dossier: Dossier, maintenant: datetime) -> Tuile:
    """The state of the dossier's link, read in a fixed number of queries."""
    derniere = Connexion.objects.pour_dossier(dossier).select_related("consenti_par").order_by("-pk").first()
    if derniere and derniere.statut != StatutConnexion.DISSOCIEE:
        return _tuile_liee(dossier, derniere)
    adhesion = Adhesion.objects.pour_dossier(dossier).order_by("-pk").first()
    # The account that an application opened was linked, then cut: the application is history.
    if adhesion and adhesion.statut in VIVANTS and not (derniere and adhesion.statut == Statut.OUVERTE):
        return _tuile_adhesion(adhesion, maintenant)
    if derniere:
        return Tuile(EtatTuile.DISSOCIE, "Ce qui a été importé est conservé.", connexion=derniere)
    return Tuile(EtatTuile.A_DEMARRER, adhesion.motif if adhesion else "", Intervenant.DIRIGEANT)


def _tuile_adhesion(adhesion: Adhesion, maintenant: datetime) -> Tuile:
    suite, intervenant = qui_agit(adhesion)
    etats = {
        Statut.BROUILLON: EtatTuile.A_COMPLETER,
        Statut.REFUSEE: EtatTuile.A_COMPLETER,
        Statut.OUVERTE: EtatTuile.OUVERT,
    }
    return Tuile(
        etats.get(Statut(adhesion.statut), EtatTuile.EN_COURS),
        suite,
        intervenant,
        adhesion=adhesion,
        depuis=adhesion.etape_depuis or adhesion.modifiee_le,
        jours_sans_nouvelles=adhesion.sans_nouvelles(maintenant),
    )


def _tuile_liee(dossier: Dossier, connexion: Connexion) -> Tuile:
    comptes = list(CompteQonto.objects.pour_dossier(dossier).filter(connexion=connexion).lies())
    if not connexion.est_active:
        return Tuile(
            EtatTuile.RECONNEXION,
            "Qonto n’accepte plus l’accès du portail : il a expiré ou a été retiré.",
            Intervenant.DIRIGEANT,
            connexion,
            comptes,
        )
    manquants = libelles(scopes_manquants(dossier, connexion.scopes))
    return Tuile(EtatTuile.CONNECTE, connexion=connexion, comptes=comptes, droits_manquants=manquants)
