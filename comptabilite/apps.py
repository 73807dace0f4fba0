from django.apps import AppConfig


class ComptabiliteConfig(AppConfig):
    name = "comptabilite"
    verbose_name = "Comptabilité"
