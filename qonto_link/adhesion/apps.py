from django.apps import AppConfig


class AdhesionConfig(AppConfig):
    name = "qonto_link.adhesion"
    label = "adhesion"
    verbose_name = "Adhésions Qonto"
