"""The audit trail only grows, and a change beneath the triggers shows."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from gestion_acces.models import EvenementAudit
from gestion_acces.services.audit import journaliser, verifier_chaine
from tests.factories import CabinetFactory

pytestmark = pytest.mark.django_db
MAINTENANT = datetime(2026, 6, 9, 8, 30, tzinfo=UTC)


def test_audit_ranks_follow_each_other_per_cabinet() -> None:
    premier, second = CabinetFactory(), CabinetFactory()
    for cabinet in (premier, second, premier):
        journaliser(cabinet=cabinet, acte="essai", date=MAINTENANT)
    rangs = EvenementAudit.objects.filter(cabinet=premier).order_by("rang").values_list("rang", flat=True)
    assert list(rangs) == [1, 2]
    assert verifier_chaine(premier) is None


@pytest.mark.parametrize("ordre", ["UPDATE {} SET acte = 'autre'", "DELETE FROM {}"])
def test_audit_refuses_change_and_deletion_by_sql(ordre: str) -> None:
    journaliser(cabinet=CabinetFactory(), acte="essai", date=MAINTENANT)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ordre.format("gestion_acces_evenementaudit"))


def test_verification_names_the_line_changed_beneath_the_triggers() -> None:
    cabinet = CabinetFactory()
    for acte in ("un", "deux", "trois"):
        journaliser(cabinet=cabinet, acte=acte, date=MAINTENANT)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
        else:
            cursor.execute("DROP TRIGGER audit_jamais_modifie")
        cursor.execute("UPDATE gestion_acces_evenementaudit SET acte = 'faux' WHERE rang = 2")
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = DEFAULT")
    fautif = verifier_chaine(cabinet)
    assert fautif is not None
    assert fautif.rang == 2
