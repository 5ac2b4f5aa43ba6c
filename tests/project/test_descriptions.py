"""What dbt's YAML says of macros and keys agrees with the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.project.repository import ROOT, files, name, resources

MACRO_FILES = files("macros", "*.sql") + files("tests/generic", "*.sql")
MODELS = [model for _, model in resources("models")]


def signature(path: Path) -> tuple[str, list[str]]:
    """The macro or generic test of a file, as dbt names it, and its arguments."""
    text = path.read_text(encoding="utf-8")
    kind, macro, arguments = re.findall(r"\{%-? (macro|test) (\w+)\((.*?)\)", text, flags=re.DOTALL)[0]
    names = [argument.split("=")[0].strip() for argument in arguments.split(",") if argument.strip()]
    return (f"test_{macro}" if kind == "test" else macro), names


@pytest.mark.parametrize("path", MACRO_FILES, ids=name)
def test_a_macro_is_described_with_its_arguments_in_its_own_folder(path: Path) -> None:
    macro, arguments = signature(path)
    described = [(where, entry) for where, entry in resources("macros") if entry["name"] == macro]

    assert [where.parent for where, _ in described] == [path.parent]
    for _, entry in described:
        assert [argument["name"] for argument in entry.get("arguments", [])] == arguments
        assert all(part.get("description", "").strip() for part in [entry, *entry.get("arguments", [])])


def test_every_described_macro_exists() -> None:
    assert {entry["name"] for _, entry in resources("macros")} == {signature(path)[0] for path in MACRO_FILES}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: str(model["name"]))
def test_the_key_that_is_tested_is_the_grain(model: dict[str, Any]) -> None:
    keys = [
        test["primary_key"]["arguments"]["columns"]
        for test in model.get("data_tests", [])
        if "primary_key" in test
    ]
    assert keys in ([], [model["config"]["meta"]["grain"]])


def test_what_a_tool_and_a_mart_promise_is_a_contract() -> None:
    """Marts and the shapes of staging have an enforced contract."""
    shapes = "|".join(shapes_of_staging())
    promised = [
        path.stem
        for path in files("models", "*.sql")
        if path.parents[1].name == "marts" or re.fullmatch(rf"stg_[a-z]+__({shapes})", path.stem)
    ]
    enforced = [
        model["name"] for model in MODELS if model["config"].get("contract", {}).get("enforced") is True
    ]
    assert sorted(promised) == sorted(enforced)


def shapes_of_staging() -> list[str]:
    """The names of the shapes in which staging ends."""
    text = (ROOT / "macros" / "shapes" / "shape_columns.sql").read_text(encoding="utf-8")
    return re.findall(r"^ {8}'(\w+)': \{$", text, flags=re.MULTILINE)
