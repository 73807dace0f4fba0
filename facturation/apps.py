from django.apps import AppConfig


class FacturationConfig(AppConfig):
    name = "facturation"
    verbose_name = "i-Facture"

    def ready(self) -> None:
        # Django's registry is only full here: the subscriber imports models.
        from facturation.services.ecritures import suivre_virement
        from qonto_link.evenements import VIREMENT_CHANGE, abonner

        abonner(VIREMENT_CHANGE, suivre_virement)
