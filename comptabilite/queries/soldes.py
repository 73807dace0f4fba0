"""The monthly balances against the lines they come from."""

from collections.abc import Iterator

from django.db.models import Count, F, Sum, Value
from django.db.models.functions import Coalesce, TruncMonth

from comptabilite.models import LigneEcriture, SoldeMensuel
from gestion_acces.models import Dossier

Cle = tuple[int, int, object]


def soldes_faux(dossier: Dossier) -> Iterator[str]:
    """The monthly balances that are not the sum of their lines. None: the triggers keep them."""
    lignes = (
        LigneEcriture.objects.filter(dossier=dossier)
        .annotate(mois_de=TruncMonth("date"), tiers_de=Coalesce(F("tiers_id"), Value(0)))
        .values_list("compte_id", "tiers_de", "mois_de")
        .annotate(Sum("debit_cents"), Sum("credit_cents"), Count("id"))
        .order_by()
    )
    sommes = {(compte, tiers, mois): (debit, credit, nb) for compte, tiers, mois, debit, credit, nb in lignes}
    tenus = SoldeMensuel.objects.filter(dossier=dossier).exclude(nb_lignes=0)
    stockes = {(x.compte_id, x.tiers_ref, x.mois): (x.debit_cents, x.credit_cents, x.nb_lignes) for x in tenus}
    for cle in sorted(sommes.keys() | stockes.keys()):
        if sommes.get(cle) != stockes.get(cle):
            compte, tiers, mois = cle
            yield f"solde faux : compte {compte}, tiers {tiers}, {mois:%m/%Y}"
