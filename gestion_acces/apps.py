from django.apps import AppConfig


class GestionAccesConfig(AppConfig):
    name = "gestion_acces"
    verbose_name = "Gestion des accès"
