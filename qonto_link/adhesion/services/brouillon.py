"""The draft of an application: prefilled from the GRC card, written field by field, never lost."""

import json
import uuid
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from gestion_acces.models import Dossier, Utilisateur
from gestion_acces.services.audit import Origine, journaliser
from gestion_acces.services.dossiers import modifier_dossier
from qonto_link.adhesion.champs import (
    FICHE_DIRIGEANT,
    FICHE_ENTREPRISE,
    Champs,
    dirigeant_de,
    en_valeur,
    entreprise_de,
    valeurs_fiche,
)
from qonto_link.adhesion.enums import EtatCorrection, Statut
from qonto_link.adhesion.errors import AssocieInconnu, DejaEnCours, DejaSoumise
from qonto_link.adhesion.models import Adhesion, Correction
from qonto_link.adhesion.services.justificatifs import retirer

ASSOCIES_MAX = 20


def adhesion_du(dossier: Dossier) -> Adhesion | None:
    """The living application of the dossier."""
    return Adhesion.objects.pour_dossier(dossier).vivantes().first()


def demarrer(*, dossier: Dossier, flux: str, par: Utilisateur, origine: Origine, maintenant: datetime) -> Adhesion:
    """Open a draft prefilled from the card. Raises DejaEnCours when an application lives."""
    contenu = {"entreprise": entreprise_de(dossier), "associes": [{"cle": _cle(), **dirigeant_de(dossier)}]}
    adhesion = Adhesion(
        dossier=dossier,
        flux=flux,
        donnees=json.dumps(contenu),
        demarree_par=par,
        demarree_le=maintenant,
        modifiee_le=maintenant,
    )
    try:
        with transaction.atomic():
            adhesion.save(force_insert=True)
            _journaliser("adhesion.demarrer", adhesion, origine, maintenant, {"flux": flux})
    except IntegrityError:
        raise DejaEnCours from None
    return adhesion


def abandonner(*, adhesion: Adhesion, origine: Origine, maintenant: datetime) -> None:
    """Give the draft up, so that another can begin. Raises DejaSoumise once it has left for Qonto."""
    with transaction.atomic():
        ligne = _verrouiller(adhesion)
        ligne.statut, ligne.modifiee_le = Statut.ABANDONNEE, maintenant
        ligne.save(update_fields=["statut", "modifiee_le"])
        Correction.objects.filter(adhesion=ligne, etat=EtatCorrection.PROPOSEE).delete()
        _journaliser("adhesion.abandonner", ligne, origine, maintenant, {})


def _cle() -> str:
    return uuid.uuid4().hex


def _verrouiller(adhesion: Adhesion) -> Adhesion:
    ligne = Adhesion.objects.select_for_update(of=("self",)).select_related("dossier__cabinet").get(pk=adhesion.pk)
    if not ligne.est_modifiable:
        raise DejaSoumise
    return ligne


def _ecrire(adhesion: Adhesion, contenu: dict[str, Any], maintenant: datetime) -> None:
    adhesion.donnees, adhesion.modifiee_le = json.dumps(contenu), maintenant
    adhesion.save(update_fields=["donnees", "modifiee_le"])
    _proposer_corrections(adhesion, contenu, maintenant)


def _fusionner(cible: Champs, changes: Champs, affiches: Champs) -> list[str]:
    """Write the changes; returns the fields that another tab had changed meanwhile to something else."""
    croises = [nom for nom, valeur in changes.items() if cible.get(nom, "") not in (affiches.get(nom, ""), valeur)]
    cible.update(changes)
    return croises


def enregistrer_entreprise(
    *, adhesion: Adhesion, changes: Champs, affiches: Champs, maintenant: datetime
) -> list[str]:
    """Write the fields changed in this tab; returns those that another tab had changed too. Raises DejaSoumise."""
    with transaction.atomic():
        ligne = _verrouiller(adhesion)
        contenu = ligne.contenu
        croises = _fusionner(contenu["entreprise"], changes, affiches)
        if changes:
            _ecrire(ligne, contenu, maintenant)
    return croises


