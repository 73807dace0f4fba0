"""Changes of journals, accounts and third parties, with their trace."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from comptabilite.enums import NatureJournal
from comptabilite.models import Compte, Journal, Tiers
from comptabilite.services.journaux import creer_journal_tresorerie
from gestion_acces.models import Dossier
from gestion_acces.services.audit import Origine, journaliser
from portal.lib.affichage import iban_masque


def creer_journal(
    *,
    dossier: Dossier,
    code: str,
    libelle: str,
    nature: str,
    numero_compte: str = "",
    origine: Origine,
    maintenant: datetime,
) -> Journal:
    """Create a journal; a treasury one with its 512. Raises JournalRefuse, CompteRefuse."""
    with transaction.atomic():
        if nature == NatureJournal.TRESORERIE:
            journal = creer_journal_tresorerie(
                dossier=dossier, libelle=libelle, code=code, numero_compte=numero_compte or None
            )
        else:
            journal = Journal.objects.create(dossier=dossier, code=code, libelle=libelle, nature=nature)
        journaliser(
            cabinet=dossier.cabinet,
            dossier=dossier,
            acte="journal.creer",
            date=maintenant,
            origine=origine,
            objet=str(journal),
        )
    return journal


def _visible(nom: str, valeur: Any) -> Any:
    """What the trail may hold of a value: never a whole IBAN."""
    if nom == "iban":
        return iban_masque(valeur)
    return valeur if isinstance(valeur, (bool, dict, list)) else str(valeur or "")


def modifier(
    *, objet: Journal | Compte | Tiers, champs: Mapping[str, Any], origine: Origine, maintenant: datetime
) -> None:
    """Write checked fields of a journal, an account or a third party; nothing when nothing changed."""
    # A ModelForm has already put the new values on the object: the old ones are in the database.
    ancien = type(objet)._default_manager.get(pk=objet.pk)
    changes = {nom: valeur for nom, valeur in champs.items() if getattr(ancien, nom) != valeur}
    if not changes:
        return
    for nom, valeur in changes.items():
        setattr(objet, nom, valeur)
    with transaction.atomic():
        objet.save(update_fields=list(changes))
        journaliser(
            cabinet=objet.dossier.cabinet,
            dossier=objet.dossier,
            acte=f"{objet._meta.model_name}.modifier",
            date=maintenant,
            origine=origine,
            objet=str(objet),
            avant={nom: _visible(nom, getattr(ancien, nom)) for nom in changes},
            apres={nom: _visible(nom, valeur) for nom, valeur in changes.items()},
        )
