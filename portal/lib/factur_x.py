"""What a Factur-X PDF says of itself (comptabilite.md §F.5): number, dates, parties, amounts, VAT, IBAN.

The CII XML inside the PDF is taken out and checked against its XSD by the `factur-x` library; external entities are
never resolved. Amounts come out as integer cents; a currency of other than two decimals is refused.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import facturx
from lxml import etree

NS = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
NOMS_ACCEPTES = ["factur-x.xml", "zugferd-invoice.xml", "ZUGFeRD-invoice.xml"]
# The library tells five things of each invoice.
logging.getLogger("factur-x").setLevel(logging.WARNING)
AVOIRS = frozenset({"381", "396"})
TAILLE_MAX_XML = 10 * 1024 * 1024


class FacturXIllisible(Exception):
    """The PDF holds an invoice that cannot be read; the message says why, in French."""


@dataclass(frozen=True)
class Partie:
    """A seller or a buyer. `siren`: nine digits, taken from a SIRET when that is what is given."""

    nom: str = ""
    siren: str = ""
    siret: str = ""
    numero_tva: str = ""
    pays: str = ""


@dataclass(frozen=True)
class TauxFacturX:
    """One line of the VAT breakdown (BT-116 … BT-119); `taux` in hundredths of a percent, amounts in cents."""

    categorie: str
    taux: int
    base_cents: int
    tva_cents: int


@dataclass(frozen=True)
class FacturX:
    """An invoice as its XML tells it. Amounts are positive cents, also for a credit note (`avoir`)."""

    profil: str
    numero: str
    type_code: str
    date_emission: date
    devise: str
    vendeur: Partie
    acheteur: Partie
    ht_cents: int
    tva_cents: int
    ttc_cents: int
    du_cents: int
    echeance: date | None = None
    iban: str = ""
    tva: tuple[TauxFacturX, ...] = ()

    @property
    def avoir(self) -> bool:
        return self.type_code in AVOIRS

    def incoherences(self) -> list[str]:
        """The controls of §F.5 that the invoice fails, in words; empty when it is sound.

        The MINIMUM profile has no breakdown, so that only its totals are compared.
        """
        fautes = []
        if self.ht_cents + self.tva_cents != self.ttc_cents:
            fautes.append("le total HT et la TVA ne font pas le TTC")
        if self.tva:
            if sum(ligne.base_cents for ligne in self.tva) != self.ht_cents:
                fautes.append("les bases de TVA ne font pas le total HT")
            if sum(ligne.tva_cents for ligne in self.tva) != self.tva_cents:
                fautes.append("le détail de la TVA ne fait pas le total de TVA")
            fautes += [
                f"la TVA à {ligne.taux / 100:g} % ne correspond pas à sa base"
                for ligne in self.tva
                if abs(ligne.base_cents * ligne.taux - ligne.tva_cents * 10_000) > 10_000
            ]
        return fautes


def lire_factur_x(pdf: bytes) -> FacturX | None:
    """The invoice inside a PDF; None when the PDF holds none. Raises FacturXIllisible when it holds a broken one."""
    try:
        _, xml = facturx.get_xml_from_pdf(pdf, check_xsd=True, filenames=NOMS_ACCEPTES)
    except Exception as faute:
        raise FacturXIllisible("Le XML Factur-X de ce PDF n’est pas conforme.") from faute
    return lire_cii(bytes(xml)) if xml else None


def lire_cii(xml: bytes) -> FacturX:
    """The invoice of a CII XML. Raises FacturXIllisible when a compulsory field is missing or absurd."""
    if len(xml) > TAILLE_MAX_XML:
        raise FacturXIllisible("Le XML de cette facture est trop volumineux.")
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        racine = etree.fromstring(xml, analyseur)
    except etree.XMLSyntaxError as faute:
        raise FacturXIllisible("Le XML de cette facture est illisible.") from faute
    return _Lecture(racine).facture()


class _Lecture:
    """The paths of the CII tree; every text passes through here."""

    def __init__(self, racine: etree._Element) -> None:
        self.racine = racine
        self.entete = self._un("rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement")
        self.reglement = self._un("rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement")

    def _un(self, chemin: str) -> etree._Element:
        noeud = self.racine.find(chemin, NS)
        if noeud is None:
            raise FacturXIllisible("Le XML de cette facture est incomplet.")
        return noeud

    def facture(self) -> FacturX:
        totaux = "ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:"
        ttc = self._cents(self.reglement, f"{totaux}GrandTotalAmount")
        return FacturX(
            profil=_profil(
                _texte(
                    self.racine,
                    "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID",
                )
            ),
            numero=_texte(self.racine, "rsm:ExchangedDocument/ram:ID"),
            type_code=_texte(self.racine, "rsm:ExchangedDocument/ram:TypeCode"),
            date_emission=self._jour(self.racine, "rsm:ExchangedDocument/ram:IssueDateTime") or _manque("la date"),
            devise=_texte(self.reglement, "ram:InvoiceCurrencyCode"),
            vendeur=_partie(self.entete.find("ram:SellerTradeParty", NS)),
            acheteur=_partie(self.entete.find("ram:BuyerTradeParty", NS)),
            ht_cents=self._cents(self.reglement, f"{totaux}TaxBasisTotalAmount"),
            tva_cents=self._cents(self.reglement, f"{totaux}TaxTotalAmount"),
            ttc_cents=ttc,
            du_cents=self._cents(self.reglement, f"{totaux}DuePayableAmount"),
            echeance=self._jour(self.reglement, "ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime"),
            iban=_texte(
                self.reglement,
                "ram:SpecifiedTradeSettlementPaymentMeans/ram:PayeePartyCreditorFinancialAccount/ram:IBANID",
            ).replace(" ", ""),
            tva=tuple(self._taux(noeud) for noeud in self.reglement.findall("ram:ApplicableTradeTax", NS)),
        )

    def _taux(self, noeud: etree._Element) -> TauxFacturX:
        return TauxFacturX(
            categorie=_texte(noeud, "ram:CategoryCode"),
            taux=_entier(_texte(noeud, "ram:RateApplicablePercent") or "0"),
            base_cents=self._cents(noeud, "ram:BasisAmount"),
            tva_cents=self._cents(noeud, "ram:CalculatedAmount"),
        )

    def _cents(self, noeud: etree._Element, chemin: str) -> int:
        # A credit note has positive amounts (§F.5); some programs write them negative: the sign is the type's.
        return abs(_entier(_texte(noeud, chemin) or "0"))

    def _jour(self, noeud: etree._Element, chemin: str) -> date | None:
        texte = _texte(noeud, f"{chemin}/udt:DateTimeString")
        if not texte:
            return None
        try:
            return datetime.strptime(texte[:8], "%Y%m%d").date()  # noqa: DTZ007 - format 102 is a day
        except ValueError:
            raise FacturXIllisible("Une date de cette facture est fausse.") from None


def _manque(quoi: str) -> date:
    raise FacturXIllisible(f"Il manque {quoi} dans le XML de cette facture.")


def _texte(noeud: etree._Element, chemin: str) -> str:
    return (noeud.findtext(chemin, default="", namespaces=NS) or "").strip()


def _entier(texte: str) -> int:
    """A decimal text as hundredths, exact."""
    try:
        centiemes = Decimal(texte) * 100
    except InvalidOperation:
        raise FacturXIllisible("Un montant de cette facture est illisible.") from None
    if centiemes != centiemes.to_integral_value():
        raise FacturXIllisible("Un montant de cette facture a plus de deux décimales.")
    return int(centiemes)


def _profil(urn: str) -> str:
    """`urn:factur-x.eu:1p0:basicwl` → `BASICWL`."""
    bas = urn.lower()
    for profil in ("minimum", "basicwl", "extended", "basic"):
        if profil in bas:
            return profil.upper()
    return "EN16931" if "en16931" in bas else urn[-40:]


def _partie(noeud: etree._Element | None) -> Partie:
    if noeud is None:
        return Partie()
    identifiant = "".join(car for car in _texte(noeud, "ram:SpecifiedLegalOrganization/ram:ID") if car.isdigit())
    tva = next(
        (
            (tag.text or "").strip()
            for tag in noeud.findall("ram:SpecifiedTaxRegistration/ram:ID", NS)
            if tag.get("schemeID") == "VA"
        ),
        "",
    )
    return Partie(
        nom=_texte(noeud, "ram:Name"),
        siren=identifiant[:9] if len(identifiant) in (9, 14) else "",
        siret=identifiant if len(identifiant) == 14 else "",
        numero_tva=tva.replace(" ", ""),
        pays=_texte(noeud, "ram:PostalTradeAddress/ram:CountryID"),
    )
