"""Reads of the audit trail: filters, words for the acts, before and after fit for reading."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from gestion_acces.models import Cabinet, Dossier, EvenementAudit
from portal.lib.tableaux import ENTIER, HORODATAGE, Colonne

LIBELLES = {
    "connexion": "Connexion",
    "connexion.echec": "Connexion refusée",
    "connexion.verrou": "Connexions bloquées",
    "confirmation.echec": "Confirmation refusée",
    "second_facteur.echec": "Second facteur refusé",
    "deconnexion": "Déconnexion",
    "session.expirer": "Session expirée",
    "session.fermer": "Sessions fermées",
    "facteur.ajouter": "Second facteur ajouté",
    "facteur.retirer": "Second facteur retiré",
    "facteur.secourir": "Second facteur perdu : lien envoyé",
    "facteur.reinitialiser": "Second facteur réinitialisé",
    "codes_secours.creer": "Codes de secours créés",
    "mot_de_passe.demander": "Nouveau mot de passe demandé",
    "mot_de_passe.changer": "Mot de passe changé",
    "invitation.envoyer": "Invitation envoyée",
    "invitation.renvoyer": "Invitation renvoyée",
    "invitation.annuler": "Invitation annulée",
    "invitation.accepter": "Invitation acceptée",
    "collaborateur.modifier": "Collaborateur modifié",
    "portefeuille.confier": "Dossier confié",
    "portefeuille.retirer": "Dossier retiré",
    "cabinet.modifier": "Paramètres du cabinet modifiés",
    "dossier.creer": "Dossier créé",
    "dossier.modifier": "Fiche modifiée",
    "service.activer": "Service activé",
    "service.desactiver": "Service désactivé",
    "acces.modifier": "Accès modifié",
    "membre.rattacher": "Personne rattachée",
    "membre.modifier": "Personne modifiée",
    "registre.exporter": "Registre exporté",
    "audit.exporter": "Journal exporté",
    "audit.verifier": "Journal vérifié",
}
VALEURS = {True: "oui", False: "non", None: "–", "": "–"}


def libelle_acte(acte: str) -> str:
    """The act in words; one that has none is shown as it is written, made readable."""
    return LIBELLES.get(acte) or acte.replace("_", " ").replace(".", " : ").capitalize()


def _lire_date(texte: str) -> date | None:
    try:
        return date.fromisoformat(texte)
    except ValueError:
        return None


@dataclass(frozen=True)
class FiltresAudit:
    q: str = ""
    acte: str = ""
    dossier: str = ""
    du: date | None = None
    au: date | None = None

    @classmethod
    def lire(cls, parametres: Mapping[str, Any]) -> "FiltresAudit":
        return cls(
            q=str(parametres.get("q", "")).strip()[:80],
            acte=str(parametres.get("acte", ""))[:60],
            dossier=str(parametres.get("dossier", "")).strip()[:13],
            du=_lire_date(str(parametres.get("du", ""))),
            au=_lire_date(str(parametres.get("au", ""))),
        )


def _debut(jour: date) -> datetime:
    return timezone.make_aware(datetime.combine(jour, time.min))


def evenements_du_cabinet(cabinet: Cabinet, filtres: FiltresAudit) -> QuerySet[EvenementAudit]:
    """The lines of the firm's trail that match."""
    evenements = EvenementAudit.objects.filter(cabinet=cabinet)
    if filtres.acte:
        evenements = evenements.filter(acte=filtres.acte)
    if filtres.dossier:
        dossiers = Dossier.objects.filter(cabinet=cabinet, code__iexact=filtres.dossier).values("pk")
        evenements = evenements.filter(dossier_id__in=dossiers)
    if filtres.du:
        evenements = evenements.filter(date__gte=_debut(filtres.du))
    if filtres.au:
        evenements = evenements.filter(date__lt=_debut(filtres.au + timedelta(days=1)))
    for mot in filtres.q.split()[:6]:
        evenements = evenements.filter(
            Q(acteur_email__icontains=mot) | Q(objet__icontains=mot) | Q(adresse_ip__startswith=mot)
        )
    return evenements


def actes_connus(cabinet: Cabinet) -> list[tuple[str, str]]:
    """The acts that occur in this trail, with their words, for the filter."""
    actes = EvenementAudit.objects.filter(cabinet=cabinet).order_by("acte").values_list("acte", flat=True).distinct()
    return sorted(((acte, libelle_acte(acte)) for acte in actes), key=lambda couple: couple[1])


@dataclass(frozen=True)
class Changement:
    """One value before and after."""

    champ: str
    avant: str
    apres: str


@dataclass(frozen=True)
class LigneAudit:
    evenement: EvenementAudit
    libelle: str
    dossier: str
    changements: list[Changement]


def _libelle_champ(nom: str) -> str:
    for modele in (Dossier, Cabinet):
        for champ in modele._meta.fields:
            if champ.name == nom:
                return str(champ.verbose_name)
    return nom.replace("_", " ")


def _valeur(valeur: Any) -> str:
    if isinstance(valeur, dict | list):
        return json.dumps(valeur, ensure_ascii=False)
    if isinstance(valeur, bool) or valeur in (None, ""):
        return VALEURS[valeur]
    return str(valeur)


def changements(evenement: EvenementAudit) -> list[Changement]:
    """The values that the act touched, in the order in which they were written."""
    noms = [*evenement.avant, *(nom for nom in evenement.apres if nom not in evenement.avant)]
    return [
        Changement(
            _libelle_champ(nom),
            _valeur(evenement.avant[nom]) if nom in evenement.avant else "",
            _valeur(evenement.apres[nom]) if nom in evenement.apres else "",
        )
        for nom in noms
    ]


def lignes_d_audit(evenements: Iterable[EvenementAudit]) -> list[LigneAudit]:
    """The lines as the page shows them, with the codes of their dossiers (one query)."""
    lus = list(evenements)
    codes = dict(
        Dossier.objects.filter(pk__in={evenement.dossier_id for evenement in lus if evenement.dossier_id}).values_list(
            "pk", "code"
        )
    )
    return [
        LigneAudit(
            evenement,
            libelle_acte(evenement.acte),
            codes.get(evenement.dossier_id, "") if evenement.dossier_id else "",
            changements(evenement),
        )
        for evenement in lus
    ]


def _resume(champ: str) -> Any:
    return lambda evenement: (
        json.dumps(getattr(evenement, champ), ensure_ascii=False) if getattr(evenement, champ) else ""
    )


COLONNES = (
    Colonne("N°", "rang", ENTIER),
    Colonne("Date", "date", HORODATAGE),
    Colonne("Acte", lambda evenement: libelle_acte(evenement.acte)),
    Colonne("Code de l’acte", "acte"),
    Colonne("Auteur", "acteur_email"),
    Colonne("Dossier", lambda evenement: str(evenement.dossier_id or "")),
    Colonne("Objet", "objet"),
    Colonne("Avant", _resume("avant")),
    Colonne("Après", _resume("apres")),
    Colonne("Adresse", "adresse_ip"),
    Colonne("Navigateur", "agent"),
    Colonne("Empreinte", "empreinte"),
)
