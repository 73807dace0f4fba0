from pathlib import Path

from django.db import migrations

from portal.lib.sql import run_sql

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("adhesion", "0001_initial"), ("gestion_acces", "0004_fichier")]
    operations = [run_sql(SQL, "regles")]
