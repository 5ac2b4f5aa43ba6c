"""The rules of the seeds, read from where dbt reads them: the macros `seed_*` in macros/seeds.

Those macros are Jinja without SQL, so that one definition serves `dbt build` and `streamgauge check`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytz
import yaml

ROOT = Path(__file__).resolve().parents[2]
MACROS = ROOT / "macros" / "seeds"
DEFAULTS = ROOT / "seeds" / "defaults"
DEFAULT_PREFIX = "default_"


@dataclass(frozen=True, slots=True)
class Column:
    """What the cells of one column must be; see macros/seeds/seed_rules.sql."""

    name: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    allowed_by: tuple[str, Mapping[str, tuple[str, ...]]] | None = None
    reserved: tuple[str, ...] = ()
    references: tuple[str, str] | None = None
    type: str | None = None

    def choices(self, text: Callable[[str], str]) -> tuple[str, ...]:
        """What a row may say, given its other cells as they are compared. Empty: anything."""
        return self.allowed_by[1].get(text(self.allowed_by[0]), ()) if self.allowed_by else self.allowed


@dataclass(frozen=True, slots=True)
class Seed:
    """What one seed must look like. Mapping seeds have `match` and `result`, the others a `key`."""

    name: str
    columns: Mapping[str, Column]
    match: tuple[str, ...] = ()
    result: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    parent: str | None = None
    stretches_of: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()

    @property
    def is_default(self) -> bool:
        """Whether it is shipped, and not the organisation's."""
        return self.name.startswith(DEFAULT_PREFIX)

    @property
    def subject(self) -> tuple[str, ...]:
        """The columns that say what a row is about: what it matches, or its key."""
        return self.match or self.key

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns that tell a row from all others: of dated rows also how it ranks and when it holds."""
        ranks = (column for column in ("precedence", "valid_from", "valid_to") if column in self.columns)
        return (*self.subject, *ranks)

    def row_id(self, said: Callable[[str], str]) -> str:
        """A row as the warehouse names it (docs/decisions/0006), given its cells without outer blanks."""
        filled = (f"{column}={said(column)}" for column in self.identity if said(column))
        return f"{self.name} ({', '.join(filled)})"

    @property
    def naming_columns(self) -> list[str]:
        """The columns that name a row in words: all but its note."""
        return [column for column in self.columns if column != "note"]


@cache
def seeds() -> Mapping[str, Seed]:
    """The rules of every seed, by its name."""
    return {name: _seed(name, rules) for name, rules in _returned("seed_rules").items()}


@cache
def words() -> Mapping[str, str]:
    """What is said of each kind of problem."""
    said: dict[str, str] = _returned("seed_words")
    return said


@cache
def types() -> Mapping[str, Mapping[str, Any]]:
    """What the types of columns look like."""
    known: dict[str, dict[str, Any]] = _returned("seed_types")
    return known


def form_problems(text: str | None, columns: list[str]) -> list[dict[str, Any]]:
    """Where a file is not in the form that dbt reads: line, kind and what fills in the kind's words."""
    found: list[dict[str, Any]] = _returned("seed_form_problems", text, columns)
    return found


def _seed(name: str, rules: dict[str, Any]) -> Seed:
    columns = {column: _column(column, rule) for column, rule in rules["columns"].items()}
    lists = {key: tuple(rules.get(key, ())) for key in ("match", "result", "key", "stretches_of", "one_of")}
    return Seed(name, columns, parent=rules.get("parent"), **lists)


def _column(name: str, rule: dict[str, Any]) -> Column:
    by = rule.get("allowed_by")
    return Column(
        name,
        required=rule.get("required", False),
        allowed=tuple(rule.get("allowed", ())),
        allowed_by=(by[0], {kind: tuple(values) for kind, values in by[1].items()}) if by else None,
        reserved=tuple(rule.get("reserved", ())),
        references=tuple(rule["references"]) if "references" in rule else None,
        type=rule.get("type"),
    )


class _Returned(Exception):  # noqa: N818 - no error: how a macro gives back a value, in dbt, too
    def __init__(self, value: Any) -> None:
        self.value = value


def _return(value: Any) -> None:
    raise _Returned(value)


def _returned(macro: str, *arguments: Any) -> Any:
    try:
        getattr(_module(macro), macro)(*arguments)
    except _Returned as returned:
        return returned.value
    raise TypeError(f"the macro {macro} returned nothing")


@cache
def _module(macro: str) -> Any:
    environment = jinja2.Environment(
        extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined, loader=jinja2.FileSystemLoader(MACROS)
    )
    environment.globals.update(
        {"return": _return, "var": _variables().__getitem__, "modules": SimpleNamespace(re=re, pytz=pytz)}
    )
    return environment.get_template(f"{macro}.sql").module


@cache
def _variables() -> dict[str, Any]:
    project = yaml.load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    variables: dict[str, Any] = project["vars"]
    return variables
