"""The sale entry of a document: proposed, then posted to VTE on one click (comptabilite.md §D.4, §D.10).

`411` for the total; for each rate the revenue account and its VAT; a credit note has the sides swapped. The receipt
is never booked here: « Payée » only says that Qonto thinks so, the bank line brings the money.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from comptabilite.enums import OrigineEcriture, TypeTiers
from comptabilite.models import Compte, Ecriture, Tiers
from comptabilite.services.ecritures import LigneSaisie, passer_ecriture
from comptabilite.services.journaux import journal
from comptabilite.services.plan import compte, tiers, verrouiller_comptabilite
from depot.enums import VENTES, EtatDocument, GenreQonto, StatutFacture
from depot.errors import VenteImpossible
from depot.models import Document
from depot.queries import factures_jamais_comptabilisees
from depot.ventes import Desaccord, TauxVente, Vente, depuis_json, repartir, taux_retenus
from gestion_acces.models import Dossier, Utilisateur
from gestion_acces.services.audit import SYSTEME, Origine, journaliser

CLIENTS, COLLECTEE, EN_ATTENTE, ACOMPTES = "411", "44571", "4458", "4191"
PRODUITS_BIENS, PRODUITS_SERVICES = "707", "706"
LIBELLE_ATTENTE = "TVA collectée en attente d’encaissement"


@dataclass(frozen=True)
class LigneProposee:
    """One line of the proposal, before any account is created. `rang`: the base whose account may be changed."""

    numero: str
    libelle: str
    debit_cents: int = 0
    credit_cents: int = 0
    tiers: str = ""
    rang: int | None = None


@dataclass(frozen=True)
class Proposition:
    """The entry to be, or why there is none (`refus`); `reserves` must be looked at first."""

    lignes: tuple[LigneProposee, ...] = ()
    refus: str = ""
    reserves: tuple[str, ...] = ()
    vente: Vente | None = None
    taux: tuple[TauxVente, ...] = field(default=())

    @property
    def total_cents(self) -> int:
        return sum(ligne.debit_cents for ligne in self.lignes)


def cle_de(document: Document) -> str:
    """The key under which the entry is booked once: Qonto's id, or the document's own for a sale that is not there."""
    return f"vente:{document.qonto_id}" if document.qonto_id else f"vente:depot-{document.pk}"


def proposer_vente(
    document: Document, comptes: Mapping[int, str] | None = None, *, jamais: Container[str] | None = None
) -> Proposition:
    """The entry of a sale, without writing anything. `comptes`: other revenue accounts, by rank of the base.

    `jamais`: the ids of the invoices that will never be booked, when the caller has them for many documents.
    """
    refus = _refus(document, jamais)
    if refus:
        return Proposition(refus=refus)
    vente = depuis_json(document.vente)
    facture_x = document.factur_x
    xml = tuple(depuis_json(facture_x["vente"]).taux) if facture_x.get("vente") else ()
    try:
        taux = repartir(
            ttc_cents=vente.ttc_cents,
            taux=taux_retenus(vente, xml, facture_x.get("ttc_cents", -1)),
            nb_lignes=vente.nb_lignes,
        )
    except Desaccord as desaccord:
        return Proposition(refus=f"{desaccord} Saisissez cette écriture en comptabilité.")
    lignes = _lignes(document, vente, taux, comptes or {})
    return Proposition(lignes, reserves=_reserves(document, vente), vente=vente, taux=taux)


def _refus(document: Document, jamais: Container[str] | None) -> str:
    if document.type not in VENTES:
        return "Ce document n’est pas une facture de vente."
    if document.supprime_le:
        return "Ce document est dans la corbeille."
    if not document.vente:
        return "Le PDF ne contient pas de données de facture (Factur-X) : saisissez l’écriture en comptabilité."
    if document.vente["devise"] != "EUR":
        return f"La facture est en {document.vente['devise']} : saisissez l’écriture en comptabilité."
    if not document.vente["ttc_cents"]:
        return "La facture est à zéro : il n’y a rien à comptabiliser."
    if document.statut == StatutFacture.ANNULEE and not _avoir_comptabilise(document):
        return "Annulée chez Qonto avant d’être comptabilisée : elle ne donne aucune écriture."
    if document.qonto_genre == GenreQonto.AVOIR and document.qonto_facture_id in (
        factures_jamais_comptabilisees(document.dossier) if jamais is None else jamais
    ):
        return "Cet avoir annule une facture qui n’a pas été comptabilisée : il ne donne aucune écriture."
    return ""


def _avoir_comptabilise(facture: Document) -> bool:
    return (
        Document.objects.pour_dossier(facture.dossier)
        .filter(qonto_facture_id=facture.qonto_id, ecriture__isnull=False)
        .exclude(qonto_facture_id="")
        .exists()
    )


def _reserves(document: Document, vente: Vente) -> tuple[str, ...]:
    reserves = [str(difference) for difference in document.differences]
    if vente.solde:
        reserves.append("Facture de solde : vérifiez que les acomptes déjà facturés sont bien repris.")
    if not document.tiers:
        reserves.append("Le client n’a pas de nom chez Qonto.")
    return tuple(reserves)


def _compte_produit(vente: Vente) -> str:
    if vente.acompte:
        return ACOMPTES
    return PRODUITS_SERVICES if vente.services else PRODUITS_BIENS


def _lignes(
    document: Document, vente: Vente, taux: Sequence[TauxVente], comptes: Mapping[int, str]
) -> tuple[LigneProposee, ...]:
    libelle = libelle_de(document)
    lignes = [_ligne(document, CLIENTS, libelle, -vente.ttc_cents, tiers=document.tiers or document.numero)]
    # VAT on collection waits until the money comes (§D.10); that of a deposit is due with it too.
    compte_tva = EN_ATTENTE if vente.services and vente.encaissements else COLLECTEE
    for rang, part in enumerate(taux):
        numero = comptes.get(rang) or _compte_produit(vente)
        lignes.append(_ligne(document, numero, f"{libelle} – {part.libelle}", part.base_cents, rang=rang))
        if part.tva_cents:
            lignes.append(_ligne(document, compte_tva, f"{libelle} – {part.libelle}", part.tva_cents))
    return tuple(ligne for ligne in lignes if ligne.debit_cents or ligne.credit_cents)


def _ligne(
    document: Document, numero: str, libelle: str, credit_cents: int, *, tiers: str = "", rang: int | None = None
) -> LigneProposee:
    """A signed credit on its side, positive; a credit note has the sides swapped."""
    credit = -credit_cents if document.est_avoir else credit_cents
    return LigneProposee(numero, libelle, max(-credit, 0), max(credit, 0), tiers, rang)


def libelle_de(document: Document) -> str:
    """`Hôtel du Parc F-2026-0101`, within the fifty characters that ACD takes (§D.2)."""
    numero = document.numero or document.nom
    reste = 49 - len(numero[:30])
    return f"{document.tiers[:reste].strip()} {numero[:30]}".strip()


def comptabiliser_vente(
    *,
    document: Document,
    comptes: Mapping[int, str] | None = None,
    reserves_vues: bool = False,
    auteur: Utilisateur,
    origine: Origine = SYSTEME,
    maintenant: datetime,
) -> Ecriture:
    """Book the sale as a draft in VTE, once: a second call returns the same entry.

    Raises VenteImpossible with the reason, and the refusals of comptabilite.
    """
    with transaction.atomic():
        verrouiller_comptabilite(document.dossier)
        document = (
            Document.objects.select_for_update(of=("self",))
            .select_related("dossier__cabinet", "fichier")
            .get(pk=document.pk)
        )
        if document.ecriture is not None:
            return document.ecriture
        proposition = proposer_vente(document, comptes)
        if proposition.refus or proposition.vente is None:
            raise VenteImpossible(proposition.refus)
        if proposition.reserves and not reserves_vues:
            raise VenteImpossible("À vérifier avant de comptabiliser : " + " ".join(proposition.reserves))
        ecriture = _passer(document, proposition, auteur, maintenant)
        document.ecriture, document.etat = ecriture, EtatDocument.TRAITE
        document.traite_le, document.traite_par = document.traite_le or maintenant, document.traite_par or auteur.email
        document.save(update_fields=["ecriture", "etat", "traite_le", "traite_par"])
        journaliser(
            cabinet=document.dossier.cabinet,
            dossier=document.dossier,
            acte="vente.comptabiliser",
            date=maintenant,
            origine=origine,
            objet=f"VTE {ecriture.piece}",
            apres={"libelle": ecriture.libelle, "total_cents": proposition.total_cents, "cle": ecriture.cle},
        )
    return ecriture


def _passer(document: Document, proposition: Proposition, auteur: Utilisateur, maintenant: datetime) -> Ecriture:
    assert proposition.vente is not None
    client = _tiers(document, proposition.vente)
    lignes = [
        LigneSaisie(
            _compte(document.dossier, ligne.numero),
            debit_cents=ligne.debit_cents,
            credit_cents=ligne.credit_cents,
            libelle=ligne.libelle,
            tiers=client if ligne.tiers else None,
        )
        for ligne in proposition.lignes
    ]
    return passer_ecriture(
        dossier=document.dossier,
        journal=journal(dossier=document.dossier, code="VTE"),
        date=document.date,
        piece=document.numero or document.nom,
        libelle=libelle_de(document),
        lignes=lignes,
        origine=OrigineEcriture.VENTE,
        cle=cle_de(document),
        date_piece=document.date,
        fichiers=[document.fichier],
        auteur=auteur,
        maintenant=maintenant,
    )


def _compte(dossier: Dossier, numero: str) -> Compte:
    return compte(dossier=dossier, numero=numero, libelle=LIBELLE_ATTENTE if numero == EN_ATTENTE else "")


def _tiers(document: Document, vente: Vente) -> Tiers:
    return tiers(
        dossier=document.dossier,
        type=TypeTiers.CLIENT,
        nom=document.tiers or document.numero,
        siren=vente.client.siren,
        numero_tva=vente.client.numero_tva,
        email=vente.client.email,
    )
