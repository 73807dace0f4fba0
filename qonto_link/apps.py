from django.apps import AppConfig


class QontoLinkConfig(AppConfig):
    name = "qonto_link"
    verbose_name = "Liaison Qonto"

    def ready(self) -> None:
        # Models exist only once every app is loaded.
        from qonto_link.evenements import COMPTES_ASSOCIES, CONNEXION_RETABLIE, abonner
        from qonto_link.tasks import connexion_etablie

        abonner(COMPTES_ASSOCIES, connexion_etablie)
        abonner(CONNEXION_RETABLIE, connexion_etablie)
