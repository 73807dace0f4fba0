"""Write the FEC of an exercice, control the bytes, keep the register (comptabilite.md §A.8)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction

from comptabilite.enums import EtatEcriture
from comptabilite.errors import ExportRefuse
from comptabilite.fec.controle import Attendu, controler_fichier
from comptabilite.fec.format import ENTETE, encoder, nom_fichier
from comptabilite.fec.lecture import Libelles, lignes_fec
from comptabilite.fec.rapport import Rapport
from comptabilite.models import Ecriture, Exercice, ExportFec
from gestion_acces.services.audit import Origine, journaliser
from portal.lib.affichage import pluriel
from portal.lib.identifiants import siren_valide

VERSION = "1"
LIGNES_PAR_ECRITURE_DISQUE = 1_000


@dataclass(frozen=True)
class FichierFec:
    """A FEC on the disk, and what was counted while it was written."""

    chemin: Path
    nb_lignes: int
    nb_ecritures: int
    total_debit_cents: int
    total_credit_cents: int
    taille: int
    sha256: str
    sha256_fige: str
    nb_remplaces: int


def ecrire_fec(*, exercice: Exercice, sortie: Path) -> FichierFec:
    """Stream the validated entries of the exercice into `sortie`, under their legal name.

    Raises ExportRefuse when the dossier has no valid SIREN: the file could not be named.
    """
    siren = exercice.dossier.siren
    if not siren_valide(siren):
        raise ExportRefuse("La fiche du dossier n’a pas de SIRET valide : le FEC ne peut pas être nommé.")
    chemin = sortie / nom_fichier(siren=siren, cloture=exercice.fin)
    libelles = Libelles(exercice)
    empreinte = hashlib.sha256()
    taille = remplaces = nb_lignes = nb_ecritures = debits = credits = dernier = 0
    with transaction.atomic(), chemin.open("wb") as fichier:
        lot = [ENTETE]

        def vider() -> None:
            nonlocal taille, remplaces
            octets, manquants = encoder("".join(lot))
            fichier.write(octets)
            empreinte.update(octets)
            taille += len(octets)
            remplaces += manquants
            lot.clear()

        for texte, numero, debit, credit in lignes_fec(exercice, libelles):
            lot.append(texte)
            nb_lignes += 1
            debits += debit
            credits += credit
            if numero != dernier:
                nb_ecritures, dernier = nb_ecritures + 1, numero
            if len(lot) >= LIGNES_PAR_ECRITURE_DISQUE:
                vider()
        vider()
    fige = hashlib.sha256(f"{exercice.derniere_empreinte}{libelles.empreinte()}".encode()).hexdigest()
    return FichierFec(chemin, nb_lignes, nb_ecritures, debits, credits, taille, empreinte.hexdigest(), fige, remplaces)


def nombre_de_brouillards(exercice: Exercice) -> int:
    return Ecriture.objects.filter(
        dossier_id=exercice.dossier_id, exercice=exercice, etat=EtatEcriture.BROUILLARD
    ).count()


def attendu_de(exercice: Exercice) -> Attendu:
    return Attendu(exercice.dossier.siren, exercice.debut, exercice.fin)


def precontroler(*, exercice: Exercice) -> Rapport:
    """Control the FEC as it would be now, without registering an export (B9). Raises ExportRefuse."""
    with TemporaryDirectory(prefix="fec-") as dossier:
        fec = ecrire_fec(exercice=exercice, sortie=Path(dossier))
        return controler_fichier(
            fec.chemin,
            attendu=attendu_de(exercice),
            nb_remplaces=fec.nb_remplaces,
            nb_brouillards=nombre_de_brouillards(exercice),
        )


def exporter_fec(
    *, exercice: Exercice, sortie: Path, origine: Origine, maintenant: datetime
) -> tuple[ExportFec, Path]:
    """Write the file, control its bytes, and add a line to the register and to the audit trail.

    The file is written whatever the control says: the register tells whether it conforms. Raises ExportRefuse.
    """
    fec = ecrire_fec(exercice=exercice, sortie=sortie)
    brouillards = nombre_de_brouillards(exercice)
    rapport = controler_fichier(
        fec.chemin, attendu=attendu_de(exercice), nb_remplaces=fec.nb_remplaces, nb_brouillards=brouillards
    )
    with transaction.atomic():
        export = ExportFec.objects.create(
            dossier=exercice.dossier,
            exercice=exercice,
            cree_le=maintenant,
            cree_par=origine.email,
            nom=fec.chemin.name,
            provisoire=not exercice.est_clos,
            nb_lignes=fec.nb_lignes,
            nb_ecritures=fec.nb_ecritures,
            total_debit_cents=fec.total_debit_cents,
            total_credit_cents=fec.total_credit_cents,
            taille=fec.taille,
            sha256=fec.sha256,
            sha256_fige=fec.sha256_fige,
            derniere_empreinte=exercice.derniere_empreinte,
            nb_caracteres_remplaces=fec.nb_remplaces,
            conforme=rapport.conforme,
            anomalies=rapport.en_json(),
            version=VERSION,
        )
        journaliser(
            cabinet=exercice.dossier.cabinet,
            dossier=exercice.dossier,
            acte="fec.exporter",
            date=maintenant,
            origine=origine,
            objet=export.nom,
            apres={"sha256": export.sha256, "lignes": export.nb_lignes, "conforme": export.conforme},
        )
    return export, fec.chemin


def difference(export: ExportFec, precedent: ExportFec | None) -> str:
    """In a sentence, how an export differs from the one before of the same exercice."""
    if precedent is None:
        return "Premier export de cet exercice."
    if export.sha256 == precedent.sha256:
        return "Identique à l’export précédent, octet pour octet."
    if export.sha256_fige == precedent.sha256_fige:
        return "Seul le lettrage a changé (colonnes 14 et 15)."
    nouvelles = export.nb_ecritures - precedent.nb_ecritures
    if export.derniere_empreinte == precedent.derniere_empreinte:
        return "Des libellés de comptes, de journaux ou de tiers ont changé ; les écritures sont les mêmes."
    return f"{nouvelles} {pluriel(nouvelles, 'écriture validée', 'écritures validées')} depuis l’export précédent."
