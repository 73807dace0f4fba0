"""Dossiers created one by one, or from a CSV file that is shown line by line before anything is written."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from gestion_acces.errors import FichierIllisible
from gestion_acces.models import Cabinet, Dossier, MembreCabinet, Portefeuille
from gestion_acces.services.audit import Origine, journaliser

LIGNES_MAX = 2000
COLONNES = (
    "code",
    "raison_sociale",
    "siret",
    "forme_juridique",
    "dirigeant_prenom",
    "dirigeant_nom",
    "dirigeant_email",
    "adresse",
    "code_postal",
    "ville",
    "telephone",
    "numero_tva",
    "code_naf",
    "activite",
)
OBLIGATOIRES = {"code", "raison_sociale"}


@dataclass
class LigneImport:
    """A line of the file: what it says, and what is wrong with it."""

    numero: int
    donnees: dict[str, str]
    erreurs: list[str] = field(default_factory=list)
    champs: dict[str, Any] = field(default_factory=dict)

    @property
    def valide(self) -> bool:
        return not self.erreurs


def codes_du_cabinet(cabinet: Cabinet) -> set[str]:
    return set(Dossier.objects.filter(cabinet=cabinet).values_list("code", flat=True))


def decoder(contenu: bytes) -> str:
    """The text of the file: UTF-8, or what French Excel writes. Raises FichierIllisible."""
    if b"\x00" in contenu:
        raise FichierIllisible("Ce fichier n’est pas un CSV. Dans Excel : Enregistrer sous, CSV UTF-8.")
    try:
        return contenu.decode("utf-8-sig")
    except UnicodeDecodeError:
        return contenu.decode("cp1252", errors="replace")


def lire_lignes(texte: str) -> list[LigneImport]:
    """The lines under the heading. Raises FichierIllisible for a heading that misses a column or for too many."""
    premiere = texte.split("\n", 1)[0]
    lecteur = csv.DictReader(io.StringIO(texte), delimiter=";" if premiere.count(";") >= premiere.count(",") else ",")
    colonnes = {(nom or "").strip().lower() for nom in lecteur.fieldnames or ()}
    manquantes = OBLIGATOIRES - colonnes
    if manquantes:
        raise FichierIllisible(
            f"La première ligne doit nommer les colonnes ; il manque : {', '.join(sorted(manquantes))}."
        )
    lignes = []
    for numero, brute in enumerate(lecteur, start=2):
        donnees = {
            (nom or "").strip().lower(): (valeur or "").strip()
            for nom, valeur in brute.items()
            if isinstance(valeur, str) or valeur is None
        }
        if any(donnees.values()):
            lignes.append(LigneImport(numero, {nom: donnees.get(nom, "") for nom in COLONNES}))
        if len(lignes) > LIGNES_MAX:
            raise FichierIllisible(f"Un fichier compte au plus {LIGNES_MAX} dossiers.")
    if not lignes:
        raise FichierIllisible("Ce fichier ne contient aucun dossier.")
    return lignes


def creer_dossier(*, membre: MembreCabinet, champs: dict[str, Any], origine: Origine, date: datetime) -> Dossier:
    """Create a dossier of the firm. A collaborator finds it in his portfolio."""
    with transaction.atomic():
        dossier = Dossier.objects.create(cabinet=membre.cabinet, **champs)
        if not membre.est_administrateur:
            Portefeuille.objects.create(membre=membre, dossier=dossier, depuis=date, ajoute_par=membre.utilisateur)
        journaliser(
            cabinet=membre.cabinet,
            dossier=dossier,
            acte="dossier.creer",
            date=date,
            origine=origine,
            objet=f"{dossier.code} – {dossier.raison_sociale}",
            apres={nom: str(valeur) for nom, valeur in champs.items() if valeur not in ("", None)},
        )
    return dossier


def importer_dossiers(
    *, membre: MembreCabinet, lignes: Iterable[LigneImport], origine: Origine, date: datetime
) -> int:
    """Create the dossiers of the lines without fault, all or none; returns how many."""
    with transaction.atomic():
        crees = [
            creer_dossier(membre=membre, champs=ligne.champs, origine=origine, date=date)
            for ligne in lignes
            if ligne.valide
        ]
    return len(crees)
