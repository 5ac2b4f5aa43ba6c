"""A model's table or view takes the place of the old one at once, or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
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
# Each model: what it finds, what it makes, and its figure, which was 1 before.
MODELS = {
    "table_on_nothing": (None, "table", "2"),
    "table_on_table": ("table", "table", "2"),
    "table_on_view": ("view", "table", "2"),
    "view_on_nothing": (None, "view", "2"),
    "view_on_table": ("table", "view", "2"),
    "view_on_view": ("view", "view", "2"),
    "fails_while_it_is_selected": ("table", "table", "error('lost')"),
    "breaks_its_contract": ("table", "table", "null"),
}
FAILING = ("fails_while_it_is_selected", "breaks_its_contract")
FIGURE = {"name": "figure", "data_type": "integer", "constraints": [{"type": "not_null"}]}


def write_project(folder: Path) -> None:
    """A project of these models, with contracts, that has this project's macros of engines."""
    models = folder / "models"
    models.mkdir()
    promised = [
        {"name": name, "config": {"contract": {"enforced": True}}, "columns": [FIGURE]} for name in MODELS
    ]
    for path, content in (
        (folder / "dbt_project.yml", PROJECT),
        (folder / "profiles.yml", PROFILES),
        (models / "models.yml", {"models": promised}),
    ):
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
    for name, (_, kind, figure) in MODELS.items():
        sql = f"{{{{ config(materialized='{kind}') }}}} select cast({figure} as integer) as figure"
        (models / f"{name}.sql").write_text(sql, encoding="utf-8")


def test_what_is_built_takes_the_place_of_what_was_and_what_fails_leaves_it(tmp_path: Path) -> None:
    write_project(tmp_path)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as warehouse:
        for name, (old_kind, _, _) in MODELS.items():
            if old_kind:
                warehouse.execute(f"create {old_kind} {name} as select 1 as figure")

    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "run"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("DBT_")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert f"PASS={len(MODELS) - len(FAILING)} WARN=0 ERROR={len(FAILING)}" in done.stdout, done.stdout
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as warehouse:
        kinds = warehouse.execute("select table_name, table_type from information_schema.tables").fetchall()
        figures = {name: warehouse.execute(f"select figure from {name}").fetchall() for name in MODELS}
    assert dict(kinds) == {
        name: {"table": "BASE TABLE", "view": "VIEW"}[kind] for name, (_, kind, _) in MODELS.items()
    }
    assert figures == {name: [(1 if name in FAILING else 2,)] for name in MODELS}
