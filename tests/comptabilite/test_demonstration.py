"""The demonstration's books are books like others."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from comptabilite.models import Ecriture, Lettrage
from portal.demonstration import acces, comptabilite

pytestmark = pytest.mark.django_db


def test_demonstration_books_once_and_its_fec_conforms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    maintenant = timezone.now()
    acces.semer(maintenant=maintenant)
    comptabilite.semer(maintenant=maintenant)
    avant = Ecriture.objects.count()
    comptabilite.semer(maintenant=maintenant)
    assert Ecriture.objects.count() == avant > 100
    assert Lettrage.objects.exists()
    call_command("fec_demo", sortie=tmp_path)
    sortie = capsys.readouterr().out
    assert "Conforme aux deux niveaux" in sortie
    assert "bloquant" not in sortie
    assert "alerte" not in sortie
    assert (tmp_path / f"812345676FEC{date.today():%Y}1231.txt").exists()  # noqa: DTZ011 - the year only
