from django.apps import AppConfig


class VirementsConfig(AppConfig):
    name = "qonto_link.virements"
    label = "virements"
    verbose_name = "Ordres de virement"

    def ready(self) -> None:
        # Models exist only once every app is loaded.
        from qonto_link.pendants import declarer
        from qonto_link.virements.pendants import virements_en_attente

        declarer(virements_en_attente)
