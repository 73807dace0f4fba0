"""Interbank operation codes (CFONB 120, comptabilite.md §B.6) and the code that a Qonto line gets.

The list is open: an unknown code is kept and shown raw.
"""

from banque.enums import ModeReglement

# Code → (label, directions for the account holder: C credit, D debit).
LIBELLES: dict[str, tuple[str, str]] = {
    "01": ("Chèques payés", "D"),
    "02": ("Remises de chèques", "C"),
    "03": ("Chèques impayés", "D"),
    "04": ("Versements espèces", "C"),
    "05": ("Virements reçus", "C"),
    "06": ("Virements émis", "D"),
    "07": ("LCR/BOR domiciliés", "D"),
    "08": ("Prélèvements, TIP et Télérèglements domiciliés", "D"),
    "09": ("Prélèvements, TIP et Télérèglements émis", "C"),
    "10": ("Prélèvements, TIP et Télérèglements rejetés/impayés", "D/C"),
    "11": ("Factures cartes de paiement/DAB-GAB", "C/D"),
    "12": ("Rejet/retour de virement", "C"),
    "13": ("Virements de trésorerie reçus", "C"),
    "14": ("Virements de trésorerie émis", "D"),
    "15": ("Remises de chèques sur caisse", "C"),
    "18": ("Autres virements reçus", "C"),
    "21": ("Autres virements émis", "D"),
    "22": ("TIP domiciliés", "D"),
    "24": ("TIP émis", "C"),
    "26": ("TIP rejetés / impayés", "D"),
    "27": ("Prélèvements rejetés / impayés", "D/C"),
    "28": ("Factures cartes payées", "D"),
    "29": ("Retrait DAB-GAB", "D"),
    "30": ("Factures cartes remises", "C"),
    "31": ("Remises d’effets à l’encaissement", "C"),
    "32": ("Remises à l’escompte (papier commercial / chèques)", "C"),
    "33": ("Effets impayés", "D"),
    "34": ("Incidents sur effets", "C/D"),
    "35": ("Remises de LCR/BOR à l’encaissement", "C"),
    "36": ("Remise de facture CB crédit", "D"),
    "37": ("Remises de LCR/BOR à l’escompte", "C"),
    "38": ("Facture CB impayée / rejetée", "D"),
    "39": ("Virements d’Origine Extérieure (VOE) reçus", "C"),
    "41": ("Transferts vers/en provenance de l’étranger", "D/C"),
    "42": ("Achats/Ventes de devises", "D/C"),
    "43": ("Autres opérations avec l’étranger", "D/C"),
    "44": ("Virements internationaux émis", "D"),
    "45": ("Virements internationaux reçus", "C"),
    "46": ("Achats de devises au comptant", "D"),
    "47": ("Ventes de devises au comptant", "C"),
    "48": ("Levée sur achat à terme", "D"),
    "49": ("Livraisons sur vente à terme", "C"),
    "51": ("Achats et Ventes de titres", "D/C"),
    "52": ("Diverses opérations sur titres", "D/C"),
    "53": ("Achats/Souscriptions VM/BF", "D"),
    "54": ("Ventes de VM/BF", "C"),
    "55": ("Solde de liquidation – BF", "C/D"),
    "56": ("Achats OPCVM", "D"),
    "57": ("Ventes OPCVM", "C"),
    "58": ("Achats TCN", "D"),
    "59": ("Ventes TCN", "C"),
    "61": ("Agios", "D/C"),
    "62": ("Commissions et frais divers, dont intérêts compensatoires", "D"),
    "63": ("Produits financiers", "C"),
    "64": ("Commissions y compris taxes", "D"),
    "65": ("Commissions hors taxes", "D"),
    "66": ("Commissions non taxables", "D"),
    "67": ("Taxes", "D"),
    "68": ("Autres opérations avec l’étranger – Débit", "D"),
    "69": ("Autres opérations avec l’étranger – Crédit", "C"),
    "70": ("Charges financières", "D"),
    "71": ("Tirage de crédits", "C"),
    "72": ("Echéance crédits", "D"),
    "73": ("Emission de valeurs mobilières", "C"),
    "74": ("Emission de titres de créances", "C"),
    "75": ("Remboursement", "D"),
    "76": ("Dépôt à terme", "D"),
    "77": ("Echéance dépôt à terme", "C"),
    "80": ("Achats autres TC", "D"),
    "81": ("Ventes autres TC", "C"),
    "82": ("Contrats", "C/D"),
    "83": ("Options", "C/D"),
    "84": ("Achats Bourses Etrangères", "D"),
    "85": ("Ventes Bourses Etrangères", "C"),
    "86": ("Opérations sur titres", "C/D"),
    "87": ("Revenus sur titres", "C"),
    "88": ("Commissions et droits de garde", "D"),
    "89": ("Remboursement impôts étrangers", "C"),
    "90": ("Facture Acceptée à Echéance émise", "D"),
    "91": ("Opérations diverses", "C"),
    "92": ("Centralisation de recettes", "C/D"),
    "93": ("Centralisation de dépenses", "C/D"),
    "94": ("Centralisation de trésorerie – Crédit", "C"),
    "95": ("Centralisation de trésorerie – Débit", "D"),
    "96": ("Télérèglements domiciliés", "D"),
    "97": ("Télérèglements émis", "C"),
    "98": ("Télérèglements rejetés/impayés", "D"),
    "99": ("Annulations et régularisations", "C/D"),
    "A1": ("Prélèvements SEPA émis", "C"),
    "A2": ("Prélèvements SEPA interentreprises émis", "C"),
    "A3": ("Prélèvements SEPA rejetés/impayés (émis par le débiteur ou sa banque)", "C"),
    "A4": ("Prélèvements SEPA interentreprises rejetés/impayés (émis par le débiteur ou sa banque)", "C"),
    "A5": ("Prélèvements SEPA – reversements émis (par le créancier ou sa banque)", "D"),
    "A6": ("Prélèvements SEPA interentreprises – reversements émis (par le créancier ou sa banque)", "D"),
    "B1": ("Prélèvements SEPA domiciliés", "D"),
    "B2": ("Prélèvements SEPA interentreprises domiciliés", "D"),
    "B3": ("Prélèvements SEPA rejetés/impayés reçus (par le créancier)", "D"),
    "B4": ("Prélèvements SEPA interentreprises rejetés/impayés reçus (par le créancier)", "D"),
    "B5": ("Prélèvements SEPA – reversements reçus (par le débiteur)", "C"),
    "B6": ("Prélèvements SEPA interentreprises – reversements reçus (par le débiteur)", "C"),
    "C1": ("Virement SEPA instantané émis", "D"),
    "C2": ("Virement SEPA instantané reçu", "C"),
    "C3": (
        "Crédit suite à demande de retour de fonds (« recall ») d’un virement SEPA instantané "
        "émise (par le donneur d’ordre)",
        "C",
    ),
    "C4": (
        "Débit suite à demande de retour de fonds (« recall ») d’un virement SEPA instantané "
        "reçue (par le bénéficiaire)",
        "D",
    ),
    "C5": ("Recrédit du Donneur d’Ordre", "C"),
}

