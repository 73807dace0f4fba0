"""The fields of an application: their words, where they come from, how Qonto names them, what must not be missing."""

from datetime import date
from decimal import Decimal
from typing import Any

from gestion_acces.models import Dossier
from portal.lib import affichage
from qonto_link.adhesion.enums import Flux
from qonto_link.adhesion.forms import AssocieForm, EntrepriseForm
from qonto_link.adhesion.nomenclature import secteur_nace

Champs = dict[str, str]

# Field of the draft → field of the GRC card. Those prefill the draft, and a difference is proposed to the cabinet.
FICHE_ENTREPRISE: dict[str, str] = {
    "raison_sociale": "raison_sociale",
    "forme_juridique": "forme_juridique",
    "numero_tva": "numero_tva",
    "code_naf": "code_naf",
    "activite": "activite",
    "capital": "capital_cents",
    "date_creation": "date_creation",
    "adresse": "adresse",
    "code_postal": "code_postal",
    "ville": "ville",
    "pays": "pays",
}
FICHE_DIRIGEANT: dict[str, str] = {
    "prenom": "dirigeant_prenom",
    "nom": "dirigeant_nom",
    "email": "dirigeant_email",
}
OBLIGATOIRES: dict[str, tuple[str, ...]] = {
    Flux.EXISTANTE: ("siren", "raison_sociale"),
    Flux.CREATION: ("raison_sociale", "forme_juridique", "adresse", "code_postal", "ville", "pays", "capital"),
}
ASSOCIE_OBLIGATOIRES: dict[str, tuple[str, ...]] = {
    Flux.EXISTANTE: ("prenom", "nom", "email"),
    Flux.CREATION: ("prenom", "nom", "email", "date_naissance", "capital"),
}


def en_texte(champ: str, valeur: Any) -> str:
    """A value of the GRC card as the draft writes it."""
    if valeur is None or valeur == "":
        return ""
    if champ == "capital_cents":
        return f"{Decimal(valeur) / 100:.2f}"
    return valeur.isoformat() if isinstance(valeur, date) else str(valeur)


def en_valeur(champ: str, texte: str) -> Any:
    """The way back, from the draft to the GRC card."""
    if champ == "capital_cents":
        return int(Decimal(texte) * 100) if texte else None
    if champ == "date_creation":
        return date.fromisoformat(texte) if texte else None
    return texte


def valeurs_fiche(dossier: Dossier, table: dict[str, str]) -> Champs:
    return {nom: en_texte(champ, getattr(dossier, champ)) for nom, champ in table.items()}


def entreprise_de(dossier: Dossier) -> Champs:
    """What the card says of the company."""
    return valeurs_fiche(dossier, FICHE_ENTREPRISE) | {"siren": dossier.siren}


def dirigeant_de(dossier: Dossier) -> Champs:
    return valeurs_fiche(dossier, FICHE_DIRIGEANT)


def libelle(nom: str, associe: bool = False) -> str:
    formulaire = AssocieForm if associe else EntrepriseForm
    return str(formulaire.base_fields[nom].label).split(" (")[0]


def lisible(nom: str, texte: str, associe: bool = False) -> str:
    """A value of the draft as a person reads it: 5 000,00 €, 17/04/1991, the words of a choice."""
    champ = (AssocieForm if associe else EntrepriseForm).base_fields.get(nom)
    if not texte:
        return ""
    if nom == "capital":
        return affichage.devise(int(Decimal(texte) * 100))
    if nom.startswith("date_"):
        return affichage.date_courte(date.fromisoformat(texte))
    if nom == "siren":
        return affichage.siren(texte)
    return str(dict(getattr(champ, "choices", ())).get(texte, texte))


