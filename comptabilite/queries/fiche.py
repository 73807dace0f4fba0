"""An entry with everything about it: lines, documents, links, history."""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from typing import Any

from comptabilite.models import Ecriture, LigneEcriture, PieceEcriture
from gestion_acces.models import EvenementAudit

ACTES = {
    "ecriture.modifier": "Brouillard modifié",
    "ecriture.contrepasser": "Contre-passée",
}


@dataclass(frozen=True)
class Etape:
    """One step of the history, as `composants/frise.html` shows it."""

    titre: str
    quand: datetime | str
    qui: str = ""
    detail: str = ""
    etat: str = "faite"


@dataclass(frozen=True)
class Fiche:
    lignes: list[LigneEcriture]
    pieces: list[PieceEcriture]
    annulee_par: Ecriture | None
    historique: list[Etape]


def _jour(date: Date) -> str:
    return f"{date:%d/%m/%Y}"


def _historique(ecriture: Ecriture, lignes: list[LigneEcriture]) -> list[Etape]:
    auteur = ecriture.auteur.nom_complet if ecriture.auteur else "Portail"
    etapes = [Etape("Passée en brouillard", ecriture.created_at, auteur, ecriture.get_origine_display())]
    evenements = EvenementAudit.objects.filter(
        cabinet_id=ecriture.dossier.cabinet_id,
        dossier_id=ecriture.dossier_id,
        acte__in=ACTES,
        objet__in=[f"Brouillard B{ecriture.pk}", f"Écriture n° {ecriture.numero}"],
        date__gte=ecriture.created_at,
    )
    for evenement in evenements.order_by("rang")[:50]:
        etapes.append(Etape(ACTES[evenement.acte], evenement.date, evenement.acteur_email, _difference(evenement)))
    if ecriture.validee_le:
        place = next((i for i, x in enumerate(etapes) if x.titre == ACTES["ecriture.contrepasser"]), len(etapes))
        validee = Etape(
            f"Validée sous le n° {ecriture.numero}",
            _jour(ecriture.validee_le),
            ecriture.validee_par,
            f"Empreinte {ecriture.empreinte[:16]}…",
        )
        etapes.insert(place, validee)
    else:
        etapes.append(Etape("À valider", "", etat="courante"))
    for ligne in lignes:
        if ligne.lettrage:
            texte = f"Compte {ligne.compte.numero} lettré {ligne.lettrage.code}"
            etapes.append(Etape(texte, _jour(ligne.lettrage.date), detail=ligne.lettrage.motif))
    return etapes


def _difference(evenement: EvenementAudit) -> str:
    avant: dict[str, Any] = evenement.avant
    changes = [nom for nom, valeur in evenement.apres.items() if nom in avant and avant[nom] != valeur]
    motif = evenement.apres.get("motif", "")
    return motif or (f"Changé : {', '.join(changes)}" if changes else "")


def fiche_ecriture(ecriture: Ecriture) -> Fiche:
    lignes = list(
        LigneEcriture.objects.filter(ecriture=ecriture).select_related("compte", "tiers", "lettrage").order_by("rang")
    )
    pieces = list(PieceEcriture.objects.filter(ecriture=ecriture).select_related("fichier").order_by("id"))
    annulee_par = Ecriture.objects.filter(annule=ecriture).first()
    return Fiche(lignes, pieces, annulee_par, _historique(ecriture, lignes))
