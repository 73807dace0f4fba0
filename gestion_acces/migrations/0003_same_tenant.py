from pathlib import Path

from django.db import migrations

from portal.lib.sql import run_sql

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("gestion_acces", "0002_audit_append_only")]
    operations = [run_sql(SQL, "meme_dossier")]
