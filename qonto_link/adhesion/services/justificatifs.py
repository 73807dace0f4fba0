"""The documents of an application: controlled, encrypted, sent to Qonto where its API takes them, then erased."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from gestion_acces.models import Fichier, Utilisateur
from gestion_acces.services import fichiers
from gestion_acces.services.audit import Origine, journaliser
from portal.lib.stockage import Flux as FluxFichier
from qonto_link.adhesion.enums import (
    AIDES,
    PAR_ASSOCIE,
    TYPES_QONTO,
    EtatJustificatif,
    Flux,
    Statut,
    TypeJustificatif,
)
from qonto_link.adhesion.errors import AssocieInconnu, DejaSoumise
from qonto_link.adhesion.models import Adhesion, Justificatif
from qonto_link.api.errors import QontoError, Refused
from qonto_link.api.onboarding import OnboardingClient
from qonto_link.services import clients
from qonto_link.services.incidents import signaler_erreur
from qonto_link.traduction import expliquer

# A draft that nobody finishes does not keep identity papers for ever.
GARDE_BROUILLON = timedelta(days=180)


@dataclass(frozen=True)
class Attendu:
    """A line of the step « Justificatifs »: what is asked, of whom, whether Qonto needs it, what is there."""

    type: str
    libelle: str
    aide: str
    associe: str
    utile_a_qonto: bool
    depose: Justificatif | None


def attendus(adhesion: Adhesion) -> list[Attendu]:
    """What this application may be asked: papers of the company, then of each person."""
    deposes = {(un.type, un.associe): un for un in adhesion.justificatifs.presents().select_related("fichier")}
    demandes = [(TypeJustificatif.DOMICILE, "", "")]
    if adhesion.est_creation:
        demandes = [(TypeJustificatif.STATUTS, "", ""), *demandes, (TypeJustificatif.DEPOT_CAPITAL, "", "")]
    if adhesion.rang >= 7:
        demandes.append((TypeJustificatif.KBIS, "", ""))
    for associe in adhesion.contenu["associes"]:
        qui = f"{associe.get('prenom', '')} {associe.get('nom', '')}".strip() or "associé sans nom"
        demandes += [(TypeJustificatif.IDENTITE, associe["cle"], qui), (TypeJustificatif.SEJOUR, associe["cle"], qui)]
        demandes.append((TypeJustificatif.REVENUS, associe["cle"], qui))
    return [_attendu(adhesion, genre, cle, qui, deposes.get((genre.value, cle))) for genre, cle, qui in demandes]


def _attendu(adhesion: Adhesion, genre: TypeJustificatif, cle: str, qui: str, depose: Justificatif | None) -> Attendu:
    necessaire = adhesion.est_creation and genre in (TypeJustificatif.STATUTS, TypeJustificatif.IDENTITE)
    return Attendu(
        genre.value, f"{genre.label} – {qui}" if qui else genre.label, AIDES[genre], cle, necessaire, depose
    )


def etat_initial(flux: str, genre: str) -> EtatJustificatif:
    """What becomes of a document: Qonto's API takes some types, for a company being created only."""
    if genre not in TYPES_QONTO:
        return EtatJustificatif.CONSERVE
    return EtatJustificatif.A_TRANSMETTRE if flux == Flux.CREATION else EtatJustificatif.A_DEPOSER


def deposer(
    *,
    adhesion: Adhesion,
    genre: str,
    associe: str,
    flux: FluxFichier,
    nom: str,
    par: Utilisateur,
    origine: Origine,
    maintenant: datetime,
) -> tuple[Justificatif, bool]:
    """Take a document in; the former one of the same type and person makes way. Returns it, and whether it is new.

    Raises FichierRefuse (with the reason in words), AssocieInconnu, DejaSoumise.
    """
    _verifier_place(adhesion, genre, associe)
    type_mime = fichiers.controler_contenu(flux, nom)
    fichier, nouveau = fichiers.deposer_fichier(
        dossier=adhesion.dossier,
        flux=flux,
        nom=nom,
        type_mime=type_mime,
        par=par,
        maintenant=maintenant,
        purge_le=maintenant + GARDE_BROUILLON,
    )
    with transaction.atomic():
        Adhesion.objects.select_for_update(of=("self",)).get(pk=adhesion.pk)
        presents = adhesion.justificatifs.presents().filter(type=genre, associe=associe)
        existant = presents.filter(fichier=fichier).first()
        if existant is not None:
            return existant, False
        for ancien in presents:
            _retirer(ancien, maintenant)
        justificatif = Justificatif.objects.create(
            dossier=adhesion.dossier,
            adhesion=adhesion,
            type=genre,
            associe=associe,
            fichier=fichier,
            nom=fichier.nom,
            etat=etat_initial(adhesion.flux, genre),
            depose_le=maintenant,
            depose_par=par,
        )
        _journaliser("adhesion.justificatif", justificatif, origine, maintenant, {"sha256": fichier.sha256})
    return justificatif, nouveau


def _verifier_place(adhesion: Adhesion, genre: str, associe: str) -> None:
    if adhesion.statut not in (Statut.BROUILLON, Statut.REFUSEE, Statut.EN_COURS):
        raise DejaSoumise
    connus = {personne["cle"] for personne in adhesion.contenu["associes"]}
    if (genre in PAR_ASSOCIE) != (associe in connus):
        raise AssocieInconnu


