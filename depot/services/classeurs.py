"""Folders inside the baskets."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from depot.errors import ClasseurRefuse
from depot.models import Classeur
from gestion_acces.models import Dossier, Utilisateur


def creer_classeur(
    *, dossier: Dossier, panier: str, nom: str, par: Utilisateur | None, maintenant: datetime
) -> Classeur:
    """A new folder. Raises ClasseurRefuse when the basket has one of that name."""
    try:
        with transaction.atomic():
            return Classeur.objects.create(
                dossier=dossier, panier=panier, nom=nom.strip(), cree_par=par, cree_le=maintenant
            )
    except IntegrityError:
        raise ClasseurRefuse(f"Il y a déjà un classeur « {nom.strip()} » dans ce panier.") from None


def classeur_de(*, dossier: Dossier, panier: str, nom: str, maintenant: datetime) -> Classeur:
    """The folder of that name, created at first use."""
    return Classeur.objects.get_or_create(
        dossier=dossier, panier=panier, nom=nom, defaults={"cree_le": maintenant, "cree_par": None}
    )[0]


def renommer_classeur(*, classeur: Classeur, nom: str) -> Classeur:
    """Raises ClasseurRefuse when the basket has another folder of that name."""
    classeur.nom = nom.strip()
    try:
        with transaction.atomic():
            classeur.save(update_fields=["nom"])
    except IntegrityError:
        raise ClasseurRefuse(f"Il y a déjà un classeur « {nom.strip()} » dans ce panier.") from None
    return classeur


def supprimer_classeur(*, classeur: Classeur) -> None:
    """Raises ClasseurRefuse while documents are in it, those of the bin included."""
    try:
        with transaction.atomic():
            classeur.delete()
    except ProtectedError:
        raise ClasseurRefuse(
            f"« {classeur.nom} » contient encore des documents : rangez-les ailleurs d’abord."
        ) from None
