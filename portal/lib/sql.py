"""SQL that differs by engine, kept in files beside the migration that runs it.

These operations never ask for the models of that time: building them for each step is most of the time of a migration.
"""

from collections.abc import Callable
from pathlib import Path

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

Ordre = Callable[[BaseDatabaseSchemaEditor], None]


class SqlParMoteur(Operation):
    """Run one function of the schema editor forwards and another one backwards; no model changes."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, avancer: Ordre, reculer: Ordre, description: str) -> None:
        self.avancer = avancer
        self.reculer = reculer
        self.description = description

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing: what happens beneath the models is not theirs."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self.avancer(schema_editor)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self.reculer(schema_editor)

    def describe(self) -> str:
        return self.description


def run_sql(dossier: Path, nom: str) -> SqlParMoteur:
    """Migration operation: run `<nom>.<vendor>.sql`, and `<nom>.<vendor>.annuler.sql` backwards, of a folder."""

    def executer(schema_editor: BaseDatabaseSchemaEditor, suffixe: str) -> None:
        vendor = schema_editor.connection.vendor
        script = (dossier / f"{nom}.{vendor}{suffixe}.sql").read_text(encoding="utf-8")
        with schema_editor.connection.cursor() as cursor:
            for ordre in script.split("\n--;\n"):
                cursor.execute(ordre)

    return SqlParMoteur(
        lambda schema_editor: executer(schema_editor, ""),
        lambda schema_editor: executer(schema_editor, ".annuler"),
        f"SQL de {nom}",
    )


def autour_des_triggers(*operations: Operation) -> list[Operation]:
    """Run migration operations with SQLite's triggers put aside, and put them back.

    To add a column or a constraint, SQLite's backend of Django copies the table and drops the old one, with its
    triggers, and stops at those of other tables that name it. PostgreSQL alters in place.
    """
    deposes: list[tuple[str, str]] = []

    def deposer(schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor != "sqlite":
            return
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            deposes[:] = cursor.fetchall()
            for nom, _ in deposes:
                cursor.execute(f'DROP TRIGGER "{nom}"')

    def reposer(schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor != "sqlite":
            return
        with schema_editor.connection.cursor() as cursor:
            for _, ordre in deposes:
                cursor.execute(ordre)

    return [
        SqlParMoteur(deposer, reposer, "Déposer les triggers"),
        *operations,
        SqlParMoteur(reposer, deposer, "Reposer les triggers"),
    ]
