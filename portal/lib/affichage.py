"""How values are written on the screens, in exports and in messages (comptabilite.md §E.3)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal.lib.identifiants import nettoyer

PARIS = ZoneInfo("Europe/Paris")
FINE = "\u202f"  # narrow no-break space: between thousands
INSECABLE = "\u00a0"  # no-break space: before € and %
MOINS = "\u2212"
MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
SYMBOLES = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF"}


def nombre(valeur: int) -> str:
    """`12345` → `12 345`, the groups held together."""
    signe = MOINS if valeur < 0 else ""
    return signe + f"{abs(valeur):,}".replace(",", FINE)


def montant(cents: int) -> str:
    """Cents without symbol: `-123456` → `−1 234,56`."""
    unites, reste = divmod(abs(cents), 100)
    signe = MOINS if cents < 0 else ""
    return f"{signe}{nombre(unites)},{reste:02d}"


def devise(cents: int, code: str = "EUR") -> str:
    """Cents with the symbol of the currency, or its ISO code when it has none of its own."""
    return f"{montant(cents)}{INSECABLE}{SYMBOLES.get(code, code)}"


def jour_de_paris(valeur: date | datetime) -> date:
    """The day at Paris of an aware datetime; a date is itself."""
    if isinstance(valeur, datetime):
        return (valeur.astimezone(PARIS) if valeur.tzinfo else valeur).date()
    return valeur


def date_courte(valeur: date | datetime) -> str:
    return f"{jour_de_paris(valeur):%d/%m/%Y}"


def date_longue(valeur: date | datetime) -> str:
    """`9 juin 2026`, `1er mai 2026`."""
    jour = jour_de_paris(valeur)
    quantieme = "1er" if jour.day == 1 else str(jour.day)
    return f"{quantieme}{INSECABLE}{MOIS[jour.month - 1]}{INSECABLE}{jour.year}"


def heure(valeur: datetime) -> str:
    local = valeur.astimezone(PARIS) if valeur.tzinfo else valeur
    return f"{local:%H}{INSECABLE}h{INSECABLE}{local:%M}"


def horodatage(valeur: date | datetime) -> str:
    """`09/06/2026 à 14 h 05`, at Paris."""
    if not isinstance(valeur, datetime):
        return date_courte(valeur)
    return f"{date_courte(valeur)} à {heure(valeur)}"


def duree(secondes: float) -> str:
    """`42 s`, `3 min 05 s`, `2 h 10 min`, `5 jours`."""
    total = max(0, round(secondes))
    if total < 60:
        return f"{total}{INSECABLE}s"
    minutes, reste = divmod(total, 60)
    if minutes < 60:
        return f"{minutes}{INSECABLE}min" + (f" {reste:02d}{INSECABLE}s" if reste else "")
    heures, minutes = divmod(minutes, 60)
    if heures < 48:
        return f"{heures}{INSECABLE}h" + (f" {minutes:02d}{INSECABLE}min" if minutes else "")
    return f"{heures // 24}{INSECABLE}jours"


def depuis(valeur: datetime, maintenant: datetime) -> str:
    """How long ago, in words: `à l’instant`, `il y a 12 min`, `hier à 23 h 10`, else the date."""
    secondes = (maintenant - valeur).total_seconds()
    jours = (jour_de_paris(maintenant) - jour_de_paris(valeur)).days
    if secondes < 0:
        return horodatage(valeur)
    if secondes < 60:
        return "à l’instant"
    if secondes < 3600:
        return f"il y a {int(secondes // 60)}{INSECABLE}min"
    if jours == 0:
        return f"aujourd’hui à {heure(valeur)}"
    if jours == 1:
        return f"hier à {heure(valeur)}"
    if jours < 7:
        return f"il y a {jours}{INSECABLE}jours"
    return f"le {date_courte(valeur)}"


def _groupes(texte: str, *tailles: int) -> str:
    parties, debut = [], 0
    for taille_groupe in tailles:
        parties.append(texte[debut : debut + taille_groupe])
        debut += taille_groupe
    parties.append(texte[debut:])
    return INSECABLE.join(partie for partie in parties if partie)


def siren(numero: str) -> str:
    """`732829320` → `732 829 320`."""
    return _groupes(nettoyer(numero), 3, 3, 3)


def siret(numero: str) -> str:
    """`73282932000074` → `732 829 320 00074`."""
    return _groupes(nettoyer(numero), 3, 3, 3)


def iban(numero: str) -> str:
    propre = nettoyer(numero).upper()
    return INSECABLE.join(propre[i : i + 4] for i in range(0, len(propre), 4))


def iban_masque(numero: str) -> str:
    """Country, key and the last four characters, whatever is between: `FR76 •••• 4701`."""
    propre = nettoyer(numero).upper()
    if len(propre) <= 8:
        return iban(propre)
    return iban(f"{propre[:4]}••••{propre[-4:]}")


def taille(octets: int) -> str:
    """Size of a file, in the units of 1 024 that the limits use: `2,4 Mo`."""
    valeur = float(octets)
    for unite in ("octets", "Ko", "Mo", "Go"):
        if valeur < 1024 or unite == "Go":
            texte = f"{valeur:.0f}" if unite == "octets" or valeur >= 100 else f"{valeur:.1f}".replace(".", ",")
            return f"{texte.removesuffix(',0')}{INSECABLE}{unite}"
        valeur /= 1024
    return ""


def pluriel(n: int, singulier: str, forme_plurielle: str = "") -> str:
    """French agreement: zero and one are singular, `s` by default."""
    return singulier if abs(n) < 2 else (forme_plurielle or f"{singulier}s")