def enregistrer_associe(
    *, adhesion: Adhesion, cle: str, changes: Champs, affiches: Champs, maintenant: datetime
) -> list[str]:
    """The same for one person. Raises AssocieInconnu when another tab took the person away."""
    with transaction.atomic():
        ligne = _verrouiller(adhesion)
        contenu = ligne.contenu
        associe = next((associe for associe in contenu["associes"] if associe["cle"] == cle), None)
        if associe is None:
            raise AssocieInconnu
        croises = _fusionner(associe, changes, affiches)
        if changes:
            _ecrire(ligne, contenu, maintenant)
    return croises


def ajouter_associe(*, adhesion: Adhesion, maintenant: datetime) -> str:
    """Add an empty person; returns its key. Twenty at most."""
    with transaction.atomic():
        ligne = _verrouiller(adhesion)
        contenu = ligne.contenu
        vide = next((associe for associe in contenu["associes"] if len(associe) == 1), None)
        if vide is not None or len(contenu["associes"]) >= ASSOCIES_MAX:
            return str((vide or contenu["associes"][-1])["cle"])
        cle = _cle()
        contenu["associes"].append({"cle": cle})
        _ecrire(ligne, contenu, maintenant)
    return cle


def retirer_associe(*, adhesion: Adhesion, cle: str, origine: Origine, maintenant: datetime) -> None:
    """Take a person and his papers away, never the first: he is the dirigeant who owns the application."""
    with transaction.atomic():
        ligne = _verrouiller(adhesion)
        contenu = ligne.contenu
        gardes = [associe for rang, associe in enumerate(contenu["associes"]) if rang == 0 or associe["cle"] != cle]
        if len(gardes) == len(contenu["associes"]):
            return
        _ecrire(ligne, {**contenu, "associes": gardes}, maintenant)
        for justificatif in ligne.justificatifs.presents().filter(associe=cle):
            retirer(justificatif=justificatif, origine=origine, maintenant=maintenant)


def _proposer_corrections(adhesion: Adhesion, contenu: dict[str, Any], maintenant: datetime) -> None:
    """One open proposal per field of the card that the application says otherwise; one refused is not made again."""
    dossier = adhesion.dossier
    for table, saisis in ((FICHE_ENTREPRISE, contenu["entreprise"]), (FICHE_DIRIGEANT, contenu["associes"][0])):
        fiche = valeurs_fiche(dossier, table)
        for nom, champ in table.items():
            saisi, ouvertes = saisis.get(nom, ""), Correction.objects.filter(adhesion=adhesion, champ=champ)
            if not saisi or saisi == fiche[nom]:
                ouvertes.filter(etat=EtatCorrection.PROPOSEE).delete()
                continue
            if ouvertes.filter(etat=EtatCorrection.REFUSEE, valeur_proposee=saisi[:200]).exists():
                continue
            valeurs = {"valeur_proposee": saisi[:200], "valeur_fiche": fiche[nom][:200], "proposee_le": maintenant}
            Correction.objects.update_or_create(
                adhesion=adhesion,
                champ=champ,
                etat=EtatCorrection.PROPOSEE,
                defaults=valeurs,
                create_defaults={**valeurs, "dossier": dossier},
            )


def decider_correction(
    *, correction: Correction, accepter: bool, par: Utilisateur, origine: Origine, maintenant: datetime
) -> bool:
    """Take a proposal over into the GRC card, or put it aside. False when it was decided already."""
    etat = EtatCorrection.ACCEPTEE if accepter else EtatCorrection.REFUSEE
    with transaction.atomic():
        prises = Correction.objects.filter(pk=correction.pk, etat=EtatCorrection.PROPOSEE).update(
            etat=etat, decidee_le=maintenant, decidee_par=par
        )
        if not prises:
            return False
        dossier = correction.dossier
        if accepter:
            champs = {correction.champ: en_valeur(correction.champ, correction.valeur_proposee)}
            modifier_dossier(dossier=dossier, champs=champs, origine=origine, date=maintenant)
        journaliser(
            cabinet=dossier.cabinet,
            dossier=dossier,
            acte="adhesion.correction",
            date=maintenant,
            origine=origine,
            objet=correction.champ,
            apres={"etat": etat},
        )
    return True


def _journaliser(acte: str, adhesion: Adhesion, origine: Origine, maintenant: datetime, apres: dict[str, Any]) -> None:
    journaliser(
        cabinet=adhesion.dossier.cabinet,
        dossier=adhesion.dossier,
        acte=acte,
        date=maintenant,
        origine=origine,
        objet=adhesion.get_flux_display(),
        apres=apres,
    )
