from pathlib import Path

from django.db import migrations

from portal.lib.sql import run_sql

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("comptabilite", "0002_regles")]
    operations = [run_sql(SQL, "lots")]
