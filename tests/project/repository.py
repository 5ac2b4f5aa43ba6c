"""What the tests about the repository read: its dbt properties, its SQL, its seeds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from dbt.jsonschemas.jsonschemas import CustomDraft7Validator, project_schema, resources_schema
from jsonschema import ValidationError

ROOT = Path(__file__).resolve().parents[2]
# Settings of dbt-duckdb's, which dbt's own schema does not list. `fast`: whether DuckDB reads a seed's CSV.
ADAPTER_SETTINGS = {"fast", "+fast"}
# Of metrics: dbt's own schema has those of a later version, while dbt 1.11 itself refuses unknown keys there.
PARSED_BY_DBT = {"type_params"}
DBT_FOLDERS = ("models", "seeds", "macros", "tests")


def files(folder: str, pattern: str) -> list[Path]:
    """The files under a folder of the repository, sorted so that failures come in one order."""
    return sorted((ROOT / folder).rglob(pattern))


def name(path: Path) -> str:
    """A file as people call it: its path from the root."""
    return path.relative_to(ROOT).as_posix()


@cache
def document(path: Path) -> dict[str, Any]:
    """A YAML file's content."""
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}


def property_files() -> list[Path]:
    """Every YAML file in which dbt looks for properties."""
    return [path for folder in DBT_FOLDERS for path in files(folder, "*.yml") + files(folder, "*.yaml")]


def resources(kind: str) -> list[tuple[Path, dict[str, Any]]]:
    """Every described resource of a kind (`models`, `seeds`, ...), with the file that describes it."""
    return [(path, entry) for path in property_files() for entry in document(path).get(kind) or []]


def project() -> dict[str, Any]:
    """dbt_project.yml."""
    return document(ROOT / "dbt_project.yml")


def sql_without_comments(path: Path) -> str:
    """A SQL file's text, with what stands in SQL's and Jinja's comments taken out."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"\{#.*?#\}|/\*.*?\*/|--[^\n]*", "", text, flags=re.DOTALL)


def unknown_properties(properties: dict[str, Any]) -> list[str]:
    """What dbt's own schema of property files does not know, as `place: problem`."""
    return _violations(resources_schema(), properties)


def unknown_project_settings(settings: dict[str, Any]) -> list[str]:
    """What dbt's own schema of dbt_project.yml does not know, as `place: problem`."""
    return _violations(project_schema(), settings)


def _violations(schema: dict[str, Any], content: dict[str, Any]) -> list[str]:
    errors = CustomDraft7Validator(schema).iter_errors(_checkable(content))
    # A validator that tries alternatives reports them all; the one that got furthest was meant.
    return [_message(max(_leaves(error), key=lambda leaf: len(leaf.absolute_path))) for error in errors]


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    if not error.context:
        yield error
    for cause in error.context or ():
        yield from _leaves(cause)


def _message(error: ValidationError) -> str:
    return f"{'.'.join(map(str, error.absolute_path))}: {error.message}"


def _checkable(value: Any) -> Any:
    """Leave out the adapter's settings, and values that dbt renders first: as text they have another type."""
    if isinstance(value, dict):
        return {
            key: _checkable(item)
            for key, item in value.items()
            if key not in ADAPTER_SETTINGS | PARSED_BY_DBT and not _is_jinja(item)
        }
    if isinstance(value, list):
        return [_checkable(item) for item in value]
    return value


def _is_jinja(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip().startswith("{{")
