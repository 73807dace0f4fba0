from django.apps import AppConfig


class DepotConfig(AppConfig):
    name = "depot"
    verbose_name = "i-Dépôt"

    def ready(self) -> None:
        # Models exist only once every app is loaded.
        from depot.tasks import objet_change
        from qonto_link.evenements import OBJET_CHANGE, abonner

        abonner(OBJET_CHANGE, objet_change)
