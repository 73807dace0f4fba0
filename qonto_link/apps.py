from django.apps import AppConfig


class QontoLinkConfig(AppConfig):
    name = "qonto_link"
    verbose_name = "Liaison Qonto"