def retirer(*, justificatif: Justificatif, origine: Origine, maintenant: datetime) -> None:
    """Take a document back: its bytes are erased by the next purge, and its copy at Qonto deleted. Twice is once."""
    with transaction.atomic():
        ligne = Justificatif.objects.select_for_update(of=("self",)).select_related("fichier").get(pk=justificatif.pk)
        if ligne.retire_le is None:
            _retirer(ligne, maintenant)
            _journaliser("adhesion.justificatif.retirer", ligne, origine, maintenant, {})


def _retirer(justificatif: Justificatif, maintenant: datetime) -> None:
    justificatif.retire_le = maintenant
    justificatif.save(update_fields=["retire_le"])
    ailleurs = Justificatif.objects.presents().filter(fichier_id=justificatif.fichier_id).exclude(pk=justificatif.pk)
    if not ailleurs.exists():
        Fichier.objects.filter(pk=justificatif.fichier_id, purge_le__isnull=False).update(purge_le=maintenant)


def programmer_purge(*, adhesion: Adhesion, maintenant: datetime) -> None:
    """The application is over: its documents are erased after the retention of the settings."""
    echeance = maintenant + timedelta(days=settings.JUSTIFICATIFS_JOURS)
    cles = adhesion.justificatifs.values_list("fichier_id", flat=True)
    Fichier.objects.filter(pk__in=list(cles), purge_le__gt=echeance).update(purge_le=echeance)


def transmettre(*, adhesion: Adhesion, maintenant: datetime) -> int:
    """Send what waits to Qonto, and delete there what was taken back; returns how many were sent.

    A refused document bears its reason; one that could not leave stays « sera transmis » and is tried again.
    """
    if not adhesion.registration_id:
        return 0
    attente = list(
        adhesion.justificatifs.filter(
            Q(retire_le__isnull=True, etat=EtatJustificatif.A_TRANSMETTRE)
            | (Q(retire_le__isnull=False) & ~Q(qonto_file_id=""))
        )
        .select_related("fichier", "dossier__cabinet")
        .order_by(F("retire_le").asc(nulls_last=True), "pk")
    )
    if not attente:
        return 0
    personnes = {associe["cle"]: associe.get("stakeholder_id", "") for associe in adhesion.contenu["associes"]}
    envoyes = 0
    with clients.onboarding_client() as client:
        for justificatif in attente:
            try:
                envoyes += _transmettre_un(client, adhesion, justificatif, personnes, maintenant)
            except QontoError as panne:
                signaler_erreur(
                    dossier=adhesion.dossier, erreur=panne, quoi="Envoi d’un justificatif", maintenant=maintenant
                )
                break
    return envoyes


def a_transmettre(limite: int = 200) -> list[int]:
    """The applications whose documents still have to leave for Qonto, or to be deleted there."""
    attente = Justificatif.objects.filter(
        Q(retire_le__isnull=True, etat=EtatJustificatif.A_TRANSMETTRE)
        | (Q(retire_le__isnull=False) & ~Q(qonto_file_id=""))
    ).exclude(adhesion__registration_id="")
    return list(attente.order_by("adhesion_id").values_list("adhesion_id", flat=True).distinct()[:limite])


def _transmettre_un(
    client: OnboardingClient,
    adhesion: Adhesion,
    justificatif: Justificatif,
    personnes: dict[str, str],
    maintenant: datetime,
) -> int:
    if justificatif.retire_le:
        _effacer_chez_qonto(client, adhesion, justificatif)
        return 0
    fichier = justificatif.fichier
    try:
        recu = client.upload_file(
            adhesion.registration_id,
            file_type=TYPES_QONTO[justificatif.type],
            morceaux=fichiers.ouvrir(fichier),
            taille=fichier.taille,
            nom=justificatif.nom,
            type_mime=fichier.type_mime,
            stakeholder_id=personnes.get(justificatif.associe, ""),
        )
    except Refused as refus:
        # Already there: an answer was lost between Qonto and us. Its list tells.
        trouve = _deja_chez_qonto(client, adhesion, justificatif, personnes)
        if not trouve:
            _noter(justificatif, etat=EtatJustificatif.REFUSE, motif=expliquer(refus).message)
            return 0
        _noter(justificatif, etat=EtatJustificatif.TRANSMIS, qonto_file_id=trouve, transmis_le=maintenant)
        return 1
    _noter(justificatif, etat=EtatJustificatif.TRANSMIS, qonto_file_id=recu.id, transmis_le=maintenant)
    return 1


def _deja_chez_qonto(
    client: OnboardingClient, adhesion: Adhesion, justificatif: Justificatif, personnes: dict[str, str]
) -> str:
    voulu = (TYPES_QONTO[justificatif.type], personnes.get(justificatif.associe, ""), justificatif.fichier.taille)
    return next(
        (
            recu.id
            for recu in client.files(adhesion.registration_id)
            if (recu.file_type, recu.stakeholder_id, recu.filesize_bytes) == voulu
        ),
        "",
    )


def _effacer_chez_qonto(client: OnboardingClient, adhesion: Adhesion, justificatif: Justificatif) -> None:
    try:
        client.delete_file(adhesion.registration_id, justificatif.qonto_file_id)
    except Refused as refus:
        if refus.status != 404:
            return
    _noter(justificatif, qonto_file_id="")


def _noter(justificatif: Justificatif, **champs: object) -> None:
    Justificatif.objects.filter(pk=justificatif.pk).update(**champs)


def _journaliser(
    acte: str, justificatif: Justificatif, origine: Origine, maintenant: datetime, apres: dict[str, str]
) -> None:
    journaliser(
        cabinet=justificatif.dossier.cabinet,
        dossier=justificatif.dossier,
        acte=acte,
        date=maintenant,
        origine=origine,
        objet=f"{justificatif.get_type_display()} – {justificatif.nom}",
        apres=apres,
    )
