"""Certificate of erasure of the identity papers of a dossier (product B12)."""

import io
from datetime import datetime

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from gestion_acces.models import Dossier
from portal.lib import affichage
from qonto_link.adhesion.models import Justificatif

TEXTE = (
    "Le portail atteste que les octets des documents ci-dessous, déposés pour une demande d’ouverture de compte, ont "
    "été effacés de son stockage chiffré à la date indiquée. Seule l’empreinte SHA-256 est conservée : elle permet de "
    "reconnaître un document, jamais de le reconstituer."
)


def _lignes(dossier: Dossier) -> list[list[str]]:
    effaces = (
        Justificatif.objects.pour_dossier(dossier)
        .filter(fichier__efface_le__isnull=False)
        .select_related("fichier")
        .order_by("fichier__efface_le", "pk")
    )
    return [
        [
            justificatif.get_type_display(),
            justificatif.nom[:60],
            affichage.horodatage(justificatif.depose_le),
            affichage.horodatage(justificatif.fichier.efface_le),
            justificatif.fichier.sha256,
        ]
        for justificatif in effaces
        if justificatif.fichier.efface_le
    ]


def certificat_pdf(*, dossier: Dossier, maintenant: datetime) -> bytes:
    """The PDF; it says so too when nothing was erased yet."""
    styles = getSampleStyleSheet()
    petit = styles["BodyText"].clone("petit", fontSize=7, leading=9)
    sortie = io.BytesIO()
    document = SimpleDocTemplate(
        sortie, pagesize=landscape(A4), title=f"Certificat d’effacement – {dossier.code}", invariant=1
    )
    suite: list[Flowable] = [
        Paragraph("Certificat d’effacement", styles["Title"]),
        Paragraph(f"Dossier {dossier.code} – établi le {affichage.horodatage(maintenant)}", styles["BodyText"]),
        Paragraph(f"{dossier.cabinet.nom}", styles["BodyText"]),
        Spacer(1, 12),
        Paragraph(TEXTE, styles["BodyText"]),
        Spacer(1, 12),
    ]
    lignes = _lignes(dossier)
    if lignes:
        entetes = ["Document", "Nom du fichier", "Déposé le", "Effacé le", "Empreinte SHA-256"]
        cellules = [[Paragraph(texte, petit) for texte in ligne] for ligne in [entetes, *lignes]]
        tableau = Table(cellules, repeatRows=1, colWidths=[120, 150, 95, 95, 270])
        tableau.setStyle(
            TableStyle([("GRID", (0, 0), (-1, -1), 0.3, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP")])
        )
        suite.append(tableau)
    else:
        suite.append(Paragraph("Aucun document n’a encore été effacé sur ce dossier.", styles["BodyText"]))
    document.build(suite)
    return sortie.getvalue()
