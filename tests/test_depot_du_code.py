"""Rules of the repository, kept by tests rather than by memory."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.template.loader import get_template

from gestion_acces.models import Dossier
from portal.environment import Environment

RACINE = Path(settings.BASE_DIR)
APPS = ("portal", "gestion_acces", "qonto_link", "comptabilite", "depot", "banque", "facturation", "qonto_sandbox")
SOURCES = [
    chemin
    for app in APPS
    for chemin in sorted((RACINE / app).rglob("*.py"))
    if "migrations" not in chemin.parts and chemin.name != "__init__.py"
]
GABARITS = sorted((RACINE / "templates").rglob("*.html"))
MODELES_DE_DOSSIER = {
    modele.__name__
    for modele in apps.get_models()
    if any(getattr(champ, "related_model", None) is Dossier and not champ.null for champ in modele._meta.fields)
}


def _nom(chemin: Path) -> str:
    return str(chemin.relative_to(RACINE))


def _arbre(chemin: Path) -> ast.Module:
    return ast.parse(chemin.read_text(encoding="utf-8"))


@pytest.mark.parametrize("chemin", SOURCES, ids=_nom)
def test_file_holds_to_its_size(chemin: Path) -> None:
    assert len(chemin.read_text(encoding="utf-8").splitlines()) <= 500 or chemin.name in {"models.py", "settings.py"}


@pytest.mark.parametrize("chemin", SOURCES, ids=_nom)
def test_functions_hold_to_their_size_and_import_nothing(chemin: Path) -> None:
    vue = "views" in chemin.parts
    for noeud in ast.walk(_arbre(chemin)):
        if not isinstance(noeud, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        # Keyword signatures and docstrings are free: the work itself is counted.
        corps = noeud.body[1:] if ast.get_docstring(noeud) and len(noeud.body) > 1 else noeud.body
        longueur = (noeud.end_lineno or noeud.lineno) - corps[0].lineno + 1
        assert longueur <= (30 if vue else 50), f"{noeud.name} : {longueur} lignes"
        # Django loads the models between an AppConfig's module and its `ready`.
        interieurs = (
            [] if noeud.name == "ready" else [n for n in ast.walk(noeud) if isinstance(n, ast.Import | ast.ImportFrom)]
        )
        assert not interieurs, f"{noeud.name} importe dans son corps (ligne {interieurs and interieurs[0].lineno})"


@pytest.mark.parametrize("chemin", SOURCES, ids=_nom)
def test_no_bare_except_no_signal_no_leftover(chemin: Path) -> None:
    texte = chemin.read_text(encoding="utf-8")
    assert not any(isinstance(n, ast.ExceptHandler) and n.type is None for n in ast.walk(_arbre(chemin)))
    assert "@receiver" not in texte
    assert not re.search(r"#.*\b(TODO|FIXME|XXX)\b", texte)


# The local Qonto speaks Qonto's wire, whose amounts are JSON numbers.
@pytest.mark.parametrize("chemin", [c for c in SOURCES if "qonto_sandbox" not in c.parts], ids=_nom)
def test_money_never_goes_through_a_float(chemin: Path) -> None:
    for numero, ligne in enumerate(chemin.read_text(encoding="utf-8").splitlines(), 1):
        flottant = re.search(r"float\([^)]*cents|cents[^=\n]*/ ?100\b|cents\w*: float", ligne)
        assert not flottant or "//" in ligne or "Decimal" in ligne, f"ligne {numero} : {ligne.strip()}"


@pytest.mark.parametrize(
    "chemin", [c for c in SOURCES if "views" in c.parts or c.name in {"views.py", "forms.py", "pages.py"}], ids=_nom
)
def test_views_and_forms_reach_tenant_rows_through_their_dossier(chemin: Path) -> None:
    for noeud in ast.walk(_arbre(chemin)):
        if isinstance(noeud, ast.Attribute) and noeud.attr == "objects" and isinstance(noeud.value, ast.Name):
            ligne = chemin.read_text(encoding="utf-8").splitlines()[noeud.lineno - 1]
            # `none()` reaches no row: a field's choices before the view gives them.
            portee = any(mot in ligne for mot in ("pour_dossier", "dossier=", "utilisateur=request.user", ".none()"))
            assert noeud.value.id not in MODELES_DE_DOSSIER or portee, f"ligne {noeud.lineno} : {ligne.strip()}"


@pytest.mark.parametrize("chemin", GABARITS, ids=_nom)
def test_template_compiles_without_inline_style_or_script(chemin: Path) -> None:
    get_template(str(chemin.relative_to(RACINE / "templates")))
    texte = re.sub(r"{% comment.*?endcomment %}", "", chemin.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"<[^>]*\sstyle\s*=", texte)
    assert "<style" not in texte
    assert not re.search(r"<[^>]*\son(click|change|submit|load|input|key\w+)\s*=", texte)
    for balise in re.findall(r"<script[^>]*>", texte):
        assert "src=" in balise or "application/json" in balise, balise


def test_every_variable_of_the_environment_is_documented() -> None:
    texte = (RACINE / "docs" / "environnement.md").read_text(encoding="utf-8")
    alias = {champ.alias for champ in Environment.model_fields.values() if champ.alias}
    assert not {nom for nom in alias if f"`{nom}`" not in texte}


def test_readme_names_only_files_and_commands_that_exist() -> None:
    texte = (RACINE / "README.md").read_text(encoding="utf-8")
    for chemin in re.findall(r"\]\((docs/[^)]+)\)", texte):
        assert (RACINE / chemin).exists(), chemin
    cibles = set(re.findall(r"^([a-z-]+):", (RACINE / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)?)\b", texte)) <= cibles


def test_lock_files_name_no_address() -> None:
    for nom in ("requirements.txt", "requirements-dev.txt"):
        texte = (RACINE / nom).read_text(encoding="utf-8")
        assert "://" not in texte
        assert "index-url" not in texte


def test_runtime_lock_is_part_of_the_development_lock() -> None:
    def paquets(nom: str) -> set[str]:
        lignes = (RACINE / nom).read_text(encoding="utf-8").splitlines()
        return {ligne.split(" ")[0] for ligne in lignes if ligne and not ligne.startswith((" ", "#"))}

    assert paquets("requirements.txt") <= paquets("requirements-dev.txt")


@pytest.mark.skipif(not (RACINE / "docker-compose.yml").exists(), reason="no compose file here")
def test_compose_services_depend_on_services_that_exist() -> None:
    compose = yaml.safe_load((RACINE / "docker-compose.yml").read_text(encoding="utf-8"))
    services = compose["services"]
    for nom, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), nom
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith(".") or source in compose["volumes"], (nom, volume)


def test_shell_scripts_stop_at_the_first_error() -> None:
    for chemin in (RACINE / ".ci").iterdir():
        texte = chemin.read_text(encoding="utf-8")
        if texte.startswith("#!/usr/bin/env bash"):
            assert "set -euo pipefail" in texte, chemin
            subprocess.run(["bash", "-n", str(chemin)], check=True)
