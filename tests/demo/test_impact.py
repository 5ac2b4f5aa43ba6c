"""An analyst's whole round on the demo: a gap, a row, its impact, merged, and figures move as predicted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import pipelines.mapping.impact as command
from pipelines.cli import app
from pipelines.demo.command import DBT_VARIABLES
from tests.mapping.analysts_round import ROOT, Round, begin, moved, predicted

SEEDS = ROOT / "pipelines" / "demo" / "seeds"
GAP = "flow_item_mapping: Customer Request"


@pytest.fixture
def analysts(demo_database: Path, tmp_path: Path) -> Round:
    return begin(tmp_path, SEEDS, demo_database, DBT_VARIABLES)


def test_figures_move_exactly_as_the_impact_report_predicted(
    analysts: Round, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A gap is found, the suggested rows are written with their meaning on a branch, and checked.
    numbers = analysts.gaps(monkeypatch)[GAP]
    analysts.close(monkeypatch, numbers, "support_ticket/feature")

    # The pull request gets its comment.
    comment, page = tmp_path / "comment.md", tmp_path / "report" / "impact.html"
    untouched = analysts.warehouse.read_bytes()
    impact = analysts.impact(monkeypatch, "--markdown", str(comment), "--html", str(page))
    assert analysts.warehouse.read_bytes() == untouched
    text = comment.read_text(encoding="utf-8")
    assert text.count("added flow\\_item\\_mapping.csv:") == len(numbers)
    assert "| flow item | unmapped → feature | no row → " in text
    assert "Storefront: feature | velocity |" in text
    html = page.read_text(encoding="utf-8")
    assert "<polyline" in html
    assert re.findall(r"(?:src|href)=|@import|url\(", html) == []
    (change,) = (changed for changed in impact.classes if changed.aspect == "flow item")
    assert (change.before, change.after) == ("unmapped", "feature")
    assert change.artifact_count == impact.changed_artifact_count
    assert change.velocity[0] == change.load[0] == 0
    assert change.velocity[1] > 0

    # It is merged, and the marts are rebuilt.
    analysts.merge()
    cells, rows = moved(analysts.warehouse, rebuilt := analysts.rebuild())
    assert GAP not in Round(analysts.clone, rebuilt, {}).gaps(monkeypatch)

    # Exactly the predicted figures moved, and as predicted.
    assert len(cells) > 100
    assert predicted(impact) == cells
    assert dict(impact.moved_rows) == rows


def test_where_no_row_differs_nothing_is_built_and_nothing_moves(
    analysts: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(*_: object) -> None:
        raise AssertionError("there is nothing to build")

    monkeypatch.setattr(command.Scratch, "build", build)
    monkeypatch.chdir(analysts.clone)
    monkeypatch.setenv("STREAMGAUGE_DATABASE", str(analysts.warehouse))
    done = CliRunner().invoke(app, ["impact"])
    assert done.exit_code == 0
    assert "Nothing moved" in done.stdout
    assert "no row of the seeds and no policy differs" in done.stdout


def test_another_policy_is_compared_like_an_edit(analysts: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    impact = analysts.impact(monkeypatch, "--policy", "cancelled=included")
    assert impact.policy_changes == ["cancelled: excluded → included"]
    assert impact.moved_rows["flow_velocity"] > 0
    assert impact.moved_rows["flow_load"] == 0
    assert impact.classes == []
    grown = [move for move in impact.moves if move.column == "velocity"]
    assert all((move.history[1] or 0) > (move.history[0] or 0) for move in grown)
    assert not any(move.column in ("cancelled_count", "arrivals") for move in impact.moves)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--base", "no-such-branch"], "git knows no 'no-such-branch'"),
        (["--policy", "completion=middle"], "completion=last|first"),
    ],
)
def test_what_cannot_be_compared_is_said_plainly(
    analysts: Round, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(analysts.clone)
    monkeypatch.setenv("STREAMGAUGE_DATABASE", str(analysts.warehouse))
    monkeypatch.setenv("COLUMNS", "300")
    done = CliRunner().invoke(app, ["impact", *arguments])
    assert done.exit_code == 1
    assert said in done.output


def test_a_broken_row_stops_the_report_and_is_named(analysts: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    with (analysts.seeds / "flow_item_mapping.csv").open("a", encoding="utf-8") as seed:
        seed.write("jira,lumen_cloud,,Customer Request,,,support_ticket,featur,,,,,\n")
    monkeypatch.chdir(analysts.clone)
    monkeypatch.setenv("STREAMGAUGE_DATABASE", str(analysts.warehouse))
    done = CliRunner().invoke(app, ["impact"])
    assert done.exit_code == 1
    assert "'featur' is not one of feature, defect, debt, risk, none" in done.output
