"""SQL that differs by engine, kept in files beside the migration that runs it."""

from pathlib import Path

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython


def run_sql(dossier: Path, nom: str) -> RunPython:
    """Migration operation: run `<nom>.<vendor>.sql`, and `<nom>.<vendor>.annuler.sql` backwards, of a folder."""

    def executer(schema_editor: BaseDatabaseSchemaEditor, suffixe: str) -> None:
        vendor = schema_editor.connection.vendor
        script = (dossier / f"{nom}.{vendor}{suffixe}.sql").read_text(encoding="utf-8")
        with schema_editor.connection.cursor() as cursor:
            for ordre in script.split("\n--;\n"):
                cursor.execute(ordre)

    def avancer(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        executer(schema_editor, "")

    def reculer(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        executer(schema_editor, ".annuler")

    return RunPython(avancer, reculer)
