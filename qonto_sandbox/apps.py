from django.apps import AppConfig


class QontoSandboxConfig(AppConfig):
    name = "qonto_sandbox"
    verbose_name = "Qonto local"
