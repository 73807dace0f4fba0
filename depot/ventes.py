"""A sale as it is booked: one base and its VAT for each rate, to the cent (comptabilite.md §D.4). No database."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from portal.lib.factur_x import FacturX

CATEGORIES = {
    "AE": "autoliquidation",
    "K": "livraison intracommunautaire",
    "G": "export",
    "E": "exonérée",
    "Z": "taux zéro",
    "O": "hors champ de la TVA",
}
TOLERANCE_MINIMALE = 5


class Desaccord(Exception):
    """The rates do not make the total, by more than roundings explain; the message is for the screen."""


@dataclass(frozen=True)
class Client:
    nom: str = ""
    siren: str = ""
    numero_tva: str = ""
    pays: str = ""
    email: str = ""


@dataclass(frozen=True)
class TauxVente:
    """One rate (hundredths of a percent) with its base and its VAT; `motif` says why there is no VAT."""

    taux: int
    base_cents: int
    tva_cents: int
    motif: str = ""

    @property
    def libelle(self) -> str:
        if self.motif:
            return self.motif
        return f"TVA {self.taux / 100:g}".replace(".", ",") + " %" if self.taux else "sans TVA"


@dataclass(frozen=True)
class Vente:
    """Positive amounts, also for a credit note."""

    ht_cents: int
    tva_cents: int
    ttc_cents: int
    devise: str = "EUR"
    taux: tuple[TauxVente, ...] = ()
    nb_lignes: int = 0
    services: bool = False
    encaissements: bool = False
    acompte: bool = False
    solde: bool = False
    client: Client = field(default_factory=Client)

    def en_json(self) -> dict[str, Any]:
        # A list, as JSON gives it back: what is kept and what comes again are compared.
        return asdict(self) | {"taux": [asdict(ligne) for ligne in self.taux]}


def depuis_json(donnees: dict[str, Any]) -> Vente:
    """The inverse of `en_json`."""
    taux = tuple(TauxVente(**ligne) for ligne in donnees["taux"])
    return Vente(**{**donnees, "taux": taux, "client": Client(**donnees["client"])})


def depuis_factur_x(facture: FacturX) -> Vente:
    """What a PDF says of a sale, when nobody else says anything."""
    acheteur = facture.acheteur
    return Vente(
        ht_cents=facture.ht_cents,
        tva_cents=facture.tva_cents,
        ttc_cents=facture.ttc_cents,
        devise=facture.devise or "EUR",
        taux=taux_factur_x(facture),
        nb_lignes=len(facture.tva),
        client=Client(acheteur.nom[:160], acheteur.siren, acheteur.numero_tva[:20], acheteur.pays[:2]),
    )


def taux_factur_x(facture: FacturX) -> tuple[TauxVente, ...]:
    return tuple(
        TauxVente(
            ligne.taux,
            ligne.base_cents,
            ligne.tva_cents,
            "" if ligne.taux else CATEGORIES.get(ligne.categorie, ""),
        )
        for ligne in sorted(facture.tva, key=lambda ligne: -ligne.taux)
    )


def repartir(*, ttc_cents: int, taux: tuple[TauxVente, ...], nb_lignes: int = 0) -> tuple[TauxVente, ...]:
    """The rates, made to sum to the invoice: the rounding difference goes to the largest base, never to a new line.

    Raises Desaccord when there is no rate, or when the difference is more than a cent a line.
    """
    if not taux:
        raise Desaccord("Le détail de la TVA par taux manque.")
    ecart = ttc_cents - sum(ligne.base_cents + ligne.tva_cents for ligne in taux)
    if abs(ecart) > max(TOLERANCE_MINIMALE, nb_lignes):
        signe = "plus" if ecart > 0 else "moins"
        raise Desaccord(f"Le total TTC fait {_euros(abs(ecart))} € de {signe} que ses lignes.")
    plus_grande = max(range(len(taux)), key=lambda rang: abs(taux[rang].base_cents))
    return tuple(
        replace(ligne, base_cents=ligne.base_cents + ecart) if rang == plus_grande else ligne
        for rang, ligne in enumerate(taux)
        if ligne.base_cents or ligne.tva_cents or rang == plus_grande
    )


def _euros(centimes: int) -> str:
    return f"{centimes // 100},{centimes % 100:02d}"


def differences(vente: Vente, facture: FacturX, *, numero: str, avoir: bool, siren: str) -> list[str]:
    """Where the XML inside the PDF and Qonto's answer disagree, in words; and what the XML itself gets wrong."""
    ecarts = [f"Factur-X : {faute}." for faute in facture.incoherences()]
    for nom, xml, api in (
        ("total TTC", facture.ttc_cents, vente.ttc_cents),
        ("total TVA", facture.tva_cents, vente.tva_cents),
    ):
        if xml != api:
            ecarts.append(f"Le {nom} est de {_euros(xml)} € dans le PDF et de {_euros(api)} € chez Qonto.")
    if facture.numero and facture.numero != numero:
        ecarts.append(f"Le numéro est « {facture.numero[:60]} » dans le PDF et « {numero} » chez Qonto.")
    if facture.avoir != avoir:
        ecarts.append(f"Le PDF est {'un avoir' if facture.avoir else 'une facture'}, Qonto dit le contraire.")
    if facture.devise and facture.devise != vente.devise:
        ecarts.append(f"La devise est {facture.devise[:3]} dans le PDF et {vente.devise[:3]} chez Qonto.")
    if facture.acheteur.siren and vente.client.siren and facture.acheteur.siren != vente.client.siren:
        ecarts.append("Le SIREN du client n’est pas le même dans le PDF et chez Qonto.")
    if facture.vendeur.siren and siren and facture.vendeur.siren != siren:
        ecarts.append(f"Le vendeur du PDF (SIREN {facture.vendeur.siren}) n’est pas la société de ce dossier.")
    if facture.tva and not ecarts:
        ecarts += _ecarts_par_taux(vente, facture)
    return ecarts


def _ecarts_par_taux(vente: Vente, facture: FacturX) -> list[str]:
    """Rates that one side has and the other has not; a cent of rounding by rate is no difference."""
    xml = _par_taux(taux_factur_x(facture))
    api = _par_taux(vente.taux)
    tolerance = max(TOLERANCE_MINIMALE, vente.nb_lignes)
    return [
        f"La base à {taux / 100:g} % n’est pas la même dans le PDF et chez Qonto.".replace(".", ",", 1)
        if taux % 100
        else f"La base à {taux // 100} % n’est pas la même dans le PDF et chez Qonto."
        for taux in sorted(xml.keys() | api.keys(), reverse=True)
        if abs(xml.get(taux, 0) - api.get(taux, 0)) > tolerance
    ]


def _par_taux(lignes: tuple[TauxVente, ...]) -> dict[int, int]:
    sommes: dict[int, int] = {}
    for ligne in lignes:
        sommes[ligne.taux] = sommes.get(ligne.taux, 0) + ligne.base_cents
    return sommes


def taux_retenus(vente: Vente, facture_x: tuple[TauxVente, ...], xml_ttc_cents: int) -> tuple[TauxVente, ...]:
    """The breakdown to book: the XML's when its total is the invoice's (discounts are in it), else Qonto's lines."""
    if facture_x and xml_ttc_cents == vente.ttc_cents:
        return facture_x
    return vente.taux
