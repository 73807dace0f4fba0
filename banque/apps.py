from django.apps import AppConfig


class BanqueConfig(AppConfig):
    name = "banque"
    verbose_name = "ACD Banque"
