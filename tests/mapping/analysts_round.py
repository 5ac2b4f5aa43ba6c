"""An analyst's round on a git repository: a row is edited, its impact reported, merged, the marts rebuilt."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

import pipelines.mapping.impact as command
from pipelines.cli import app
from pipelines.mapping.comparison import KEY, Impact
from pipelines.mapping.figures import FIGURES, MARTS

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ("dbt_project.yml", "profiles.yml", "models", "macros", "tests", "seeds")
Cells = dict[tuple[Any, ...], tuple[float | None, float | None]]


@dataclass(frozen=True)
class Round:
    """A clone with an organisation's seeds on its branch main, and the warehouse that was built from them."""

    clone: Path
    warehouse: Path
    variables: dict[str, Any]

    @property
    def seeds(self) -> Path:
        return self.clone / "seeds" / "organisation"

    def git(self, *arguments: str) -> str:
        name = ("-c", "user.name=An Analyst", "-c", "user.email=analyst@example.invalid")
        done = subprocess.run(["git", *name, *arguments], cwd=self.clone, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
        """`streamgauge` in the clone, on its warehouse, as the analyst runs it; what it printed."""
        with monkeypatch.context() as patch:
            patch.chdir(self.clone)
            patch.setenv("STREAMGAUGE_DATABASE", str(self.warehouse))
            patch.delenv("STREAMGAUGE_SEEDS", raising=False)
            done = CliRunner().invoke(app, list(arguments))
        assert done.exit_code == 0, done.output
        return done.stdout

    def gaps(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[int]]:
        """What is unmapped, as `seed: value`, with the numbers of its gaps."""
        found: dict[str, list[int]] = {}
        for gap in json.loads(self.run(monkeypatch, "gaps", "--format", "json")):
            found.setdefault(f"{gap['seed']}: {gap['tool_value']}", []).append(gap["number"])
        return found

    def close(self, monkeypatch: pytest.MonkeyPatch, numbers: list[int], meaning: str) -> None:
        """Write the suggested rows with this meaning on a branch of its own, once the check is passed."""
        self.git("switch", "--quiet", "--create", "map-what-is-missing")
        choices = [choice for number in numbers for choice in ("--write", f"{number}={meaning}")]
        self.run(monkeypatch, "gaps", *choices)
        assert "The seeds are sound" in self.run(monkeypatch, "check")
        self.git("commit", "--quiet", "--all", "--message", "Map what is missing")

    def impact(self, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Impact:
        """`streamgauge impact` in the clone, as the analyst runs it; what it found."""
        found: list[Impact] = []

        def compare(*given: Any) -> Impact:
            found.append(original(*given))
            return found[-1]

        original = command.compare
        with monkeypatch.context() as patch:
            patch.setattr(command, "compare", compare)
            self.run(monkeypatch, "impact", *arguments)
        return found[0]

    def merge(self) -> None:
        self.git("switch", "--quiet", "main")
        self.git("merge", "--quiet", "--no-edit", "map-what-is-missing")

    def rebuild(self) -> Path:
        """The marts of main, in a copy of the warehouse."""
        rebuilt = Path(shutil.copy(self.warehouse, self.warehouse.with_name("rebuilt.duckdb")))
        options = ["--exclude-resource-type", "test", "unit_test", "--exclude", "path:models/staging"]
        dbt = [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "build", *options]
        dbt += ["--vars", json.dumps(self.variables), "--target-path", str(self.warehouse.parent / "target")]
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("STREAMGAUGE_", "DBT_"))
        }
        environment = {**kept, "STREAMGAUGE_DATABASE": str(rebuilt)}
        done = subprocess.run(dbt, cwd=self.clone, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-4000:]
        return rebuilt


def begin(folder: Path, seeds: Path, warehouse: Path, variables: dict[str, Any]) -> Round:
    """A new repository of the project with an organisation's seeds, and a warehouse of its own."""
    clone = folder / "clone"
    clone.mkdir(parents=True)
    for part in PROJECT:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, clone / part)
    shutil.copytree(seeds, clone / "seeds" / "organisation", dirs_exist_ok=True)
    started = Round(clone, Path(shutil.copy(warehouse, folder / "warehouse.duckdb")), variables)
    started.git("init", "--quiet", "--initial-branch", "main")
    started.git("add", "--all")
    started.git("commit", "--quiet", "--message", "Start")
    return started


def predicted(impact: Impact) -> Cells:
    """Every month's figure that should move, with its value before and after."""
    return {
        (
            move.scope.scope_type,
            move.scope.scope_id,
            month,
            move.scope.flow_level,
            move.scope.flow_item,
            move.column,
        ): (
            rounded(move.months[month][0]),
            rounded(move.months[month][1]),
        )
        for move in impact.moves
        for month in move.moved_months
    }


def moved(before: Path, after: Path) -> tuple[Cells, dict[str, int]]:
    """Every month's figure that moved between two warehouses, and how many rows of each mart moved."""
    cells: Cells = {}
    counts = {}
    with duckdb.connect() as connection:
        for side, database in (("before", before), ("after", after)):
            connection.execute(f"attach '{database}' as {side} (read_only)")
        for mart in MARTS:
            columns = [figure.column for figure in FIGURES.values() if figure.mart == mart]
            rows = {
                side: {
                    row[:6]: [rounded(value) for value in row[6:]]
                    for row in connection.execute(
                        f"select {', '.join(KEY)}, {', '.join(columns)} from {side}.main.{mart}"
                    ).fetchall()
                }
                for side in ("before", "after")
            }
            empty = [None] * len(columns)
            changed = [
                key
                for key in rows["before"].keys() | rows["after"].keys()
                if rows["before"].get(key) != rows["after"].get(key)
            ]
            counts[mart] = len(changed)
            for scope_type, scope_id, period_type, start, level, item in changed:
                key = (scope_type, scope_id, period_type, start, level, item)
                pairs = zip(rows["before"].get(key, empty), rows["after"].get(key, empty), strict=True)
                for column, pair in zip(columns, pairs, strict=True):
                    if period_type == "month" and pair[0] != pair[1]:
                        cells[scope_type, scope_id, start, level, item, column] = pair
    return cells, counts


def rounded(value: float | None) -> float | None:
    """A figure without the last digits of a float's sum, which differ from run to run."""
    return None if value is None else round(float(value), 7)
