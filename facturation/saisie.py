"""The acts on invoices and suppliers that both spaces offer: one form, one service, one sentence.

Each function takes the request's parts and returns what the view answers with; the spaces differ by their doors and
their templates only.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from facturation.errors import FacturationError, FichierIllisible
from facturation.forms import FactureForm, ImportForm
from facturation.models import Facture
from facturation.services.ecritures import comptabiliser_achat
from facturation.services.factures import enregistrer_facture
from facturation.services.fournisseurs import trouver_fournisseur
from facturation.services.importation import Bilan, importer_factur_x, importer_liste
from gestion_acces.errors import FichierRefuse
from gestion_acces.models import Dossier, Fichier, Utilisateur
from gestion_acces.services.audit import Origine
from gestion_acces.services.fichiers import controler_contenu, deposer_fichier, ouvrir

TAILLE_LISTE = 5 * 1024 * 1024


@dataclass(frozen=True)
class Auteur:
    """Who does it, when and from where."""

    personne: Utilisateur
    origine: Origine
    maintenant: datetime


def deposer(dossier: Dossier, televerse: "UploadedFile[Any]", auteur: Auteur) -> Fichier:
    """Control the content and keep the file. Raises FichierRefuse with the reason in French."""
    nom = televerse.name or "facture"
    type_mime = controler_contenu(televerse, nom)
    fichier, _ = deposer_fichier(
        dossier=dossier,
        flux=televerse,
        nom=nom,
        type_mime=type_mime,
        par=auteur.personne,
        maintenant=auteur.maintenant,
    )
    return fichier


def saisir_facture(form: FactureForm, dossier: Dossier, auteur: Auteur) -> Facture | None:
    """Record a valid form; None when it was refused, the reason being in the form."""
    propre: dict[str, Any] = form.cleaned_data
    try:
        fichier = deposer(dossier, propre["fichier"], auteur) if propre.get("fichier") else None
        facture = enregistrer_facture(
            fournisseur=trouver_fournisseur(dossier=dossier, nom=propre["fournisseur"]),
            saisie=form.saisie(fichier),
            par=auteur.personne,
            maintenant=auteur.maintenant,
            origine=auteur.origine,
        )
    except FichierRefuse as refus:
        form.add_error("fichier", str(refus))
        return None
    except FacturationError as refus:
        form.add_error(None, str(refus))
        return None
    comptabiliser_achat(facture=facture, maintenant=auteur.maintenant)
    return facture


def importer(form: ImportForm, dossier: Dossier, auteur: Auteur) -> Bilan | None:
    """Import a valid form's file, a Factur-X PDF or a list; None when it was refused, the reason being in the form."""
    televerse: UploadedFile[Any] = form.cleaned_data["fichier"]
    commun: dict[str, Any] = {
        "dossier": dossier,
        "par": auteur.personne,
        "maintenant": auteur.maintenant,
        "origine": auteur.origine,
    }
    nom = (televerse.name or "").lower()
    try:
        if nom.endswith((".csv", ".txt", ".xlsx", ".xlsm")):
            if (televerse.size or 0) > TAILLE_LISTE:
                raise FichierIllisible("Cette liste dépasse 5 Mo : coupez-la en plusieurs.")
            return importer_liste(contenu=televerse.read(), nom=nom, **commun)
        fichier = deposer(dossier, televerse, auteur)
        pdf = b"".join(ouvrir(fichier))
        return Bilan(enregistrees=[importer_factur_x(pdf=pdf, fichier=fichier, **commun)])
    except (FacturationError, FichierRefuse) as refus:
        form.add_error("fichier", str(refus))
        return None
