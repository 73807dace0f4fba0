"""The account put on a line, by a person: checked against the journal, split with VAT, remembered (B10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models import F

from banque.enums import MODIFIABLES, MOUVEMENTS_OPERATION, Decision, EtatOperation, Motif
from banque.errors import ImputationRefusee, MouvementRefuse
from banque.models import Habitude, Imputation, Operation
from comptabilite.errors import ComptabiliteError
from comptabilite.models import Compte, Journal, Tiers
from comptabilite.services.journaux import controler_racines
from comptabilite.services.plan import compte as compte_du_plan
from gestion_acces.models import Dossier
from portal.lib.affichage import devise

TVA_DEDUCTIBLE, TVA_IMMOBILISATION, TVA_COLLECTEE = "44566", "44562", "44571"


@dataclass(frozen=True)
class Part:
    """One part of a split: its account and its share, signed as the line."""

    compte: Compte
    montant_cents: int
    tiers: Tiers | None = None
    libelle: str = ""
    est_tva: bool = False


def compte_tva(compte: Compte) -> str:
    """The VAT account that goes with an account: collected for sales, on assets, else deductible."""
    if compte.numero.startswith("7"):
        return TVA_COLLECTEE
    return TVA_IMMOBILISATION if compte.numero.startswith("2") else TVA_DEDUCTIBLE


def tva_incluse(ttc_cents: int, taux: int) -> int:
    """The VAT inside an amount (rate in hundredths of a percent), to the nearest cent, with the amount's sign."""
    exacte = Decimal(abs(ttc_cents)) * taux / (10_000 + taux)
    cents = int(exacte.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return cents if ttc_cents >= 0 else -cents


class LecteurDeParts:
    """Reads once what the parts of many lines need, then answers line by line."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.ventilations: dict[int, list[Part]] = {}
        self.comptes_tva: dict[str, Compte] = {}
        imputations = Imputation.objects.filter(operation__in=[o.pk for o in operations if o.ventilee])
        for i in imputations.order_by("operation", "rang").prefetch_related("compte", "tiers"):
            part = Part(i.compte, i.montant_cents, i.tiers, i.libelle, i.est_tva)
            self.ventilations.setdefault(i.operation_id, []).append(part)

    def parts_de(self, operation: Operation) -> list[Part]:
        """The counterparts of a line as they will be booked: its split, or its account with the VAT inside."""
        if operation.ventilee:
            return self.ventilations.get(operation.pk, [])
        if operation.compte is None:
            raise ImputationRefusee("Aucun compte n’est posé sur cette ligne.")
        tva = tva_incluse(operation.montant_cents, operation.taux_tva) if operation.taux_tva else 0
        parts = [Part(operation.compte, operation.montant_cents - tva, operation.tiers)]
        if tva:
            parts.append(Part(self._compte_tva(operation.dossier, compte_tva(operation.compte)), tva, est_tva=True))
        return parts

    def _compte_tva(self, dossier: Dossier, numero: str) -> Compte:
        if numero not in self.comptes_tva:
            self.comptes_tva[numero] = compte_du_plan(dossier=dossier, numero=numero)
        return self.comptes_tva[numero]


def parts_de(operation: Operation) -> list[Part]:
    """The counterparts of one line."""
    return LecteurDeParts([operation]).parts_de(operation)


def _mouvoir(operation: Operation, etat: str) -> None:
    """Check a move against the table. Raises MouvementRefuse."""
    if etat != operation.etat and etat not in MOUVEMENTS_OPERATION[operation.etat]:
        actuel = EtatOperation(operation.etat).label.lower()
        raise MouvementRefuse(f"Cette ligne est {actuel} : ce n’est plus possible.")
    operation.etat = etat


def verrouiller(operation: Operation) -> Operation:
    """The row as it is now, locked until the end of the transaction."""
    return (
        Operation.objects.select_for_update(of=("self",))
        .select_related("compte_bancaire__journal", "dossier__cabinet", "compte", "tiers", "ligne")
        .get(pk=operation.pk)
    )


def resoudre_compte(*, dossier: Dossier, saisie: str, journal: Journal | None = None) -> tuple[Compte, Tiers | None]:
    """What a person typed: a number (short or long), the code of a third party, or a digit of the comptes fréquents.

    Raises ImputationRefusee.
    """
    texte = saisie.strip().upper()
    if len(texte) == 1 and texte.isdigit() and journal is not None:
        texte = str(journal.comptes_frequents.get(texte) or texte)
    tiers = Tiers.objects.filter(dossier=dossier, code=texte).select_related("compte").first()
    if tiers is not None:
        return tiers.compte, tiers
    if not texte.isdigit():
        raise ImputationRefusee(f"Le compte « {saisie} » n’existe pas. F6 ouvre la recherche.")
    try:
        return compte_du_plan(dossier=dossier, numero=texte), None
    except ComptabiliteError as refus:
        raise ImputationRefusee(str(refus)) from refus


def controler(operation: Operation, compte: Compte, tiers: Tiers | None) -> None:
    """Raise ImputationRefusee for an account that this journal or this line cannot take."""
    journal = operation.compte_bancaire.journal
    if compte.collectif and tiers is None:
        raise ImputationRefusee(f"Le compte {compte.numero} est collectif : choisissez un tiers (F6).")
    if tiers is not None and tiers.compte_id != compte.pk:
        raise ImputationRefusee(f"Le tiers {tiers.code} n’est pas du compte {compte.numero}.")
    if not compte.actif:
        raise ImputationRefusee(f"Le compte {compte.numero} est fermé.")
    if journal is None:
        return
    if compte.pk == journal.compte_tresorerie_id:
        raise ImputationRefusee(f"Le compte {compte.numero} est celui de la banque elle-même.")
    try:
        controler_racines(journal=journal, numeros=[compte.numero])
    except ComptabiliteError as refus:
        raise ImputationRefusee(str(refus)) from refus


def imputer(
    *,
    operation: Operation,
    compte: Compte,
    tiers: Tiers | None = None,
    taux_tva: int | None = None,
    libelle: str | None = None,
    piece: str | None = None,
    par: str,
    maintenant: datetime,
    decision: str = Decision.APPRIS,
) -> Operation:
    """Put an account on a line and validate it; what was put is remembered for its counterparty.

    Raises ImputationRefusee or MouvementRefuse; the line is then unchanged.
    """
    with transaction.atomic():
        ligne = verrouiller(operation)
        controler(ligne, compte, tiers)
        _mouvoir(ligne, EtatOperation.VALIDEE)
        corrigee = (ligne.compte_id, ligne.tiers_id) != (compte.pk, tiers.pk if tiers else None)
        ligne.compte, ligne.tiers, ligne.taux_tva = compte, tiers, taux_tva
        if ligne.ventilee:
            ligne.imputations.all().delete()
            ligne.ventilee = False
        _textes(ligne, libelle, piece)
        if corrigee or ligne.motif == Motif.AUCUN:
            ligne.motif, ligne.explication, ligne.regle = Motif.SAISIE, f"Saisie par {par}.", None
        ligne.validee_le, ligne.validee_par = maintenant, par
        ligne.save()
        retenir(
            dossier=ligne.dossier,
            contrepartie=ligne.contrepartie,
            depense=ligne.montant_cents < 0,
            compte=compte,
            tiers=tiers,
            taux_tva=taux_tva,
            decision=decision,
            maintenant=maintenant,
        )
    return ligne


def _textes(ligne: Operation, libelle: str | None, piece: str | None) -> None:
    if libelle and libelle != ligne.libelle:
        ligne.libelle, ligne.libelle_saisi = libelle[:100], True
    if piece is not None:
        ligne.piece = piece[:60]


def ventiler(
    *,
    operation: Operation,
    parts: Sequence[Part],
    par: str,
    maintenant: datetime,
    libelle: str | None = None,
    piece: str | None = None,
) -> Operation:
    """Split a line over several accounts and validate it. The parts must make its amount to the cent."""
    with transaction.atomic():
        ligne = verrouiller(operation)
        if len(parts) < 2:
            raise ImputationRefusee("Une ventilation a au moins deux parts.")
        reste = ligne.montant_cents - sum(part.montant_cents for part in parts)
        if reste:
            raise ImputationRefusee(f"La ventilation ne fait pas le montant de la ligne : il reste {devise(reste)}.")
        for part in parts:
            if not part.montant_cents:
                raise ImputationRefusee("Une part ne peut pas être nulle.")
            controler(ligne, part.compte, part.tiers)
        _mouvoir(ligne, EtatOperation.VALIDEE)
        ligne.imputations.all().delete()
        Imputation.objects.bulk_create(
            Imputation(
                dossier=ligne.dossier,
                operation=ligne,
                rang=rang,
                compte=part.compte,
                tiers=part.tiers,
                montant_cents=part.montant_cents,
                libelle=part.libelle[:100],
                est_tva=part.est_tva,
            )
            for rang, part in enumerate(parts, start=1)
        )
        ligne.ventilee, ligne.compte, ligne.tiers, ligne.taux_tva = True, None, None, None
        ligne.motif, ligne.explication, ligne.regle = Motif.SAISIE, f"Ventilée par {par}.", None
        _textes(ligne, libelle, piece)
        ligne.validee_le, ligne.validee_par = maintenant, par
        ligne.save()
    return ligne


def accepter(*, operation: Operation, par: str, maintenant: datetime, decision: str = Decision.APPRIS) -> Operation:
    """Validate the account that is proposed, as it is."""
    if operation.compte is None:
        raise ImputationRefusee("Aucun compte n’est proposé pour cette ligne.")
    return imputer(
        operation=operation,
        compte=operation.compte,
        tiers=operation.tiers,
        taux_tva=operation.taux_tva,
        par=par,
        maintenant=maintenant,
        decision=decision,
    )


def refuser_proposition(*, operation: Operation, jamais: bool, maintenant: datetime) -> Operation:
    """Take the proposal away; with `jamais`, this account is not proposed again for this counterparty."""
    with transaction.atomic():
        ligne = verrouiller(operation)
        compte, tiers = ligne.compte, ligne.tiers
        if compte is None:
            raise MouvementRefuse("Cette ligne ne porte pas de compte.")
        _mouvoir(ligne, EtatOperation.A_TRAITER)
        if jamais:
            retenir(
                dossier=ligne.dossier,
                contrepartie=ligne.contrepartie,
                depense=ligne.montant_cents < 0,
                compte=compte,
                tiers=tiers,
                taux_tva=None,
                decision=Decision.JAMAIS,
                maintenant=maintenant,
            )
        _vider(ligne)
        ligne.save()
    return ligne


def _vider(ligne: Operation) -> None:
    ligne.compte = ligne.tiers = ligne.taux_tva = ligne.regle = None
    ligne.motif, ligne.explication, ligne.validee_le, ligne.validee_par = Motif.AUCUN, "", None, ""
    ligne.imputations.all().delete()
    ligne.ventilee = False


def ignorer(*, operation: Operation, raison: str, par: str, maintenant: datetime) -> Operation:
    """Keep a line out of the books; the statement keeps it. The reason is shown with it."""
    with transaction.atomic():
        ligne = verrouiller(operation)
        _mouvoir(ligne, EtatOperation.IGNOREE)
        _vider(ligne)
        ligne.explication = f"Ignorée par {par} : {raison or 'sans raison donnée'}."[:300]
        ligne.validee_le, ligne.validee_par = maintenant, par
        ligne.save()
    return ligne


def remettre_a_traiter(*, operation: Operation) -> Operation:
    """Bring back an ignored or a doubtful line; the mention typed by hand is then overruled."""
    with transaction.atomic():
        ligne = verrouiller(operation)
        _mouvoir(ligne, EtatOperation.A_TRAITER)
        _vider(ligne)
        ligne.mention, ligne.alerte = False, ""
        ligne.save()
    return ligne


def est_modifiable(operation: Operation) -> bool:
    return operation.etat in MODIFIABLES


def retenir(
    *,
    dossier: Dossier,
    contrepartie: str,
    depense: bool,
    compte: Compte,
    tiers: Tiers | None,
    taux_tva: int | None,
    decision: str,
    maintenant: datetime,
) -> None:
    """Remember what was put for a counterparty. A « toujours » takes the place of the former one."""
    if not contrepartie:
        return
    cle = {"dossier": dossier, "contrepartie": contrepartie, "depense": depense}
    if decision == Decision.TOUJOURS:
        Habitude.objects.filter(**cle, decision=Decision.TOUJOURS).update(decision=Decision.APPRIS)
    habitude, _ = Habitude.objects.get_or_create(**cle, compte=compte, defaults={"dernier_le": maintenant})
    pose = decision != Decision.JAMAIS
    # Putting the account again by hand overrules a former « jamais »; a former « toujours » stays.
    garde = habitude.decision == Decision.TOUJOURS and decision == Decision.APPRIS
    Habitude.objects.filter(pk=habitude.pk).update(
        decision=Decision.TOUJOURS if garde else decision,
        nombre=F("nombre") + (1 if pose else 0),
        tiers=tiers,
        taux_tva=taux_tva,
        dernier_le=maintenant,
    )
