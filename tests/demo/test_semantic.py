"""MetricFlow gives the marts' figures: one definition of each metric, wherever it is asked for."""

from __future__ import annotations

import csv
import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.project.repository import ROOT, resources

SHARES = ("feature_share", "defect_share", "debt_share", "risk_share")
# Parts of other metrics, which no mart has by itself.
PARTS = {
    "started_completions",
    "worked_seconds",
    "load_item_days",
    "load_day_count",
    "load_daily_avg",
    *(share.replace("share", "velocity") for share in SHARES),
}
METRICS = sorted({entry["name"] for _, entry in resources("metrics")} - PARTS - set(SHARES))

# Runs `mf` several times in one process.
RUNS = """
import json, sys

from typer.testing import CliRunner

from pipelines.cli import app

for arguments in json.loads(sys.argv[1]):
    result = CliRunner().invoke(app, ["mf", *arguments])
    assert result.exit_code == 0, result.output
"""


def one_scope(scope_type: str, group_by: str, period_type: str, *, by_flow_item: bool) -> tuple[Any, ...]:
    return (scope_type, group_by, period_type, by_flow_item)


QUERIES = [
    one_scope("product", "product", "month", by_flow_item=True),
    one_scope("product", "product", "week", by_flow_item=False),
    one_scope("team", "team", "month", by_flow_item=False),
    one_scope("value_stream", "value_stream", "quarter", by_flow_item=True),
    one_scope("organisation", "", "year", by_flow_item=True),
]


@pytest.fixture(scope="module")
def answers(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> list[list[dict[str, str]]]:
    """What `mf query` answers to each query, and last to the saved ones."""
    folder = tmp_path_factory.mktemp("semantic")
    (folder / "target").mkdir()
    for file in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / file, folder)
    shutil.copy(demo_database.parent / "target" / "semantic_manifest.json", folder / "target")
    database = shutil.copy(demo_database, folder)  # MetricFlow would keep readers out
    runs = []
    for number, (scope_type, group_by, period_type, by_flow_item) in enumerate(QUERIES):
        # Load is known by product, not by team or value stream.
        metrics = [
            metric for metric in METRICS if metric != "load_end" or scope_type in ("product", "organisation")
        ]
        groups = [f"metric_time__{period_type}", "flow_level", *filter(None, [group_by])]
        if by_flow_item:
            groups.append("flow_item")
        runs.append(["query", "--metrics", ",".join(metrics), "--group-by", ",".join(groups)])
        runs[-1] += ["--csv", str(folder / f"{number}.csv")]
    for saved in ("product_metrics_by_month", "distribution_by_month"):
        runs.append(["query", "--saved-query", saved, "--csv", str(folder / f"{len(runs)}.csv")])
    said = subprocess.run(
        [sys.executable, "-c", RUNS, json.dumps(runs)],
        cwd=ROOT,
        env={**os.environ, "DBT_PROJECT_DIR": str(folder), "DBT_PROFILES_DIR": str(folder)}
        | {"STREAMGAUGE_DATABASE": str(database)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    answers = []
    for number in range(len(runs)):
        with (folder / f"{number}.csv").open(encoding="utf-8", newline="") as text:
            answers.append(list(csv.DictReader(text)))
    return answers


def marts(demo_database: Path, scope_type: str, period_type: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """The rows of the five marts, side by side, by scope, period, flow level and flow item."""
    keys = "(scope_type, scope_id, period_type, period_start, flow_level, flow_item)"
    with duckdb.connect(str(demo_database), read_only=True) as connection:
        found = connection.execute(
            f"select * from flow_velocity join flow_time using {keys} join flow_efficiency using {keys}"
            f" join flow_load using {keys} join flow_distribution using {keys}"
            " where scope_type = ? and period_type = ?",
            [scope_type, period_type],
        )
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {
        (row["scope_id"], str(row["period_start"]), row["flow_level"], row["flow_item"]): row for row in rows
    }


def cell(answer: dict[str, str], scope_id: str, group_by: str, period_type: str) -> tuple[str, ...]:
    """The key of a row of an answer, as marts have it."""
    return (
        answer[group_by] if group_by else scope_id,
        answer[f"metric_time__{period_type}"][:10],
        answer["flow_level"],
        answer.get("flow_item", "all"),
    )


def is_same(answered: str, published: float | None) -> bool:
    """Where nothing was delivered MetricFlow says nothing, or 0."""
    if answered == "":
        return not published
    return math.isclose(float(answered), published or 0, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize("number", range(len(QUERIES)))
def test_a_query_gives_the_figures_of_the_marts(
    demo_database: Path, answers: list[list[dict[str, str]]], number: int
) -> None:
    scope_type, group_by, period_type, by_flow_item = QUERIES[number]
    published = marts(demo_database, scope_type, period_type)
    scope_id = next(iter(published))[0]
    answered = {
        cell(answer, scope_id, group_by, period_type): answer
        for answer in answers[number]
        # Items without a team or value stream, and items that no period knows because they have no date.
        if (not group_by or answer[group_by]) and answer[f"metric_time__{period_type}"]
    }
    assert len(answered) > 50 or scope_type == "organisation"
    assert set(answered) <= set(published)
    metrics = [metric for metric in METRICS if metric in next(iter(answered.values()))]
    assert set(METRICS) - set(metrics) <= {"load_end"}
    different = [
        (key, metric, answered.get(key, {}).get(metric, ""), row[metric])
        for key, row in published.items()
        for metric in metrics
        if (key[3] != "all") is by_flow_item
        if not is_same(answered.get(key, {}).get(metric, ""), row[metric])
    ]
    assert different == []


def test_saved_queries_give_the_figures_of_the_marts(
    demo_database: Path, answers: list[list[dict[str, str]]]
) -> None:
    published = marts(demo_database, "product", "month")
    metrics, distribution = answers[-2:]
    for answer in metrics:
        row = published[cell(answer, "", "product", "month")]
        for metric in (
            "velocity",
            "arrivals",
            "net_flow",
            "flow_time_p85_seconds",
            "flow_efficiency",
            "load_end",
        ):
            assert is_same(answer[metric], row[metric]), (answer, metric)
    delivered = [answer for answer in distribution if answer["velocity"] != "0"]
    assert len(delivered) > 50
    for answer in delivered:
        key = cell(answer, "", "product", "month")
        for share in SHARES:
            row = published[(*key[:3], share.removesuffix("_share"))]
            assert math.isclose(float(answer[share]), row["share"], rel_tol=1e-9), (answer, share)
