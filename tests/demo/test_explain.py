"""Every figure of the demo is explained, and its items come to it; so do the intervals of every item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.mapping.figures import PERIOD_FIGURES, RECENT_FIGURES, STATE_FIGURES, TRUST_FIGURES
from pipelines.mapping.life import Life, read_life
from pipelines.mapping.records import Records
from pipelines.mapping.rows import Rows
from tests.demo.explained import (
    accounting_disagreements,
    disagreements,
    recent_disagreements,
    state_disagreements,
    states_without_a_row,
    trust_disagreements,
)

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "pipelines" / "demo" / "seeds"


@pytest.fixture(scope="module")
def records(demo_database: Path) -> Iterator[Records]:
    with closing(Records(demo_database)) as opened:
        yield opened


@pytest.fixture(scope="module")
def rows() -> Rows:
    return Rows.of_folders(ROOT / "seeds" / "defaults", SEEDS)


def test_every_figure_of_all_products_and_months_adds_up(records: Records) -> None:
    explained, wrong = disagreements(records, "scope_type = 'product' and period_type = 'month'")
    products = records.connection.execute(
        "select count(distinct product_id) from product_flow_metrics"
    ).fetchall()
    assert products == [(14,)]
    assert explained >= 14 * 19 * 5 * len(PERIOD_FIGURES)
    assert wrong == []


def test_every_figure_of_all_products_months_and_tool_states_adds_up(records: Records) -> None:
    condition = "scope_type = 'product' and period_type = 'month'"
    explained, wrong = state_disagreements(records, condition)
    assert explained > 14 * 19 * 5 * len(STATE_FIGURES)
    assert wrong == []
    assert states_without_a_row(records, condition) == []


def test_the_flow_times_of_lately_add_up(records: Records) -> None:
    explained, wrong = recent_disagreements(records)
    assert explained > 14 * len(RECENT_FIGURES)
    assert wrong == []


def test_the_trust_in_load_and_velocity_adds_up(records: Records) -> None:
    explained, wrong = trust_disagreements(records)
    assert explained > 2 * 14 * len(TRUST_FIGURES)
    assert wrong == []


def test_every_artifact_of_every_connection_is_listed_in_its_bucket(records: Records) -> None:
    explained, wrong = accounting_disagreements(records)
    assert explained == len(records.connections) * 6
    assert wrong == []


@pytest.mark.parametrize("scope_type", ["team", "value_stream", "art", "portfolio", "organisation"])
def test_every_figure_of_wider_scopes_adds_up_by_quarter(records: Records, scope_type: str) -> None:
    for found in (disagreements, state_disagreements):
        explained, wrong = found(records, f"scope_type = '{scope_type}' and period_type = 'quarter'")
        assert explained > 0
        assert wrong == []


def test_every_figure_adds_up_in_running_weeks_and_days(records: Records) -> None:
    condition = "scope_type = 'value_stream' and period_type in ('day', 'week', 'year') and not is_complete"
    for found in (disagreements, state_disagreements):
        explained, wrong = found(records, condition)
        assert explained > 0
        assert wrong == []


def same(value: Any) -> Any:
    """A figure up to the last digits of a float; anything else as it is."""
    return pytest.approx(value) if isinstance(value, float) else value


def lives(records: Records, artifacts: list[str]) -> Iterator[Life]:
    for artifact_id in artifacts:
        yield read_life(records.connection, artifact_id, records.as_of)


def test_the_intervals_of_every_item_come_to_its_figures(records: Records) -> None:
    cursor = records.connection.execute("select * from fct_flow_items order by artifact_id")
    names = [column[0] for column in cursor.description or ()]
    published = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    assert len(published) > 800
    for life in lives(records, list(published)):
        item = published[life.artifact["artifact_id"]]
        sums = {
            total.name: total.value / 1000 if total.unit == "ms" else total.value for total in life.sums()
        }
        for name, value in sums.items():
            assert value == same(item[name]), (item["artifact_key"], name)
        for name in (
            "flow_time_seconds",
            "elapsed_seconds",
            "flow_efficiency",
            "age_seconds",
            "lead_time_seconds",
        ):
            assert (name in sums) == (item[name] is not None), (item["artifact_key"], name)
        assert life.outcome[0] == item["outcome"]
        assert life.published.flow_item == item["flow_item"]


def test_every_row_that_decided_something_is_found_in_its_file(records: Records, rows: Rows) -> None:
    ids = records.connection.execute("select mapping_row_id, seed from mapping_usage").fetchall()
    assert len(ids) > 100
    for mapping_row_id, seed in ids:
        found = rows.find(mapping_row_id)
        assert found is not None, mapping_row_id
        assert found.seed == seed


@pytest.fixture
def command(demo_database: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("STREAMGAUGE_DATABASE", str(demo_database))
    monkeypatch.setenv("STREAMGAUGE_SEEDS", str(SEEDS))
    monkeypatch.setenv("COLUMNS", "140")
    return lambda *arguments: CliRunner().invoke(app, ["explain", *arguments])


def test_a_life_names_the_line_of_the_row_that_decided(records: Records, command: Any) -> None:
    key, url, artifact_id = records.connection.execute("""
        select artifact_key, url, artifact_id from fct_flow_items where artifact_id in (
            select artifact_id from fct_flow_item_states where tool_state = 'Waiting for Bank'
        ) order by artifact_key limit 1
    """).fetchall()[0]
    lines = (SEEDS / "state_mapping.csv").read_text(encoding="utf-8").splitlines()
    place = f"state_mapping.csv:{next(n for n, line in enumerate(lines, 1) if 'Waiting for Bank' in line)}"
    told = {command(name).stdout for name in (key, key.lower(), url, artifact_id)}
    assert len(told) == 1
    assert place in next(iter(told))
    assert "product    checkout, by product_scope.csv:" in next(iter(told))


def test_a_figure_lists_its_items_and_agrees_with_its_mart(command: Any) -> None:
    done = command("--product", "Checkout", "--month", "2026-03", "--metric", "flow_time_p85")
    assert done.exit_code == 0, done.output
    assert "steps apart: 0.85 x" in done.stdout
    assert "as the items come to." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--month", "2026-03", "--metric", "flow_load_bridge.cancelled_count"],
            ["cancelled out of the load", " at the start", "flow_load_bridge.cancelled_count is "],
        ),
        (
            ["--month", "2026-03", "--metric", "share", "--tool-state", "waiting for bank"],
            ["in Waiting for Bank: share of the time in work", "s in all states = ", "flow_states.share is "],
        ),
        (
            ["--month", "2026-03", "--metric", "share_change", "--tool-state", "In Review"],
            ["change of the share ", " points", "before, from 2026-02-01 on, "],
        ),
        (
            ["--recent", "--metric", "flow_time_p85"],
            ["Checkout, the weeks from 2026-01-08", "flow_time_recent.flow_time_p85_seconds is "],
        ),
    ],
)
def test_a_figure_is_told_by_its_mart_its_state_and_its_weeks(
    command: Any, arguments: list[str], said: list[str]
) -> None:
    done = command("--product", "checkout", *arguments)
    assert done.exit_code == 0, done.output
    for words in [*said, "as the items come to."]:
        assert words in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--product", "checkout", "--trust", "velocity"],
            ["Checkout, trust in velocity: trust score ", "short_stay_count: 1 - ", "flow_trust.trust_score"],
        ),
        (
            ["--organisation", "--trust", "load", "--metric", "item_count"],
            ["Organisation, trust in load: items behind it ", "in work since", "flow_trust.item_count is "],
        ),
        (
            ["--connection", "lumen_cloud", "--bucket", "excluded"],
            ["excluded (left out on purpose, flow item none): artifacts ", "excluded, ", " in "],
        ),
        (
            ["--connection", "lumen_cloud"],
            ["lumen_cloud, all buckets: artifacts loaded ", ".loaded_count is "],
        ),
    ],
)
def test_trust_and_accounting_are_told_by_their_items(
    command: Any, arguments: list[str], said: list[str]
) -> None:
    done = command(*arguments)
    assert done.exit_code == 0, done.output
    for words in [*said, "as the items come to."]:
        assert words in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--product", "checkout", "--trust", "speed"], "There is no figure to trust 'speed'"),
        (["--trust", "load"], "Name a scope"),
        (
            ["--product", "checkout", "--trust", "load", "--month", "2026-03"],
            "name a scope and --trust load or --trust velocity, and no period",
        ),
        (
            ["--product", "checkout", "--trust", "load", "--metric", "velocity"],
            "velocity is of a scope and a period",
        ),
        (["--connection", "nowhere"], "There is no connection 'nowhere'"),
        (["--bucket", "unmapped"], "A bucket is of a connection"),
        (["--connection", "lumen_cloud", "--bucket", "lost"], "There is no bucket 'lost'"),
        (["--connection", "lumen_cloud", "--metric", "artifact_count"], "name one with --bucket"),
        (
            ["--connection", "lumen_cloud", "--bucket", "unmapped", "--metric", "loaded_count"],
            "leave --bucket out",
        ),
        (["--connection", "lumen_cloud", "--product", "checkout"], "and no scope, period"),
        (["--product", "checkout", "--month", "2026-03", "--metric", "exits"], "one with --tool-state"),
        (
            [
                "--product",
                "checkout",
                "--day",
                "2026-03-05",
                "--metric",
                "exits",
                "--tool-state",
                "In Review",
            ],
            "by week, month, quarter and year",
        ),
        (
            ["--product", "checkout", "--recent", "--month", "2026-03", "--metric", "flow_time_p85"],
            "one, not --month and --recent",
        ),
        (["PAY-1", "--recent"], "a figure or the artifact PAY-1, not both"),
        (["PAY-99999"], "Did you mean PAY-"),
        (["PAY-1", "--metric", "velocity"], "a figure or the artifact PAY-1, not both"),
        (["--product", "chekout", "--month", "2026-03", "--metric", "velocity"], "Did you mean checkout?"),
        (
            ["--product", "checkout", "--month", "2031-03", "--metric", "velocity"],
            "which has figures from 2025-01-01",
        ),
        (["--product", "checkout", "--month", "March", "--metric", "velocity"], "write it as 2026-03"),
        (["--product", "checkout", "--month", "2026-03", "--metric", "flow_time"], "Did you mean"),
        (["--product", "checkout", "--month", "2026-03"], "Name a figure too"),
        (["--product", "checkout", "--team", "checkout"], "one, not --product and --team"),
        (["--product", "checkout", "--metric", "velocity"], "Name a period"),
        (["--metric", "velocity"], "Name a scope"),
        (["--product", "fraud_guard", "--month", "2026-03", "--metric", "velocity"], "epic, feature, story"),
        (
            ["--product", "checkout", "--month", "2026-03", "--metric", "velocity", "--flow-item", "bug"],
            "There is no flow item 'bug'",
        ),
    ],
)
def test_what_is_not_there_is_said_with_what_is(command: Any, arguments: list[str], said: str) -> None:
    done = command(*arguments)
    assert done.exit_code == 1
    assert said in done.output


@pytest.mark.parametrize(
    ("period", "start"),
    [
        (["--day", "2026-03-05"], dt.date(2026, 3, 5)),
        (["--week", "2026-W10"], dt.date(2026, 3, 2)),
        (["--week", "2026-03-05"], dt.date(2026, 3, 2)),
        (["--quarter", "2026-Q1"], dt.date(2026, 1, 1)),
        (["--quarter", "2026Q1"], dt.date(2026, 1, 1)),
        (["--year", "2026"], dt.date(2026, 1, 1)),
    ],
)
def test_periods_are_named_as_people_do(command: Any, period: list[str], start: dt.date) -> None:
    done = command("--value-stream", "payments", "--flow-level", "item", *period, "--metric", "velocity")
    assert done.exit_code == 0, done.output
    assert f"{period[0][2:]} of {start}" in done.stdout