# (type of operation at Qonto, side) → code. « interne »: between two accounts of the same organization.
TABLE_QONTO: dict[tuple[str, str], str] = {
    ("transfer", "D"): "06",
    ("transfer", "C"): "05",
    ("income", "C"): "05",
    ("interne", "D"): "14",
    ("interne", "C"): "13",
    ("swift_income", "C"): "45",
    ("international", "D"): "44",
    ("card", "D"): "11",
    ("card", "C"): "11",
    ("card_payment", "D"): "11",
    ("card_payment", "C"): "11",
    ("direct_debit", "D"): "B1",
    ("direct_debit", "C"): "B5",
    ("direct_debit_collection", "C"): "A1",
    ("direct_debit_collection", "D"): "B3",
    ("cheque", "C"): "02",
    ("cheque", "D"): "03",
    ("qonto_fee", "D"): "62",
    ("qonto_fee", "C"): "99",
    ("recall", "C"): "12",
    ("recall", "D"): "99",
    ("pay_later", "C"): "71",
    ("financing_installment", "D"): "72",
}
LIBELLES_QONTO = {
    "transfer": "Virement",
    "income": "Virement reçu",
    "interne": "Virement entre comptes",
    "swift_income": "Virement SWIFT reçu",
    "international": "Virement international",
    "card": "Carte",
    "card_payment": "Paiement par carte",
    "direct_debit": "Prélèvement",
    "direct_debit_collection": "Prélèvement émis",
    "cheque": "Chèque",
    "qonto_fee": "Frais Qonto",
    "recall": "Rappel de fonds",
    "pay_later": "Paiement différé",
    "financing_installment": "Échéance de financement",
}
# The fact sheet prints 05 on an outgoing transfer: the preset « comme ACD » gives 05 to both sides.
COMME_ACD: dict[tuple[str, str], str] = {("transfer", "D"): "05", ("transfer", "C"): "05", ("income", "C"): "05"}

