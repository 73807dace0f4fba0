"""The SQL of the rules goes away and comes back whole."""

import pytest
from django.core.management import call_command
from django.db import connection


def _triggers() -> set[str]:
    tables = {
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'comptabilite%'",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'comptabilite%'",
    }
    with connection.cursor() as cursor:
        cursor.execute(tables[connection.vendor])
        return {nom for (nom,) in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
def test_rules_can_be_taken_down_and_put_back() -> None:
    avant = _triggers()
    call_command("migrate", "comptabilite", "0001", verbosity=0)
    assert avant
    assert not _triggers()
    call_command("migrate", verbosity=0)
    assert _triggers() == avant
