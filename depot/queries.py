"""Reads of i-Dépôt: the list with its filters, the menu with its counts, the outcome of an import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q

from depot.enums import ICONES, EtatDocument, EtatImport, Panier, Resultat, StatutFacture
from depot.models import Classeur, Document, DocumentQuerySet, ImportFactures, LigneImport
from gestion_acces.models import Dossier
from portal.lib.lecture_pdf import normaliser

MOTS_MAX = 8
# Keyset orders: the last key is unique, and an index of the dossier begins each.
TRIS: dict[str, tuple[str, ...]] = {
    "-date": ("-date", "-id"),
    "date": ("date", "id"),
    "tiers": ("tiers", "id"),
    "-tiers": ("-tiers", "-id"),
    "-montant": ("-montant_cents", "-id"),
    "montant": ("montant_cents", "id"),
}
CORBEILLE = "corbeille"
ALERTES: dict[str, Q] = {
    "avoir": Q(avoir_attendu=True, ecriture__isnull=False),
    "ecart": ~Q(differences=[]),
    "a_comptabiliser": Q(panier=Panier.VENTE, ecriture__isnull=True, etat=EtatDocument.A_TRAITER) & ~Q(vente={}),
}
LIBELLES_ALERTES = {
    "avoir": "Avoir attendu",
    "ecart": "Différence XML / Qonto",
    "a_comptabiliser": "Ventes à comptabiliser",
}


@dataclass(frozen=True)
class Filtres:
    """What the address asks for; an unknown value asks for nothing."""

    panier: str = ""
    classeur: int = 0
    etat: str = ""
    type: str = ""
    statut: str = ""
    origine: str = ""
    alerte: str = ""
    q: str = ""
    du: date | None = None
    au: date | None = None
    tri: str = "-date"

    @property
    def corbeille(self) -> bool:
        return self.panier == CORBEILLE

    @property
    def actifs(self) -> bool:
        return any((self.etat, self.type, self.statut, self.origine, self.alerte, self.q, self.du, self.au))


def documents_du(dossier: Dossier, filtres: Filtres) -> DocumentQuerySet:
    """The documents of the dossier under these filters, with what a row shows."""
    lignes = Document.objects.pour_dossier(dossier).filter(supprime_le__isnull=not filtres.corbeille)
    if filtres.panier and not filtres.corbeille:
        lignes = lignes.filter(panier=filtres.panier)
    if filtres.classeur:
        lignes = lignes.filter(classeur_id=filtres.classeur)
    for champ in ("etat", "type", "statut", "origine"):
        if valeur := getattr(filtres, champ):
            lignes = lignes.filter(**{champ: valeur})
    if filtres.alerte:
        lignes = lignes.filter(ALERTES[filtres.alerte])
    if filtres.du:
        lignes = lignes.filter(date__gte=filtres.du)
    if filtres.au:
        lignes = lignes.filter(date__lte=filtres.au)
    for mot in normaliser(filtres.q).split()[:MOTS_MAX]:
        trouve = Q(texte__entete__contains=mot) | Q(texte__contenu__contains=mot)
        lignes = lignes.filter(trouve, texte__dossier=dossier)
    return lignes.select_related("fichier", "classeur")


@dataclass(frozen=True)
class EntreeMenu:
    """A line of the menu on the left."""

    panier: str
    libelle: str
    icone: str
    a_traiter: int = 0
    classeurs: list[Classeur] = field(default_factory=list)


def menu(dossier: Dossier) -> list[EntreeMenu]:
    """The baskets with what is to be treated in each, and their folders: two queries whatever is in them."""
    comptes = dict(
        Document.objects.pour_dossier(dossier)
        .filter(etat=EtatDocument.A_TRAITER, supprime_le__isnull=True)
        .values_list("panier")
        .annotate(nombre=Count("id"))
        .order_by("panier")
    )
    classeurs: dict[str, list[Classeur]] = {}
    for classeur in Classeur.objects.filter(dossier=dossier).order_by("nom", "id"):
        classeurs.setdefault(classeur.panier, []).append(classeur)
    return [
        EntreeMenu(panier, panier.label, ICONES[panier], comptes.get(panier, 0), classeurs.get(panier, []))
        for panier in Panier
    ]


def document_du(dossier: Dossier, document_id: object, *, corbeille: bool = True) -> Document | None:
    """One document of the dossier, or None."""
    texte = str(document_id or "")
    if not texte.isdigit() or len(texte) > 18:
        return None
    lignes = Document.objects.pour_dossier(dossier).filter(pk=int(texte))
    if not corbeille:
        lignes = lignes.presents()
    return lignes.select_related("fichier", "classeur", "ecriture__journal", "depose_par").first()


def documents_choisis(dossier: Dossier, ids: list[str]) -> list[Document]:
    """The documents of the dossier among these ids."""
    cles = [int(valeur) for valeur in ids if valeur.isdigit() and len(valeur) < 18]
    return list(Document.objects.pour_dossier(dossier).filter(pk__in=cles).select_related("fichier").order_by("date"))


def avoirs_attendus(dossier: Dossier) -> int:
    """Invoices cancelled at Qonto after they were booked, whose credit note has not come."""
    return Document.objects.pour_dossier(dossier).filter(ALERTES["avoir"]).count()


def ventes_a_comptabiliser(dossier: Dossier) -> DocumentQuerySet:
    """Sales with data that no entry was made of, without those that give none."""
    return (
        Document.objects.pour_dossier(dossier)
        .presents()
        .filter(ALERTES["a_comptabiliser"])
        .exclude(statut=StatutFacture.ANNULEE)
        .select_related("fichier", "dossier__cabinet")
        .order_by("date", "id")
    )


def factures_jamais_comptabilisees(dossier: Dossier) -> frozenset[str]:
    """Qonto's ids of the invoices cancelled before they were booked: neither they nor their credit notes are sales."""
    return frozenset(
        Document.objects.pour_dossier(dossier)
        .filter(panier=Panier.VENTE, statut=StatutFacture.ANNULEE, ecriture__isnull=True)
        .exclude(qonto_id="")
        .values_list("qonto_id", flat=True)
    )


