"""Acts on the GRC card."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from gestion_acces.models import Dossier
from gestion_acces.services.audit import Origine, journaliser
from portal.lib.identifiants import siret_valide


@dataclass(frozen=True)
class Manque:
    """A GRC field that the Qonto tile needs (S2): its name, its words, the tab where it is filled."""

    champ: str
    libelle: str
    onglet: str


def manques_pour_qonto(dossier: Dossier) -> list[Manque]:
    """What the card lacks before the Qonto tile can be switched on; empty when it is complete (S2)."""
    manques = [
        Manque(champ, libelle, "dirigeant")
        for champ, libelle in (
            ("dirigeant_nom", "le nom du dirigeant"),
            ("dirigeant_prenom", "le prénom du dirigeant"),
            ("dirigeant_email", "l’e-mail du dirigeant"),
        )
        if not getattr(dossier, champ)
    ]
    if not dossier.siret:
        manques.append(Manque("siret", "le SIRET", "identite"))
    elif not siret_valide(dossier.siret):
        manques.append(Manque("siret", "un SIRET valide (14 chiffres, clé de contrôle)", "identite"))
    return manques


def modifier_dossier(*, dossier: Dossier, champs: dict[str, Any], origine: Origine, date: datetime) -> Dossier:
    """Write checked fields into the GRC card and the audit trail; nothing is written when nothing changed."""
    avant = {nom: getattr(dossier, nom) for nom in champs}
    changes = {nom: valeur for nom, valeur in champs.items() if avant[nom] != valeur}
    if not changes:
        return dossier
    for nom, valeur in changes.items():
        setattr(dossier, nom, valeur)
    with transaction.atomic():
        dossier.save(update_fields=[*changes, "updated_at"])
        journaliser(
            cabinet=dossier.cabinet,
            dossier=dossier,
            acte="dossier.modifier",
            date=date,
            origine=origine,
            avant={nom: str(avant[nom] or "") for nom in changes},
            apres={nom: str(valeur or "") for nom, valeur in changes.items()},
        )
    return dossier
