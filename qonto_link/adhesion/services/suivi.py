"""The steps of an application at Qonto: told by webhooks, read again by the polling, ordered by rank.

A late event fills the timeline but never moves the application back: the step is written by an UPDATE that asks for a
lower rank, and a trigger of the database refuses a rank that goes down.
"""

from datetime import datetime, timedelta

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string

from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from qonto_link.adhesion.enums import ETAPE_PAR_CODE, Etape, Statut
from qonto_link.adhesion.models import SANS_NOUVELLES, Adhesion, EtapeFranchie
from qonto_link.adhesion.services.justificatifs import programmer_purge
from qonto_link.adhesion.sonnette import sonner
from qonto_link.api.errors import NotFound, QontoError
from qonto_link.api.schemas.adhesion import Registration
from qonto_link.enums import ClasseIncident, Intervenant
from qonto_link.errors import QontoInjoignable
from qonto_link.services import clients
from qonto_link.services.incidents import resoudre, signaler, signaler_erreur
from qonto_link.services.relances import adresse_applications, adresses_du_dirigeant

INTERVALLE = timedelta(minutes=15)
ECART_RAPPEL = timedelta(days=3)
QUOI = "Lecture de l’adhésion"


def franchir(*, adhesion: Adhesion, code: str, survenue_le: datetime, source: str, maintenant: datetime) -> bool:
    """Write a step told by Qonto. True when the application moved; an old, equal or unknown step moves nothing."""
    etape = ETAPE_PAR_CODE.get(code)
    if etape is None:
        signaler(
            dossier=adhesion.dossier,
            classe=ClasseIncident.REPONSE,
            titre="Qonto annonce une étape d’adhésion que le portail ne connaît pas",
            detail=code[:80],
            cle=f"etape:{code}",
            maintenant=maintenant,
        )
        return False
    with transaction.atomic():
        EtapeFranchie.objects.get_or_create(
            adhesion=adhesion,
            code=code,
            defaults={
                "dossier": adhesion.dossier,
                "survenue_le": survenue_le,
                "apprise_le": maintenant,
                "source": source,
            },
        )
        avance = bool(
            Adhesion.objects.filter(pk=adhesion.pk, rang__lt=etape.rang).update(
                etape=code, rang=etape.rang, etape_depuis=survenue_le, rappel_envoye_le=None
            )
        )
        adhesion.refresh_from_db()
        if avance:
            _conclure_etape(adhesion, etape, maintenant)
            transaction.on_commit(lambda: sonner(adhesion.dossier_id))
    return avance


def _conclure_etape(adhesion: Adhesion, etape: Etape, maintenant: datetime) -> None:
    """What the two last steps mean for the application; each is written into the audit trail."""
    statut = {"completed": Statut.OUVERTE, "deleted": Statut.ABANDONNEE}.get(etape.code)
    if statut:
        motif = (
            "Qonto a remis la demande à zéro : vous pouvez en commencer une autre." if etape.code == "deleted" else ""
        )
        Adhesion.objects.filter(pk=adhesion.pk).update(statut=statut, motif=motif)
        adhesion.refresh_from_db()
        programmer_purge(adhesion=adhesion, maintenant=maintenant)
    journaliser(
        cabinet=adhesion.dossier.cabinet,
        dossier=adhesion.dossier,
        acte="adhesion.etape",
        date=maintenant,
        origine=SYSTEME,
        objet=etape.libelle,
        apres={"etape": etape.code},
    )


def lire(*, adhesion: Adhesion, maintenant: datetime) -> Adhesion:
    """Ask Qonto where the application stands. Raises QontoInjoignable; the incident is written."""
    try:
        with clients.onboarding_client() as client:
            recue = client.registration(adhesion.registration_id)
    except QontoError as panne:
        Adhesion.objects.filter(pk=adhesion.pk).update(derniere_lecture=maintenant)
        signaler_erreur(dossier=adhesion.dossier, erreur=panne, quoi=QUOI, maintenant=maintenant)
        if isinstance(panne, NotFound):
            return adhesion
        raise QontoInjoignable from None
    noter(adhesion=adhesion, recue=recue, maintenant=maintenant)
    resoudre(dossier=adhesion.dossier, classe=ClasseIncident.INJOIGNABLE, cle=QUOI, maintenant=maintenant)
    return adhesion