_MODES = {
    "transfer": ModeReglement.VIREMENT,
    "income": ModeReglement.VIREMENT,
    "interne": ModeReglement.VIREMENT,
    "international": ModeReglement.VIREMENT,
    "swift_income": ModeReglement.VIREMENT,
    "recall": ModeReglement.VIREMENT,
    "card": ModeReglement.CARTE,
    "card_payment": ModeReglement.CARTE,
    "direct_debit": ModeReglement.PRELEVEMENT,
    "direct_debit_collection": ModeReglement.PRELEVEMENT,
    "qonto_fee": ModeReglement.PRELEVEMENT,
    "financing_installment": ModeReglement.PRELEVEMENT,
    "cheque": ModeReglement.CHEQUE,
}
_MODES_PAR_CODE = {
    ModeReglement.CHEQUE: {"01", "02", "03", "15"},
    ModeReglement.ESPECES: {"04"},
    ModeReglement.CARTE: {"11", "28", "29", "30", "36", "38"},
    ModeReglement.VIREMENT: {"05", "06", "12", "13", "14", "18", "21", "39", "44", "45", "C1", "C2", "C3", "C4", "C5"},
    ModeReglement.PRELEVEMENT: {"08", "09", "10", "22", "24", "26", "27", "96", "97", "98"}
    | {f"{lettre}{chiffre}" for lettre in "AB" for chiffre in range(1, 7)},
}


def cote(montant_cents: int) -> str:
    """C for a credit of the account, D for a debit."""
    return "C" if montant_cents >= 0 else "D"


def code_de(type_operation: str, montant_cents: int, table: dict[tuple[str, str], str] | None = None) -> str:
    """The interbank code of a line; `table` overrides the default one. Never fails: 91 / 99 for an unknown type."""
    cle = (type_operation, cote(montant_cents))
    return (table or {}).get(cle) or TABLE_QONTO.get(cle) or ("91" if cle[1] == "C" else "99")


def mode_de(type_operation: str) -> str:
    """Column R of a line that comes from Qonto."""
    return _MODES.get(type_operation, ModeReglement.AUTRE).value


def mode_du_code(code: str) -> str:
    """Column R of a line that comes with an interbank code."""
    return next((mode.value for mode, codes in _MODES_PAR_CODE.items() if code in codes), "")


def libelle_du_code(code: str) -> str:
    """What the code means, or the code itself when the list does not know it."""
    return LIBELLES.get(code, (code, ""))[0]
