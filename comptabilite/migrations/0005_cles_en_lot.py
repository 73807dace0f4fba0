from pathlib import Path

from django.db import migrations

from portal.lib.sql import run_sql

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("comptabilite", "0004_controle_livres")]
    operations = [run_sql(SQL, "cles")]
