from django.apps import AppConfig

from portal.cadence import attendre_son_tour, noter_ralentissement
from qonto_link.budget import brancher, brancher_ralentissement


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Portail"

    def ready(self) -> None:
        brancher(attendre_son_tour)
        brancher_ralentissement(noter_ralentissement)
