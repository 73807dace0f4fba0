from django.apps import AppConfig


class DepotConfig(AppConfig):
    name = "depot"
    verbose_name = "i-Dépôt"
