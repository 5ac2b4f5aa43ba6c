"""An analyst's round on the demo: rows are missing, the gaps are found and closed, and all is as it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from pipelines import cli
from pipelines.demo.command import ROOT, SEEDS, build

MISSING = {
    "state_mapping": ["jira,lumen_cloud,BILL,,In Test,", "jira,lumen_cloud,PAY,,Waiting for Bank,"],
    "flow_item_mapping": ["jira,lumen_cloud,,Spike,"],
}
MARTS = ("mapping_gap_work", "mapping_gap_neighbours", "tool_value_usage", "mapping_usage")
SELECTED = [f"int_seeds__problems+,+{mart}" for mart in MARTS]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's seeds less the rows that are missing."""
    folder = shutil.copytree(ROOT / SEEDS, tmp_path / "seeds")
    for seed, starts in MISSING.items():
        path = folder / f"{seed}.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(tuple(starts))]
        assert len(lines) - len(kept) == len(starts)
        path.write_text("".join(kept), encoding="utf-8")
    monkeypatch.setenv("STREAMGAUGE_SEEDS", str(folder))
    monkeypatch.setenv("COLUMNS", "200")
    return folder


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli.app, list(arguments))
    assert result.exit_code == 0, result.output
    return result


def rebuild(database: Path, folder: Path) -> None:
    options = ["--target-path", str(database.parent / "target")]
    options += ["--exclude-resource-type", "test", "unit_test", "--select", "resource_type:seed"]
    build(database, Console(quiet=True), *options, "int_seeds__problems", *SELECTED, seeds=str(folder))


def meanings(database: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(
            "select artifact_id, entered_at, abstract_state, model, flow_item "
            "from intermediate.int_classification__intervals order by all"
        ).fetchall()


def test_a_gap_is_found_closed_and_gone(
    demo_database: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "demo.duckdb"
    shutil.copy(demo_database, mine)
    monkeypatch.setenv("STREAMGAUGE_DATABASE", str(mine))
    before = meanings(mine)
    rebuild(mine, folder)
    assert meanings(mine) != before

    gaps = {
        (gap["project"], gap["tool_value"]): gap for gap in json.loads(run("gaps", "--format", "json").stdout)
    }
    tested, bank = gaps["BILL", "In Test"], gaps["PAY", "Waiting for Bank"]
    spikes = [gap for (_, value), gap in gaps.items() if value == "Spike"]
    # the same name elsewhere; what the tool says, which is not all; nothing
    assert tested["suggested_row"] == "jira,lumen_cloud,BILL,,In Test,active,,,,,"
    assert "WMS maps it to active (state_mapping.csv:" in tested["reasons"]
    assert bank["suggested_row"] == "jira,lumen_cloud,PAY,,Waiting for Bank,active,,,,,"
    assert "no other word for waiting" in bank["reasons"]
    assert bank["load"] + bank["delivered"] > 0
    assert spikes
    assert all(gap["suggested_row"].endswith("Spike,,,,,,,,,") for gap in spikes)

    choices = [f"{tested['number']}", f"{bank['number']}=waiting"]
    choices += [f"{gap['number']}=task/none" for gap in spikes]
    run("gaps", *[argument for choice in choices for argument in ("--write", choice)])
    assert "The seeds are sound" in run("check").stdout

    rebuild(mine, folder)
    left = {(gap["project"], gap["tool_value"]) for gap in json.loads(run("gaps", "--format", "json").stdout)}
    assert not left & {("BILL", "In Test"), ("PAY", "Waiting for Bank")}
    assert "Spike" not in {value for _, value in left}
    assert meanings(mine) == before
