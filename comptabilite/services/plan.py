"""The plan of accounts and the third parties of a dossier (comptabilite.md §D.1, §D.2)."""

import re
import unicodedata
from datetime import date as Date

from django.db import transaction
from django.db.models import Q

from comptabilite.enums import TypeTiers
from comptabilite.errors import CompteRefuse
from comptabilite.models import Compte, Parametres, Tiers
from comptabilite.pcg import (
    DATE_PCG_2025,
    RACINES_COLLECTIVES,
    RACINES_LETTRABLES,
    RACINES_SUPPRIMEES,
    libelle_pcg,
)
from gestion_acces.models import Dossier
from portal.lib.identifiants import nettoyer

FORMES_JURIDIQUES = {"SARL", "SAS", "SASU", "EURL", "SA", "SCI", "SNC", "ETS"}
LONGUEUR_CODE_TIERS = 13
LONGUEUR_CODE_PROPOSE = 9
LONGUEUR_NOM = 160
COLLECTIFS = {TypeTiers.FOURNISSEUR: "401", TypeTiers.CLIENT: "411"}


def parametres(dossier: Dossier) -> Parametres:
    """The accounting settings of the dossier, created with the usual values at first use."""
    return Parametres.objects.get_or_create(dossier=dossier)[0]


def verrouiller_comptabilite(dossier: Dossier) -> Parametres:
    """Put the writers of one dossier in a queue until the end of the transaction, and return the settings.

    Always the first lock that an accounting act takes: two acts never wait for each other in a circle.
    """
    parametres(dossier)
    return Parametres.objects.select_for_update(of=("self",)).get(dossier=dossier)


def normaliser_numero(numero: str, largeur: int) -> str:
    """`512` → `51200000`. Raises CompteRefuse when it is not an account number of that width."""
    brut = nettoyer(numero).upper()
    if not re.fullmatch(r"[1-8][0-9]{1,2}[0-9A-Z]*", brut):
        raise CompteRefuse(
            f"« {numero} » n’est pas un numéro de compte : il commence par les chiffres du plan comptable."
        )
    complet = brut.ljust(largeur, "0")
    if len(complet) > largeur:
        if complet[largeur:].strip("0"):
            raise CompteRefuse(
                f"Le compte {brut} a plus de {largeur} caractères, la longueur choisie pour ce dossier."
            )
        complet = complet[:largeur]
    return complet


def controler_compte_utilisable(*, compte: Compte, debut_exercice: Date) -> None:
    """Raise CompteRefuse for an inactive account, or one that the PCG suppressed in 2025."""
    if not compte.actif:
        raise CompteRefuse(f"Le compte {compte.numero} est fermé : choisissez-en un autre ou rouvrez-le.")
    if debut_exercice >= DATE_PCG_2025 and compte.numero.startswith(RACINES_SUPPRIMEES):
        raise CompteRefuse(
            f"Le compte {compte.numero} (transferts de charges) n’existe plus pour les exercices ouverts depuis 2025."
        )


def compte(*, dossier: Dossier, numero: str, libelle: str = "") -> Compte:
    """The account of that number, padded to the dossier's width; created with its PCG label if need be.

    Raises CompteRefuse for a number that is none.
    """
    complet = normaliser_numero(numero, parametres(dossier).largeur_comptes)
    trouve, _ = Compte.objects.get_or_create(
        dossier=dossier,
        numero=complet,
        defaults={
            "libelle": libelle or libelle_pcg(complet),
            "collectif": complet.startswith(RACINES_COLLECTIVES),
            "lettrable": complet.startswith(RACINES_LETTRABLES),
        },
    )
    return trouve


def radical_tiers(nom: str) -> str:
    """The letters and digits of a name, in ASCII capitals, without its legal form."""
    ascii_ = (
        unicodedata.normalize("NFKD", nom.replace("œ", "oe").replace("Œ", "OE")).encode("ascii", "ignore").decode()
    )
    mots = [mot for mot in re.split(r"[^A-Z0-9]+", ascii_.upper().replace(".", "")) if mot]
    utiles = [mot for mot in mots if mot not in FORMES_JURIDIQUES] or mots
    return "".join(utiles) or "DIVERS"


def code_tiers_libre(*, dossier: Dossier, type_tiers: str, nom: str) -> str:
    """The next free auxiliary code: `FAARO`, then `FAARO2`… (§D.2)."""
    base = (type_tiers + radical_tiers(nom))[:LONGUEUR_CODE_PROPOSE]
    pris = set(
        Tiers.objects.filter(dossier=dossier, code__startswith=base[: LONGUEUR_CODE_PROPOSE - 3]).values_list(
            "code", flat=True
        )
    )
    code, rang = base, 2
    while code in pris:
        suffixe = str(rang)
        code, rang = base[: LONGUEUR_CODE_TIERS - len(suffixe)] + suffixe, rang + 1
    return code


def chercher_tiers(
    *, dossier: Dossier, type_tiers: str, nom: str, code: str, numero_tva: str, siret: str, siren: str, iban: str
) -> Tiers | None:
    """The third party that these data name, the strongest datum first; the name comes last, because names lie."""
    du_type = Tiers.objects.filter(dossier=dossier, type=type_tiers).order_by("id")
    criteres = [
        Q(code=code) if code else None,
        Q(numero_tva=numero_tva) if numero_tva else None,
        Q(siret=siret) if siret else None,
        Q(siren=siren) if siren else None,
        Q(iban=iban) if iban else None,
    ]
    for critere in criteres:
        trouve = du_type.filter(critere).first() if critere is not None else None
        if trouve is not None:
            return trouve
    homonyme = du_type.filter(nom__iexact=nom.strip()).first() if nom.strip() else None
    # Two companies of one name that both say their SIREN are two third parties.
    if homonyme is not None and siren and homonyme.siren and homonyme.siren != siren:
        return None
    return homonyme


def tiers(
    *,
    dossier: Dossier,
    type: str,
    nom: str,
    siren: str = "",
    siret: str = "",
    numero_tva: str = "",
    iban: str = "",
    code: str = "",
    email: str = "",
) -> Tiers:
    """Find the third party (code, VAT number, SIRET, SIREN, IBAN, exact name) or create it with the next free code.

    What the card did not know yet (SIREN, SIRET, VAT number) is filled in; a known value is never replaced, and the
    IBAN of a known third party neither: a changed IBAN is a fraud until somebody says otherwise.
    """
    identite = {
        "siret": nettoyer(siret),
        "siren": nettoyer(siren) or nettoyer(siret)[:9],
        "numero_tva": nettoyer(numero_tva).upper(),
    }
    iban, nom = nettoyer(iban).upper(), nom.replace("\x00", "").strip()[:LONGUEUR_NOM]
    with transaction.atomic():
        verrouiller_comptabilite(dossier)
        trouve = chercher_tiers(dossier=dossier, type_tiers=type, nom=nom, code=code, iban=iban, **identite)
        if trouve is None:
            return Tiers.objects.create(
                dossier=dossier,
                type=type,
                code=code or code_tiers_libre(dossier=dossier, type_tiers=type, nom=nom),
                nom=nom or code,
                compte=compte(dossier=dossier, numero=COLLECTIFS[TypeTiers(type)]),
                iban=iban,
                email=email,
                **identite,
            )
        nouveaux = {champ: valeur for champ, valeur in identite.items() if valeur and not getattr(trouve, champ)}
        for champ, valeur in nouveaux.items():
            setattr(trouve, champ, valeur)
        if nouveaux:
            trouve.save(update_fields=list(nouveaux))
        return trouve
