"""A model's table or view takes the place of the old one at once, or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.project.repository import ROOT

PROJECT = {
    "name": "small",
    "profile": "small",
    "macro-paths": [str(ROOT / "macros" / "engine")],
    "flags": {"send_anonymous_usage_stats": False},
}
PROFILES = {
    "small": {"target": "duckdb", "outputs": {"duckdb": {"type": "duckdb", "path": "warehouse.duckdb"}}}
}
MODEL = "{{ config(materialized=var('kind')) }} select cast({{ var('figure') }} as integer) as figure"
PROMISED = {
    "models": [
        {
            "name": "figures",
            "config": {"contract": {"enforced": True}},
            "columns": [
                {"name": "figure", "data_type": "integer", "constraints": [{"type": "not_null"}]},
            ],
        }
    ]
}


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    """A project of one model, with a contract, that has this project's macros of engines."""
    (tmp_path / "dbt_project.yml").write_text(yaml.safe_dump(PROJECT), encoding="utf-8")
    (tmp_path / "profiles.yml").write_text(yaml.safe_dump(PROFILES), encoding="utf-8")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "figures.sql").write_text(MODEL, encoding="utf-8")
    (tmp_path / "models" / "promised.yml").write_text(yaml.safe_dump(PROMISED), encoding="utf-8")
    return tmp_path


def run(project: Path, kind: str, figure: str) -> bool:
    """Whether the model of this figure was built."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    command = [
        sys.executable,
        "-m",
        "dbt.cli.main",
        "run",
        "--vars",
        json.dumps({"kind": kind, "figure": figure}),
    ]
    done = subprocess.run(command, cwd=project, env=surroundings, capture_output=True, text=True, check=False)
    assert "1 of 1" in done.stdout, done.stdout
    return done.returncode == 0


def held(project: Path) -> tuple[Any, list[Any]]:
    """The kind of all relations that the warehouse holds, and the figures in them."""
    with duckdb.connect(str(project / "warehouse.duckdb"), read_only=True) as connection:
        kinds = connection.execute("select table_name, table_type from information_schema.tables").fetchall()
        return kinds, [figure for (figure,) in connection.execute("select figure from figures").fetchall()]


def test_what_is_built_takes_the_place_of_what_was_and_what_fails_leaves_it(small_project: Path) -> None:
    assert run(small_project, "table", "1")
    for failing in ("error('lost')", "null"):  # while it is selected; by its contract, when it is inserted
        assert not run(small_project, "table", failing)
        assert held(small_project) == ([("figures", "BASE TABLE")], [1])
    for kind, figure, held_as in (("view", 2, "VIEW"), ("view", 3, "VIEW"), ("table", 4, "BASE TABLE")):
        assert run(small_project, kind, str(figure))
        assert held(small_project) == ([("figures", held_as)], [figure])
