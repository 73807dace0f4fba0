"""What the person who tries the demonstration needs to sign in."""

from gestion_acces.models import Utilisateur
from portal.demonstration.distribution import COLLABORATEURS, FICHES, MOT_DE_PASSE, cle_totp


def lignes() -> list[str]:
    """The accounts that exist, one a line; nothing when this folder holds no demonstration."""
    roles = {personne.email: "cabinet" for personne in COLLABORATEURS}
    for fiche in FICHES:
        for personne in (fiche.dirigeant, *(autre for autre, _ in fiche.autres)):
            roles.setdefault(personne.email, f"client {fiche.code}")
    existants = set(Utilisateur.objects.filter(email__in=roles).values_list("email", flat=True))
    if not existants:
        return []
    comptes = [
        f"  {email:<40} {role:<17} TOTP {cle_totp(email)}" for email, role in roles.items() if email in existants
    ]
    return [
        f"Comptes de démonstration, mot de passe « {MOT_DE_PASSE} », et la clé de leur second facteur :",
        *comptes,
        "Sans application d’authentification : python manage.py demonstration --code ADRESSE",
    ]
