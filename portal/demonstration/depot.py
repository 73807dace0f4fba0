"""Documents of the demonstration: what a client deposits in a month, in each basket. Twice is once."""

from datetime import date, datetime, timedelta
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from depot.enums import EtatDocument, OrigineDocument, TypeDocument
from depot.models import Document
from depot.services.classeurs import classeur_de
from depot.services.documents import ecrire_textes
from gestion_acces.models import Dossier
from gestion_acces.services.fichiers import deposer_fichier
from portal.lib.affichage import date_courte, devise, jour_de_paris

# Basket, folder, type, number, third party, days ago, total in cents, treated, what is printed on it.
DOCUMENTS = (
    ("achat", "", "facture_achat", "MB-2611", "Moulins de Beauce", 21, 335490, True, "Farine T65, 40 sacs"),
    ("achat", "", "facture_achat", "LP-88207", "Laiterie du Perche", 12, 158039, False, "Beurre AOP, crème crue"),
    (
        "achat",
        "Énergie",
        "facture_achat",
        "EO-2026-1107",
        "Électricité Ouest",
        18,
        104880,
        False,
        "Consommation du four",
    ),
    (
        "vente",
        "",
        "facture_vente",
        "2026-118",
        "Café des Arts",
        15,
        42200,
        False,
        "Pains et viennoiseries",
    ),
    ("banque", "", "releve", "", "Crédit Maritime", 26, 0, True, "Relevé du compte professionnel"),
    ("social", "Bulletins", "bulletin", "", "Karim Benali", 27, 187412, True, "Bulletin de paie, boulanger"),
    ("fiscal", "", "declaration", "CA3", "SIE Paris 11e", 9, 214300, False, "Déclaration de TVA mensuelle"),
    ("juridique", "Bail", "acte", "", "SCI Les Halles", 200, 0, True, "Bail commercial du fournil"),
    ("divers", "", "autre", "", "Mairie du 11e", 3, 0, False, "Autorisation de terrasse"),
)


def semer(*, maintenant: datetime) -> None:
    dossier = Dossier.objects.filter(code="LENOIR").select_related("cabinet").first()
    if dossier is None or Document.objects.pour_dossier(dossier).exists():
        return
    for panier, classeur, type_document, numero, tiers, age, montant, traite, texte in DOCUMENTS:
        jour = jour_de_paris(maintenant) - timedelta(days=age)
        libelle = TypeDocument(type_document).label
        lignes = [libelle, numero, tiers, dossier.raison_sociale, date_courte(jour), texte, devise(montant)]
        nom = f"{libelle} {tiers} {jour.isoformat()}.pdf".replace(" ", "_")
        fichier, _ = deposer_fichier(
            dossier=dossier,
            flux=BytesIO(_page([ligne for ligne in lignes if ligne], jour)),
            nom=nom,
            type_mime="application/pdf",
            maintenant=maintenant,
        )
        document = Document.objects.create(
            dossier=dossier,
            panier=panier,
            classeur=classeur_de(dossier=dossier, panier=panier, nom=classeur, maintenant=maintenant)
            if classeur
            else None,
            fichier=fichier,
            type=type_document,
            nom=nom,
            numero=numero,
            date=jour,
            tiers=tiers,
            montant_cents=montant,
            etat=EtatDocument.TRAITE if traite else EtatDocument.A_TRAITER,
            traite_le=maintenant if traite else None,
            origine=OrigineDocument.CLIENT,
            depose_le=maintenant - timedelta(days=age),
            lecture="lue",
        )
        ecrire_textes(document, contenu=" ".join(lignes))


def _page(lignes: list[str], jour: date) -> bytes:
    sortie = BytesIO()
    canvas = Canvas(sortie, pagesize=A4, invariant=1)
    canvas.setTitle(f"{lignes[0]} {jour.isoformat()}")
    for rang, ligne in enumerate(lignes):
        canvas.setFont("Helvetica-Bold" if rang == 0 else "Helvetica", 20 if rang == 0 else 12)
        # Helvetica has no narrow spaces.
        canvas.drawString(60, 760 - 28 * rang, ligne.replace("\u202f", " ").replace("\u00a0", " "))
    canvas.save()
    return sortie.getvalue()
