from django.apps import AppConfig
from django.core.checks import register


class GestionAccesConfig(AppConfig):
    name = "gestion_acces"
    verbose_name = "Gestion des accès"

    def ready(self) -> None:
        from gestion_acces.checks import verifier_droits_declares

        register(verifier_droits_declares)
