"""The tile of a service: switched on for a dossier, then given to persons of the client (S3, S4)."""

from datetime import datetime

from django.db import transaction

from gestion_acces.enums import RoleClient, Service
from gestion_acces.errors import FicheIncomplete
from gestion_acces.models import AccesService, Dossier, MembreDossier, ServiceDossier, Utilisateur
from gestion_acces.services.audit import Origine, journaliser
from gestion_acces.services.dossiers import manques_pour_qonto


def service_actif(dossier: Dossier, service: str) -> ServiceDossier | None:
    """The service if it is switched on for the dossier."""
    return ServiceDossier.objects.filter(dossier=dossier, service=service, actif=True).first()


def services_actifs(dossier: Dossier) -> dict[str, ServiceDossier]:
    """Service → its tile, for those that are switched on."""
    return {ligne.service: ligne for ligne in ServiceDossier.objects.filter(dossier=dossier, actif=True)}


def activer_service(
    *, dossier: Dossier, service: str, par: Utilisateur, origine: Origine, date: datetime
) -> ServiceDossier:
    """Switch a service on. Raises FicheIncomplete when Qonto's GRC data are not all there. Twice is once."""
    if service == Service.QONTO and (manques := manques_pour_qonto(dossier)):
        raise FicheIncomplete([manque.libelle for manque in manques])
    with transaction.atomic():
        ligne, cree = ServiceDossier.objects.select_for_update(of=("self",)).get_or_create(
            dossier=dossier, service=service, defaults={"active_le": date, "active_par": par}
        )
        if not cree and ligne.actif:
            return ligne
        ligne.actif, ligne.active_le, ligne.active_par = True, date, par
        ligne.save()
        journaliser(
            cabinet=dossier.cabinet,
            dossier=dossier,
            acte="service.activer",
            date=date,
            origine=origine,
            objet=service,
            apres={"actif": True},
        )
    return ligne


def desactiver_service(*, dossier: Dossier, service: str, origine: Origine, date: datetime) -> None:
    """Switch a service off: the tile leaves the client's screen, his accesses stay written for a later return."""
    with transaction.atomic():
        ligne = ServiceDossier.objects.select_for_update(of=("self",)).filter(dossier=dossier, service=service).first()
        if ligne is None or not ligne.actif:
            return
        ligne.actif = False
        ligne.save(update_fields=["actif"])
        journaliser(
            cabinet=dossier.cabinet,
            dossier=dossier,
            acte="service.desactiver",
            date=date,
            origine=origine,
            objet=service,
            avant={"actif": True},
            apres={"actif": False},
        )


def definir_acces(
    *,
    service_dossier: ServiceDossier,
    niveaux: dict[int, str],
    origine: Origine,
    date: datetime,
    par: Utilisateur | None = None,
) -> None:
    """Give each member of the client company (`MembreDossier` id) his level on the service; "" takes it away.

    Members that `niveaux` does not name, or who are not of this dossier, are left as they are.
    """
    dossier = service_dossier.dossier
    with transaction.atomic():
        membres = MembreDossier.objects.filter(dossier=dossier, pk__in=niveaux).select_related("utilisateur")
        detenus = dict(AccesService.objects.filter(service_dossier=service_dossier).values_list("membre_id", "niveau"))
        for membre in membres:
            avant, apres = detenus.get(membre.pk, ""), niveaux[membre.pk]
            if avant == apres:
                continue
            if apres:
                AccesService.objects.update_or_create(
                    membre=membre,
                    service_dossier=service_dossier,
                    defaults={"niveau": apres, "depuis": date, "donne_par": par},
                )
            else:
                AccesService.objects.filter(membre=membre, service_dossier=service_dossier).delete()
            journaliser(
                cabinet=dossier.cabinet,
                dossier=dossier,
                acte="acces.modifier",
                date=date,
                origine=origine,
                objet=f"{service_dossier.service} – {membre.utilisateur.email}",
                avant={"niveau": avant},
                apres={"niveau": apres},
            )


def rattacher_membre(
    *,
    dossier: Dossier,
    email: str,
    prenom: str,
    nom: str,
    role: str,
    par: Utilisateur | None,
    origine: Origine,
    date: datetime,
) -> tuple[MembreDossier, bool]:
    """The place of this address in the client company, with an account if it had none.

    The account's own name is left alone: the place keeps the name that was typed. Returns the place, and whether it
    is new or open again, so that the caller invites.
    """
    with transaction.atomic():
        utilisateur = Utilisateur.objects.filter(email=email.lower()).first()
        if utilisateur is None:
            utilisateur = Utilisateur.objects.create_user(email, prenom=prenom, nom=nom)
        membre, cree = MembreDossier.objects.get_or_create(
            dossier=dossier,
            utilisateur=utilisateur,
            defaults={"role": role, "prenom": prenom, "nom": nom, "depuis": date, "ajoute_par": par},
        )
        avant = {} if cree else {"role": membre.role, "actif": membre.actif}
        if avant == {"role": role, "actif": True}:
            return membre, False
        rouvert = cree or not membre.actif
        membre.role, membre.actif = role, True
        membre.save(update_fields=["role", "actif"])
        journaliser(
            cabinet=dossier.cabinet,
            dossier=dossier,
            acte="membre.rattacher",
            date=date,
            origine=origine,
            objet=utilisateur.email,
            avant=avant,
            apres={"role": role, "actif": True},
        )
    return membre, rouvert


def rattacher_dirigeant(
    *, dossier: Dossier, origine: Origine, date: datetime, par: Utilisateur | None = None
) -> tuple[MembreDossier, bool]:
    """The place of the dirigeant named by the GRC card (S4), and whether it is new."""
    return rattacher_membre(
        dossier=dossier,
        email=dossier.dirigeant_email,
        prenom=dossier.dirigeant_prenom,
        nom=dossier.dirigeant_nom,
        role=RoleClient.DIRIGEANT,
        par=par,
        origine=origine,
        date=date,
    )
