"""Acts of an administrator on his firm: its people, their portfolios, its settings."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gestion_acces.enums import RoleCabinet
from gestion_acces.errors import DernierAdministrateur
from gestion_acces.models import Cabinet, Dossier, MembreCabinet, Portefeuille, Utilisateur
from gestion_acces.services.audit import Origine, journaliser


def _garder_un_administrateur(membre: MembreCabinet) -> None:
    """Raise DernierAdministrateur when the firm would be left without one."""
    # The lock makes two administrators who withdraw each other at once do it one after the other.
    Cabinet.objects.select_for_update(of=("self",)).get(pk=membre.cabinet_id)
    autres = MembreCabinet.objects.filter(
        cabinet_id=membre.cabinet_id, role=RoleCabinet.ADMINISTRATEUR, actif=True, utilisateur__is_active=True
    ).exclude(pk=membre.pk)
    if membre.est_administrateur and membre.actif and not autres.exists():
        raise DernierAdministrateur


def modifier_membre(*, membre: MembreCabinet, role: str, actif: bool, origine: Origine, date: datetime) -> None:
    """Change the role of a person of the firm, or take away and give back his place.

    Raises DernierAdministrateur.
    """
    avant = {"role": membre.role, "actif": membre.actif}
    apres = {"role": role, "actif": actif}
    if avant == apres:
        return
    with transaction.atomic():
        if role != RoleCabinet.ADMINISTRATEUR or not actif:
            _garder_un_administrateur(membre)
        membre.role, membre.actif = role, actif
        membre.save(update_fields=["role", "actif"])
        journaliser(
            cabinet=membre.cabinet,
            acte="collaborateur.modifier",
            date=date,
            origine=origine,
            objet=membre.utilisateur.email,
            avant=avant,
            apres=apres,
        )


def confier_dossiers(
    *,
    membre: MembreCabinet,
    dossiers: Iterable[UUID],
    par: Utilisateur,
    origine: Origine,
    date: datetime,
) -> int:
    """Put dossiers of the firm into the portfolio of a person; returns how many are new to it."""
    with transaction.atomic():
        choisis = Dossier.objects.filter(cabinet_id=membre.cabinet_id, pk__in=list(dossiers))
        nouveaux = list(choisis.exclude(portefeuille__membre=membre).order_by("code"))
        Portefeuille.objects.bulk_create(
            [Portefeuille(membre=membre, dossier=dossier, depuis=date, ajoute_par=par) for dossier in nouveaux]
        )
        _journaliser_portefeuille("portefeuille.confier", membre, nouveaux, origine, date)
    return len(nouveaux)


def retirer_dossiers(*, membre: MembreCabinet, dossiers: Iterable[UUID], origine: Origine, date: datetime) -> int:
    """Take dossiers out of the portfolio of a person; returns how many."""
    with transaction.atomic():
        lignes = Portefeuille.objects.filter(membre=membre, dossier_id__in=list(dossiers)).select_related("dossier")
        retires = [ligne.dossier for ligne in lignes]
        lignes.delete()
        _journaliser_portefeuille("portefeuille.retirer", membre, retires, origine, date)
    return len(retires)


def _journaliser_portefeuille(
    acte: str, membre: MembreCabinet, dossiers: list[Dossier], origine: Origine, date: datetime
) -> None:
    for dossier in dossiers:
        journaliser(
            cabinet=membre.cabinet,
            dossier=dossier,
            acte=acte,
            date=date,
            origine=origine,
            objet=f"{dossier.code} – {membre.utilisateur.email}",
        )


def modifier_cabinet(*, cabinet: Cabinet, champs: dict[str, Any], origine: Origine, date: datetime) -> None:
    """Write the settings of the firm; nothing is written when nothing changed."""
    avant = {nom: getattr(cabinet, nom) for nom in champs}
    changes = {nom: valeur for nom, valeur in champs.items() if avant[nom] != valeur}
    if not changes:
        return
    with transaction.atomic():
        for nom, valeur in changes.items():
            setattr(cabinet, nom, valeur)
        cabinet.save(update_fields=list(changes))
        journaliser(
            cabinet=cabinet,
            acte="cabinet.modifier",
            date=date,
            origine=origine,
            avant={nom: avant[nom] for nom in changes},
            apres=changes,
        )