def manques(flux: str, contenu: dict[str, Any]) -> list[tuple[str, str]]:
    """What is missing before the application can leave: (step, words)."""
    entreprise: Champs = contenu["entreprise"]
    trouves = [("entreprise", libelle(nom)) for nom in OBLIGATOIRES[flux] if not entreprise.get(nom)]
    associes: list[Champs] = contenu["associes"]
    for rang, associe in enumerate(associes):
        qui = f"{associe.get('prenom', '')} {associe.get('nom', '')}".strip() or f"personne n° {rang + 1}"
        trouves += [
            ("associes", f"{libelle(nom, True)} de {qui}")
            for nom in ASSOCIE_OBLIGATOIRES[flux]
            if not associe.get(nom)
        ]
    if flux == Flux.CREATION and entreprise.get("capital") and all(associe.get("capital") for associe in associes):
        parts = sum(Decimal(associe["capital"]) for associe in associes)
        if parts != Decimal(entreprise["capital"]):
            trouves.append(
                (
                    "associes",
                    f"des parts dont la somme fait le capital ({parts} € au lieu de {entreprise['capital']} €)",
                )
            )
    return trouves


def _argent(texte: str) -> dict[str, str] | None:
    return {"value": f"{Decimal(texte):.2f}", "currency": "EUR"} if texte else None


def _telephone(numero: str) -> str:
    """International with `00`, as in the reference's example."""
    if numero.startswith("+"):
        return f"00{numero[1:]}"
    return f"0033{numero[1:]}" if numero.startswith("0") and not numero.startswith("00") else numero


def _sans_vide(brut: dict[str, Any]) -> dict[str, Any]:
    return {nom: valeur for nom, valeur in brut.items() if valeur not in (None, "", {})}


def _adresse(champs: Champs) -> dict[str, Any]:
    return _sans_vide(
        {
            "line_1": champs.get("adresse"),
            "line_2": champs.get("complement"),
            "postal_code": champs.get("code_postal"),
            "city": champs.get("ville"),
            "country": champs.get("pays") or "FR",
        }
    )


def _organisation(flux: str, champs: Champs) -> dict[str, Any]:
    forme = champs.get("forme_juridique", "")
    return _sans_vide(
        {
            "entity_type": "company",
            "legal_name": champs.get("raison_sociale"),
            "legal_form": forme,
            "legal_number": champs.get("siren") if flux == Flux.EXISTANTE else None,
            "legal_sector": secteur_nace(champs.get("code_naf", "")),
            "legal_registration_date": champs.get("date_creation"),
            "legal_vat_number": champs.get("numero_tva") if flux == Flux.EXISTANTE else None,
            "address": _adresse(champs) if champs.get("adresse") else None,
            "total_capital_amount": _argent(champs.get("capital", "")),
        }
    )


def _associe(champs: Champs, proprietaire: bool) -> dict[str, Any]:
    naissance = champs.get("date_naissance")
    lieu = {
        "postal_code": champs.get("naissance_code_postal"),
        "city": champs.get("naissance_ville"),
        "country": champs.get("naissance_pays"),
    }
    personne = {
        "first_name": champs.get("prenom"),
        "last_name": champs.get("nom"),
        "email": champs.get("email"),
        "gender": champs.get("genre"),
        "phone_number": _telephone(champs.get("telephone", "")),
        "nationality": champs.get("nationalite"),
        "birth_date": f"{naissance}T00:00:00.000Z" if naissance else None,
        "birth_address": _sans_vide(lieu),
        "residence_address": _adresse(champs) if champs.get("adresse") else None,
        "capital_amount": _argent(champs.get("capital", "")),
        "shareholding_type": "physical",
    }
    return {"is_owner": proprietaire, **_sans_vide(personne), "legal_entities": []}


def corps_registration(flux: str, contenu: dict[str, Any]) -> dict[str, Any]:
    """The body of `POST /register/registrations` (partner reference §1.4)."""
    associes: list[Champs] = contenu["associes"]
    dirigeant = associes[0]
    return {
        "legal_flow": flux,
        "locale": "fr",
        "partner_user": {
            "first_name": dirigeant["prenom"],
            "last_name": dirigeant["nom"],
            "email": dirigeant["email"],
        },
        "organization": _organisation(flux, contenu["entreprise"]),
        "stakeholders": [_associe(associe, rang == 0) for rang, associe in enumerate(associes)],
    }
