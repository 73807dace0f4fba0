"""Reads of the bank room: none of them grows with the whole table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from banque.enums import EtatOperation
from banque.models import Changement, CompteBancaire, Operation, PieceJointe, Regle, Releve, Synchronisation
from banque.services.integration import Plan, preparer
from comptabilite.models import Compte, Journal, Tiers
from gestion_acces.models import Dossier
from portal.lib.affichage import pluriel
from portal.lib.pages import Page, paginer

PAGE = 100
BORNE = 1000
# The filter of the lines that wait for a person's look, in whatever state.
SIGNALEES = "signalees"
CHANGEE = Exists(Changement.objects.filter(ligne=OuterRef("ligne")))
RESULTATS = 12


def banques_du(dossier: Dossier) -> QuerySet[CompteBancaire]:
    return (
        CompteBancaire.objects.filter(dossier=dossier)
        .select_related("journal__compte_tresorerie", "compte_qonto__connexion")
        .order_by("-actif", "id")
    )


@dataclass(frozen=True)
class Filtres:
    """What the address of the grid asks for."""

    etat: str = ""
    texte: str = ""
    sens: str = ""
    du: Date | None = None
    au: Date | None = None

    @property
    def actifs(self) -> bool:
        return bool(self.etat or self.texte or self.sens or self.du or self.au)


def _date(texte: str) -> Date | None:
    try:
        return Date.fromisoformat(texte)
    except ValueError:
        return None


def lire_filtres(parametres: Mapping[str, Any]) -> Filtres:
    """The filters of an address; what cannot be read is no filter."""
    etat = str(parametres.get("etat") or "")
    sens = str(parametres.get("sens") or "")
    return Filtres(
        etat=etat if etat in (*EtatOperation.values, SIGNALEES) else "",
        texte=str(parametres.get("q") or "").strip()[:80],
        sens=sens if sens in ("depense", "recette") else "",
        du=_date(str(parametres.get("du") or "")),
        au=_date(str(parametres.get("au") or "")),
    )


def operations_filtrees(banque: CompteBancaire, filtres: Filtres) -> QuerySet[Operation]:
    operations = Operation.objects.filter(dossier_id=banque.dossier_id, compte_bancaire=banque)
    if filtres.etat == SIGNALEES:
        operations = operations.exclude(alerte="")
    elif filtres.etat:
        operations = operations.filter(etat=filtres.etat)
    if filtres.texte:
        t = filtres.texte
        operations = operations.filter(
            Q(libelle__icontains=t) | Q(complement__icontains=t) | Q(piece__icontains=t) | Q(contrepartie__icontains=t)
        )
    if filtres.sens:
        operations = operations.filter(**{f"montant_cents__{'lt' if filtres.sens == 'depense' else 'gte'}": 0})
    if filtres.du:
        operations = operations.filter(jour__gte=filtres.du)
    if filtres.au:
        operations = operations.filter(jour__lte=filtres.au)
    return operations


def page_grille(banque: CompteBancaire, filtres: Filtres, parametres: Mapping[str, Any]) -> Page[Operation]:
    """One page of the grid in one query, whatever the number of rows."""
    operations = operations_filtrees(banque, filtres).annotate(changee=CHANGEE).select_related("compte", "tiers")
    return paginer(operations, cles=("jour", "rang"), parametres=parametres, taille=PAGE)


def operation_du(dossier: Dossier, operation_id: int) -> Operation | None:
    return (
        Operation.objects.filter(dossier=dossier, pk=operation_id)
        .annotate(changee=CHANGEE)
        .select_related(
            "compte_bancaire__journal__compte_tresorerie",
            "ligne",
            "compte",
            "tiers",
            "ecriture",
            "releve__integre_par",
        )
        .first()
    )


def comptes_frequents(journal: Journal | None) -> list[tuple[str, Compte]]:
    """The shortcuts of the journal: digit → account."""
    if journal is None:
        return []
    numeros = {str(numero): touche for touche, numero in journal.comptes_frequents.items() if numero}
    comptes = Compte.objects.filter(dossier_id=journal.dossier_id, numero__in=list(numeros), actif=True)
    return sorted(((numeros[compte.numero], compte) for compte in comptes), key=lambda paire: paire[0])


@dataclass(frozen=True)
class Resultat:
    """One answer of the account search (F6): what to type, and what it is."""

    saisie: str
    libelle: str
    detail: str


def chercher_comptes(dossier: Dossier, texte: str) -> list[Resultat]:
    """Accounts and third parties by number, code or name: the beginnings first."""
    texte = texte.strip()[:60]
    if not texte:
        return []
    tiers = Tiers.objects.filter(dossier=dossier, actif=True).filter(
        Q(code__istartswith=texte) | Q(nom__icontains=texte)
    )
    comptes = Compte.objects.filter(dossier=dossier, actif=True, collectif=False).filter(
        Q(numero__startswith=texte) | Q(libelle__icontains=texte)
    )
    trouves = [
        Resultat(t.code, t.nom, f"compte {t.compte.numero}") for t in tiers.select_related("compte")[:RESULTATS]
    ]
    trouves += [Resultat(c.numero, c.libelle, "") for c in comptes.order_by("numero")[:RESULTATS]]
    return trouves


@dataclass(frozen=True)
class Attente:
    """A bank on the first page of the room: what waits, and how many lines in each state (bounded)."""

    banque: CompteBancaire
    nb_en_attente: int = 0
    total_en_attente_cents: int = 0
    etats: list[tuple[str, str, int]] = field(default_factory=list)


ETATS_A_FAIRE = (EtatOperation.A_TRAITER, EtatOperation.PROPOSEE, EtatOperation.VALIDEE, EtatOperation.A_VERIFIER)


def accorder(etat: str, nombre: int) -> str:
    """« 6 proposées », « 5 à traiter »."""
    return pluriel(nombre, etat) if etat.endswith("ée") else etat


def nombre_borne(lignes: QuerySet[Operation]) -> int:
    """A count that stops: beyond BORNE the screen says « 1 000 + »."""
    return lignes[: BORNE + 1].count()


def attentes(dossier: Dossier, maintenant: datetime) -> tuple[Plan, list[Attente]]:
    """The plan of what waits, and the banks with their counts."""
    banques = list(banques_du(dossier))
    plan = preparer(dossier=dossier, comptes=banques, maintenant=maintenant)
    par_compte = {p.compte.pk: p for p in plan.comptes}
    resultat = []
    for banque in banques:
        attente = par_compte.get(banque.pk)
        operations = Operation.objects.filter(dossier=dossier, compte_bancaire=banque)
        etats = [(e.value, e.label, nombre_borne(operations.filter(etat=e))) for e in ETATS_A_FAIRE]
        resultat.append(
            Attente(
                banque,
                len(attente.nouvelles) if attente else 0,
                attente.total_cents if attente else 0,
                [(valeur, accorder(libelle, nombre), nombre) for valeur, libelle, nombre in etats if nombre],
            )
        )
    return plan, resultat


def releves_du(banque: CompteBancaire, parametres: Mapping[str, Any]) -> Page[Releve]:
    releves = Releve.objects.filter(dossier_id=banque.dossier_id, compte_bancaire=banque)
    return paginer(releves.select_related("integre_par"), cles=("-id",), parametres=parametres)


def derniere_synchronisation(dossier: Dossier) -> Synchronisation | None:
    return Synchronisation.objects.filter(dossier=dossier).order_by("-id").first()


def regles_visibles(dossier: Dossier) -> QuerySet[Regle]:
    """Every rule that bears on the dossier: its own, then the firm's."""
    return Regle.objects.filter(Q(dossier=dossier) | Q(dossier__isnull=True), cabinet_id=dossier.cabinet_id).order_by(
        "ordre", "id"
    )


def pieces_de(operation: Operation) -> list[PieceJointe]:
    return list(
        PieceJointe.objects.filter(ligne_id=operation.ligne_id).select_related("fichier").order_by("retiree_le", "id")
    )
