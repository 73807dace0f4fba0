"""The banks of the fiche dossier: created by the link with Qonto (S17), completed by the firm."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from banque.errors import BanqueError
from banque.models import CompteBancaire
from comptabilite.models import Journal
from comptabilite.services.journaux import creer_journal_tresorerie
from gestion_acces.models import Dossier
from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from qonto_link.models import CompteQonto, Connexion

LIBELLE_QONTO = "QONTO"


def creer_depuis_qonto(*, connexion: Connexion, date: datetime) -> list[CompteBancaire]:
    """One bank per account that the client chose to link; a bank known by its IBAN is tied again. Twice is once.

    Runs inside the transaction of the association. Reading begins where it ended: nothing is lost by a dissociation.
    """
    lies = CompteQonto.objects.filter(connexion=connexion, lie=True).order_by("-principal", "id")
    return [_associer(connexion.dossier, compte, date) for compte in lies]


def comptes_associes(*, connexion: Connexion, date: datetime) -> None:
    """What the bank room does when accounts were linked (subscription)."""
    creer_depuis_qonto(connexion=connexion, date=date)


def _associer(dossier: Dossier, compte: CompteQonto, date: datetime) -> CompteBancaire:
    connue = CompteBancaire.objects.filter(dossier=dossier, iban=compte.iban).first()
    if connue is not None and connue.compte_qonto_id == compte.pk:
        return connue
    CompteBancaire.objects.filter(compte_qonto=compte).update(compte_qonto=None)
    if connue is None:
        connue = CompteBancaire(
            dossier=dossier,
            iban=compte.iban,
            libelle=_libelle_libre(dossier, compte),
            titulaire=dossier.raison_sociale,
            regle_fournisseurs=compte.principal,
        )
    connue.compte_qonto, connue.bic, connue.actif = compte, compte.bic or connue.bic, True
    connue.save()
    journaliser(
        cabinet=dossier.cabinet,
        acte="banque.associer",
        date=date,
        dossier=dossier,
        objet=connue.libelle,
        apres={"iban_fin": connue.iban[-4:], "compte": compte.nom},
    )
    return connue


def _libelle_libre(dossier: Dossier, compte: CompteQonto) -> str:
    """« QONTO » for the main account, its own name beside for the others."""
    deja = CompteBancaire.objects.filter(dossier=dossier, libelle=LIBELLE_QONTO).exists()
    return f"{LIBELLE_QONTO} {compte.nom}"[:80] if deja else LIBELLE_QONTO


def creer_banque(
    *, dossier: Dossier, champs: Mapping[str, Any], date: datetime, origine: Origine = SYSTEME
) -> CompteBancaire:
    """A bank other than Qonto, whose statements come as files. Raises BanqueError when its IBAN is known already."""
    try:
        with transaction.atomic():
            banque = CompteBancaire.objects.create(dossier=dossier, **champs)
            journaliser(
                cabinet=dossier.cabinet,
                acte="banque.creer",
                date=date,
                origine=origine,
                dossier=dossier,
                objet=banque.libelle,
                apres={"iban_fin": banque.iban[-4:]},
            )
    except IntegrityError:
        raise BanqueError("Une banque de ce dossier a déjà cet IBAN.") from None
    return banque


def modifier_banque(
    *, banque: CompteBancaire, champs: Mapping[str, Any], date: datetime, origine: Origine = SYSTEME
) -> CompteBancaire:
    """Change fields of the card. The IBAN of a bank is its identity: it is never among them."""
    with transaction.atomic():
        actuelle = CompteBancaire.objects.select_for_update(of=("self",)).get(pk=banque.pk)
        changes = {nom: valeur for nom, valeur in champs.items() if getattr(actuelle, nom) != valeur}
        if not changes:
            return actuelle
        avant = {nom: str(getattr(actuelle, nom) or "") for nom in changes}
        for nom, valeur in changes.items():
            setattr(actuelle, nom, valeur)
        actuelle.save(update_fields=list(changes))
        journaliser(
            cabinet=actuelle.dossier.cabinet,
            acte="banque.modifier",
            date=date,
            origine=origine,
            dossier=actuelle.dossier,
            objet=actuelle.libelle,
            avant=avant,
            apres={nom: str(valeur or "") for nom, valeur in changes.items()},
        )
    return actuelle


def affecter_journal(
    *, banque: CompteBancaire, journal: Journal, date: datetime, origine: Origine = SYSTEME
) -> CompteBancaire:
    """Tie the bank to a treasury journal. Raises BanqueError when another bank holds it already."""
    if not journal.est_tresorerie or journal.dossier_id != banque.dossier_id:
        raise BanqueError(f"Le journal {journal.code} n’est pas un journal de trésorerie de ce dossier.")
    autre = CompteBancaire.objects.filter(journal=journal).exclude(pk=banque.pk).first()
    if autre is not None:
        raise BanqueError(f"Le journal {journal.code} est déjà celui de la banque {autre.libelle}.")
    if banque.journal_id not in (None, journal.pk) and banque.operations.filter(ecriture__isnull=False).exists():
        raise BanqueError("Des lignes de cette banque sont déjà en comptabilité : son journal ne change plus.")
    return modifier_banque(banque=banque, champs={"journal": journal}, date=date, origine=origine)


def creer_journal(
    *,
    banque: CompteBancaire,
    date: datetime,
    code: str = "",
    numero_compte: str = "",
    origine: Origine = SYSTEME,
) -> CompteBancaire:
    """Create the next free `BQn` and its 512, and tie the bank to them, in one go. Raises ComptabiliteError."""
    with transaction.atomic():
        journal = creer_journal_tresorerie(
            dossier=banque.dossier,
            libelle=banque.libelle,
            code=code or None,
            numero_compte=numero_compte or None,
        )
        return affecter_journal(banque=banque, journal=journal, date=date, origine=origine)
