"""Statements that leave the portal (CFONB 120, OFX, camt.053, CSV, XLSX) and statement files that come in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from banque.enums import Source, StatutRecue
from banque.errors import BanqueError, FichierIllisible
from banque.formats import LigneExportee, ReleveExporte
from banque.models import CompteBancaire, LigneRecue, Operation
from banque.services.integration import solde_connu_avant
from banque.services.reception import Bilan, recevoir
from banque.sources import ReleveRecu, camt053, cfonb120
from banque.texte import sans_mention
from gestion_acces.models import Dossier
from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from portal.lib.bancaire import iban_normalise
from portal.lib.calendrier import minuit


def _operations(compte: CompteBancaire, du: Date, au: Date) -> Iterator[Operation]:
    return (
        Operation.objects.filter(dossier_id=compte.dossier_id, compte_bancaire=compte, jour__gte=du, jour__lte=au)
        .select_related("ligne", "compte", "tiers")
        .order_by("jour", "rang")
        .iterator(chunk_size=1000)
    )


def _ligne(operation: Operation) -> LigneExportee:
    recue = operation.ligne
    return LigneExportee(
        identifiant=recue.external_id,
        jour=operation.jour,
        montant_cents=operation.montant_cents,
        libelle=recue.libelle,
        date_valeur=recue.date_valeur,
        contrepartie=recue.contrepartie,
        contrepartie_iban=recue.contrepartie_iban,
        reference=recue.reference,
        complement=sans_mention(recue.note),
        comptabilise=operation.mention,
        correction=recue.code_operation in ("12", "99", "B5", "C5"),
        code_operation=operation.code_operation,
        mode_reglement=operation.mode_reglement,
        numero_cheque=recue.numero_cheque,
        devise_locale=recue.devise_locale,
        montant_local_cents=recue.montant_local_cents,
        piece=operation.piece,
        compte=operation.tiers.code if operation.tiers else operation.compte.numero if operation.compte else "",
        document=bool(operation.nb_pieces),
        etat=operation.get_etat_display(),
    )


def solde_ouverture(compte: CompteBancaire, du: Date) -> int:
    """The balance when the day begins: the bank's own, else counted back from the first line integrated."""
    connu = solde_connu_avant(compte, minuit(du))
    if connu is not None:
        return connu
    premiere = (
        LigneRecue.objects.filter(
            dossier_id=compte.dossier_id,
            compte_bancaire=compte,
            statut=StatutRecue.REGLEE,
            integree=True,
            reglee_le__gte=minuit(du),
            solde_apres_cents__isnull=False,
        )
        .order_by("reglee_le", "id")
        .values_list("solde_apres_cents", "montant_cents")
        .first()
    )
    return (premiere[0] or 0) - premiere[1] if premiere else 0


def releve_exporte(*, compte: CompteBancaire, du: Date, au: Date, maintenant: datetime) -> ReleveExporte:
    """The integrated lines of an account over whole days, between the balances around them. Raises BanqueError."""
    if au < du:
        raise BanqueError("La date de fin est avant la date de début.")
    ouverture = solde_ouverture(compte, du)
    operations = Operation.objects.filter(
        dossier_id=compte.dossier_id, compte_bancaire=compte, jour__gte=du, jour__lte=au
    )
    total = operations.aggregate(total=Sum("montant_cents"))["total"] or 0
    return ReleveExporte(
        iban=compte.iban,
        bic=compte.bic,
        titulaire=compte.titulaire,
        du=du,
        au=au,
        solde_ouverture_cents=ouverture,
        solde_cloture_cents=ouverture + total,
        cree_le=maintenant,
        lignes=map(_ligne, _operations(compte, du, au)),
        devise=compte.devise,
    )


@dataclass(frozen=True)
class Import:
    """What a statement file brought to an account."""

    compte: CompteBancaire
    bilan: Bilan
    releve: ReleveRecu


def lire_fichier(contenu: bytes) -> list[ReleveRecu]:
    """The statements of a file, whose format is told by its content. Raises FichierIllisible."""
    if not contenu.strip():
        raise FichierIllisible("le fichier est vide.")
    debut = contenu.lstrip(b"\xef\xbb\xbf \t\r\n")[:200]
    if debut.startswith(b"<"):
        return camt053.lire(contenu)
    if debut[:2].isdigit():
        return cfonb120.lire(contenu)
    raise FichierIllisible("Ce n’est ni un relevé CFONB 120 ni un relevé camt.053.")


def importer_fichier(
    *, dossier: Dossier, contenu: bytes, nom: str, maintenant: datetime, origine: Origine = SYSTEME
) -> list[Import]:
    """Stage the lines of a statement file; they then wait as Qonto's do. The same file twice adds nothing.

    Raises FichierIllisible when the file, or one account of it, cannot be taken: nothing is kept then.
    """
    recus = lire_fichier(contenu)
    with transaction.atomic():
        imports = [_importer(dossier, recu, maintenant) for recu in recus]
        journaliser(
            cabinet=dossier.cabinet,
            acte="banque.importer_fichier",
            date=maintenant,
            origine=origine,
            dossier=dossier,
            objet=nom[:200],
            apres={"lignes": sum(i.bilan.nouvelles for i in imports)},
        )
    return imports


def _importer(dossier: Dossier, recu: ReleveRecu, maintenant: datetime) -> Import:
    try:
        iban = iban_normalise(recu.iban)
    except ValueError:
        raise FichierIllisible(f"l’IBAN {recu.iban[:4]}… du relevé est faux.") from None
    compte = CompteBancaire.objects.filter(dossier=dossier, iban=iban).first()
    if compte is None:
        raise FichierIllisible(
            f"le relevé est celui du compte finissant par {recu.iban[-4:]}, qui n’est pas une banque de ce dossier : "
            "créez-la d’abord dans la fiche du dossier, onglet Banques."
        )
    bilan = recevoir(compte=compte, operations=recu.operations, maintenant=maintenant)
    fin = minuit(recu.au + timedelta(days=1))
    if compte.compte_qonto_id is None and (compte.solde_le is None or fin >= compte.solde_le):
        compte.solde_cents, compte.solde_le, compte.synchronise_le = recu.solde_cloture_cents, fin, maintenant
        compte.save(update_fields=["solde_cents", "solde_le", "synchronise_le"])
    return Import(compte, bilan, recu)


def sources_de(compte: CompteBancaire) -> str:
    """How the lines of a bank come, in words."""
    return Source.QONTO.label if compte.compte_qonto_id else "Fichier de relevé"
