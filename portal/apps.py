from django.apps import AppConfig

from portal.cadence import attendre_son_tour
from qonto_link.budget import brancher


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Portail"

    def ready(self) -> None:
        brancher(attendre_son_tour)
