"""Fil de vie (B1): every step of a line, dated, signed and linked, and why it was skipped when it was."""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime

from django.urls import NoReverseMatch, reverse

from banque.enums import EtatOperation, StatutRecue
from banque.models import Changement, Operation
from banque.services.changements import LIBELLES
from banque.services.rapprochement_virements import LienVirement, liens
from comptabilite.models import LigneEcriture
from portal.lib.affichage import date_courte, devise

FAITE, COURANTE, AVENIR, ERREUR = "faite", "courante", "avenir", "erreur"


@dataclass(frozen=True)
class Etape:
    """One step, as `composants/frise.html` draws it."""

    titre: str
    etat: str
    quand: datetime | Date | str | None = None
    qui: str = ""
    detail: str = ""
    lien: str = ""
    libelle_lien: str = ""


def _adresse(nom: str, *args: object) -> str:
    """The address of a page of another room, or nothing while that room has none."""
    try:
        return reverse(nom, args=args)
    except NoReverseMatch:
        return ""


def etapes(operation: Operation) -> list[Etape]:
    """From the order to the lettering, in the order of time."""
    lien = liens(dossier=operation.dossier, external_ids=[operation.ligne.external_id]).get(
        operation.ligne.external_id
    )
    return [
        *_virement(lien),
        *_banque(operation),
        *_changements(operation),
        *_imputation(operation),
        *_comptabilite(operation),
    ]


def _virement(lien: LienVirement | None) -> list[Etape]:
    if lien is None:
        return []
    virement = lien.virement
    trouvees = [
        Etape(
            "Ordre donné depuis le portail",
            FAITE,
            virement.ordre.cree_le,
            str(virement.ordre.cree_par),
            f"{virement.beneficiaire} – {virement.reference}",
        )
    ]
    if virement.verification is not None:
        trouvees.append(Etape("Bénéficiaire vérifié", FAITE, detail=virement.verification.get_resultat_display()))
    if virement.ordre.sca_depuis:
        trouvees.append(Etape("Authentification forte demandée", FAITE, virement.ordre.sca_depuis))
    if virement.execute_le:
        trouvees.append(Etape("Virement exécuté par Qonto", FAITE, virement.execute_le))
    return trouvees


def _banque(operation: Operation) -> list[Etape]:
    ligne, releve = operation.ligne, operation.releve
    statut = StatutRecue(ligne.statut).label if ligne.statut in StatutRecue.values else ligne.statut
    emise = [Etape("Opération émise", FAITE, ligne.emise_le)] if ligne.emise_le else []
    return [
        *emise,
        Etape(
            "Ligne au relevé",
            FAITE if ligne.statut == StatutRecue.REGLEE else ERREUR,
            ligne.reglee_le,
            ligne.get_source_display(),
            f"{statut} – identifiant {ligne.external_id}",
        ),
        Etape("Reçue par le portail", FAITE, ligne.recue_le),
        Etape(
            "Intégrée dans ACD Banque",
            FAITE,
            releve.integre_le,
            str(releve.integre_par or "système"),
            f"relevé n° {releve.pk}",
            reverse("banque:releves", args=[operation.dossier_id, operation.compte_bancaire_id]),
            "Voir les relevés",
        ),
    ]


def _changements(operation: Operation) -> list[Etape]:
    changements = Changement.objects.filter(ligne_id=operation.ligne_id).order_by("date", "id")[:50]
    return [
        Etape(
            f"{LIBELLES.get(changement.champ, changement.champ)} modifié par la banque",
            FAITE,
            changement.date,
            detail=f"« {_valeur(changement.champ, changement.avant)} » → "
            f"« {_valeur(changement.champ, changement.apres)} »",
        )
        for changement in changements
    ]


def _valeur(champ: str, texte: str) -> str:
    """A kept value, as people read it."""
    if not texte:
        return "vide"
    if champ in ("montant_cents", "tva_cents"):
        return devise(int(texte))
    if champ == "jour":
        return date_courte(Date.fromisoformat(texte))
    if champ == "statut" and texte in StatutRecue.values:
        return str(StatutRecue(texte).label)
    return texte


def _imputation(operation: Operation) -> list[Etape]:
    if operation.etat == EtatOperation.COMPTABILISEE:
        return [Etape("Rapprochée de son écriture", FAITE, detail=operation.explication)]
    if operation.etat == EtatOperation.A_VERIFIER:
        return [Etape("À vérifier", ERREUR, detail=operation.alerte or operation.explication)]
    if operation.etat == EtatOperation.IGNOREE:
        return [Etape("Ignorée", FAITE, operation.validee_le, operation.validee_par, operation.explication)]
    if operation.etat in (EtatOperation.VALIDEE, EtatOperation.TRANSFEREE):
        return [Etape("Compte validé", FAITE, operation.validee_le, operation.validee_par, operation.explication)]
    if operation.etat == EtatOperation.PROPOSEE:
        return [Etape("Compte proposé", COURANTE, qui="vous", detail=operation.explication)]
    return [Etape("Compte à poser", COURANTE, qui="vous")]


def _comptabilite(operation: Operation) -> list[Etape]:
    ecriture = operation.ecriture
    if ecriture is None:
        if operation.etat in (EtatOperation.IGNOREE, EtatOperation.A_VERIFIER):
            return []
        etat = COURANTE if operation.etat == EtatOperation.VALIDEE else AVENIR
        return [Etape("Transfert en comptabilité", etat)]
    lien = _adresse("comptabilite:ecriture", operation.dossier_id, ecriture.pk)
    trouvees = [
        Etape(
            "En comptabilité",
            FAITE,
            operation.transferee_le or ecriture.created_at,
            operation.transferee_par or str(ecriture.auteur or ""),
            f"{ecriture.reference}, journal {operation.compte_bancaire.journal.code}"
            if operation.compte_bancaire.journal
            else ecriture.reference,
            lien,
            "Voir l’écriture",
        )
    ]
    if ecriture.validee_le:
        trouvees.append(Etape("Écriture validée", FAITE, ecriture.validee_le, ecriture.validee_par))
    lettrees = LigneEcriture.objects.filter(ecriture=ecriture, lettrage__isnull=False).select_related("lettrage")
    trouvees += [
        Etape("Lettrée", FAITE, ligne.lettrage.date, detail=f"code {ligne.lettrage.code}")
        for ligne in lettrees
        if ligne.lettrage
    ]
    return trouvees
