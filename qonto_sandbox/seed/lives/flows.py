"""Where each kind of movement belongs: category and subcategory of the cash flow."""

TAKINGS = ("Recettes", "Encaissements carte")
SALES = ("Recettes", "Clients")
GOODS = ("Dépenses", "Matières et marchandises")
PAY = ("Dépenses", "Salaires et charges")
TAXES = ("Dépenses", "Impôts et taxes")
PLACE = ("Dépenses", "Locaux")
TOOLS = ("Dépenses", "Outils et abonnements")
TRAVEL = ("Dépenses", "Déplacements")
BANKING = ("Dépenses", "Frais bancaires")
