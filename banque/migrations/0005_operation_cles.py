from pathlib import Path

from django.db import migrations

from portal.lib.sql import run_sql

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("banque", "0004_operation_signalee")]
    operations = [run_sql(SQL, "operation")]