def avoirs_de(document: Document) -> list[Document]:
    """The credit notes of an invoice, or the invoice of a credit note."""
    if not document.qonto_id:
        return []
    lies = Q(qonto_facture_id=document.qonto_id)
    if document.qonto_facture_id:
        lies |= Q(qonto_id=document.qonto_facture_id)
    return list(Document.objects.filter(lies, dossier_id=document.dossier_id).order_by("date", "id"))


@dataclass(frozen=True)
class Avancement:
    """How far a run is, by outcome."""

    total: int
    fait: int
    par_resultat: Mapping[str, int]

    @property
    def echecs(self) -> int:
        return self.par_resultat.get(Resultat.ECHOUEE, 0)

    @property
    def resultats(self) -> list[tuple[str, str, int]]:
        return [
            (resultat.value, resultat.label, self.par_resultat.get(resultat, 0))
            for resultat in Resultat
            if resultat != Resultat.A_FAIRE
        ]


def avancement(demande: ImportFactures) -> Avancement:
    comptes = dict(
        LigneImport.objects.filter(import_factures=demande)
        .values_list("resultat")
        .annotate(nombre=Count("id"))
        .order_by("resultat")
    )
    total = sum(comptes.values())
    return Avancement(total, total - comptes.get(Resultat.A_FAIRE, 0), comptes)


def imports_du(dossier: Dossier, nombre: int = 10) -> list[Any]:
    """The last runs, with what they brought."""
    return list(
        ImportFactures.objects.filter(dossier=dossier)
        .annotate(
            importees=Count("lignes", filter=Q(lignes__resultat=Resultat.IMPORTEE)),
            changees=Count("lignes", filter=Q(lignes__resultat=Resultat.CHANGEE)),
            echouees=Count("lignes", filter=Q(lignes__resultat=Resultat.ECHOUEE)),
        )
        .order_by("-demande_le", "-id")[:nombre]
    )


def import_vivant(dossier: Dossier) -> ImportFactures | None:
    return ImportFactures.objects.filter(
        dossier=dossier, etat__in=(EtatImport.EN_ATTENTE, EtatImport.EN_COURS)
    ).first()
