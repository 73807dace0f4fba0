from pathlib import Path

from django.db import migrations

from portal.lib.sql import run_sql

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("qonto_link", "0002_demande_et_incidents")]
    operations = [run_sql(SQL, "meme_dossier")]
