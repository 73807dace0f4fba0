from pathlib import Path

from django.db import migrations

from portal.lib.sql import run_sql

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("facturation", "0002_liens"), ("virements", "0002_ordres_figes")]
    operations = [run_sql(SQL, "reglements")]
