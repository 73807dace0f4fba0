"""« Tout comptabiliser »: what the basket Vente would give, looked at before, then booked as it was shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from comptabilite.errors import ComptabiliteError
from depot.enums import GenreQonto
from depot.errors import VenteImpossible
from depot.models import Document
from depot.queries import factures_jamais_comptabilisees, ventes_a_comptabiliser
from depot.services.comptabilisation import Proposition, comptabiliser_vente, proposer_vente
from gestion_acces.models import Dossier, Utilisateur
from gestion_acces.services.audit import SYSTEME, Origine

# What one request books without making anyone wait; the rest is proposed next.
LOT_VENTES = 100


@dataclass(frozen=True)
class VentePrete:
    document: Document
    proposition: Proposition

    @property
    def signe(self) -> int:
        return -1 if self.document.est_avoir else 1

    @property
    def ttc_cents(self) -> int:
        return self.signe * self.proposition.total_cents

    @property
    def tva_cents(self) -> int:
        return self.signe * sum(part.tva_cents for part in self.proposition.taux)

    @property
    def ht_cents(self) -> int:
        return self.ttc_cents - self.tva_cents

    @property
    def comptes(self) -> str:
        """`411 · 707 · 44571`, each once."""
        return " · ".join(dict.fromkeys(ligne.numero for ligne in self.proposition.lignes))


@dataclass(frozen=True)
class Apercu:
    """`prets` will be booked; the others say why not. `reste`: how many more wait behind these."""

    prets: tuple[VentePrete, ...]
    a_verifier: tuple[tuple[Document, str], ...]
    refuses: tuple[tuple[Document, str], ...]
    reste: int

    @property
    def ht_cents(self) -> int:
        return sum(pret.ht_cents for pret in self.prets)

    @property
    def tva_cents(self) -> int:
        return sum(pret.tva_cents for pret in self.prets)

    @property
    def ttc_cents(self) -> int:
        return sum(pret.ttc_cents for pret in self.prets)


def apercu_des_ventes(*, dossier: Dossier) -> Apercu:
    """The oldest sales first. Those that cannot be booked take no place of those that can. Nothing is written."""
    prets: list[VentePrete] = []
    a_verifier: list[tuple[Document, str]] = []
    refuses: list[tuple[Document, str]] = []
    jamais = factures_jamais_comptabilisees(dossier)
    reste = 0
    for document in ventes_a_comptabiliser(dossier).iterator(chunk_size=500):
        if len(prets) >= LOT_VENTES:
            reste += 1
            continue
        proposition = proposer_vente(document, jamais=jamais)
        if proposition.refus:
            refuses.append((document, proposition.refus))
        elif proposition.reserves:
            a_verifier.append((document, " ".join(proposition.reserves)))
        else:
            prets.append(VentePrete(document, proposition))
    return Apercu(tuple(prets), tuple(a_verifier), tuple(refuses), reste)


def comptabiliser_en_lot(
    *, documents: Sequence[Document], auteur: Utilisateur, origine: Origine = SYSTEME, maintenant: datetime
) -> tuple[int, list[str]]:
    """Book every sale that can be, each by itself; returns how many were booked and why the others were not."""
    passees, refus = 0, []
    # A credit note after its invoice, so that a pair asked for together is booked together.
    for document in sorted(documents, key=lambda un: (un.qonto_genre == GenreQonto.AVOIR, un.date, un.pk)):
        if document.ecriture_id:
            continue
        try:
            comptabiliser_vente(document=document, auteur=auteur, origine=origine, maintenant=maintenant)
            passees += 1
        except (VenteImpossible, ComptabiliteError) as raison:
            refus.append(f"« {document.titre} » : {raison}")
    return passees, refus
