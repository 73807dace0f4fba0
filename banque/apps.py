from django.apps import AppConfig


class BanqueConfig(AppConfig):
    name = "banque"
    verbose_name = "ACD Banque"

    def ready(self) -> None:
        # Models exist only once every app is loaded.
        from banque.apercu import dernieres_lignes, operations_en_attente, prouves_jusqu_au
        from banque.services.banques import comptes_associes
        from banque.services.suites_virement import virement_change, virement_rattache
        from banque.tasks import objet_change
        from qonto_link import apercu, pendants
        from qonto_link.evenements import COMPTES_ASSOCIES, OBJET_CHANGE, VIREMENT_CHANGE, VIREMENT_RATTACHE, abonner

        abonner(COMPTES_ASSOCIES, comptes_associes)
        abonner(OBJET_CHANGE, objet_change)
        abonner(VIREMENT_CHANGE, virement_change)
        abonner(VIREMENT_RATTACHE, virement_rattache)
        apercu.declarer(dernieres_lignes)
        apercu.declarer_preuves(prouves_jusqu_au)
        pendants.declarer(operations_en_attente)