def noter(*, adhesion: Adhesion, recue: Registration, maintenant: datetime) -> None:
    """Write what a registration says: link, flow, organization, step."""
    Adhesion.objects.filter(pk=adhesion.pk).update(
        derniere_lecture=maintenant,
        redirection_link=recue.redirection_link or adhesion.redirection_link,
        flux_qonto=recue.flow.type if recue.flow else adhesion.flux_qonto,
        organisation_id=(recue.organization.id if recue.organization else "") or adhesion.organisation_id,
    )
    survenue = recue.updated_at or recue.created_at or maintenant
    franchir(adhesion=adhesion, code=recue.status, survenue_le=survenue, source="lecture", maintenant=maintenant)
    adhesion.refresh_from_db()


def a_relever(maintenant: datetime, limite: int = 500) -> list[int]:
    """The applications under way that were not read for a while: the net under lost webhooks."""
    vieilles = Q(derniere_lecture__isnull=True) | Q(derniere_lecture__lt=maintenant - INTERVALLE)
    en_cours = Adhesion.objects.filter(vieilles, statut=Statut.EN_COURS).order_by("derniere_lecture", "pk")
    ouvertes = Adhesion.objects.filter(statut=Statut.OUVERTE, organisation_id="").order_by("pk")
    return [*en_cours.values_list("pk", flat=True)[:limite], *ouvertes.values_list("pk", flat=True)[:50]]


def rappeler(*, adhesion: Adhesion, maintenant: datetime, origine: Origine = SYSTEME) -> bool:
    """Mail the dirigeant what he has to do next. False when he was told lately, or when it is not his turn."""
    etape = adhesion.etape_courante
    attend_le_client = etape is not None and etape.intervenant in (Intervenant.DIRIGEANT, Intervenant.ASSOCIES)
    destinataires = adresses_du_dirigeant(adhesion.dossier)
    if adhesion.statut not in (Statut.EN_COURS, Statut.OUVERTE) or not attend_le_client or not destinataires:
        return False
    libre = Q(rappel_envoye_le__isnull=True) | Q(rappel_envoye_le__lt=maintenant - ECART_RAPPEL)
    if not Adhesion.objects.filter(libre, pk=adhesion.pk).update(rappel_envoye_le=maintenant):
        return False
    contexte = {
        "adhesion": adhesion,
        "dossier": adhesion.dossier,
        "etape": etape,
        "lien": adresse_applications(adhesion.dossier),
    }
    corps = render_to_string("adhesion/mails/rappel.txt", contexte)
    send_mail(f"{adhesion.dossier.raison_sociale} : votre compte Qonto vous attend", corps, None, destinataires)
    journaliser(
        cabinet=adhesion.dossier.cabinet,
        dossier=adhesion.dossier,
        acte="adhesion.rappeler",
        date=maintenant,
        origine=origine,
        objet=etape.libelle if etape else "",
    )
    return True


def rappeler_les_dormantes(*, maintenant: datetime) -> int:
    """A reminder for each application that waits for its client since five days; returns how many mails left."""
    dormantes = Adhesion.objects.filter(
        statut__in=(Statut.EN_COURS, Statut.OUVERTE), etape_depuis__lt=maintenant - SANS_NOUVELLES
    ).filter(Q(rappel_envoye_le__isnull=True) | Q(rappel_envoye_le__lt=maintenant - ECART_RAPPEL))
    adhesions = list(dormantes.select_related("dossier__cabinet").order_by("pk")[:500])
    return sum(rappeler(adhesion=adhesion, maintenant=maintenant) for adhesion in adhesions)
