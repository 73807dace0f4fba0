"""The journal of incidents of a dossier (product §9)."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from gestion_acces.models import Dossier, Utilisateur
from gestion_acces.services.audit import Origine, journaliser
from qonto_link.api.errors import QontoError
from qonto_link.enums import REMEDES
from qonto_link.models import Incident
from qonto_link.traduction import expliquer


def nouvelle_reference() -> str:
    """Short enough to be read out on the telephone, without letters that are taken for one another."""
    alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    return "INC-" + "".join(secrets.choice(alphabet) for _ in range(8))


def signaler(
    *,
    dossier: Dossier,
    classe: str,
    titre: str,
    maintenant: datetime,
    detail: str = "",
    reference: str = "",
    cle: str = "",
    remede: str = "",
) -> Incident:
    """Write a trouble into the journal. The same open trouble (`classe`, `cle` or title) only counts once more."""
    cle = (cle or titre)[:120]
    suite = {"derniere_fois": maintenant, "occurrences": F("occurrences") + 1, "detail": detail}
    ouverts = Incident.objects.pour_dossier(dossier).ouverts().filter(classe=classe, cle=cle)
    if ouverts.update(**suite):
        return ouverts.get()
    try:
        with transaction.atomic():
            return Incident.objects.create(
                dossier=dossier,
                classe=classe,
                cle=cle,
                titre=titre[:200],
                detail=detail,
                remede=remede or REMEDES[classe][0],
                reference=reference[:80] or nouvelle_reference(),
                debut=maintenant,
                derniere_fois=maintenant,
            )
    except IntegrityError:
        # Another worker met the same trouble in the same instant.
        ouverts.update(**suite)
        return ouverts.get()


def signaler_erreur(*, dossier: Dossier, erreur: QontoError, quoi: str, maintenant: datetime) -> Incident:
    """Write Qonto's error in French; `quoi` says what was being done (« Lecture des soldes »)."""
    explication = expliquer(erreur)
    return signaler(
        dossier=dossier,
        classe=explication.classe,
        titre=f"{quoi} : {explication.message}",
        reference=explication.reference,
        cle=quoi,
        maintenant=maintenant,
    )


def resoudre(*, dossier: Dossier, classe: str, maintenant: datetime, cle: str = "") -> int:
    """Close the open incidents of a class (of one `cle` when given): the trouble has passed. Returns how many."""
    ouverts = Incident.objects.pour_dossier(dossier).ouverts().filter(classe=classe)
    return (ouverts.filter(cle=cle) if cle else ouverts).update(resolu_le=maintenant)


def classer(*, incident: Incident, par: Utilisateur, origine: Origine, maintenant: datetime) -> None:
    """A person says that the incident is dealt with. Twice is once."""
    with transaction.atomic():
        ouvert = Incident.objects.ouverts().filter(pk=incident.pk)
        if not ouvert.update(resolu_le=maintenant, resolu_par=par):
            return
        journaliser(
            cabinet=incident.dossier.cabinet,
            dossier=incident.dossier,
            acte="incident.classer",
            date=maintenant,
            origine=origine,
            objet=f"{incident.reference} – {incident.titre}",
        )
