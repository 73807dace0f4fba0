"""SQL that differs by engine, kept in files beside the migration that runs it."""

from pathlib import Path

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.migrations.operations.base import Operation


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


def autour_des_triggers(*operations: Operation) -> list[Operation]:
    """Run migration operations with SQLite's triggers put aside, and put them back.

    To add a column or a constraint, SQLite's backend of Django copies the table and drops the old one, with its
    triggers, and stops at those of other tables that name it. PostgreSQL alters in place.
    """
    deposes: list[tuple[str, str]] = []

    def deposer(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor != "sqlite":
            return
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            deposes[:] = cursor.fetchall()
            for nom, _ in deposes:
                cursor.execute(f'DROP TRIGGER "{nom}"')

    def reposer(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor != "sqlite":
            return
        with schema_editor.connection.cursor() as cursor:
            for _, ordre in deposes:
                cursor.execute(ordre)

    return [RunPython(deposer, reposer), *operations, RunPython(reposer, deposer)]
