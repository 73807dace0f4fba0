from django.apps import AppConfig


class NuitConfig(AppConfig):
    name = "portal.nuit"
    label = "nuit"
    verbose_name = "Passage de nuit"
