"""Reads for the pages of the applications."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from gestion_acces.models import Dossier, MembreCabinet
from qonto_link.adhesion.champs import manques
from qonto_link.adhesion.enums import ETAPE_PAR_CODE, EtatCorrection, EtatJustificatif, Statut
from qonto_link.adhesion.models import SANS_NOUVELLES, Adhesion, Correction, EtapeFranchie
from qonto_link.enums import Intervenant

TAILLE_PAGE = 50


@dataclass(frozen=True)
class LigneFrise:
    """A line of the timeline, as `composants/frise.html` draws it."""

    titre: str
    etat: str
    quand: datetime | None = None
    qui: str = ""
    detail: str = ""


def frise(adhesion: Adhesion, maintenant: datetime) -> list[LigneFrise]:
    """What is done, who acts next and since when, what comes after."""
    franchies = {etape.code: etape.survenue_le for etape in EtapeFranchie.objects.filter(adhesion=adhesion)}
    lignes = [LigneFrise("Demande préparée dans le portail", "faite", adhesion.soumise_le or adhesion.demarree_le)]
    if adhesion.statut == Statut.A_SOUMETTRE:
        detail = adhesion.motif or "La demande part chez Qonto."
        lignes.append(LigneFrise("Envoi à Qonto", "courante", adhesion.soumise_le, Intervenant.PORTAIL.label, detail))
    courante = adhesion.etape_courante
    for etape in adhesion.parcours:
        if etape.rang <= adhesion.rang:
            lignes.append(LigneFrise(etape.libelle, "faite", franchies.get(etape.code)))
            if courante and etape.code == courante.code and adhesion.statut == Statut.EN_COURS:
                lignes.append(_attente(adhesion, maintenant))
        elif courante is None or etape.rang > courante.rang + 1 or adhesion.statut != Statut.EN_COURS:
            lignes.append(LigneFrise(etape.libelle, "avenir"))
    return lignes


def _attente(adhesion: Adhesion, maintenant: datetime) -> LigneFrise:
    etape = adhesion.etape_courante
    assert etape is not None
    jours = adhesion.sans_nouvelles(maintenant)
    detail = f"Sans nouvelles depuis {jours} jours." if jours else ""
    return LigneFrise(etape.suite, "courante", adhesion.etape_depuis, etape.intervenant.label, detail)


def avancement(adhesion: Adhesion) -> dict[str, bool]:
    """Which steps of the draft lack nothing."""
    absents = {etape for etape, _ in manques(adhesion.flux, adhesion.contenu)}
    attend = adhesion.justificatifs.presents().filter(etat=EtatJustificatif.REFUSE).exists()
    return {
        "entreprise": "entreprise" not in absents,
        "associes": "associes" not in absents,
        "justificatifs": not attend and adhesion.justificatifs.presents().exists(),
        "verification": not adhesion.est_modifiable,
    }


FILTRES = {
    "": "Toutes",
    "client": "Au client d’agir",
    "qonto": "À Qonto d’agir",
    "dormantes": "Sans nouvelles",
    "ouvertes": "Comptes ouverts",
}


@dataclass(frozen=True)
class LigneAdhesion:
    adhesion: Adhesion
    etape: str
    suite: str
    intervenant: str
    depuis: datetime
    jours_sans_nouvelles: int
    corrections: int


def adhesions_du_membre(membre: MembreCabinet) -> QuerySet[Adhesion]:
    """Applications that live in the dossiers of this person of the firm."""
    return Adhesion.objects.vivantes().filter(dossier__in=Dossier.objects.du_membre(membre).values("pk"))


def liste_adhesions(
    membre: MembreCabinet, *, maintenant: datetime, filtre: str = "", apres: str = ""
) -> tuple[list[LigneAdhesion], str]:
    """The applications, the one that waits the longest first; the key of the next page ("" at the end)."""
    ouvertes = (
        Correction.objects.filter(adhesion=OuterRef("pk"), etat=EtatCorrection.PROPOSEE)
        .order_by()
        .values("adhesion")
        .annotate(n=Count("pk"))
        .values("n")
    )
    lignes = adhesions_du_membre(membre).select_related("dossier").annotate(n_corrections=Subquery(ouvertes))
    condition = _condition(filtre, maintenant)
    lignes = lignes.filter(condition) if condition is not None else lignes
    depart = adhesions_du_membre(membre).filter(pk=int(apres)).first() if apres.isascii() and apres.isdigit() else None
    if depart:
        lignes = lignes.filter(
            Q(modifiee_le__gt=depart.modifiee_le) | Q(modifiee_le=depart.modifiee_le, pk__gt=depart.pk)
        )
    lues = list(lignes.order_by("modifiee_le", "pk")[: TAILLE_PAGE + 1])
    suite = str(lues[TAILLE_PAGE - 1].pk) if len(lues) > TAILLE_PAGE else ""
    return [_ligne(adhesion, maintenant) for adhesion in lues[:TAILLE_PAGE]], suite


def _condition(filtre: str, maintenant: datetime) -> Q | None:
    def codes(*intervenants: Intervenant) -> list[str]:
        return [code for code, etape in ETAPE_PAR_CODE.items() if etape.intervenant in intervenants]

    au_client = Q(statut__in=(Statut.BROUILLON, Statut.REFUSEE, Statut.OUVERTE)) | Q(
        statut=Statut.EN_COURS, etape__in=codes(Intervenant.DIRIGEANT, Intervenant.ASSOCIES)
    )
    conditions = {
        "client": au_client,
        "qonto": Q(statut=Statut.EN_COURS, etape__in=codes(Intervenant.QONTO, Intervenant.NOTAIRE)),
        "dormantes": Q(statut=Statut.EN_COURS, etape_depuis__lt=maintenant - SANS_NOUVELLES),
        "ouvertes": Q(statut=Statut.OUVERTE),
    }
    return conditions.get(filtre)


def qui_agit(adhesion: Adhesion) -> tuple[str, Intervenant]:
    """What is waited for, and from whom."""
    etape = adhesion.etape_courante
    if adhesion.statut in (Statut.EN_COURS, Statut.OUVERTE) and etape:
        return etape.suite, etape.intervenant
    if adhesion.statut == Statut.A_SOUMETTRE:
        return adhesion.motif or "La demande part chez Qonto", Intervenant.PORTAIL
    if adhesion.statut == Statut.REFUSEE:
        return adhesion.motif or "Corrigez la demande", Intervenant.DIRIGEANT
    return "Complétez puis envoyez la demande", Intervenant.DIRIGEANT


def _ligne(adhesion: Adhesion, maintenant: datetime) -> LigneAdhesion:
    etape, (suite, intervenant) = adhesion.etape_courante, qui_agit(adhesion)
    return LigneAdhesion(
        adhesion,
        etape.libelle if etape else adhesion.get_statut_display(),
        suite,
        intervenant.label,
        adhesion.etape_depuis or adhesion.modifiee_le,
        adhesion.sans_nouvelles(maintenant),
        getattr(adhesion, "n_corrections", None) or 0,
    )
