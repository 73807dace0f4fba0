from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError

from gestion_acces.services.rotation import champs_chiffres, renouveler_champ, renouveler_fichiers


class Command(BaseCommand):
    help = "Chiffre de nouveau, avec la première clé de ENCRYPTION_KEYS, tout ce que d’anciennes clés ont chiffré."

    def handle(self, *args: Any, **options: Any) -> None:
        for modele, champ in champs_chiffres():
            nom = f"{modele._meta.label}.{champ.name}"
            try:
                nombre = renouveler_champ(modele, champ)
            except InvalidToken:
                raise CommandError(
                    f"{nom} : une valeur a été chiffrée avec une clé absente de ENCRYPTION_KEYS. Rien n’est perdu :"
                    " remettez cette clé à la fin de la liste et relancez."
                ) from None
            self.stdout.write(f"{nom} : {nombre}")
        self.stdout.write(f"Fichiers : {renouveler_fichiers()}")
        self.stdout.write("Les anciennes clés ne servent plus : vous pouvez les retirer de ENCRYPTION_KEYS.")
