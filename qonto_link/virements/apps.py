from django.apps import AppConfig


class VirementsConfig(AppConfig):
    name = "qonto_link.virements"
    label = "virements"
    verbose_name = "Ordres de virement"
